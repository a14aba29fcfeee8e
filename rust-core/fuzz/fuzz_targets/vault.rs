//! Anything as a vault, and a vault with anything changed in it, its checksums mended.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::run("vault", data));
