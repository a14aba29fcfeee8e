//! microG's learned network location: a box per emitter, started anew when it is heard far away, and the best supported
//! neighbourhood's weighted mean.
//!
//! Source: `reference/location-services.md`, D.1. Left out: its caches of services' answers, names of trains and phones by
//! which it knows what moves, and the blending of WiFi into cells over time, which one scan alone does not show.

use std::collections::HashMap;

use cairn::locate::Query;
use cairn::model::{Dbm, Detail, LatLng, Metres, Millis, Report, Sighting};

use super::bounds::Bounds;
use super::{Claim, Name, Port};

/// Wider fixes teach nothing, in metres.
const MAX_FIX_ACCURACY: f64 = 25.0;
/// Nor do sightings so far from the fix in time.
const MAX_AGE: Millis = Millis(1_000);
/// How long an emitter that was heard elsewhere is not used.
const BAD_FOR: Millis = Millis::from_days(14);
/// How long an emitter that is not heard is remembered.
const REMEMBERED: Millis = Millis::from_days(365);

/// What differs between access points and cells.
struct Scale {
    /// Metres from the box's middle at which it is started anew.
    elsewhere: f64,
    /// Claimed metres after one sighting, and how fast they shrink with more.
    accuracy: (f64, f64),
    /// Weight in a neighbourhood after one sighting, and how fast it grows with more.
    precision: (f64, f64),
    /// Metres within which emitters support each other, whatever they claim.
    neighbourhood: f64,
    /// Taken for a signal that is not known, in dBm: the weakest.
    unknown_signal: f64,
}

const WIFI: Scale = Scale {
    elsewhere: 200.0,
    accuracy: (200.0, 0.02),
    precision: (0.2, 0.1),
    neighbourhood: 1_000.0,
    unknown_signal: -100.0,
};
const CELL: Scale = Scale {
    elsewhere: 10_000.0,
    accuracy: (10_000.0, 0.002),
    precision: (0.5, 0.01),
    neighbourhood: 50_000.0,
    unknown_signal: -140.0,
};

/// microG's store of learned emitters.
#[derive(Default)]
pub struct MicroG(HashMap<Name, Learned>);

struct Learned {
    bounds: Bounds,
    count: u32,
    last: Millis,
    bad: Option<Millis>,
}

impl Port for MicroG {
    fn name(&self) -> &'static str {
        "microG"
    }

    fn learn(&mut self, batch: &[Report]) {
        for report in batch.iter().filter(|r| r.fix.accuracy.is_some_and(|m| m.0 <= MAX_FIX_ACCURACY)) {
            let fresh = report.sightings.iter().filter(|s| s.age.abs() <= MAX_AGE && is_wanted(s));
            for sighting in fresh {
                self.observe(Name::from(&sighting.detail), report.fix.place, report.fix.utc);
            }
        }
    }

    fn place_of(&self, emitter: Name, utc: Millis) -> Option<LatLng> {
        self.usable(emitter, utc).map(|learned| learned.bounds.centre())
    }

    fn locate(&self, query: &Query, utc: Millis) -> Option<Claim> {
        self.fuse(&super::wifi(query), &WIFI, utc).or_else(|| self.fuse(&super::cells(query), &CELL, utc))
    }
}

/// Beacons and networks that hide their name or opt out are none of its business.
fn is_wanted(sighting: &Sighting) -> bool {
    match &sighting.detail {
        Detail::Wifi { ssid, .. } => !ssid.is_hidden() && !ssid.bytes().ends_with(b"_nomap"),
        Detail::Cell { .. } => true,
        Detail::Beacon { .. } => false,
    }
}

const fn scale(name: Name) -> &'static Scale {
    match name {
        Name::Cell(_) => &CELL,
        Name::Wifi(_) | Name::Beacon(_) => &WIFI,
    }
}

/// A usable emitter of a query.
struct Found {
    place: LatLng,
    accuracy: f64,
    precision: f64,
    weight: f64,
}

impl MicroG {
    fn observe(&mut self, name: Name, place: LatLng, utc: Millis) {
        let first = || Learned { bounds: Bounds::of(place), count: 0, last: utc, bad: None };
        let learned = self.0.entry(name).or_insert_with(first);
        if learned.bounds.centre().distance(place).0 > scale(name).elsewhere {
            *learned = Learned { bad: Some(utc), ..first() };
        }
        learned.bounds = learned.bounds.with(place);
        learned.count += 1;
        learned.last = utc;
    }

    fn usable(&self, name: Name, utc: Millis) -> Option<&Learned> {
        let learned = self.0.get(&name)?;
        let is_good = learned.bad.is_none_or(|bad| utc - bad > BAD_FOR);
        (is_good && utc - learned.last <= REMEMBERED).then_some(learned)
    }

    fn fuse(&self, heard: &[(Name, Option<Dbm>)], scale: &Scale, utc: Millis) -> Option<Claim> {
        let found: Vec<Found> =
            heard.iter().filter_map(|(name, signal)| self.find(*name, *signal, scale, utc)).collect();
        let support = |cluster: &Vec<&Found>| cluster.iter().map(|f| f.precision).sum::<f64>();
        let neighbourhood = |of: &Found| -> Vec<&Found> {
            let reach = (2.0 * of.accuracy).max(scale.neighbourhood);
            found.iter().filter(|f| f.place.distance(of.place).0 <= reach).collect()
        };
        let best = found.iter().map(neighbourhood).max_by(|a, b| support(a).total_cmp(&support(b)))?;
        let total: f64 = best.iter().map(|f| f.weight).sum();
        let mean = |part: fn(LatLng) -> f64| best.iter().map(|f| f.weight * part(f.place)).sum::<f64>() / total;
        let place = LatLng::new(mean(LatLng::lat), mean(LatLng::lon)).ok()?;
        let n = best.len() as f64;
        let together = best.iter().map(|f| f.place.distance(place).0 + f.accuracy).sum::<f64>() / n / n;
        let accuracy = best.iter().map(|f| f.accuracy).fold(together, f64::min);
        Some(Claim { place, accuracy: Metres(accuracy) })
    }

    fn find(&self, name: Name, signal: Option<Dbm>, scale: &Scale, utc: Millis) -> Option<Found> {
        let learned = self.usable(name, utc)?;
        let more = f64::from(learned.count) - 1.0;
        let by_count = |(first, per): (f64, f64)| (first, 1.0 + per * more);
        let (widest, shrunk) = by_count(scale.accuracy);
        let (least, grown) = by_count(scale.precision);
        let signal = signal.map_or(scale.unknown_signal, |s| f64::from(s.0.min(-1)));
        Some(Found {
            place: learned.bounds.centre(),
            accuracy: learned.bounds.radius().max(widest / shrunk),
            precision: least * grown,
            weight: signal.powi(-2),
        })
    }
}
