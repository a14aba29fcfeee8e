//! Exports of cells as Mozilla's location service and `OpenCellID` write them: one line per cell, with the place where it is
//! thought to be. The columns, their two spellings and units: schemas/exchange/cells.md.

use super::csv::{Content, Layout};
use super::fields::{number, radio, whole};
use super::split::Split;
use crate::exchange::{BadRow, Estimate, Estimated, when};
use crate::model::{CellIdentity, CellKey, LatLng, Metres, Millis, Radio};

/// Radii beyond 100 km are of cells whose sightings contradict each other: ichnaea limits them to this.
const MAX_RANGE: Metres = Metres(100_000.0);

/// Where the columns are.
pub(super) struct Columns {
    radio: usize,
    mcc: usize,
    mnc: usize,
    area: usize,
    cell: usize,
    lon: usize,
    lat: usize,
    range: Option<usize>,
    samples: Option<usize>,
    created: Option<usize>,
    updated: Option<usize>,
}

impl Columns {
    /// The columns that a heading names, in today's spelling or in that of before September 2014.
    pub fn named(heading: &Split) -> Option<Self> {
        let find = |names: &[&str]| names.iter().find_map(|name| heading.find(name));
        Some(Self {
            radio: find(&["radio"])?,
            mcc: find(&["mcc"])?,
            mnc: find(&["net", "mnc"])?,
            area: find(&["area", "lac", "tac"])?,
            cell: find(&["cell", "cid", "cellid"])?,
            lon: find(&["lon"])?,
            lat: find(&["lat"])?,
            range: find(&["range"]),
            samples: find(&["samples"]),
            created: find(&["created"]),
            updated: find(&["updated"]),
        })
    }

    /// The columns of a file without a heading, told by its first cell.
    pub fn of_first(line: &Split) -> Option<Self> {
        const COLUMNS: std::ops::RangeInclusive<usize> = 9..=14;
        let is_radio = matches!(radio(line.text(0)?), Ok(_) | Err(BadRow::Unsupported));
        let numbers = (1..=4).chain(6..=7).all(|i| line.text(i).is_some_and(|n| n.parse::<f64>().is_ok()));
        (is_radio && numbers && COLUMNS.contains(&line.count())).then_some(Self {
            radio: 0,
            mcc: 1,
            mnc: 2,
            area: 3,
            cell: 4,
            lon: 6,
            lat: 7,
            range: Some(8),
            samples: Some(9),
            created: Some(11),
            updated: Some(12),
        })
    }
}

impl Layout for Columns {
    fn read(&self, line: &Split, _: Millis) -> Result<Content, BadRow> {
        let needed = |i: usize| line.text(i).ok_or(BadRow::Columns);
        let optional = |i: Option<usize>| number(i.and_then(|i| line.text(i)));
        let whole_at = |i: usize| -> Result<Option<u64>, BadRow> { Ok(needed(i)?.parse().ok()) };
        let degrees = |i: usize| needed(i)?.parse::<f64>().map_err(|_| BadRow::Position);
        let named = radio(needed(self.radio)?)?;
        let small = |n: Option<u64>| n.and_then(|n| u32::try_from(n).ok());
        let cell = whole_at(self.cell)?;
        // ichnaea takes a GSM cell whose number has more than 16 bits for what it then is.
        let radio = if named == Radio::Gsm && cell > Some(65_535) { Radio::Wcdma } else { named };
        let identity = CellIdentity {
            radio,
            mcc: small(whole_at(self.mcc)?),
            mnc: small(whole_at(self.mnc)?),
            area: small(whole_at(self.area)?),
            cell,
        };
        let seconds = |i| -> Result<Option<Millis>, BadRow> {
            let plausible = |s: &f64| (0.0..=4_102_444_800.0).contains(s);
            Ok(optional(i)?.filter(plausible).map(|s| Millis::from_secs(s as i64)).filter(|t| when::is_set(*t)))
        };
        Ok(Content::Estimate(Estimate {
            emitter: Estimated::Cell(CellKey::try_from(identity).map_err(|_| BadRow::Cell)?),
            place: LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?,
            radius: optional(self.range)?.filter(|r| *r > 0.0).map(|r| Metres(r.min(MAX_RANGE.0))),
            samples: optional(self.samples)?.and_then(whole::<u32>).filter(|n| *n > 0),
            // Where only the first time is told, it was not heard before that.
            heard: seconds(self.updated)?.or(seconds(self.created)?),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Format, Item, Reader, Reading};
    use super::*;
    use crate::exchange::{Fault, ImportError};

    const TODAY: &str = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal";
    const BEFORE: &str = "radio,mcc,mnc,lac,cid,psc,lon,lat,range,samples,changeable,created,updated,averageSignal";
    const LTE: &str = "LTE,244,5,4711,12345678,123,24.9384,60.1699,1500,17,1,1459692342,1488347104,-95";

    fn open(text: &str) -> Result<Reader, ImportError> {
        let reading = Reading {
            now: Millis::from_secs(1_800_000_000),
            scratch: Path::new("none"),
            growing: false,
            onlooker: None,
        };
        Reader::of_bytes(text.into(), reading)
    }

    fn read(text: &str) -> Vec<Result<Estimate, (BadRow, u64)>> {
        let mut reader = open(text).unwrap();
        assert_eq!(reader.format(), Format::Cells);
        let items = std::iter::from_fn(|| reader.next_item().unwrap());
        items
            .map(|item| match item {
                Item::Estimate(estimate) => Ok(estimate),
                Item::Bad(why, line) => Err((why, line)),
                Item::Row(row) => panic!("{row:?}"),
            })
            .collect()
    }

    fn cell(estimate: &Estimate) -> CellKey {
        let Estimated::Cell(key) = estimate.emitter else { panic!("no cell") };
        key
    }

    #[test]
    fn a_cell_is_the_same_under_either_heading_and_under_none() {
        let expected = Estimate {
            emitter: Estimated::Cell(CellKey::new(Radio::Lte, 244, 5, 4711, 12_345_678).unwrap()),
            place: LatLng::new(60.1699, 24.9384).unwrap(),
            radius: Some(Metres(1_500.0)),
            samples: Some(17),
            heard: Some(Millis::from_secs(1_488_347_104)),
        };
        for text in [
            format!("{TODAY}\r\n{LTE}\r\n"),
            format!("{BEFORE}\n{LTE}\n"),
            format!("{LTE}\n"),
            format!("\u{feff}{TODAY}\n{LTE}"),
        ] {
            assert_eq!(read(&text), [Ok(expected.clone())], "{text}");
        }
        assert_eq!(read(&format!("{LTE}\n{LTE}\n")).len(), 2);
    }

    #[test]
    fn what_an_export_does_not_know_is_left_open() {
        let row = |times: &str| {
            let mut rows = read(&format!("{TODAY}\nUMTS,262,2,801,86355,,13.28,52.52,0,0,1,{times},\n"));
            rows.remove(0).unwrap()
        };
        let unknown = row("0,");
        assert_eq!((cell(&unknown).radio(), unknown.radius, unknown.samples), (Radio::Wcdma, None, None));
        assert_eq!(unknown.heard, None);
        assert_eq!(row("1459692342,").heard, Some(Millis::from_secs(1_459_692_342)));
    }

    #[test]
    fn each_line_that_names_no_cell_is_told_with_its_reason() {
        let with = |from: &str, to: &str| read(&format!("{TODAY}\n{}\n", LTE.replacen(from, to, 1))).remove(0);
        for (from, to, why) in [
            ("LTE", "CDMA", BadRow::Unsupported),
            ("LTE", "FM", BadRow::Cell),
            ("4711", "65535", BadRow::Cell),
            ("12345678", "-1", BadRow::Cell),
            ("60.1699", "NaN", BadRow::Position),
            ("60.1699", "160.1", BadRow::Position),
            ("1500", "1e400", BadRow::Number),
            (",123,24.9384,60.1699", "", BadRow::Columns),
        ] {
            assert_eq!(with(from, to), Err((why, 2)), "{from} {to}");
        }
        assert_eq!(with("1500", "9999999").unwrap().radius, Some(MAX_RANGE));
        assert_eq!(cell(&with("LTE", "GSM").unwrap()).radio(), Radio::Wcdma);
    }

    #[test]
    fn what_is_no_export_is_not_opened() {
        for text in ["Dear diary", "LTE,244", "radio,mcc\n"] {
            assert!(open(text).is_err_and(|e| e.fault == Fault::UnknownFormat), "{text}");
        }
    }
}
