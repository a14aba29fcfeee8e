//! What all targets do: read bytes as a file, to its end. Whatever stands in it, reading ends in rows or in a fault.
//!
//! `./fuzz wigle_csv` beside this crate, or `cargo +nightly fuzz run wigle_csv -- -max_len=65536`; either begins best with the
//! samples in `tests/data/exchange`. The workspace's test `fuzz` holds every target here to compile and to take damaged samples.

mod pack;
mod vault;

use std::path::PathBuf;

use cairn::exchange::{Reader, Reading, parts};
use cairn::model::Millis;

pub use pack::read_pack;
pub use vault::open_vault;

/// What nothing is later than: 2026-01-01.
const NOW: Millis = Millis(1_767_225_600_000);

/// Bytes that a fuzzer makes up, put to one reader.
pub type Target = fn(&[u8]);

/// All targets, each by the name of its program. The formats of lines begin with their headings.
pub const TARGETS: [(&str, Target); 13] = [
    ("cells", |data| {
        read(b"radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n", data);
    }),
    ("database", read_file),
    ("geosubmit", |data| read(b"{\"items\":[", data)),
    ("gpx", |data| read(b"<gpx>", data)),
    ("microg", |data| read(b"mcc,mnc,type,lac,cid,psc,lat,lon,alt\n", data)),
    ("neostumbler_csv", |data| {
        read(b"timestamp,latitude,longitude,locationAccuracy,macAddress,wifiScanAge,signalStrength,ssid\n", data);
    }),
    ("netxml", |data| read(b"<detection-run>", data)),
    ("pack", read_pack),
    ("packed", read_file),
    ("tower_collector", |data| {
        let heading = "mcc,mnc,lac,cell_id,psc,asu,dbm,ta,lat,lon,accuracy,speed,bearing,altitude,measured_at,net_type,\
            neighboring,device\n";
        read(heading.as_bytes(), data);
    }),
    ("vault", open_vault),
    ("wigle_csv", |data| {
        let heading = "MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,\
            AccuracyMeters,RCOIs,MfgrId,Type\n";
        read(heading.as_bytes(), data);
    }),
    ("wigle_kml", |data| read(b"<kml>", data)),
];

/// Runs the target of a name.
///
/// # Panics
/// Where there is none of that name, and where the target finds something.
pub fn run(name: &str, data: &[u8]) {
    match TARGETS.iter().find(|(known, _)| *known == name) {
        Some((_, target)) => target(data),
        None => panic!("no target {name}"),
    }
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("cairn-fuzz-{}-{name}", std::process::id()))
}

/// Reads what begins with `heading`, so that the format is the one that is meant.
pub fn read(heading: &[u8], data: &[u8]) {
    let copy = scratch("copy");
    let reading = Reading { now: NOW, scratch: &copy, growing: data.len() % 2 == 1, onlooker: None };
    if let Ok(mut reader) = Reader::of_bytes([heading, data].concat(), reading) {
        while let Ok(Some(_)) = reader.next_item() {}
    }
}

/// Reads a file as an import does, archives and packed files too.
pub fn read_file(data: &[u8]) {
    let (file, copy) = (scratch("file"), scratch("copy"));
    if std::fs::write(&file, data).is_err() {
        return;
    }
    let reading = Reading { now: NOW, scratch: &copy, growing: false, onlooker: None };
    for part in parts(&file).unwrap_or_default() {
        if let Ok(mut reader) = Reader::open(&part, reading) {
            while let Ok(Some(_)) = reader.next_item() {}
        }
    }
}
