//! What came of an import, for whoever asked for it.

use super::{BadRows, Format, ImportError, SourceId};

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// What was read: the file, or those of an archive's files that could be read at all.
    pub parts: Vec<PartSummary>,
    /// Files of an archive that could not be imported, or not to their end.
    pub failed: Vec<ImportError>,
    /// How many of an archive's files are of no format that can be imported.
    pub passed_over: u64,
}

/// What came of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSummary {
    /// What the file is called.
    pub label: std::path::PathBuf,
    /// Which file it is.
    pub source: SourceId,
    /// What the file was read as.
    pub format: Format,
    /// Good rows: places with what was heard there.
    pub rows: u64,
    /// Emitters heard in them.
    pub heard: u64,
    /// Emitters whose place others have reckoned.
    pub estimates: u64,
    /// How many of those were learned from; the rest is private.
    pub learned: u64,
    /// Sightings that were in already, from another file or heard by this phone: not counted again.
    pub known: u64,
    /// Rows that could not be read.
    pub bad: BadRows,
    /// The line, from 1, at which this import began; none where it began at the start.
    pub resumed_at: Option<u64>,
}

impl PartSummary {
    /// Whether all of the file had been imported before.
    pub fn is_nothing_new(&self) -> bool {
        self.resumed_at.is_some() && self.rows == 0 && self.estimates == 0 && self.bad == BadRows::default()
    }

    /// Whether anything was read at all.
    pub fn has_read(&self) -> bool {
        self.rows > 0 || self.estimates > 0 || self.bad != BadRows::default()
    }
}

impl ImportSummary {
    /// Good rows.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|p| p.rows).sum()
    }

    /// Emitters heard in them.
    pub fn heard(&self) -> u64 {
        self.parts.iter().map(|p| p.heard).sum()
    }

    /// Emitters whose place others have reckoned.
    pub fn estimates(&self) -> u64 {
        self.parts.iter().map(|p| p.estimates).sum()
    }

    /// Whether all of it had been imported before.
    pub fn is_nothing_new(&self) -> bool {
        self.failed.is_empty() && self.parts.iter().all(PartSummary::is_nothing_new)
    }
}
