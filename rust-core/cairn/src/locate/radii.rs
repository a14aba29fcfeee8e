//! Radii that are true: what is known when a question is answered, and how far answers like it were off.
//!
//! The posterior alone is no measure of the error: it knows nothing of what all witnesses of a street share (they were learned
//! from that street, with the same fixes and the same phone), so it is too wide where they are few and too narrow where they
//! are many. So the radii are fitted: quantile regression of the logarithm of the error on the logarithms below, over simulated
//! towns of many kinds and walks through Helsinki, with others held back to check; `cargo run --release -p cairn-world --example
//! radii` makes such a fit and prints how many truths the radii hold in each.

use super::Source;
use super::cluster::Rival;
use crate::model::Metres;

/// What is known of an answer before its radii.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What it was made of.
    pub source: Source,
    features: Features,
}

/// What is known of an answer from access points or beacons.
pub(super) struct OfWitnesses {
    /// Whether there are access points among them.
    pub wifi: bool,
    /// Deviation of the posterior per axis, m.
    pub posterior: f64,
    /// How well the witnesses' own places are known: the geometric mean of their errors, m.
    pub places: f64,
    /// How many there are, each counted by its trust.
    pub witnesses: f64,
    /// How much noisier than assumed the signals are, as a factor of the deviation.
    pub noise: f64,
    /// How far the third nearest is by its signal, m: whether the phone is where they were learned or some streets off.
    pub nearest: f64,
    /// How far they stand from the answer, m (root mean square).
    pub apart: f64,
    /// How far they stand to one side of it, 0 (all around) to 1 (all in one direction): at the edge of a town, say.
    pub aside: f64,
    /// How noisy their signals were while they were learned, dB (root mean square).
    pub learned_noise: f64,
    /// The share of the addresses heard that nobody knows: where it is high, the phone is not where the others were learned.
    pub unknown: f64,
}

/// How many numbers [`Evidence::features`] has.
pub const FEATURES: usize = 10;

/// A one, the logarithms of what says how good an answer is, and the share that is unknown; filled up with zeros.
pub type Features = [f64; FEATURES];

/// The logarithms of the 68 % and the 95 % radius in metres are the sums of these times the features.
struct Fit {
    r68: Features,
    r95: Features,
    /// The range of radii that the fit saw, m.
    range: (f64, f64),
}

const WIFI: Fit = Fit {
    r68: [-1.573, 1.289, 0.588, 0.479, 0.759, -0.116, -0.246, 1.764, -0.441, 0.823],
    r95: [-1.250, 1.170, 0.708, 0.402, 0.953, -0.067, -0.314, 1.917, -0.133, 0.648],
    range: (3.0, 400.0),
};
/// Few of the towns have beacons enough to answer: less is told apart.
const BEACON: Fit = Fit {
    r68: [-0.430, 1.063, -0.045, 0.566, 1.852, -0.026, 0.0, 0.0, 0.0, 0.0],
    r95: [0.614, 0.933, 0.038, 0.533, 1.412, -0.137, 0.0, 0.0, 0.0, 0.0],
    range: (3.0, 200.0),
};
/// Made-up towns are small and cells are not: what is in metres has one in sum, so that the fit holds at any scale. Within a town the
/// posterior counts 0.8, but between towns less than half of that: its share is held at what is true in most of both, and the rest
/// is fitted.
const CELL: Fit = Fit {
    r68: [-0.070, 0.5, 0.5, 0.037, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    r95: [0.450, 0.3, 0.7, -0.031, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    range: (50.0, 30_000.0),
};
/// Not fitted, for no made-up town is as wide as an area: a phone is in it as its cells are, in a normal distribution of two
/// dimensions.
const AREA: Fit = Fit {
    r68: [0.065, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    r95: [0.548, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    range: (500.0, 100_000.0),
};

/// An area is wider than the cells known of it: at least this, m.
const AREA_SPREAD: f64 = 3_000.0;

impl Evidence {
    /// An answer from access points or beacons.
    pub(super) fn of_witnesses(w: &OfWitnesses) -> Self {
        let source = if w.wifi { Source::Wifi } else { Source::Beacon };
        let nearest = w.nearest.clamp(1.0, 300.0);
        let logs = [w.posterior, w.places, w.witnesses, w.noise, nearest, w.apart + 5.0].map(|v| v.max(0.1).ln());
        Self::of(
            source,
            &[logs[0], logs[1], logs[2], logs[3], logs[4], logs[5], w.unknown, w.learned_noise.max(0.1).ln(), w.aside],
        )
    }

    /// An answer from cells: the deviation of the posterior (m), the spread of the cell that decides (m), and how
    /// many they are.
    pub(super) fn of_cells(posterior: f64, spread: f64, cells: usize) -> Self {
        Self::of(Source::Cell, &[posterior, spread, cells as f64].map(|v| v.max(0.1).ln()))
    }

    /// An answer from an area: the spread (m) of the cells known in it, and how many they are.
    pub(super) fn of_area(spread: f64, cells: usize) -> Self {
        // With few cells known the middle is uncertain by as much as they are spread.
        let unknown = 1.0 + 2.0 / cells.max(1) as f64;
        Self::of(Source::Area, &[(spread.hypot(AREA_SPREAD) * unknown).ln()])
    }

    fn of(source: Source, told: &[f64]) -> Self {
        let mut features = [0.0; FEATURES];
        features[0] = 1.0;
        features[1..].iter_mut().zip(told).for_each(|(feature, told)| *feature = *told);
        Self { source, features }
    }

    /// A one, and the logarithms that the fit is made of.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The 68 % and the 95 % radius in metres.
    pub fn radii(&self) -> (f64, f64) {
        let fit = match self.source {
            Source::Wifi => &WIFI,
            Source::Beacon => &BEACON,
            Source::Cell => &CELL,
            Source::Area => &AREA,
        };
        let radius = |coefficients: &Features| {
            let log: f64 = coefficients.iter().zip(&self.features).map(|(c, f)| c * f).sum();
            log.exp().clamp(fit.range.0, fit.range.1)
        };
        let r68 = radius(&fit.r68);
        // Two fits may cross far from what they saw; of a normal error the one is 1.62 times the other.
        (r68, radius(&fit.r95).max(1.3 * r68))
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
