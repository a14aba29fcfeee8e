//! What all formats of comma-separated lines share: lines of one place and time make one row, and a last line that is still
//! being written is read again when it is whole.

use super::split::Split;
use super::table::Table;
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::place::Mark;
use crate::exchange::{BadRow, Fault, Place, Row};
use crate::model::Millis;

/// Entries of one row: more than any phone hears in one place, few enough to hold.
const MAX_ENTRIES: usize = 1_000;

/// What a line says.
pub(super) enum Content {
    /// Something heard somewhere.
    Row(Row),
}

/// One format: where its columns are and what they mean.
pub(super) trait Layout: Send {
    /// What one line says; nothing in it can be later than `now`.
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow>;
}

/// A file of lines being read.
pub(super) struct Csv {
    table: Table,
    layout: Box<dyn Layout>,
    now: Millis,
    /// Whether the line that was read last is still to be looked at: a file without a heading begins with data.
    pending: bool,
    /// The row that the next line may still belong to, and where it begins.
    open: Option<(Mark, Row)>,
    /// Where a last line begins that has no end yet and cannot be read: it may be whole when the file has grown.
    unfinished: Option<Mark>,
}

impl Csv {
    /// Lines after a heading; with `pending` the table's line is data already.
    pub fn new(table: Table, layout: Box<dyn Layout>, pending: bool, now: Millis) -> Self {
        Self { table, layout, now, pending, open: None, unfinished: None }
    }

    /// Adds a line's row to the one that is open; hands that one out where the new one does not belong to it.
    fn join(&mut self, row: Row) -> Option<Row> {
        if let Some((_, open)) = &mut self.open
            && open.fix.utc == row.fix.utc
            && open.fix.place == row.fix.place
            && open.heard() < MAX_ENTRIES
        {
            open.scan.wifi.extend(row.scan.wifi);
            open.scan.cells.extend(row.scan.cells);
            open.scan.beacons.extend(row.scan.beacons);
            return None;
        }
        self.open.replace((self.table.begin().clone(), row)).map(|(_, full)| full)
    }
}

impl Rows for Csv {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            if !std::mem::take(&mut self.pending) && !self.table.read()? {
                return Ok(self.open.take().map(|(_, row)| Item::Row(row)));
            }
            let content = if self.table.split() {
                self.layout.read(self.table.columns(), self.now)
            } else {
                Err(BadRow::Columns)
            };
            match content {
                Ok(Content::Row(row)) => {
                    if let Some(full) = self.join(row) {
                        return Ok(Some(Item::Row(full)));
                    }
                }
                Err(why) => {
                    self.unfinished = (!self.table.is_ended()).then(|| self.table.begin().clone());
                    return Ok(Some(Item::Bad(why, self.table.number())));
                }
            }
        }
    }

    fn reached(&self) -> &Mark {
        self.open.as_ref().map(|(begin, _)| begin).or(self.unfinished.as_ref()).unwrap_or(self.table.input.mark())
    }

    fn skip_to(&mut self, place: &Place) -> Result<(), Fault> {
        self.pending = false;
        self.table.input.skip_to(place)
    }

    fn input(&self) -> &Input {
        &self.table.input
    }

    fn input_mut(&mut self) -> &mut Input {
        &mut self.table.input
    }
}
