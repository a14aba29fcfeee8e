//! The demo's picture book: one HTML file with everything inside it, light or dark as its reader's system is.
//!
//! Only draws what it is given; every number in it was made by the run.

mod chart;
mod map;
mod page;
mod svg;

pub use chart::{Bar, thousands};
pub use map::{EstimateMark, Hexagon, MapView};
pub use page::{estimate_charts, plain_page, render};

/// A number to be proud of, with what it counts.
pub struct Headline {
    /// The number as it is to be read.
    pub value: String,
    /// What it counts.
    pub label: String,
}

/// A table: the first column is text, the others are numbers.
pub struct Table {
    /// What the table shows.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

/// One try to upload a batch, for the picture of the outbox over time.
pub struct Try {
    /// Reports in the batch.
    pub reports: u32,
    /// What came of it, in a word.
    pub outcome: String,
    /// Whether it moved things on (accepted or split), failed for now, or stopped the service.
    pub kind: TryKind,
    /// Reports still waiting afterwards.
    pub waiting: u64,
}

/// How a try counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TryKind {
    /// Taken by the service.
    Accepted,
    /// Refused: halved, or a single report quarantined.
    Refused,
    /// Failed for now.
    Failed,
}

/// The outbox of one service over time.
pub struct OutboxStory {
    /// The service's name.
    pub service: String,
    /// Its tries, oldest first.
    pub tries: Vec<Try>,
    /// What was quarantined, and why.
    pub quarantined: Table,
}

/// How good the estimates were, by source.
pub struct EstimateStory {
    /// Name of the source.
    pub source: String,
    /// Errors in metres, ascending.
    pub errors: Vec<f64>,
    /// Share of truths inside the 68 % radius.
    pub inside68: f64,
    /// Share of truths inside the 95 % radius.
    pub inside95: f64,
}

/// Everything the page shows.
pub struct Story {
    /// A sentence that says what happened.
    pub subtitle: String,
    /// The numbers at the top.
    pub headlines: Vec<Headline>,
    /// Where the user was: one map per place.
    pub maps: Vec<MapView>,
    /// What became of what was heard.
    pub fate: Vec<Bar>,
    /// Best days, trips, countries.
    pub leaderboard: Vec<Table>,
    /// Sentences about today's standing.
    pub standing: Vec<String>,
    /// One per service.
    pub outbox: Vec<OutboxStory>,
    /// Where the phone believed it was, without GPS.
    pub estimate_map: MapView,
    /// How good that was.
    pub estimates: Vec<EstimateStory>,
}
