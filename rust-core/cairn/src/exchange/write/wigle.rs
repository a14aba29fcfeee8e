//! `WiGLE`'s CSV, version 1.6: one line per sighting, at the place and time of its report.
//!
//! The heading asks for the phone's model and make: the program's name stands there.

use std::io::{self, Write};

use super::Writer;
use super::text;
use crate::model::{Detail, Report, Sighting, TripId};

/// What the heading says of program and phone. Readers split it at commas and want the first word; no member may be left out.
const PROGRAM: &str = concat!(
    "WigleWifi-1.6,appRelease=Cairn ",
    env!("CARGO_PKG_VERSION"),
    ",model=Cairn,release=",
    env!("CARGO_PKG_VERSION"),
    ",device=Cairn,display=Cairn,board=Cairn,brand=Cairn,star=Sol,body=3,subBody=0"
);

const COLUMNS: &str = "MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,\
                       AccuracyMeters,RCOIs,MfgrId,Type";

pub struct Wigle;

impl Writer for Wigle {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{PROGRAM}\n{COLUMNS}")
    }

    fn report(&mut self, out: &mut dyn Write, _: TripId, report: &Report) -> io::Result<()> {
        // A line whose time the format cannot write would be refused by every reader.
        let Some(time) = text::time(report.fix.utc) else { return Ok(()) };
        let time = time.to_string().replace('T', " ");
        let to_the_second = time.split(['.', 'Z']).next().unwrap_or_default();
        report.sightings.iter().try_for_each(|sighting| line(out, report, to_the_second, sighting))
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn line(out: &mut dyn Write, report: &Report, time: &str, sighting: &Sighting) -> io::Result<()> {
    let (name, mode, channel, frequency, kind);
    match &sighting.detail {
        Detail::Wifi { mac, ssid, frequency_mhz, .. } => {
            write!(out, "{}", mac.to_wire())?;
            name = text::csv(ssid);
            // How it is encrypted is not kept; that it is an access point is known.
            mode = "[ESS]";
            channel = frequency_mhz.and_then(channel_of).map(u32::from);
            frequency = frequency_mhz.map(|f| f.to_string()).unwrap_or_default();
            kind = "WIFI";
        }
        Detail::Beacon { mac, .. } => {
            write!(out, "{}", mac.to_wire())?;
            (name, mode, channel, frequency, kind) = (String::new(), "Misc [LE]", None, String::new(), "BLE");
        }
        Detail::Cell { key, arfcn, .. } => {
            write!(out, "{:03}{:02}_{}_{}", key.mcc(), key.mnc(), key.area(), key.cell())?;
            (name, channel, frequency) = (String::new(), *arfcn, String::new());
            (mode, kind) = match key.radio() {
                crate::model::Radio::Gsm => ("GSM", "GSM"),
                crate::model::Radio::Wcdma => ("WCDMA", "WCDMA"),
                crate::model::Radio::Lte => ("LTE", "LTE"),
                crate::model::Radio::Nr => ("NR", "NR"),
            };
        }
    }
    let fix = &report.fix;
    // Zero for what is not known is the format's own way: its readers want a number in each of these columns.
    let number = |value: Option<f64>| value.unwrap_or(0.0);
    writeln!(
        out,
        ",{name},{mode},{time},{},{frequency},{},{:.7},{:.7},{},{},,,{kind}",
        channel.unwrap_or(0),
        sighting.signal.map_or(0, |s| s.0),
        fix.place.lat(),
        fix.place.lon(),
        number(fix.altitude.map(|a| a.0)),
        number(fix.accuracy.map(|a| a.0)),
    )
}

/// The channel with its centre there: IEEE 802.11-2020, annex E.
const fn channel_of(mhz: u16) -> Option<u16> {
    match mhz {
        2484 => Some(14),
        2412..=2472 => Some((mhz - 2407) / 5),
        4910..=4980 => Some((mhz - 4000) / 5),
        5000..=5925 => Some((mhz - 5000) / 5),
        5955..=7115 => Some((mhz - 5950) / 5),
        _ => None,
    }
}
