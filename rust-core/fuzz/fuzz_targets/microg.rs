//! microG CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::read(b"mcc,mnc,type,lac,cid,psc,lat,lon,alt\n", data));
