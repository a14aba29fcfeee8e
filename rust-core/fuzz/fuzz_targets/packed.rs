//! Anything: zip, gzip and zstd around any format.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::run("packed", data));
