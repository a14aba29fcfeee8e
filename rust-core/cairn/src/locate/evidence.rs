//! What is known of an answer when it is given, as numbers from which its radii are worked out ([`super::radii`]).
//!
//! All is taken from the question and what was learned of those heard in it; nothing here knows the truth.

use super::Source;
use super::cluster::Cluster;
use super::observation::ASSUMED_ACCURACY;
use super::signal;
use super::witness::Witness;
use crate::model::{EmitterKind, LatLng, LocalPlane};

/// What is known of an answer before its radii.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What it was made of.
    pub source: Source,
    features: Features,
}

/// How many numbers [`Evidence::features`] has.
pub const FEATURES: usize = 17;

/// What says how good an answer is, metres and counts as logarithms; filled up with zeros.
pub type Features = [f64; FEATURES];

/// An answer from witnesses, as the grid found it.
pub(super) struct Reckoned {
    pub place: LatLng,
    /// Deviation of the posterior per axis, m.
    pub posterior: f64,
    /// How much noisier than assumed the signals are, as a factor of the deviation.
    pub noise: f64,
    /// What the phone seems to read more than the one that learned, dB.
    pub offset: f64,
}

/// What a signal that was not told is taken for, dBm.
const NOT_TOLD: f64 = -90.0;

/// An area is wider than the cells known of it: at least this, m.
const AREA_SPREAD: f64 = 3_000.0;

impl Evidence {
    /// An answer from access points or beacons.
    pub(super) fn of_witnesses(cluster: &Cluster, found: &Reckoned) -> Self {
        let members = &cluster.members;
        let is_wifi = members.iter().any(|w| w.kind == EmitterKind::Wifi);
        let n = members.len() as f64;
        let mean = |of: &dyn Fn(&Witness) -> f64| members.iter().map(of).sum::<f64>() / n;
        let plane = LocalPlane::around(found.place);
        let stands: Vec<(f64, f64)> = members.iter().map(|w| plane.to_xy(w.place)).collect();
        let (east, north) = stands.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        let apart = (stands.iter().map(|at| at.0 * at.0 + at.1 * at.1).sum::<f64>() / n).sqrt();
        // How far the third nearest is by its signal tells whether the phone is where they were learned or some streets off.
        let mut by_signal: Vec<f64> =
            members.iter().map(|w| w.signal.map_or(w.spread, |s| signal::distance(w.level - s))).collect();
        by_signal.sort_unstable_by(f64::total_cmp);
        let mut paths = paths(members, &stands);
        paths.sort_unstable_by(f64::total_cmp);
        let nth = |sorted: &[f64], at: usize| sorted[at.min(sorted.len() - 1)];
        let ln = |value: f64| value.max(0.1).ln();
        let far = |metres: f64| metres.clamp(1.0, 300.0).ln();
        Self {
            source: if is_wifi { Source::Wifi } else { Source::Beacon },
            features: [
                ln(found.posterior),
                // How well the witnesses' own places are known.
                mean(&|w| f64::from(w.error.mean_square() / 2.0).ln() / 2.0),
                // How many there are, each counted by its trust.
                ln(members.iter().map(|w| w.trust).sum()),
                ln(found.noise),
                far(by_signal[0]),
                far(nth(&by_signal, 2)),
                (apart + 5.0).ln(),
                // Whether they stand all around or to one side: at the edge of a town, say.
                east.hypot(north) / (n * apart).max(1.0),
                // Where many that are heard are unknown, the phone is not where the others were learned.
                1.0 - cluster.known,
                mean(&|w| w.spread.ln()),
                mean(&|w| w.learned.blur().unwrap_or(ASSUMED_ACCURACY.0.powi(2)).max(1.0).ln()),
                mean(&|w| w.learned.spots().len() as f64),
                mean(&|w| w.level),
                mean(&|w| w.signal.unwrap_or(NOT_TOLD)),
                (nth(&paths, 2) + 2.0).ln(),
                (nth(&paths, paths.len() / 4) + 2.0).ln(),
                found.offset,
            ],
        }
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
        features.iter_mut().zip(told).for_each(|(feature, told)| *feature = *told);
        Self { source, features }
    }

    /// What the radii are worked out from.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

/// How far from the answer the learners passed, m: at each spot from where a witness was heard; where none is told (of a pack's
/// stations), at the witnesses' own places. `stands` is where those are, seen from the answer.
fn paths(members: &[Witness], stands: &[(f64, f64)]) -> Vec<f64> {
    let mut paths = Vec::new();
    for (witness, (east, north)) in members.iter().zip(stands) {
        let spots = witness.learned.spots().iter();
        paths.extend(spots.map(|s| (east + f64::from(s.east)).hypot(north + f64::from(s.north))));
    }
    if paths.is_empty() {
        paths.extend(stands.iter().map(|(east, north)| east.hypot(*north)));
    }
    paths
}
