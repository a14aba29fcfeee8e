//! Files in and out, and what there is in numbers.

use engine::engine::Stats;
use engine::exchange::{BadRows, ExportFormat, ImportSummary};

/// The formats that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ExportKind {
    /// A body of geosubmit, version 2.
    Geosubmit,
    /// GPX 1.1.
    Gpx,
}

impl From<ExportKind> for ExportFormat {
    fn from(kind: ExportKind) -> Self {
        match kind {
            ExportKind::Geosubmit => Self::Geosubmit,
            ExportKind::Gpx => Self::Gpx,
        }
    }
}

/// Rows left out of an import for one reason.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BadRowsRow {
    /// The reason's word; never changes.
    pub reason: String,
    /// The reason in English.
    pub english: String,
    /// How many.
    pub count: u64,
    /// The first lines, from 1.
    pub first_lines: Vec<u64>,
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ImportResult {
    /// Good rows taken in: places, or emitters whose place others have reckoned.
    pub rows: u64,
    /// Emitters heard in them.
    pub heard: u64,
    /// Rows that could not be read.
    pub bad: Vec<BadRowsRow>,
    /// The line at which this import began, where an earlier one had been there.
    pub resumed_at: Option<u64>,
    /// Whether all of it had been imported before.
    pub nothing_new: bool,
}

impl From<ImportSummary> for ImportResult {
    fn from(summary: ImportSummary) -> Self {
        let mut bad = BadRows::default();
        for part in &summary.parts {
            bad.merge(&part.bad);
        }
        let bad = bad.iter().map(|(why, lines)| BadRowsRow {
            reason: why.word().to_owned(),
            english: why.to_string(),
            count: lines.count,
            first_lines: lines.first.clone(),
        });
        Self {
            rows: summary.rows() + summary.estimates(),
            heard: summary.heard() + summary.estimates(),
            bad: bad.collect(),
            resumed_at: summary.parts.first().and_then(|p| p.resumed_at),
            nothing_new: summary.is_nothing_new(),
        }
    }
}

/// Fixes and sightings left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DropRow {
    /// The reason's word; never changes.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// What there is, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Numbers {
    /// Sightings that came in, whatever became of them.
    pub raw: u64,
    /// Sightings kept for upload.
    pub kept: u64,
    /// Sightings that told nothing new.
    pub counted: u64,
    /// Fixes that came in.
    pub fixes: u64,
    /// The rest, by reason.
    pub dropped: Vec<DropRow>,
    /// Reports stored now.
    pub reports: u64,
    /// Sightings stored now.
    pub sightings: u64,
    /// Bytes of the database.
    pub bytes: u64,
    /// Fixes and scans turned away because the engine was behind.
    pub turned_away: u64,
}

impl From<Stats> for Numbers {
    fn from(stats: Stats) -> Self {
        let counts = stats.counts;
        let dropped = counts.dropped.iter().map(|(why, n)| DropRow { reason: why.word().to_owned(), count: *n });
        Self {
            raw: counts.raw,
            kept: counts.kept,
            counted: counts.counted,
            fixes: counts.fixes,
            dropped: dropped.collect(),
            reports: stats.reports,
            sightings: stats.sightings,
            bytes: stats.bytes,
            turned_away: stats.turned_away,
        }
    }
}

/// What was saved from a damaged database when it was opened.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Saved {
    /// Where the damaged file lies now.
    pub set_aside: String,
    /// Rows saved.
    pub rows: u64,
    /// Tables that could not be read to their end.
    pub damaged_tables: u32,
}
