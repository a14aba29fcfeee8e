//! Positions from cells: coarse, and known to be.
//!
//! A cell's centre is where the phone heard it, not where its mast is; several cells say hardly more than one, for their
//! centres all lie where the phone has been. So the tightest decides, the others help a little, and how far such answers are
//! off is learned (`radii`).

use super::learned::mean_place;
use super::radii::Evidence;
use super::{Area, Known, Query};
use crate::model::{EmitterKey, LatLng};

/// An answer from cells, before its radii.
pub(super) struct Found {
    pub place: LatLng,
    pub evidence: Evidence,
    pub used: usize,
    /// Cells that lie too far from the tightest.
    pub disagree: usize,
    pub mobile: usize,
}

/// A cell that is heard and known.
struct Heard {
    place: LatLng,
    /// Root mean square distance at which it is heard, m.
    spread: f64,
    weight: f64,
    sightings: f64,
}

pub(super) fn find(query: &Query, known: &impl Known) -> Option<Found> {
    let mut mobile = 0;
    let mut heard: Vec<Heard> = Vec::new();
    for cell in &query.cells {
        let Some(learned) = known.emitter(EmitterKey::cell(cell.key)) else { continue };
        if learned.is_mobile() {
            mobile += 1;
            continue;
        }
        let spread = learned.spread().0;
        // A loud cell is a near one: 20 dB are a factor of four in distance.
        let loud = cell.signal.map_or(1.0, |s| 10_f64.powf((f64::from(s.0) + 100.0) / 30.0).clamp(0.1, 10.0));
        let weight = loud / (spread * spread);
        heard.push(Heard { place: learned.place(), spread, weight, sightings: f64::from(learned.count()) });
    }
    if heard.is_empty() {
        return query.cells.iter().find_map(|c| known.area(c.key)).map(|a| of_area(&a));
    }
    of_cells(heard, mobile)
}

/// Where those that are heard say the phone is.
fn of_cells(mut heard: Vec<Heard>, mobile: usize) -> Option<Found> {
    // One cell that lies far from the others is not where it is thought to be: the tightest of a group decides.
    heard.sort_unstable_by(|a, b| a.spread.total_cmp(&b.spread));
    let first = heard.first()?;
    let (seat, tightest, sightings) = (first.place, first.spread, first.sightings);
    let widest = 3.0 * (tightest + heard[heard.len() - 1].spread);
    let all = heard.len();
    heard.retain(|h| h.place.distance(seat).0 <= widest);
    let place = mean_place(heard.iter().map(|h| (h.place, h.weight)))?;
    let apart = heard.iter().map(|h| h.place.distance(place).0.powi(2)).sum::<f64>() / heard.len() as f64;
    let evidence = Evidence::of_cells(tightest, apart.sqrt(), heard.len(), sightings);
    Some(Found { place, evidence, used: heard.len(), disagree: all - heard.len(), mobile })
}

/// The area alone, for what is not known of a cell.
fn of_area(area: &Area) -> Found {
    let evidence = Evidence::of_area(area.spread.0, area.cells);
    Found { place: area.centre, evidence, used: area.cells, disagree: 0, mobile: 0 }
}
