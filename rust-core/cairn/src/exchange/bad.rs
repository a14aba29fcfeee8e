//! Rows that cannot be read: counted by reason with the first lines, so that a file can be mended; their content is not repeated.

use std::collections::BTreeMap;

use thiserror::Error;

/// Lines named per reason: enough to find the cause, few enough to read.
pub const FIRST_LINES: usize = 5;

/// Why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum BadRow {
    /// Columns are missing, or quotes do not close.
    #[error("columns are missing")]
    Columns,
    /// Not an object of the format.
    #[error("not a readable geosubmit item")]
    Item,
    /// Taken in earlier, before it was whole.
    #[error("the line was imported before it was whole: what it says now is not in")]
    Unfinished,
    /// No hardware address where there should be one.
    #[error("the hardware address cannot be read")]
    Mac,
    /// No cell identity where there should be one.
    #[error("the cell's identity cannot be read")]
    Cell,
    /// A kind of emitter that no location service takes: CDMA, NFC.
    #[error("a kind of emitter that no location service takes")]
    Unsupported,
    /// Heard before the receiver knew where it was.
    #[error("heard without a position")]
    NoFix,
    /// A placemark that is no network.
    #[error("a placemark that names no network")]
    Placemark,
    /// Latitude or longitude is missing, not a number, or out of range.
    #[error("latitude or longitude is missing, not a number or out of range")]
    Position,
    /// Another number is none, or infinite.
    #[error("a number cannot be read")]
    Number,
    /// No time, or one that cannot be read.
    #[error("the time is missing or cannot be read")]
    Time,
    /// Before 2000 or in the future: a clock that was not set.
    #[error("the date is before 2000 or in the future")]
    Date,
}

impl BadRow {
    /// The word for it in machine-readable output; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Item => "item",
            Self::Unfinished => "unfinished",
            Self::NoFix => "no_fix",
            Self::Placemark => "placemark",
            Self::Mac => "mac",
            Self::Cell => "cell",
            Self::Unsupported => "unsupported",
            Self::Position => "position",
            Self::Number => "number",
            Self::Time => "time",
            Self::Date => "date",
        }
    }
}

/// The bad rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadRows(BTreeMap<BadRow, Lines>);

/// How many rows, and the first of their lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// All of them.
    pub count: u64,
    /// The first [`FIRST_LINES`], from 1.
    pub first: Vec<u64>,
}

impl BadRows {
    /// Counts one.
    pub fn add(&mut self, why: BadRow, line: u64) {
        let lines = self.0.entry(why).or_default();
        lines.count += 1;
        if lines.first.len() < FIRST_LINES {
            lines.first.push(line);
        }
    }

    /// Adds those of another file.
    pub fn merge(&mut self, other: &Self) {
        for (why, lines) in &other.0 {
            let into = self.0.entry(*why).or_default();
            into.count += lines.count;
            let room = FIRST_LINES.saturating_sub(into.first.len());
            into.first.extend(lines.first.iter().take(room));
        }
    }

    /// All of them, by reason.
    pub fn iter(&self) -> impl Iterator<Item = (BadRow, &Lines)> {
        self.0.iter().map(|(why, lines)| (*why, lines))
    }

    /// How many there are that should not have been there; what no service takes, and what is there for the eye, is no fault of
    /// the file.
    pub fn faulty(&self) -> u64 {
        let is_fault = |why: BadRow| !matches!(why, BadRow::Unsupported | BadRow::NoFix | BadRow::Placemark);
        self.iter().filter(|(why, _)| is_fault(*why)).map(|(_, lines)| lines.count).sum()
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.iter().map(|(_, lines)| lines.count).sum()
    }
}
