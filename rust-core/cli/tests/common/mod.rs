//! Runs `cairn` as a user does, and makes files for it.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

pub const HEADING: &str = "WigleWifi-1.6,appRelease=2.90\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,RCOIs,MfgrId,Type\n";

/// What one call of `cairn` left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The first line of the output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.out.lines().next().unwrap_or_default()).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub fn cairn(arguments: &[&str]) -> Ran {
    let ran = command(arguments).output().unwrap();
    Ran {
        code: ran.status.code(),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

/// What `cairn stats` counts in a database.
pub fn stats(db: &str) -> Value {
    let ran = cairn(&["stats", "--db", db, "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran.json()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// One line of `WiGLE`'s CSV: an access point heard from `lat`, 24.9.
pub fn line(mac: u64, lat: f64, time: &str) -> String {
    let o = (0x001a_0000_0000 | mac).to_be_bytes();
    format!(
        "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x},Net,[WPA2],{time},6,2437,-60,{lat:.6},24.9,12,4,,,WIFI\n",
        o[2], o[3], o[4], o[5], o[6], o[7]
    )
}

/// A walk past `lines / 4` places, four access points heard at each, every one of them from three places.
pub fn walk(lines: u64) -> String {
    let mut text = HEADING.to_owned();
    for i in 0..lines {
        let place = i / 4;
        let (minute, second) = (place / 20 % 60, place % 20 * 3);
        let (day, hour) = (1 + place / 28_800 % 28, place / 1_200 % 24);
        let time = format!("2025-06-{day:02} {hour:02}:{minute:02}:{second:02}");
        let _ = write!(text, "{}", line(place / 3 * 4 + i % 4, 60.0 + (place % 100_000) as f64 * 1e-4, &time));
    }
    text
}
