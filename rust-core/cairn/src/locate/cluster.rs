//! Which witnesses agree: those of one neighbourhood, chosen so that many that moved cannot outvote a few that stayed.

use super::Estimate;
use super::learned::mean_place;
use super::witness::Witness;
use crate::model::LatLng;

/// Witnesses that agree, and what speaks against them.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub members: Vec<Witness>,
    /// A first guess: the middle, weighted by trust and signal.
    pub middle: LatLng,
    /// Support of the strongest other neighbourhood, as a share of both, and how far away it is in metres.
    pub rival: Option<(f64, f64)>,
}

/// How far apart witnesses may be, in units of the distance at which they are usually heard (their median spread): support
/// falls off smoothly, and beyond `OUTSIDE` of the best a witness is heard from elsewhere or not where it is thought to be.
const NEIGHBOURHOOD: f64 = 1.5;
const OUTSIDE: f64 = 3.0;

/// A neighbourhood so far from the best is another one, not its edge.
const ELSEWHERE: f64 = 5.0;

/// A neighbourhood outside the reach of the cells that are heard at the same time gets this share of its support.
const OUT_OF_CELL: f64 = 0.05;

/// The neighbourhood with the most support; `None` where no two devices agree.
pub(super) fn agreeing(witnesses: Vec<Witness>, cells: Option<&Estimate>) -> Option<Cluster> {
    let scale = median_spread(&witnesses)?;
    let supports: Vec<f64> = witnesses.iter().map(|w| support(w, &witnesses, scale, cells)).collect();
    let best = (0..witnesses.len()).max_by(|a, b| supports[*a].total_cmp(&supports[*b]))?;
    let seat = witnesses[best].place;
    let rival = witnesses
        .iter()
        .zip(&supports)
        .map(|(w, s)| (*s / (*s + supports[best]), w.place.distance(seat).0))
        .filter(|(_, distance)| *distance > ELSEWHERE * scale)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let members: Vec<Witness> = witnesses.into_iter().filter(|w| w.place.distance(seat).0 <= OUTSIDE * scale).collect();
    if members.len() < 2 {
        return None;
    }
    let middle = mean_place(members.iter().map(|w| (w.place, w.trust * nearness(w))))?;
    Some(Cluster { members, middle, rival })
}

fn median_spread(witnesses: &[Witness]) -> Option<f64> {
    let mut spreads: Vec<f64> = witnesses.iter().map(|w| w.spread).collect();
    spreads.sort_by(f64::total_cmp);
    spreads.get(spreads.len() / 2).copied()
}

/// How much speaks for a witness's neighbourhood: the trust in all that stand near, each counted by its signal too, for an
/// access point that is heard loudly is near the phone. Trust counts threefold: two well-known ones outweigh a dozen that were
/// met once.
fn support(of: &Witness, all: &[Witness], scale: f64, cells: Option<&Estimate>) -> f64 {
    let near: f64 = all
        .iter()
        .map(|w| {
            let scaled = of.place.distance(w.place).0 / (NEIGHBOURHOOD * scale);
            w.trust.powi(3) * nearness(w).powf(0.25) * (-0.5 * scaled * scaled).exp()
        })
        .sum();
    let outside = cells.is_some_and(|c| c.place.distance(of.place).0 > 2.0 * c.r95.0 + 1_000.0);
    if outside { OUT_OF_CELL * near } else { near }
}

/// One over the distance that the signal suggests, without a unit: 10^(dB over the usual level / 20).
pub(super) fn nearness(w: &Witness) -> f64 {
    w.signal.map_or(0.03, |s| 10_f64.powf((s - w.level) / 30.0)).clamp(1e-3, 1.0)
}
