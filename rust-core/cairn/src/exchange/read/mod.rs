//! Reads rows out of files, whichever of the known formats they have: told by content, never by name.

mod cells;
mod csv;
mod fields;
mod geolocate;
mod geosubmit;
mod gpx;
mod items;
mod split;
mod table;
mod wigle;

use std::path::{Path, PathBuf};

pub use cells::{CellExport, CellLine, CellRow};
pub use geolocate::geolocate_query;

use super::input::Input;
use super::place::Mark;
use super::{BadRow, Fault, ImportError, Place, Row, SourceId};
use crate::model::Millis;

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `WiGLE`'s CSV, 1.4 and 1.6.
    Wigle,
    /// GPX 1.0 and 1.1: track points.
    Gpx,
    /// Bodies of geosubmit, version 2, and items of version 1.
    Geosubmit,
}

impl Format {
    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wigle => "WiGLE CSV",
            Self::Gpx => "GPX",
            Self::Geosubmit => "geosubmit JSON",
        }
    }

    fn of(start: &[u8]) -> Result<Self, Fault> {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let text = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
        match text {
            _ if text.starts_with(b"WigleWifi-") || text.starts_with(b"MAC,SSID,") => Ok(Self::Wigle),
            [b'{', ..] => Ok(Self::Geosubmit),
            _ if text.starts_with(b"<?xml") || text.starts_with(b"<gpx") => Ok(Self::Gpx),
            _ if text.starts_with(b"PK\x03\x04") => Err(Fault::Zip),
            [] => Err(Fault::Empty),
            _ => Err(Fault::UnknownFormat),
        }
    }
}

/// What stands at one place of a file.
#[derive(Debug)]
pub enum Item {
    /// A good row.
    Row(Row),
    /// A row that cannot be read, and its line, from 1.
    Bad(BadRow, u64),
}

/// What each format does.
trait Rows: Send {
    /// The next row; none at the proper end of the format.
    fn next(&mut self) -> Result<Option<Item>, Fault>;

    /// The end of the last row handed out.
    fn reached(&self) -> &Mark {
        self.input().mark()
    }

    /// Goes on after a place that was reached before.
    fn skip_to(&mut self, place: &Place) -> Result<(), Fault> {
        self.input_mut().skip_to(place)
    }

    fn input(&self) -> &Input;

    fn input_mut(&mut self) -> &mut Input;
}

/// A file being read.
pub struct Reader {
    path: PathBuf,
    format: Format,
    source: SourceId,
    rows: Box<dyn Rows>,
    reached: Mark,
}

impl Reader {
    /// Opens a file; `now` (UTC) is what no row can be later than.
    ///
    /// # Errors
    /// [`ImportError`] where the file cannot be read or its format is not known.
    pub fn open(path: &Path, now: Millis) -> Result<Self, ImportError> {
        Input::open(path).and_then(|input| Self::of(input, path, now)).map_err(|fault| fault.of(path))
    }

    /// As [`Reader::open`], of bytes that a file would hold.
    #[cfg(test)]
    pub(super) fn of_bytes(bytes: Vec<u8>, now: Millis) -> Result<Self, Fault> {
        Self::of(Input::from_bytes(bytes)?, Path::new("test"), now)
    }

    fn of(input: Input, path: &Path, now: Millis) -> Result<Self, Fault> {
        let format = Format::of(input.start())?;
        let rows: Box<dyn Rows> = match format {
            Format::Wigle => Box::new(lines(input, now)?),
            Format::Gpx => Box::new(gpx::Gpx::new(input, now)?),
            Format::Geosubmit => Box::new(geosubmit::Geosubmit::new(input, now)?),
        };
        // Its heading has been read, nothing more.
        let source = SourceId::of(rows.input().start(), rows.input().mark().offset);
        Ok(Self { path: path.to_owned(), format, source, rows, reached: Mark::default() })
    }

    /// Which format the file has.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Which file it is.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Whether the file has grown out of a short one that was imported up to a place.
    pub(super) fn starts_before(&self, place: &Place) -> bool {
        place.is_after(self.rows.input().start())
    }

    /// Goes on after a place that was reached before.
    ///
    /// # Errors
    /// [`Fault::Changed`] where the file is not what it was up to there.
    pub fn skip_to(&mut self, place: &Place) -> Result<(), ImportError> {
        self.rows.skip_to(place).map_err(|fault| fault.of(&self.path))
    }

    /// The next row, good or bad; none at the end of the file.
    ///
    /// # Errors
    /// [`ImportError`] where there is no way on.
    pub fn next_item(&mut self) -> Result<Option<Item>, ImportError> {
        self.try_next().map_err(|fault| fault.at(&self.path, self.rows.input().line()))
    }

    fn try_next(&mut self) -> Result<Option<Item>, Fault> {
        let item = self.rows.next()?;
        if item.is_some() {
            // Not past the format's end: a file that has grown has its new rows before that.
            self.reached.clone_from(self.rows.reached());
        } else {
            // Damage after the last row is damage, too.
            self.rows.input_mut().skip_rest()?;
        }
        Ok(item)
    }

    /// The end of the last row handed out: an import that has stored it can go on from here.
    pub fn place(&self) -> Place {
        self.reached.place()
    }

    /// Bytes of the file read so far, as it lies on the disk, and its size.
    pub fn progress(&self) -> (u64, u64) {
        self.rows.input().progress()
    }
}

/// Reads up to the line that names the columns; an earlier one names the program.
fn lines(input: Input, now: Millis) -> Result<csv::Csv, Fault> {
    let mut table = table::Table::new(input);
    while table.read()? {
        if table.text().starts_with(b"WigleWifi-") {
            continue;
        }
        table.split();
        let columns = wigle::Columns::named(table.columns()).ok_or(Fault::Heading)?;
        table.is_heading();
        return Ok(csv::Csv::new(table, Box::new(columns), false, now));
    }
    Err(Fault::Heading)
}

#[cfg(test)]
mod tests;
