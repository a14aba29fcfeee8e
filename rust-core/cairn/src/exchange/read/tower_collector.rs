//! Tower Collector's CSV: cells only, one line per cell, place and time. It writes two kinds, for its user and for `OpenCellID`; the
//! columns of both: schemas/exchange/tower-collector.md.

use super::csv::{Content, Layout};
use super::fields::{number, radio, signal, whole};
use super::split::Split;
use crate::exchange::{BadRow, Row, when};
use crate::model::{CellIdentity, CellKey, Fix, HeardCell, LatLng, Metres, Millis, Scan};

/// Where the columns are; in the kind for `OpenCellID` the area and the physical identity have a column per generation.
pub(super) struct Columns {
    mcc: usize,
    mnc: usize,
    areas: [Option<usize>; 2],
    cell: usize,
    physical: [Option<usize>; 2],
    asu: Option<usize>,
    dbm: Option<usize>,
    /// An ASU or a level in dBm: told apart by its sign.
    signal: Option<usize>,
    advance: Option<usize>,
    lat: usize,
    lon: usize,
    accuracy: Option<usize>,
    speed: Option<usize>,
    heading: Option<usize>,
    altitude: Option<usize>,
    time: usize,
    kind: usize,
    neighbour: Option<usize>,
}

impl Columns {
    pub fn named(heading: &Split) -> Option<Self> {
        let find = |names: [&str; 2]| names.iter().find_map(|name| heading.find(name));
        Some(Self {
            mcc: heading.find("mcc")?,
            mnc: heading.find("mnc")?,
            areas: ["lac", "tac"].map(|n| heading.find(n)),
            cell: find(["cell_id", "cellid"])?,
            physical: ["psc", "pci"].map(|n| heading.find(n)),
            asu: heading.find("asu"),
            dbm: heading.find("dbm"),
            signal: heading.find("signal"),
            advance: heading.find("ta"),
            lat: heading.find("lat")?,
            lon: heading.find("lon")?,
            accuracy: find(["accuracy", "rating"]),
            speed: heading.find("speed"),
            heading: find(["bearing", "direction"]),
            altitude: heading.find("altitude"),
            time: heading.find("measured_at")?,
            kind: find(["net_type", "act"])?,
            neighbour: heading.find("neighboring"),
        })
    }
}

impl Layout for Columns {
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow> {
        let needed = |i: usize| line.text(i).ok_or(BadRow::Columns);
        let optional = |i: Option<usize>| number(i.and_then(|i| line.text(i)));
        let degrees = |i: usize| needed(i)?.parse::<f64>().map_err(|_| BadRow::Position);
        let either = |columns: [Option<usize>; 2]| -> Result<Option<f64>, BadRow> {
            Ok(optional(columns[0])?.or(optional(columns[1])?))
        };
        let place = LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?;
        let time = when::plausible(when::read(needed(self.time)?)?, now)?;
        let radio = radio(needed(self.kind)?)?;
        let identity = CellIdentity {
            radio,
            mcc: optional(Some(self.mcc))?.and_then(whole),
            mnc: optional(Some(self.mnc))?.and_then(whole),
            area: either(self.areas)?.and_then(whole),
            cell: optional(Some(self.cell))?.and_then(whole),
        };
        let serving = self.neighbour.and_then(|i| line.text(i)).is_some_and(|n| n.eq_ignore_ascii_case("false"));
        // A neighbour may tell no more of itself than its physical identity: counted as nameless, no fault of the line.
        if serving && CellKey::try_from(identity).is_err() {
            return Err(BadRow::Cell);
        }
        let mixed = optional(self.signal)?;
        let scan = Scan {
            cells: vec![HeardCell {
                mono: Millis(0),
                identity,
                serving,
                signal: signal(optional(self.dbm)?.or(mixed)),
                asu: optional(self.asu)?.or(mixed.filter(|s| *s >= 0.0)).and_then(whole),
                timing_advance: optional(self.advance)?.and_then(whole),
                physical: either(self.physical)?.and_then(whole),
                arfcn: None,
            }],
            ..Scan::default()
        };
        let fix = Fix {
            accuracy: optional(self.accuracy)?.filter(|a| *a > 0.0).map(Metres),
            altitude: optional(self.altitude)?.map(Metres),
            speed: optional(self.speed)?.filter(|s| *s >= 0.0),
            heading: optional(self.heading)?.filter(|h| (0.0..=360.0).contains(h)),
            ..Fix::gnss(Millis(0), time, place, Metres(0.0))
        };
        Ok(Content::Row(Row { fix, scan }))
    }
}
