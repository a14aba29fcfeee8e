//! Positions from cells: coarse, and known to be.
//!
//! Where a cell is heard is spread around its centre like its sightings were: a two-dimensional normal distribution of their
//! root mean square distance, whose 68 and 95 % radii are 1.07 and 1.73 times that.

use super::learned::mean_place;
use super::{Area, Estimate, Known, Query, Source};
use crate::model::{EmitterKey, LatLng, Metres};

/// Radii of a two-dimensional normal distribution in units of its root mean square: sqrt(-ln(1 - p)).
const AT_68: f64 = 1.067;
const AT_95: f64 = 1.731;

/// The learned spread believes in cells wider than a city's; on walks held back this share of it is true.
const TRUE_SPREAD: f64 = 0.75;

pub(super) fn estimate(query: &Query, known: &impl Known) -> Option<Estimate> {
    let mut heard: Vec<(LatLng, f64, f64)> = query
        .cells
        .iter()
        .filter_map(|c| {
            let learned = known.emitter(EmitterKey::cell(c.key)).filter(|l| !l.is_mobile())?;
            let spread = learned.spread().0;
            // A loud cell is a near one: 20 dB are a factor of four in distance.
            let loud = c.signal.map_or(1.0, |s| 10_f64.powf((f64::from(s.0) + 100.0) / 30.0).clamp(0.1, 10.0));
            Some((learned.place(), spread, loud / (spread * spread)))
        })
        .collect();
    if heard.is_empty() {
        return query.cells.iter().find_map(|c| known.area(c.key)).map(|a| from_area(&a));
    }
    // One cell that lies far from the others is not where it is thought to be: the tightest of a group decides.
    heard.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (seat, widest) = (heard[0].0, 3.0 * (heard[0].1 + heard[heard.len() - 1].1));
    heard.retain(|(place, ..)| place.distance(seat).0 <= widest);
    let place = mean_place(heard.iter().map(|(p, _, w)| (*p, *w)))?;
    // Several cells say hardly more than one: their centres all lie where the phone has been, not where their masts are.
    Some(answer(place, heard[0].1 * TRUE_SPREAD, Source::Cell, heard.len()))
}

/// An area is wider than the cells known of it: at least this.
const AREA_SPREAD: f64 = 3_000.0;

fn from_area(area: &Area) -> Estimate {
    // With few cells known the middle is uncertain by as much as they are spread.
    let unknown = 1.0 + 2.0 / area.cells as f64;
    answer(area.centre, area.spread.0.hypot(AREA_SPREAD) * unknown, Source::Area, area.cells)
}

fn answer(place: LatLng, rms: f64, source: Source, used: usize) -> Estimate {
    Estimate { place, r68: Metres(AT_68 * rms), r95: Metres(AT_95 * rms), source, used }
}
