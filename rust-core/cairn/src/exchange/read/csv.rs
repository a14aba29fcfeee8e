//! What all formats of comma-separated lines share: lines of one place and time make one row, and a last line that is still
//! being written is read again when it is whole.

use super::split::Split;
use super::table::{BOM, Table};
use super::{Format, Item, Rows, cells, microg, neostumbler, tower_collector, wigle};
use crate::exchange::input::Input;
use crate::exchange::place::Mark;
use crate::exchange::{BadRow, Estimate, Fault, Place, Row};
use crate::model::Millis;

/// Entries of one row: more than any phone hears in one place, few enough to hold.
const MAX_ENTRIES: usize = 1_000;

/// What a line says.
pub(super) enum Content {
    /// Something heard somewhere.
    Row(Row),
    /// Where an emitter is thought to be.
    Estimate(Estimate),
}

/// One format: where its columns are and what they mean.
pub(super) trait Layout: Send {
    /// What one line says; nothing in it can be later than `now`.
    fn read(&self, line: &Split, now: Millis) -> Result<Content, BadRow>;
}

/// What a file of lines is, told by its first: where a heading names other columns than any format has, none.
pub(super) fn told(start: &[u8]) -> Result<Format, Fault> {
    let mut split = Split::new();
    let start = start.strip_prefix(BOM).unwrap_or(start);
    let mut is_wigle = false;
    for line in start.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        if line.starts_with(WIGLE) {
            is_wigle = true;
            continue;
        }
        split.line(line, None);
        if let Some((format, _)) = named(&split) {
            return Ok(format);
        }
        if !is_wigle && cells::Columns::of_first(&split).is_some() {
            return Ok(Format::Cells);
        }
        for separator in [b';', b'\t'] {
            let line: Vec<u8> = line.iter().map(|b| if *b == separator { b',' } else { *b }).collect();
            split.line(&line, None);
            if named(&split).is_some() {
                return Err(Fault::Spreadsheet);
            }
        }
        return Err(if is_wigle { Fault::Heading } else { Fault::UnknownFormat });
    }
    Err(if is_wigle { Fault::Heading } else { Fault::UnknownFormat })
}

/// How the first line of `WiGLE`'s files begins; the columns stand in the second.
const WIGLE: &[u8] = b"WigleWifi-";

/// The format that has these columns.
fn named(heading: &Split) -> Option<(Format, Box<dyn Layout>)> {
    if let Some(columns) = wigle::Columns::named(heading) {
        return Some((Format::Wigle, Box::new(columns)));
    }
    if let Some(columns) = neostumbler::Columns::named(heading) {
        return Some((Format::NeoStumbler, Box::new(columns)));
    }
    if let Some(columns) = tower_collector::Columns::named(heading) {
        return Some((Format::TowerCollector, Box::new(columns)));
    }
    if let Some(columns) = microg::Wifi::named(heading) {
        return Some((Format::Microg, Box::new(columns)));
    }
    if let Some(columns) = microg::Cells::named(heading) {
        return Some((Format::Microg, Box::new(columns)));
    }
    cells::Columns::named(heading).map(|columns| (Format::Cells, Box::new(columns) as Box<dyn Layout>))
}

/// A file of lines being read.
pub(super) struct Csv {
    table: Table,
    layout: Box<dyn Layout>,
    now: Millis,
    /// Whether the file may still grow: its last line and its last row wait for what comes.
    growing: bool,
    /// Whether the line that was read last is still to be looked at: a file without a heading begins with data.
    pending: bool,
    /// Whether reading began within a line.
    within_line: bool,
    /// The row that the next line may still belong to, and where it begins.
    open: Option<(Mark, Row)>,
    /// Where a last line begins that has no end yet and cannot be read: it may be whole when the file has grown.
    unfinished: Option<Mark>,
}

impl Csv {
    /// Reads up to the first line of data.
    pub fn new(input: Input, now: Millis, growing: bool) -> Result<Self, Fault> {
        let mut table = Table::new(input);
        let mut layout = None;
        let mut pending = false;
        while layout.is_none() {
            if !table.read()? {
                return Err(Fault::Heading);
            }
            if table.text().starts_with(WIGLE) {
                continue;
            }
            table.split();
            layout = named(table.columns()).map(|(_, layout)| layout);
            if layout.is_none() {
                let columns = cells::Columns::of_first(table.columns()).ok_or(Fault::Heading)?;
                layout = Some(Box::new(columns) as Box<dyn Layout>);
                pending = true;
            }
            table.is_heading();
        }
        let layout = layout.ok_or(Fault::Heading)?;
        Ok(Self { table, layout, now, growing, pending, within_line: false, open: None, unfinished: None })
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
                // More lines of its place and time may be about to be written.
                let last = if self.growing { None } else { self.open.take() };
                return Ok(last.map(|(_, row)| Item::Row(row)));
            }
            if std::mem::take(&mut self.within_line) {
                return Ok(Some(Item::Bad(BadRow::Unfinished, self.table.number())));
            }
            if self.growing && !self.table.is_ended() {
                self.unfinished = Some(self.table.begin().clone());
                return Ok(None);
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
                Ok(Content::Estimate(estimate)) => return Ok(Some(Item::Estimate(estimate))),
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

    fn skip_to(&mut self, place: &Place) -> Result<bool, Fault> {
        self.pending = false;
        let is_same = self.table.input.skip_to(place)?;
        // Only the last line of a file is taken without its end, and now there is more of it: unless that is nothing but the end.
        self.within_line = is_same
            && self.table.input.mark().tail.last().is_some_and(|b| *b != b'\n')
            && !self.table.input.at_line_end()?;
        Ok(is_same)
    }

    fn input(&self) -> &Input {
        &self.table.input
    }

    fn input_mut(&mut self) -> &mut Input {
        &mut self.table.input
    }
}
