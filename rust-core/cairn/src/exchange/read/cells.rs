//! Exports of cells as Mozilla's location service and `OpenCellID` write them: one line per cell, with the place where it is
//! thought to be. The columns, their two spellings and units: schemas/exchange/cells.md.

use std::path::Path;

use super::csv::{Content, Layout};
use super::fields::{number, radio, signal, whole};
use super::split::Split;
use super::table::Table;
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Estimate, Estimated, Fault, ImportError, when};
use crate::model::{CellIdentity, CellKey, Dbm, LatLng, Metres, Millis, Radio};

/// Radii beyond 100 km are of cells whose sightings contradict each other: ichnaea limits them to this.
const MAX_RANGE: Metres = Metres(100_000.0);

/// What an export says of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellRow {
    /// Which cell.
    pub key: CellKey,
    /// Scrambling code or physical cell id, where it is told and within its range.
    pub physical: Option<u16>,
    /// Where it is thought to be: the middle of where it was heard.
    pub place: LatLng,
    /// How far from there it is heard, at most 100 km; none where it was heard in one place only.
    pub range: Option<Metres>,
    /// Sightings behind it.
    pub samples: Option<u32>,
    /// When it was first heard.
    pub created: Option<Millis>,
    /// When it was last heard.
    pub updated: Option<Millis>,
    /// Mean signal.
    pub signal: Option<Dbm>,
}

/// One line of an export: a cell, or why it cannot be read and its number, from 1.
pub type CellLine = Result<CellRow, (BadRow, u64)>;

/// An export being read, plain or packed, with or without a heading, in bounded memory.
pub struct CellExport {
    table: Table,
    columns: Columns,
    /// Whether the line that was read last is still to be handed out: a file without a heading begins with a cell.
    pending: bool,
    path: std::path::PathBuf,
}

impl CellExport {
    /// Opens an export.
    ///
    /// # Errors
    /// [`ImportError`] where the file cannot be read or is none.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        Input::open(path).and_then(|input| Self::of(input, path)).map_err(|fault| fault.of(path))
    }

    fn of(input: Input, path: &Path) -> Result<Self, Fault> {
        let mut table = Table::new(input);
        if !table.read()? || !table.split() {
            return Err(Fault::UnknownFormat);
        }
        let named = Columns::named(table.columns());
        let pending = named.is_none();
        let columns = named.or_else(|| Columns::of_first(table.columns())).ok_or(Fault::UnknownFormat)?;
        table.is_heading();
        Ok(Self { table, columns, pending, path: path.to_owned() })
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`ImportError`] where there is no way on.
    pub fn next_line(&mut self) -> Result<Option<CellLine>, ImportError> {
        if !std::mem::take(&mut self.pending)
            && !self.table.read().map_err(|f| f.at(&self.path, self.table.number()))?
        {
            return Ok(None);
        }
        let row = if self.table.split() { self.columns.cell(self.table.columns()) } else { Err(BadRow::Columns) };
        Ok(Some(row.map_err(|why| (why, self.table.number()))))
    }

    /// Bytes of the file read so far, as it lies on the disk, and its size.
    pub fn progress(&self) -> (u64, u64) {
        self.table.input.progress()
    }
}

/// Where the columns are.
pub(super) struct Columns {
    radio: usize,
    mcc: usize,
    mnc: usize,
    area: usize,
    cell: usize,
    unit: Option<usize>,
    lon: usize,
    lat: usize,
    range: Option<usize>,
    samples: Option<usize>,
    created: Option<usize>,
    updated: Option<usize>,
    signal: Option<usize>,
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
            unit: find(&["unit", "psc", "pci"]),
            lon: find(&["lon"])?,
            lat: find(&["lat"])?,
            range: find(&["range"]),
            samples: find(&["samples"]),
            created: find(&["created"]),
            updated: find(&["updated"]),
            signal: find(&["averageSignal"]),
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
            unit: Some(5),
            lon: 6,
            lat: 7,
            range: Some(8),
            samples: Some(9),
            created: Some(11),
            updated: Some(12),
            signal: Some(13),
        })
    }

    /// The cell that a line tells of.
    fn cell(&self, line: &Split) -> Result<CellRow, BadRow> {
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
        Ok(CellRow {
            key: CellKey::try_from(identity).map_err(|_| BadRow::Cell)?,
            physical: optional(self.unit)?
                .and_then(whole::<u16>)
                .filter(|p| radio.max_physical().is_some_and(|max| *p <= max)),
            place: LatLng::new(degrees(self.lat)?, degrees(self.lon)?).map_err(|_| BadRow::Position)?,
            range: optional(self.range)?.filter(|r| *r > 0.0).map(|r| Metres(r.min(MAX_RANGE.0))),
            samples: optional(self.samples)?.and_then(whole::<u32>).filter(|n| *n > 0),
            created: seconds(self.created)?,
            updated: seconds(self.updated)?,
            signal: signal(optional(self.signal)?),
        })
    }
}

impl Layout for Columns {
    fn read(&self, line: &Split, _: Millis) -> Result<Content, BadRow> {
        let CellRow { key, place, range, samples, updated, .. } = self.cell(line)?;
        Ok(Content::Estimate(Estimate { emitter: Estimated::Cell(key), place, radius: range, samples, heard: updated }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal";
    const BEFORE: &str = "radio,mcc,mnc,lac,cid,psc,lon,lat,range,samples,changeable,created,updated,averageSignal";
    const LTE: &str = "LTE,244,5,4711,12345678,123,24.9384,60.1699,1500,17,1,1459692342,1488347104,-95";

    fn read(text: &str) -> Vec<CellLine> {
        let mut export = CellExport::of(Input::from_bytes(text.into()).unwrap(), Path::new("test")).unwrap();
        std::iter::from_fn(|| export.next_line().unwrap()).collect()
    }

    #[test]
    fn a_cell_is_the_same_under_either_heading_and_under_none() {
        let expected = CellRow {
            key: CellKey::new(Radio::Lte, 244, 5, 4711, 12_345_678).unwrap(),
            physical: Some(123),
            place: LatLng::new(60.1699, 24.9384).unwrap(),
            range: Some(Metres(1_500.0)),
            samples: Some(17),
            created: Some(Millis::from_secs(1_459_692_342)),
            updated: Some(Millis::from_secs(1_488_347_104)),
            signal: Some(Dbm(-95)),
        };
        for text in [
            format!("{TODAY}\r\n{LTE}\r\n"),
            format!("{BEFORE}\n{LTE}\n"),
            format!("{LTE}\n"),
            format!("\u{feff}{TODAY}\n{LTE}"),
        ] {
            assert_eq!(read(&text), [Ok(expected)], "{text}");
        }
        assert_eq!(read(&format!("{LTE}\n{LTE}\n")).len(), 2);
    }

    #[test]
    fn what_an_export_does_not_know_is_left_open() {
        let [Ok(row)] = read(&format!("{TODAY}\nUMTS,262,2,801,86355,,13.28,52.52,0,0,1,0,,\n"))[..] else { panic!() };
        assert_eq!((row.key.radio(), row.physical, row.range, row.samples), (Radio::Wcdma, None, None, None));
        assert_eq!((row.created, row.updated, row.signal), (None, None, None));
    }

    #[test]
    fn each_line_that_names_no_cell_is_told_with_its_reason() {
        let with = |from: &str, to: &str| read(&format!("{TODAY}\n{}\n", LTE.replacen(from, to, 1)))[0];
        assert_eq!(with("LTE", "CDMA"), Err((BadRow::Unsupported, 2)));
        assert_eq!(with("LTE", "FM"), Err((BadRow::Cell, 2)));
        assert_eq!(with("4711", "65535"), Err((BadRow::Cell, 2)));
        assert_eq!(with("12345678", "-1"), Err((BadRow::Cell, 2)));
        assert_eq!(with("60.1699", "NaN"), Err((BadRow::Position, 2)));
        assert_eq!(with("60.1699", "160.1"), Err((BadRow::Position, 2)));
        assert_eq!(with("1500", "1e400"), Err((BadRow::Number, 2)));
        assert_eq!(with(",123,24.9384,60.1699", ""), Err((BadRow::Columns, 2)));
        assert_eq!(with("1500", "9999999").map(|row| row.range), Ok(Some(MAX_RANGE)));
        assert_eq!(with("LTE", "GSM").map(|row| row.key.radio()), Ok(Radio::Wcdma));
    }

    #[test]
    fn what_is_no_export_is_not_opened() {
        for text in ["Dear diary", "LTE,244", "mac,lat,lon,alt\n", "{\"items\":[]}"] {
            let opened = CellExport::of(Input::from_bytes(text.into()).unwrap(), Path::new("test"));
            assert_eq!(opened.err(), Some(Fault::UnknownFormat), "{text}");
        }
    }
}
