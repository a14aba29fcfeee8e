//! Files in and out, and what there is in numbers.

use engine::engine::{MergeSummary, Stats};
use engine::exchange::{Area, BadRows, ExportFormat, ExportOptions, Filter, ImportSummary, Kinds, Selection};
use engine::ledger::{AREA, Hexagon};
use engine::model::{Metres, Millis, TripId};

use crate::error::CoreException;
use crate::object::place;

/// The formats that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ExportKind {
    /// A body of geosubmit, version 2: everything that is stored.
    Geosubmit,
    /// GPX 1.1: the reports' places.
    Gpx,
    /// KML 2.2: the reports' places with what was heard there.
    Kml,
    /// The same, packed.
    Kmz,
    /// `GeoJSON`: the same.
    GeoJson,
    /// `WiGLE`'s CSV 1.6.
    Wigle,
    /// What microG imports of access points: learned over all trips.
    MicrogWifi,
    /// The same of cells.
    MicrogCells,
    /// A database of Cairn's own that can be given away.
    Database,
}

impl From<ExportKind> for ExportFormat {
    fn from(kind: ExportKind) -> Self {
        match kind {
            ExportKind::Geosubmit => Self::Geosubmit,
            ExportKind::Gpx => Self::Gpx,
            ExportKind::Kml => Self::Kml,
            ExportKind::Kmz => Self::Kmz,
            ExportKind::GeoJson => Self::GeoJson,
            ExportKind::Wigle => Self::Wigle,
            ExportKind::MicrogWifi => Self::MicrogWifi,
            ExportKind::MicrogCells => Self::MicrogCells,
            ExportKind::Database => Self::Database,
        }
    }
}

/// A piece of the earth, to cut an export to.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Enum)]
pub enum ExportArea {
    /// Around a place.
    Around {
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// How far, in metres; above zero.
        radius_m: f64,
    },
    /// An area of the leaderboard.
    Ranked {
        /// Degrees north of its middle.
        lat: f64,
        /// Degrees east of its middle.
        lon: f64,
    },
}

impl ExportArea {
    fn read(self) -> Result<Area, CoreException> {
        match self {
            Self::Around { lat, lon, radius_m } if radius_m.is_finite() && radius_m > 0.0 => {
                Ok(Area::Circle { middle: place(lat, lon)?, radius: Metres(radius_m) })
            }
            Self::Around { .. } => {
                Err(CoreException::BadInput { what: "the radius of the area must be above zero".to_owned() })
            }
            Self::Ranked { lat, lon } => Ok(Area::Hexagon(Hexagon::around(place(lat, lon)?, AREA))),
        }
    }
}

/// What to write, and which part of what is stored.
#[allow(clippy::struct_excessive_bools, reason = "the screen has a switch for each")]
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ExportChoice {
    /// As what.
    pub kind: ExportKind,
    /// Only reports that some service refused.
    pub refused_only: bool,
    /// From this moment on, ms since 1970 UTC.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub to_ms: Option<i64>,
    /// Of this trip only.
    pub trip: Option<i64>,
    /// In this area only.
    pub area: Option<ExportArea>,
    /// With access points.
    pub wifi: bool,
    /// With cells.
    pub cells: bool,
    /// With beacons.
    pub beacons: bool,
}

impl ExportChoice {
    /// Whether everything stored is wanted, so that what there is in numbers tells how much will be written.
    pub(crate) fn is_everything(&self) -> bool {
        let is_cut = self.from_ms.is_some() || self.to_ms.is_some() || self.trip.is_some() || self.area.is_some();
        !(self.refused_only || is_cut || ExportFormat::from(self.kind).is_learned())
    }

    pub(crate) fn read(&self) -> Result<ExportOptions, CoreException> {
        let filter = Filter {
            from: self.from_ms.map(Millis),
            to: self.to_ms.map(Millis),
            trip: self.trip.map(TripId),
            area: self.area.map(ExportArea::read).transpose()?,
            kinds: Kinds { wifi: self.wifi, cells: self.cells, beacons: self.beacons },
        };
        let selection = if self.refused_only { Selection::Quarantined } else { Selection::All };
        Ok(ExportOptions { format: self.kind.into(), selection, filter })
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

/// What another database brought.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MergeResult {
    /// Trips that were not here.
    pub trips: u64,
    /// Reports that were not here.
    pub reports: u64,
    /// Emitters that were not known here.
    pub emitters: u64,
    /// Hexagons of ground that were not walked here.
    pub hexagons: u64,
    /// Reports deleted because they lie in a zone that the other database has.
    pub deleted: u64,
    /// Services that were not here, by address; they are off until the user says otherwise.
    pub services: Vec<String>,
}

impl From<MergeSummary> for MergeResult {
    fn from(summary: MergeSummary) -> Self {
        Self {
            trips: summary.trips,
            reports: summary.reports,
            emitters: summary.emitters,
            hexagons: summary.hexagons,
            deleted: summary.reports_deleted,
            services: summary.services,
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
