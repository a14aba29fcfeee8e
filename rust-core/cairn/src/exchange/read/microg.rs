//! What microG exports of what it has learned: WiFi and cells, one line each, with the middle of where it was heard. The columns:
//! schemas/exchange/microg.md.

use super::csv::{Content, Layout};
use super::fields::{number, radio, whole};
use super::split::Split;
use crate::exchange::{BadRow, Estimate, Estimated, when};
use crate::model::{CellIdentity, CellKey, LatLng, Mac, Millis, Radio};

/// Where the columns of an emitter's place are.
struct Place {
    lat: usize,
    lon: usize,
    time: Option<usize>,
}

impl Place {
    fn named(heading: &Split) -> Option<Self> {
        Some(Self { lat: heading.find("lat")?, lon: heading.find("lon")?, time: heading.find("time") })
    }

    fn estimate(&self, line: &Split, emitter: Estimated, now: Millis) -> Result<Content, BadRow> {
        let degrees = |i| line.text(i).ok_or(BadRow::Columns)?.parse::<f64>().map_err(|_| BadRow::Position);
        let place = LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?;
        let time = number(self.time.and_then(|i| line.text(i)))?.and_then(whole::<i64>).map(Millis);
        let heard = time.filter(|t| when::is_set(*t)).map(|t| when::plausible(t, now)).transpose()?;
        Ok(Content::Estimate(Estimate { emitter, place, radius: None, samples: None, heard }))
    }
}

/// Lines of WiFi.
pub(super) struct Wifi {
    mac: usize,
    place: Place,
}

impl Wifi {
    pub fn named(heading: &Split) -> Option<Self> {
        // WiGLE's lines have an address, too, and much besides.
        (heading.count() <= 5).then_some(Self { mac: heading.find("mac")?, place: Place::named(heading)? })
    }
}

impl Layout for Wifi {
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow> {
        let mac = Mac::parse(line.text(self.mac).ok_or(BadRow::Columns)?).map_err(|_| BadRow::Mac)?;
        self.place.estimate(line, Estimated::Wifi { mac, name: None }, now)
    }
}

/// Lines of cells.
pub(super) struct Cells {
    mcc: usize,
    mnc: usize,
    kind: usize,
    area: usize,
    cell: usize,
    place: Place,
}

impl Cells {
    pub fn named(heading: &Split) -> Option<Self> {
        Some(Self {
            mcc: heading.find("mcc")?,
            mnc: heading.find("mnc")?,
            kind: heading.find("type")?,
            area: heading.find("lac")?,
            cell: heading.find("cid")?,
            place: Place::named(heading)?,
        })
    }
}

impl Layout for Cells {
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow> {
        let needed = |i: usize| line.text(i).ok_or(BadRow::Columns);
        let small = |i: usize| -> Result<Option<u32>, BadRow> { Ok(needed(i)?.parse().ok()) };
        // As a name, or as its place in microG's list.
        let radio = match needed(self.kind)? {
            "0" => Err(BadRow::Unsupported),
            "1" => Ok(Radio::Gsm),
            "2" | "4" => Ok(Radio::Wcdma),
            "3" => Ok(Radio::Lte),
            "5" => Ok(Radio::Nr),
            name => radio(name),
        }?;
        let identity = CellIdentity {
            radio,
            mcc: small(self.mcc)?,
            mnc: small(self.mnc)?,
            area: small(self.area)?,
            cell: needed(self.cell)?.parse().ok(),
        };
        let key = CellKey::try_from(identity).map_err(|_| BadRow::Cell)?;
        self.place.estimate(line, Estimated::Cell(key), now)
    }
}
