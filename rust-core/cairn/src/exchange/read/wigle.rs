//! `WiGLE`'s CSV, 1.4 and 1.6: one line per emitter, place and time. The columns: schemas/exchange/wigle.md.

use super::csv::{Content, Layout};
use super::fields::{frequency, number, radio, signal, whole};
use super::split::Split;
use crate::exchange::{BadRow, Row, when};
use crate::model::{
    CellIdentity, CellKey, Fix, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis, Radio, Scan, Ssid,
};

/// Where the columns are.
pub(super) struct Columns {
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

impl Columns {
    pub fn named(heading: &Split) -> Option<Self> {
        Some(Self {
            mac: heading.find("MAC")?,
            ssid: heading.find("SSID"),
            first_seen: heading.find("FirstSeen")?,
            channel: heading.find("Channel"),
            frequency: heading.find("Frequency"),
            rssi: heading.find("RSSI"),
            lat: heading.find("CurrentLatitude")?,
            lon: heading.find("CurrentLongitude")?,
            altitude: heading.find("AltitudeMeters"),
            accuracy: heading.find("AccuracyMeters"),
            kind: heading.find("Type")?,
        })
    }
}

impl Layout for Columns {
    fn read(&self, split: &Split, now: Millis) -> Result<Content, BadRow> {
        let text = |index: Option<usize>| index.and_then(|i| split.text(i));
        let needed = |index: usize| split.text(index).ok_or(BadRow::Columns);
        let degrees = |index| needed(index)?.parse::<f64>().map_err(|_| BadRow::Position);
        let kind = needed(self.kind)?;
        let mac = needed(self.mac)?;
        let place = LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?;
        let time = when::plausible(when::read(needed(self.first_seen)?)?, now)?;
        // The app writes 0 where the fix had no accuracy.
        let accuracy = number(text(self.accuracy))?.filter(|a| *a > 0.0).map(Metres);
        let altitude = number(text(self.altitude))?.map(Metres);
        let mono = Millis(0);
        let signal = signal(number(text(self.rssi))?);
        let channel = number(text(self.channel))?.and_then(whole::<u32>);

        let mut scan = Scan::default();
        match kind.to_ascii_uppercase().as_str() {
            "WIFI" => {
                let stated = number(text(self.frequency))?.and_then(whole::<u16>).filter(|f| *f > 0);
                scan.wifi.push(HeardWifi {
                    mono,
                    mac: Mac::parse(mac).map_err(|_| BadRow::Mac)?,
                    ssid: Ssid::new(self.ssid.and_then(|i| split.column(i)).unwrap_or_default()),
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
            "NFC" | "UNKNOWN" => return Err(BadRow::Unsupported),
            name => scan.cells.push(HeardCell {
                mono,
                identity: identity(radio(name).map_err(|_| BadRow::Unsupported)?, mac).ok_or(BadRow::Cell)?,
                serving: false,
                signal,
                asu: None,
                timing_advance: None,
                physical: None,
                // In 1.6 the column `Channel` of a cell holds its channel number, in 1.4 as well where there is one.
                arfcn: channel.filter(|a| *a > 0),
            }),
        }
        let fix = Fix { accuracy, altitude, ..Fix::gnss(mono, time, place, Metres(0.0)) };
        Ok(Content::Row(Row { fix, scan }))
    }
}

/// A cell as `WiGLE` names it: country and network code in one, area, cell, with `_` between.
pub(super) fn identity(radio: Radio, name: &str) -> Option<CellIdentity> {
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
