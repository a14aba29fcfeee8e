//! Radii that are true: how far answers were off of which as much was known.
//!
//! The posterior alone is no measure of the error: it knows nothing of what all witnesses of a street share (they were learned
//! from that street, with the same fixes and the same phone), so it is too wide where they are few and too narrow where they
//! are many. So the radii are fitted: quantile regression of the logarithm of the error on what is known of an answer
//! ([`super::evidence`]), over simulated towns of many kinds and walks through Helsinki, with others held back to check.
//! `cargo run --release -p cairn-world --example radii` makes the fit, writes `radii/fitted.rs`, and prints how many truths the radii
//! hold in each.

mod fitted;
mod net;

use super::Source;
use super::cluster::Rival;
use super::evidence::Evidence;
use crate::model::Metres;

/// How many features those sources have that little is known of.
const FEW: usize = 4;

/// The logarithms of the 68 % and the 95 % radius in metres: a constant, and sums of these times the features.
struct Line {
    r68: (f64, [f64; FEW]),
    r95: (f64, [f64; FEW]),
}

/// Few of the towns have beacons enough to answer, so less is told apart. The slopes are as fitted; the constants are set by hand, for a
/// fit of them to so few holds too many: in the twelve worlds with a name that have some, 58 to 80 % and 90 to 98 %.
const BEACON: Line = Line { r68: (-0.400, [1.063, -0.045, 0.566, 1.852]), r95: (0.300, [0.933, 0.038, 0.533, 1.412]) };

/// Made-up towns are small and cells are not: what is in metres has one in sum, so that the fit holds at any scale. Within a town the
/// posterior counts 0.8, but between towns less than half of that: its share is held at what is true in most of both, and the rest
/// is fitted.
const CELL: Line = Line { r68: (-0.070, [0.5, 0.5, 0.037, 0.0]), r95: (0.450, [0.3, 0.7, -0.031, 0.0]) };

/// Not fitted, for no made-up town is as wide as an area: a phone is in it as its cells are, in a normal distribution of two
/// dimensions.
const AREA: Line = Line { r68: (0.065, [1.0, 0.0, 0.0, 0.0]), r95: (0.548, [1.0, 0.0, 0.0, 0.0]) };

/// Ranges of radii that the fits saw, m.
const WIFI_RANGE: (f64, f64) = (3.0, 400.0);
const BEACON_RANGE: (f64, f64) = (3.0, 200.0);
const CELL_RANGE: (f64, f64) = (50.0, 30_000.0);
const AREA_RANGE: (f64, f64) = (500.0, 100_000.0);

impl Line {
    fn logs(&self, evidence: &Evidence) -> (f64, f64) {
        let sum = |(constant, slopes): (f64, [f64; FEW])| {
            constant + slopes.iter().zip(evidence.features()).map(|(c, f)| c * f).sum::<f64>()
        };
        (sum(self.r68), sum(self.r95))
    }
}

impl Evidence {
    /// The 68 % and the 95 % radius in metres.
    pub fn radii(&self) -> (f64, f64) {
        let (logs, (least, most)) = match self.source {
            Source::Wifi => (fitted::WIFI.logs(self.features()), WIFI_RANGE),
            Source::Beacon => (BEACON.logs(self), BEACON_RANGE),
            Source::Cell => (CELL.logs(self), CELL_RANGE),
            Source::Area => (AREA.logs(self), AREA_RANGE),
        };
        let r68 = logs.0.exp().clamp(least, most);
        // Two fits may cross far from what they saw; of a normal error the one is 1.62 times the other.
        (r68, logs.1.exp().clamp(least, most).max(1.3 * r68))
    }
}

/// A neighbourhood elsewhere with more than this share of the support makes it uncertain which is right.
const DOUBT: f64 = 0.2;

/// From here on a 68 % radius has to hold both.
const EVEN: f64 = 0.25;

/// Widens the radii where another neighbourhood may be the right one.
pub(super) fn with_doubt((r68, r95): (f64, f64), rival: Option<Rival>) -> (Metres, Metres) {
    match rival {
        Some(r) if r.share > EVEN => (Metres(r68.max(r.distance)), Metres(r95.max(r.distance + r95))),
        Some(r) if r.share > DOUBT => (Metres(r68), Metres(r95.max(r.distance + r95))),
        _ => (Metres(r68), Metres(r95)),
    }
}
