//! Local-NLP-Backend: a box per emitter, for ever mistrusted once it is too large, and a mean weighted by signal and size of
//! what lies near the median.
//!
//! Source: `reference/location-services.md`, D.3. Left out: its lists of names by which it knows what moves, and the two
//! other ways of culling that it compares the median's with.

use std::collections::HashMap;

use cairn::locate::Query;
use cairn::model::{Dbm, Detail, LatLng, LocalPlane, Metres, Millis, Radio, Report};

use super::bounds::Bounds;
use super::{Claim, Name, Port};

/// Signals are told apart in so many steps, the weakest 1.
const MAX_ASU: f64 = 31.0;
/// No claim is narrower, in metres.
const MIN_ACCURACY: f64 = 15.0;
/// So many emitters of short range decide alone where the middle is.
const ENOUGH_SHORT: usize = 3;
/// Of an emitter's accuracy, so much is taken as its deviation.
const DEVIATION: f64 = 0.7;
/// An emitter alone is trusted so much less.
const ALONE: f64 = 1.5;
/// Sightings further from the fix in time teach nothing.
const MAX_AGE: f64 = 10.0;

/// What differs between kinds of emitter, in metres.
#[derive(Clone, Copy)]
struct Scale {
    /// Wider fixes teach nothing.
    fix: f64,
    /// No emitter's range is smaller.
    min: f64,
    /// One with a larger range moves.
    max: f64,
}

const WIFI_2: Scale = Scale { fix: 16.0, min: 35.0, max: 300.0 };
const WIFI_5: Scale = Scale { fix: 7.0, min: 15.0, max: 100.0 };
const GSM: Scale = Scale { fix: 100.0, min: 500.0, max: 200_000.0 };
const LTE: Scale = Scale { fix: 50.0, min: 250.0, max: 100_000.0 };

/// Local-NLP's store of emitters.
#[derive(Default)]
pub struct LocalNlp(HashMap<Name, Learned>);

struct Learned {
    bounds: Bounds,
    scale: Scale,
    moves: bool,
}

impl Port for LocalNlp {
    fn name(&self) -> &'static str {
        "Local-NLP"
    }

    fn learn(&mut self, batch: &[Report]) {
        for report in batch {
            let fix = &report.fix;
            for sighting in &report.sightings {
                let Some(scale) = scale(&sighting.detail) else { continue };
                let patience = fix.speed.filter(|v| *v > 0.0).map_or(MAX_AGE, |v| MAX_AGE.min(scale.max / 2.0 / v));
                if fix.accuracy.is_some_and(|m| m.0 <= scale.fix) && sighting.age.abs().secs() <= patience {
                    self.observe(Name::from(&sighting.detail), fix.place, scale);
                }
            }
        }
    }

    fn place_of(&self, emitter: Name, _: Millis) -> Option<LatLng> {
        self.usable(emitter).map(|learned| learned.bounds.centre())
    }

    fn locate(&self, query: &Query, _: Millis) -> Option<Claim> {
        let heard = super::wifi(query).into_iter().chain(super::cells(query));
        let found: Vec<Found> = heard.filter_map(|(name, signal)| self.find(name, signal)).collect();
        mean(&near_the_median(found))
    }
}

/// The kind's scale; nothing for beacons, which it does not know.
fn scale(detail: &Detail) -> Option<Scale> {
    match detail {
        Detail::Wifi { frequency_mhz: Some(4_900..), .. } => Some(WIFI_5),
        Detail::Wifi { .. } => Some(WIFI_2),
        Detail::Cell { key, .. } => Some(if key.radio() == Radio::Gsm { GSM } else { LTE }),
        Detail::Beacon { .. } => None,
    }
}

/// Signal in steps from 1 to 31, as Android counts WiFi's bars (-100 to -55 dBm) and 3GPP TS 27.007 GSM's; LTE's 97 steps are
/// shrunk to as many.
fn asu(name: Name, signal: Option<Dbm>) -> f64 {
    let Some(Dbm(dbm)) = signal else { return 1.0 };
    let dbm = f64::from(dbm);
    let steps = match name {
        Name::Wifi(_) | Name::Beacon(_) => (dbm + 100.0) / 45.0 * MAX_ASU,
        Name::Cell(key) if key.radio() == Radio::Gsm => 0.5 * (dbm + 113.0),
        Name::Cell(_) => (dbm + 140.0) / 97.0 * MAX_ASU,
    };
    steps.floor().clamp(1.0, MAX_ASU)
}

/// A usable emitter of a query.
struct Found {
    place: LatLng,
    weight: f64,
    accuracy: f64,
    is_short: bool,
}

impl LocalNlp {
    fn observe(&mut self, name: Name, place: LatLng, scale: Scale) {
        let learned = self.0.entry(name).or_insert_with(|| Learned { bounds: Bounds::of(place), scale, moves: false });
        learned.bounds = learned.bounds.with(place);
        learned.moves |= learned.bounds.radius() > scale.max;
    }

    fn usable(&self, name: Name) -> Option<&Learned> {
        self.0.get(&name).filter(|learned| !learned.moves)
    }

    fn find(&self, name: Name, signal: Option<Dbm>) -> Option<Found> {
        let Learned { bounds, scale, .. } = self.usable(name)?;
        let radius = bounds.radius();
        let range = radius.max(scale.min);
        let asu = asu(name, signal);
        let near = 1.0 - (asu - 1.0) / MAX_ASU * (5.0 * radius / scale.max).min(1.0);
        Some(Found {
            place: bounds.centre(),
            weight: asu / range,
            accuracy: scale.min + near * near * (range - scale.min),
            is_short: !matches!(name, Name::Cell(_)),
        })
    }
}

/// What lies within twice its accuracy of the median; of all, where that is nothing.
fn near_the_median(found: Vec<Found>) -> Vec<Found> {
    let short = found.iter().filter(|f| f.is_short).count() >= ENOUGH_SHORT;
    let middle = |part: fn(LatLng) -> f64| {
        let mut values: Vec<f64> = found.iter().filter(|f| f.is_short || !short).map(|f| part(f.place)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let Some(median) = middle(LatLng::lat).zip(middle(LatLng::lon)).and_then(|(lat, lon)| LatLng::new(lat, lon).ok())
    else {
        return found;
    };
    let (near, far): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|f| f.place.distance(median).0 < 2.0 * f.accuracy);
    if near.is_empty() { far } else { near }
}

fn mean(found: &[Found]) -> Option<Claim> {
    let plane = LocalPlane::around(found.first()?.place);
    let total: f64 = found.iter().map(|f| f.weight).sum();
    let at: Vec<(f64, f64)> = found.iter().map(|f| plane.to_xy(f.place)).collect();
    let weighted =
        |part: fn(&(f64, f64)) -> f64| found.iter().zip(&at).map(|(f, at)| f.weight * part(at)).sum::<f64>() / total;
    let (x, y) = (weighted(|at| at.0), weighted(|at| at.1));
    let squares: f64 = found.iter().map(|f| f.weight * f.weight).sum();
    let variance = |part: fn(&(f64, f64)) -> f64, middle: f64| {
        let deviations = found.iter().zip(&at).map(|(f, at)| (DEVIATION * f.accuracy).max((part(at) - middle).abs()));
        found.iter().zip(deviations).map(|(f, d)| (f.weight * d).powi(2)).sum::<f64>() / squares
    };
    let deviation = (variance(|at| at.0, x) + variance(|at| at.1, y)).sqrt();
    let trusted = if found.len() == 1 { ALONE * deviation } else { deviation };
    Some(Claim { place: plane.to_place(x, y), accuracy: Metres(trusted.max(MIN_ACCURACY)) })
}
