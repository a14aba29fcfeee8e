//! Reads rows out of files, whichever of the known formats they have: told by content, never by name.

mod cells;
mod csv;
mod database;
mod fields;
mod format;
mod geolocate;
mod geosubmit;
mod gpx;
mod items;
mod kismet;
mod kml;
mod microg;
mod neostumbler;
mod neostumbler_database;
mod netxml;
mod split;
mod table;
mod tower_collector;
mod wigle;
mod xml;

use std::path::Path;
use std::sync::atomic::AtomicBool;

pub use format::Format;
pub use geolocate::geolocate_query;

use super::input::Input;
use super::place::Mark;
use super::{BadRow, Estimate, Fault, ImportError, Part, Place, Row, SourceId};
use crate::model::Millis;

/// What stands at one place of a file.
#[derive(Debug)]
pub enum Item {
    /// A good row.
    Row(Row),
    /// Where an emitter is thought to be.
    Estimate(Estimate),
    /// A row that cannot be read, and its line, from 1.
    Bad(BadRow, u64),
}

/// What each format of text does.
trait Rows: Send {
    /// The next row; none at the proper end of the format.
    fn next(&mut self) -> Result<Option<Item>, Fault>;

    /// The end of the last row handed out.
    fn reached(&self) -> &Mark {
        self.input().mark()
    }

    /// Goes on after a place that was reached before; answers whether the file is still what it was right before it.
    fn skip_to(&mut self, place: &Place) -> Result<bool, Fault> {
        self.input_mut().skip_to(place)
    }

    fn input(&self) -> &Input;

    fn input_mut(&mut self) -> &mut Input;
}

/// How a file is read.
enum Body {
    Text(Box<dyn Rows>),
    Database(Box<database::Database>),
}

/// How files are read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// What no row can be later than, UTC.
    pub now: Millis,
    /// Where a copy of a database may be written; what is there is overwritten, and nothing is left.
    pub scratch: &'a Path,
    /// Whether files may still be growing: what stands last in them waits for the rest.
    pub growing: bool,
    /// Who looks on while a database is copied and looked over, before its first row; nobody need.
    pub onlooker: Option<Onlooker<'a>>,
}

/// Who is told how far the opening of a database is, and may stop it.
#[derive(Clone, Copy)]
pub struct Onlooker<'a> {
    /// Told how many bytes are copied, and of how many.
    pub progress: &'a dyn Fn(u64, u64),
    /// Stops it, once set: it then ends with [`Fault::Cancelled`].
    pub cancel: &'a AtomicBool,
}

/// A file being read.
pub struct Reader {
    part: Part,
    format: Format,
    source: SourceId,
    body: Body,
    reached: Mark,
    growing: bool,
}

impl Reader {
    /// Opens a file, or one file of an archive.
    ///
    /// # Errors
    /// [`ImportError`] where it cannot be read or its format is not known.
    pub fn open(part: &Part, reading: Reading<'_>) -> Result<Self, ImportError> {
        let fail = |fault: Fault| fault.of(&part.label());
        let input = Input::open_entry(part.path(), part.entry()).map_err(fail)?;
        if database::is_one(input.start()) {
            drop(input);
            let opened = database::Database::open(part.path(), part.entry(), reading);
            return opened.map(|db| Self::of_database(db, part, reading.growing)).map_err(fail);
        }
        Self::of(input, part, reading).map_err(fail)
    }

    /// As [`Reader::open`], of bytes that a file would hold.
    ///
    /// # Errors
    /// As for [`Reader::open`].
    pub fn of_bytes(bytes: Vec<u8>, reading: Reading<'_>) -> Result<Self, ImportError> {
        let part = Part::nameless();
        let fail = |fault: Fault| fault.of(&part.label());
        let mut input = Input::from_bytes(bytes).map_err(fail)?;
        if database::is_one(input.start()) {
            let opened = database::Database::copy(&mut input.whole(), reading, &|| (0, 0));
            return opened.map(|db| Self::of_database(db, &part, reading.growing)).map_err(fail);
        }
        Self::of(input, &part, reading).map_err(fail)
    }

    fn of_database((format, db): (Format, database::Database), part: &Part, growing: bool) -> Self {
        let source = db.source();
        Self {
            part: part.clone(),
            format,
            source,
            body: Body::Database(Box::new(db)),
            reached: Mark::default(),
            growing,
        }
    }

    fn of(input: Input, part: &Part, reading: Reading<'_>) -> Result<Self, Fault> {
        let Reading { now, growing, .. } = reading;
        let format = Format::of(input.start())?;
        let rows: Box<dyn Rows> = match format {
            Format::Gpx => Box::new(gpx::Gpx::new(input, now)?),
            Format::WigleKml | Format::Kml => Box::new(kml::Kml::new(input, now)?),
            Format::Netxml => Box::new(netxml::Netxml::new(input, now)?),
            Format::Geosubmit => Box::new(geosubmit::Geosubmit::new(input, now)?),
            _ => Box::new(csv::Csv::new(input, now, growing)?),
        };
        // Its heading has been read, nothing more.
        let source = SourceId::of(rows.input().start(), rows.input().mark().offset);
        Ok(Self { part: part.clone(), format, source, body: Body::Text(rows), reached: Mark::default(), growing })
    }

    /// Which format the file has.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Which file it is.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Whether its rows are numbered by another program, which may have thrown the first away since.
    pub(super) fn is_database(&self) -> bool {
        matches!(self.body, Body::Database(_))
    }

    /// The number of a database's last row; 0 of what is none.
    pub(super) fn last_row(&self) -> u64 {
        match &self.body {
            Body::Text(_) => 0,
            Body::Database(db) => db.last_row(),
        }
    }

    /// Whether the file goes on from a place: it has grown out of a short one that was imported up to there, or it is a
    /// database that has the row that was reached.
    pub(super) fn goes_on_from(&self, place: &Place) -> Result<bool, ImportError> {
        match &self.body {
            Body::Text(rows) => Ok(place.is_after(rows.input().start())),
            Body::Database(db) => db.holds(place).map_err(|fault| fault.of(&self.part.label())),
        }
    }

    /// Its first bytes, and whether they are all there are and too few to tell it from others.
    pub(super) fn is_short(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Text(rows) => Some(rows.input().start()).filter(|start| super::place::is_short(start)),
            Body::Database(_) => None,
        }
    }

    /// Goes on after a place that was reached before; answers whether the file is still what it was right before it. Where it
    /// is not, nothing more can be read of it.
    ///
    /// # Errors
    /// [`ImportError`] where it cannot be read.
    pub fn skip_to(&mut self, place: &Place) -> Result<bool, ImportError> {
        let skipped = match &mut self.body {
            Body::Text(rows) => rows.skip_to(place),
            Body::Database(db) => db.skip_to(place),
        };
        skipped.map_err(|fault| fault.of(&self.part.label()))
    }

    /// Whether a file that is to be read from its start ends before an offset.
    pub(super) fn ends_before(&mut self, offset: u64) -> Result<bool, ImportError> {
        let Body::Text(rows) = &mut self.body else { return Ok(false) };
        rows.input_mut().ends_before(offset).map_err(|fault| fault.of(&self.part.label()))
    }

    /// The next row, good or bad; none at the end of the file.
    ///
    /// # Errors
    /// [`ImportError`] where there is no way on.
    pub fn next_item(&mut self) -> Result<Option<Item>, ImportError> {
        self.try_next().map_err(|fault| match &self.body {
            Body::Text(rows) => fault.at(&self.part.label(), rows.input().line()),
            Body::Database(_) => fault.of(&self.part.label()),
        })
    }

    fn try_next(&mut self) -> Result<Option<Item>, Fault> {
        let item = match &mut self.body {
            Body::Text(rows) => match rows.next() {
                // A file that is being written has not got its end yet.
                Err(Fault::CutOff) if self.growing => return Ok(None),
                Ok(None) if !self.growing => {
                    // Damage after the last row is damage, too.
                    rows.input_mut().skip_rest()?;
                    None
                }
                other => other?,
            },
            Body::Database(db) => db.next()?,
        };
        if item.is_some() {
            // Not past the format's end: a file that has grown has its new rows before that.
            match &self.body {
                Body::Text(rows) => self.reached.clone_from(rows.reached()),
                Body::Database(db) => self.reached.clone_from(db.reached()),
            }
        }
        Ok(item)
    }

    /// The end of the last row handed out: an import that has stored it can go on from here.
    pub fn place(&self) -> Place {
        self.reached.place()
    }

    /// Bytes of the file read so far, as it lies on the disk, and its size.
    pub fn progress(&self) -> (u64, u64) {
        match &self.body {
            Body::Text(rows) => rows.input().progress(),
            Body::Database(db) => db.progress(),
        }
    }
}

#[cfg(test)]
mod tests;
