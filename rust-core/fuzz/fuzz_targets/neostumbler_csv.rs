//! NeoStumbler CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::read(b"timestamp,latitude,longitude,locationAccuracy,macAddress,wifiScanAge,signalStrength,ssid\n", data));
