//! Files of other programs in, files for other programs out.
//!
//! Readers stream: whatever a file's size, little of it is in memory, and where they are is remembered so that an import that
//! was killed goes on there. What they read is judged by intake like everything that is heard.

mod bad;
mod export;
mod fault;
mod filter;
mod follow;
mod import;
mod input;
mod order;
mod packed;
mod part;
mod place;
mod plan;
mod read;
mod resume;
mod stream;
mod summary;
mod when;
mod write;

use crate::model::{CellKey, Fix, LatLng, Mac, Metres, Millis, Scan, Ssid, TripId};

pub use bad::{BadRow, BadRows, FIRST_LINES, Lines};
pub use export::{ExportError, ExportFormat, ExportOptions, Selection, Watch, export, export_to};
pub use fault::{Fault, ImportError};
pub use filter::{Area, Filter, Kinds, moment};
pub use follow::{Follow, Followed, follow};
pub(crate) use import::run_part;
pub use import::{Begin, ImportOptions, Progress, Stage, run};
pub use part::{Part, parts};
pub(crate) use place::START;
pub use place::{Place, SourceId};
pub use plan::{Planned, plan};
pub use read::{Format, Item, Onlooker, Reader, Reading, geolocate_query};
pub use stream::{Stream, streams};
pub use summary::{ImportSummary, PartSummary};

/// How a document of KML begins that Cairn writes: its reports are told from the networks of `WiGLE`'s by it.
const KML_BEGINS: &[u8] = b"<Document><name>Cairn</name>";

/// The name under which a placemark of Cairn's holds its report, as an item of geosubmit.
const KML_REPORT: &str = "cairn-report";

/// What stood in one place of a file: where the phone was, and what it heard there.
///
/// The fix's monotonic time is zero, and each entry's is minus its age.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where and when.
    pub fix: Fix,
    /// What was heard; nothing in a plain track, which only tells what ground was walked.
    pub scan: Scan,
}

impl Row {
    /// How many emitters were heard.
    pub fn heard(&self) -> usize {
        self.scan.wifi.len() + self.scan.cells.len() + self.scan.beacons.len()
    }
}

/// Where an emitter is thought to be, by somebody else's reckoning. It is learned from and never becomes a report: services
/// ask for what was heard, and what was reckoned from it would be taken for more than it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Which emitter.
    pub emitter: Estimated,
    /// The middle of where it was heard.
    pub place: LatLng,
    /// How far from there it is heard, where that is told.
    pub radius: Option<Metres>,
    /// Sightings behind it, where that is told.
    pub samples: Option<u32>,
    /// When it was last heard, where that is told.
    pub heard: Option<Millis>,
}

/// An emitter of an [`Estimate`].
#[derive(Clone, Debug, PartialEq)]
pub enum Estimated {
    /// An access point.
    Wifi {
        /// BSSID.
        mac: Mac,
        /// Network name, where the format tells names: empty where it is hidden.
        name: Option<Ssid>,
    },
    /// A cell.
    Cell(CellKey),
    /// A beacon.
    Beacon(Mac),
}

/// Rows that become durable together with the place that they reach in their file.
#[derive(Debug)]
pub struct Chunk {
    /// The file.
    pub source: SourceId,
    /// What it is, and what it was called.
    pub origin: Origin,
    /// The end of the last row.
    pub place: Place,
    /// Places on the way, by which the file is known again should it be changed behind it.
    pub marks: Vec<Place>,
    /// What was read since the last chunk.
    pub rows: Vec<Row>,
    /// What others have reckoned.
    pub estimates: Vec<Estimate>,
    /// Whether the reports go to the services.
    pub upload: bool,
    /// The trip that earlier chunks of the file went to; a new one where there is none.
    pub trip: Option<TripId>,
    /// Where the import goes on from an earlier one: what is remembered of that beyond this offset is no longer true.
    pub after: Option<(SourceId, u64)>,
}

/// Where rows came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What the file was read as.
    pub format: Format,
    /// The file's own name, without its folder.
    pub name: String,
}

/// How far a file has been imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The file.
    pub source: SourceId,
    /// The end of the last row that is in.
    pub place: Place,
    /// The trip that its rows belong to.
    pub trip: TripId,
    /// Whether the trip's reports go to the services.
    pub upload: bool,
}

/// What became of a [`Chunk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The trip that its rows went to.
    pub trip: TripId,
    /// Estimates that were learned from; the rest is private, or known better.
    pub learned: u64,
    /// Sightings that were in already, from another file or heard by this phone: not counted again.
    pub known: u64,
}
