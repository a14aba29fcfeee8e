//! A region pack whose checksums fit, whatever is in it: damage that was done on purpose.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::run("pack", data));
