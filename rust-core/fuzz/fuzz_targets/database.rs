//! Databases: NeoStumbler, Kismet. Begin with a sample: nothing else is one.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::run("database", data));
