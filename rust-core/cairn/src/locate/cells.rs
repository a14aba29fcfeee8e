//! Positions from cells: coarse, and known to be.
//!
//! Nothing is asked of where masts stand: one phone hears them from few ways, and their antennas look one way. What is known of a
//! cell is a map of where it was heard and how strongly, by its spots; the answer is the mean of the likelihood of what is heard
//! now, on a grid over those. A cell of which only centre and spread are known is one wide spot. How far such answers are off is
//! learned (`radii`).

mod field;

use super::evidence::Evidence;
use super::posterior::Posterior;
use super::{Area, HeardKey, Known, Learned, Query};
use crate::model::{EmitterKey, LatLng, LocalPlane};
use field::Field;

/// An answer from cells, before its radii.
pub(super) struct Found {
    pub place: LatLng,
    pub evidence: Evidence,
    pub used: usize,
    /// Cells that lie too far from those that agree.
    pub disagree: usize,
    pub mobile: usize,
}

/// Deviation of phones' offsets, dB.
const DEVICE_DB: f32 = 3.0;

/// Half the side of the first grid, in spreads of the cell that decides.
const REACH: f64 = 2.2;

/// Half the side of the second, in deviations of what the first found; and at least, m.
const CLOSER: f64 = 3.0;
const LEAST_HALF: f64 = 60.0;

/// Nineteen phones of twenty that hear a cell are within so many of its spreads.
const AROUND: f64 = 2.0;

/// Points on a side of the grids.
const SIDE: i32 = 11;

/// The cells of a query that are known.
pub(super) struct Cells<'q> {
    /// Those that stay, with what is heard of them.
    heard: Vec<(&'q HeardKey, Learned)>,
    /// The one that decides.
    seat: Option<Learned>,
    /// Where none is known: the area of one of them.
    area: Option<Area>,
    mobile: usize,
}

impl<'q> Cells<'q> {
    pub fn of(query: &'q Query, known: &impl Known) -> Self {
        let heard = query.cells.iter().filter_map(|c| Some((c, known.emitter(EmitterKey::cell(c.key))?)));
        let (moving, mut heard): (Vec<_>, Vec<_>) = heard.partition(|(_, learned)| learned.is_mobile());
        // One cell that lies far from the others is not where it is thought to be: that with which most agree decides, and of
        // several the tightest.
        heard.sort_by(|a, b| b.1.spread().0.total_cmp(&a.1.spread().0));
        let agreeing = |seat: &Learned| heard.iter().filter(|(_, other)| agree(seat, other)).count();
        let seat = heard.iter().max_by_key(|(_, learned)| agreeing(learned)).map(|(_, learned)| *learned);
        let area = if seat.is_some() { None } else { query.cells.iter().find_map(|c| known.area(c.key)) };
        Self { heard, seat, area, mobile: moving.len() }
    }

    /// About where they are heard, and how far around, m: for who wants no answer from them.
    pub fn around(&self) -> Option<(LatLng, f64)> {
        match (&self.seat, &self.area) {
            (Some(seat), _) => Some((seat.place(), AROUND * seat.spread().0)),
            (None, area) => area.as_ref().map(|area| (area.centre, of_area(area).evidence.radii().1)),
        }
    }

    /// Where they say the phone is.
    pub fn find(&self) -> Option<Found> {
        let Some(seat) = &self.seat else {
            return self.area.as_ref().map(|area| Found { mobile: self.mobile, ..of_area(area) });
        };
        let plane = LocalPlane::around(seat.place());
        let near = self.heard.iter().filter(|(_, learned)| agree(seat, learned));
        let fields: Vec<Field> = near.map(|(cell, learned)| Field::of(learned, cell.signal, &plane)).collect();
        let spread = seat.spread().0;
        let mut log = |x, y| f64::from(log_of(&fields, x as f32, y as f32));
        let coarse = Posterior::over((0.0, 0.0), REACH * spread, SIDE, &mut log);
        let fine = Posterior::over(coarse.mean, (CLOSER * coarse.deviation).max(LEAST_HALF), SIDE, &mut log);
        Some(Found {
            place: plane.to_place(fine.mean.0, fine.mean.1),
            evidence: Evidence::of_cells(fine.deviation, spread, fields.len()),
            used: fields.len(),
            disagree: self.heard.len() - fields.len(),
            mobile: self.mobile,
        })
    }
}

/// Whether a phone may hear both.
fn agree(one: &Learned, other: &Learned) -> bool {
    one.place().distance(other.place()).0 <= 3.0 * (one.spread().0 + other.spread().0)
}

/// The area alone, for what is not known of a cell.
fn of_area(area: &Area) -> Found {
    let evidence = Evidence::of_area(area.spread.0, area.cells);
    Found { place: area.centre, evidence, used: area.cells, disagree: 0, mobile: 0 }
}

/// How likely a place is, as a logarithm: that these cells are heard there, and so strongly. What the phone's own offset may be is
/// integrated out.
fn log_of(fields: &[Field], x: f32, y: f32) -> f32 {
    let (mut presence, mut told, mut first, mut second) = (0.0, 1.0 / (DEVICE_DB * DEVICE_DB), 0.0, 0.0);
    for field in fields {
        let view = field.look_from(x, y);
        presence += view.presence;
        told += view.precision;
        first += view.precision * view.residual;
        second += view.precision * view.residual * view.residual;
    }
    presence - 0.5 * (second - first * first / told)
}

#[cfg(test)]
mod tests;
