//! The lines of `NeoStumbler`'s CSV, which come in a zip of three files: access points, cells, beacons. The columns:
//! schemas/exchange/neostumbler.md.

use super::csv::{Content, Layout};
use super::fields::{beacon_format, number, radio, signal, whole};
use super::split::Split;
use crate::exchange::{BadRow, Row, when};
use crate::model::{CellIdentity, Fix, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis, Scan, Ssid};

/// Where the columns are.
pub(super) struct Columns {
    timestamp: usize,
    lat: usize,
    lon: usize,
    accuracy: Option<usize>,
    altitude: Option<usize>,
    altitude_accuracy: Option<usize>,
    fix_age: Option<usize>,
    speed: Option<usize>,
    pressure: Option<usize>,
    signal: Option<usize>,
    emitter: Emitter,
}

/// What the file is of.
enum Emitter {
    Wifi { mac: usize, age: usize, name: Option<usize> },
    Beacon { mac: usize, age: usize, kind: Option<usize> },
    Cell(Cell),
}

struct Cell {
    age: usize,
    kind: usize,
    mcc: usize,
    mnc: usize,
    area: usize,
    id: usize,
    physical: Option<usize>,
    asu: Option<usize>,
    arfcn: Option<usize>,
}

impl Columns {
    pub fn named(heading: &Split) -> Option<Self> {
        let find = |name| heading.find(name);
        let emitter = if let Some(age) = find("wifiScanAge") {
            Emitter::Wifi { mac: find("macAddress")?, age, name: find("ssid") }
        } else if let Some(age) = find("bluetoothScanAge") {
            Emitter::Beacon { mac: find("macAddress")?, age, kind: find("beaconType") }
        } else {
            Emitter::Cell(Cell {
                age: find("cellScanAge")?,
                kind: find("radioType")?,
                mcc: find("mcc")?,
                mnc: find("mnc")?,
                area: find("lac")?,
                id: find("cellId")?,
                physical: find("psc"),
                asu: find("asu"),
                arfcn: find("arfcn"),
            })
        };
        Some(Self {
            timestamp: find("timestamp")?,
            lat: find("latitude")?,
            lon: find("longitude")?,
            accuracy: find("locationAccuracy"),
            altitude: find("altitude"),
            altitude_accuracy: find("altitudeAccuracy"),
            fix_age: find("locationAge"),
            speed: find("speed"),
            pressure: find("pressure"),
            signal: find("signalStrength"),
            emitter,
        })
    }

    /// Adds what the line heard, so long before the report's time.
    fn hear(&self, line: &Split, fix_age: f64, scan: &mut Scan) -> Result<(), BadRow> {
        let optional = |i: Option<usize>| number(i.and_then(|i| line.text(i)));
        let mac = |i| Mac::parse(line.text(i).ok_or(BadRow::Columns)?).map_err(|_| BadRow::Mac);
        let signal = signal(optional(self.signal)?);
        // Ages count back from the report's time, as the fix's does.
        let mono = |age: usize| -> Result<Millis, BadRow> {
            Ok(Millis(0) - Millis((optional(Some(age))?.unwrap_or(fix_age) - fix_age) as i64))
        };
        match &self.emitter {
            Emitter::Wifi { mac: address, age, name } => scan.wifi.push(HeardWifi {
                mono: mono(*age)?,
                mac: mac(*address)?,
                ssid: Ssid::new(name.and_then(|i| line.column(i)).unwrap_or_default()),
                signal,
                frequency_mhz: None,
                standard: None,
            }),
            Emitter::Beacon { mac: address, age, kind } => scan.beacons.push(HeardBeacon {
                mono: mono(*age)?,
                mac: mac(*address)?,
                signal,
                format: optional(*kind)?.and_then(whole).and_then(beacon_format),
            }),
            Emitter::Cell(cell) => {
                let number = |i: usize| optional(Some(i));
                scan.cells.push(HeardCell {
                    mono: mono(cell.age)?,
                    identity: CellIdentity {
                        radio: radio(line.text(cell.kind).ok_or(BadRow::Columns)?)?,
                        mcc: number(cell.mcc)?.and_then(whole),
                        mnc: number(cell.mnc)?.and_then(whole),
                        area: number(cell.area)?.and_then(whole),
                        cell: number(cell.id)?.and_then(whole),
                    },
                    serving: false,
                    signal,
                    asu: optional(cell.asu)?.and_then(whole),
                    timing_advance: None,
                    physical: optional(cell.physical)?.and_then(whole),
                    arfcn: optional(cell.arfcn)?.and_then(whole),
                });
            }
        }
        Ok(())
    }
}

impl Layout for Columns {
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow> {
        let optional = |i: Option<usize>| number(i.and_then(|i| line.text(i)));
        let degrees = |i: usize| line.text(i).ok_or(BadRow::Columns)?.parse::<f64>().map_err(|_| BadRow::Position);
        let place = LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?;
        let fix_age = optional(self.fix_age)?.unwrap_or(0.0);
        let written = line.text(self.timestamp).ok_or(BadRow::Columns)?;
        // Milliseconds, or a date where the file went through another program.
        let timestamp = match written.parse::<i64>() {
            Ok(millis) => Millis(millis),
            Err(_) => when::read(written)?,
        };
        let time = when::plausible(timestamp - Millis(fix_age as i64), now)?;
        let mut scan = Scan::default();
        self.hear(line, fix_age, &mut scan)?;
        let fix = Fix {
            accuracy: optional(self.accuracy)?.filter(|a| *a > 0.0).map(Metres),
            altitude: optional(self.altitude)?.map(Metres),
            altitude_accuracy: optional(self.altitude_accuracy)?.filter(|a| *a >= 0.0).map(Metres),
            speed: optional(self.speed)?.filter(|s| *s >= 0.0),
            pressure: optional(self.pressure)?.filter(|p| *p > 0.0),
            ..Fix::gnss(Millis(0), time, place, Metres(0.0))
        };
        Ok(Content::Row(Row { fix, scan }))
    }
}
