//! Which witnesses agree: those of one neighbourhood, chosen so that many that moved cannot outvote a few that stayed.

use super::learned::mean_place;
use super::witness::Witness;
use crate::model::{LatLng, LocalPlane};

/// Witnesses that agree, and those that do not.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub members: Vec<Witness>,
    /// Those of other neighbourhoods.
    pub others: Vec<Witness>,
    /// A first guess: the middle, weighted by trust and signal.
    pub middle: LatLng,
    /// The distance at which the witnesses are usually heard, m.
    pub scale: f64,
    /// The share of the addresses heard that are known.
    pub known: f64,
}

/// How far apart witnesses may be, in units of the distance at which they are usually heard (their median spread): support
/// falls off smoothly, and beyond `OUTSIDE` of the best a witness is heard from elsewhere or not where it is thought to be.
const NEIGHBOURHOOD: f64 = 1.5;
const OUTSIDE: f64 = 3.0;

/// A neighbourhood outside the reach of the cells that are heard at the same time gets this share of its support.
const OUT_OF_CELL: f64 = 0.05;

/// The neighbourhood with the most support, where `cells` say (a place and its 95 % radius); `None` where no two devices
/// agree.
pub(super) fn agreeing(witnesses: Vec<Witness>, known: f64, cells: Option<(LatLng, f64)>) -> Option<Cluster> {
    let scale = median_spread(&witnesses)?;
    let plane = LocalPlane::around(witnesses.first()?.place);
    let stands: Vec<Stand> = witnesses.iter().map(|w| Stand::of(w, &plane)).collect();
    let best = witnesses.iter().zip(&stands).map(|(w, stand)| {
        let outside = cells.is_some_and(|(place, r95)| place.distance(w.place).0 > 2.0 * r95 + 1_000.0);
        (stand, support(stand.at, &stands, scale) * if outside { OUT_OF_CELL } else { 1.0 })
    });
    let (seat, _) = best.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let limit = (OUTSIDE * scale).powi(2);
    let mut near = stands.iter().map(|stand| stand.square(seat.at) <= limit);
    let (members, others): (Vec<Witness>, Vec<Witness>) =
        witnesses.into_iter().partition(|_| near.next().unwrap_or(false));
    if members.len() < 2 {
        return None;
    }
    let middle = mean_place(members.iter().map(|w| (w.place, w.trust * nearness(w))))?;
    Some(Cluster { members, others, middle, scale, known })
}

fn median_spread(witnesses: &[Witness]) -> Option<f64> {
    let mut spreads: Vec<f64> = witnesses.iter().map(|w| w.spread).collect();
    spreads.sort_unstable_by(f64::total_cmp);
    spreads.get(spreads.len() / 2).copied()
}

/// Where a witness stands on a plane, and how much its word counts for what is near.
struct Stand {
    at: (f64, f64),
    /// By trust, threefold: two well-known ones outweigh a dozen that were met once. And by the signal, for an access point
    /// that is heard loudly is near the phone.
    weight: f64,
}

impl Stand {
    fn of(w: &Witness, plane: &LocalPlane) -> Self {
        Self { at: plane.to_xy(w.place), weight: w.trust.powi(3) * nearness(w).sqrt().sqrt() }
    }

    /// Square of the distance to a point.
    fn square(&self, (x, y): (f64, f64)) -> f64 {
        (self.at.0 - x).powi(2) + (self.at.1 - y).powi(2)
    }
}

/// How much speaks for the neighbourhood of a point.
fn support(of: (f64, f64), all: &[Stand], scale: f64) -> f64 {
    let narrow = -0.5 / (NEIGHBOURHOOD * scale).powi(2);
    all.iter().map(|stand| stand.weight * (narrow * stand.square(of)).exp()).sum()
}

/// One over the distance that the signal suggests, without a unit: 10^(dB over the usual level / 20).
fn nearness(w: &Witness) -> f64 {
    w.signal.map_or(0.03, |s| 10_f64.powf((s - w.level) / 30.0)).clamp(1e-3, 1.0)
}

/// Who speaks against an answer, together, from one other place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rival {
    /// Their trust as a share of both sides'.
    pub share: f64,
    /// How far from the answer the farthest of them stands, m.
    pub distance: f64,
}

/// The strongest other neighbourhood among those that disagree with an answer. One alone is none: a single one has moved.
///
/// Heads count here, not signals: who is loud has not therefore stayed where it was.
pub(super) fn rival(answer: LatLng, agree: &[&Witness], disagree: &[&Witness], scale: f64) -> Option<Rival> {
    let plane = LocalPlane::around(answer);
    let stands: Vec<((f64, f64), f64)> = disagree.iter().map(|w| (plane.to_xy(w.place), w.trust)).collect();
    let for_it: f64 = agree.iter().map(|w| w.trust).sum();
    let limit = NEIGHBOURHOOD * scale;
    let around =
        |centre: (f64, f64)| stands.iter().filter(move |(at, _)| (at.0 - centre.0).hypot(at.1 - centre.1) <= limit);
    stands
        .iter()
        .filter(|(centre, _)| around(*centre).count() > 1)
        .map(|(centre, _)| {
            let against: f64 = around(*centre).map(|(_, trust)| trust).sum();
            let distance = around(*centre).map(|(at, _)| at.0.hypot(at.1)).fold(0.0, f64::max);
            Rival { share: against / (against + for_it), distance }
        })
        .max_by(|a, b| a.share.total_cmp(&b.share))
}
