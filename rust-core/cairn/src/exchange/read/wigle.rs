//! `WiGLE`'s CSV, 1.4 and 1.6: one line per emitter, place and time. Lines of one place and time make one row.

use std::io::BufRead;

use super::fields::{frequency, number, signal, whole};
use super::split::Split;
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::place::Mark;
use crate::exchange::{BadRow, Fault, Row, when};
use crate::model::{
    CellIdentity, CellKey, Fix, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis, Radio, Scan, Ssid,
};

/// Entries of one row: more than any phone hears in one place, few enough to hold.
const MAX_ENTRIES: usize = 1_000;

/// Where the columns are.
#[derive(Default)]
struct Columns {
    mac: usize,
    ssid: Option<usize>,
    first_seen: usize,
    channel: Option<usize>,
    frequency: Option<usize>,
    rssi: Option<usize>,
    lat: usize,
    lon: usize,
    altitude: Option<usize>,
    accuracy: Option<usize>,
    kind: usize,
}

pub(super) struct Wigle {
    input: Input,
    now: Millis,
    columns: Columns,
    split: Split,
    line: Vec<u8>,
    /// Where the current line begins.
    begin: Mark,
    /// The row that the next line may still belong to, and where it begins.
    open: Option<(Mark, Row)>,
}

impl Wigle {
    pub fn new(input: Input, now: Millis) -> Result<Self, Fault> {
        let split = Split::new();
        let columns = Columns::default();
        let mut new = Self { input, now, columns, split, line: Vec::new(), begin: Mark::default(), open: None };
        new.read_heading()?;
        Ok(new)
    }

    /// Reads up to the line that names the columns; an earlier one names the program.
    fn read_heading(&mut self) -> Result<(), Fault> {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        loop {
            if !self.read_line()? {
                return Err(Fault::Heading);
            }
            let line = self.line.strip_prefix(BOM).unwrap_or(&self.line);
            if !line.starts_with(b"WigleWifi-") {
                self.split.line(line);
                self.columns = Columns::named(&self.split).ok_or(Fault::Heading)?;
                return Ok(());
            }
        }
    }

    /// Reads the next line without its end; answers false where there is none.
    fn read_line(&mut self) -> Result<bool, Fault> {
        self.input.new_row();
        self.line.clear();
        self.begin.clone_from(self.input.mark());
        if self.input.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(false);
        }
        let text = self.line.trim_ascii_end().len();
        self.line.truncate(text);
        Ok(true)
    }

    fn read_row(&mut self) -> Result<Row, BadRow> {
        let (split, columns) = (&self.split, &self.columns);
        let text = |index: Option<usize>| index.and_then(|i| split.text(i));
        let needed = |index: usize| split.text(index).ok_or(BadRow::Columns);
        let degrees = |index| needed(index)?.parse::<f64>().map_err(|_| BadRow::Position);
        let kind = needed(columns.kind)?;
        let mac = needed(columns.mac)?;
        let place = LatLng::new(degrees(columns.lat)?, degrees(columns.lon)?).map_err(|_| BadRow::Position)?;
        let time = when::plausible(when::read(needed(columns.first_seen)?)?, self.now)?;
        let accuracy = number(text(columns.accuracy))?.filter(|a| *a > 0.0).map(Metres);
        let altitude = number(text(columns.altitude))?.map(Metres);
        let mono = Millis(0);
        let signal = signal(number(text(columns.rssi))?);
        let channel = number(text(columns.channel))?.and_then(whole::<u32>);

        let mut scan = Scan::default();
        match kind.to_ascii_uppercase().as_str() {
            "WIFI" => {
                let stated = number(text(columns.frequency))?.and_then(whole::<u16>).filter(|f| *f > 0);
                scan.wifi.push(HeardWifi {
                    mono,
                    mac: Mac::parse(mac).map_err(|_| BadRow::Mac)?,
                    ssid: Ssid::new(columns.ssid.and_then(|i| split.column(i)).unwrap_or_default()),
                    signal,
                    frequency_mhz: stated.or_else(|| frequency(channel?.try_into().ok()?)),
                    standard: None,
                });
            }
            "BT" | "BLE" => scan.beacons.push(HeardBeacon {
                mono,
                mac: Mac::parse(mac).map_err(|_| BadRow::Mac)?,
                signal,
                format: None,
            }),
            radio => {
                let radio = Radio::parse(radio).ok_or(BadRow::Unsupported)?;
                scan.cells.push(HeardCell {
                    mono,
                    identity: identity(radio, mac).ok_or(BadRow::Cell)?,
                    serving: false,
                    signal,
                    asu: None,
                    timing_advance: None,
                    physical: None,
                    arfcn: channel.filter(|a| *a > 0),
                });
            }
        }
        let fix = Fix { accuracy, altitude, ..Fix::gnss(mono, time, place, Metres(0.0)) };
        Ok(Row { fix, scan })
    }

    /// Adds a line's row to the one that is open; hands that one out where the new one does not belong to it.
    fn join(&mut self, row: Row) -> Option<Row> {
        if let Some((_, open)) = &mut self.open
            && open.fix.utc == row.fix.utc
            && open.fix.place == row.fix.place
            && open.scan.wifi.len() + open.scan.cells.len() + open.scan.beacons.len() < MAX_ENTRIES
        {
            open.scan.wifi.extend(row.scan.wifi);
            open.scan.cells.extend(row.scan.cells);
            open.scan.beacons.extend(row.scan.beacons);
            return None;
        }
        self.open.replace((self.begin.clone(), row)).map(|(_, full)| full)
    }
}

impl Rows for Wigle {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let line = self.input.line();
            if !self.read_line()? {
                return Ok(self.open.take().map(|(_, row)| Item::Row(row)));
            }
            if self.line.is_empty() {
                continue;
            }
            let row = if self.split.line(&self.line) { self.read_row() } else { Err(BadRow::Columns) };
            match row {
                Ok(row) => {
                    if let Some(full) = self.join(row) {
                        return Ok(Some(Item::Row(full)));
                    }
                }
                Err(why) => return Ok(Some(Item::Bad(why, line))),
            }
        }
    }

    fn reached(&self) -> &Mark {
        self.open.as_ref().map_or(self.input.mark(), |(begin, _)| begin)
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn input_mut(&mut self) -> &mut Input {
        &mut self.input
    }
}

impl Columns {
    fn named(heading: &Split) -> Option<Self> {
        let find = |name: &str| (0..).map_while(|i| heading.column(i)).position(|c| c.eq_ignore_ascii_case(name.as_bytes()));
        Some(Self {
            mac: find("MAC")?,
            ssid: find("SSID"),
            first_seen: find("FirstSeen")?,
            channel: find("Channel"),
            frequency: find("Frequency"),
            rssi: find("RSSI"),
            lat: find("CurrentLatitude")?,
            lon: find("CurrentLongitude")?,
            altitude: find("AltitudeMeters"),
            accuracy: find("AccuracyMeters"),
            kind: find("Type")?,
        })
    }
}

/// A cell as `WiGLE` names it: country and network code in one, area, cell, with `_` between.
fn identity(radio: Radio, name: &str) -> Option<CellIdentity> {
    let mut parts = name.split('_');
    let operator = parts.next().filter(|o| matches!(o.len(), 4..=6) && o.is_ascii())?;
    let identity = CellIdentity {
        radio,
        mcc: Some(operator[..3].parse().ok()?),
        mnc: Some(operator[3..].parse().ok()?),
        area: Some(parts.next()?.parse().ok()?),
        cell: Some(parts.next()?.parse().ok()?),
    };
    (parts.next().is_none() && CellKey::try_from(identity).is_ok()).then_some(identity)
}
