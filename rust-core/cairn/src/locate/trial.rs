//! A small radio world for calibration: access points at random, a phone that learns along streets and is then asked where
//! it is. Worlds differ in density, noise, exponent and offset, because the estimator must not know the one it is in.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Area, Estimate, HeardMac, Known, Learned, Observation, Query, estimate};
use crate::model::{CellKey, Dbm, EmitterKey, EmitterKind, LatLng, LocalPlane, Mac, Metres, Millis};

/// What a world is like.
#[derive(Clone, Copy)]
pub(super) struct World {
    pub seed: u64,
    /// Access points per km².
    pub density: f64,
    pub exponent: f64,
    /// Distance at which an ordinary access point falls below what the phone can hear, m.
    pub range: f64,
    pub shadowing: f64,
    /// What the phone that asks reads more than the one that learned, dB.
    pub offset: f64,
    /// Share of access points that stand somewhere else by the time of asking.
    pub moved: f64,
    /// Seconds between scans while learning, at walking speed.
    pub every: f64,
}

pub(super) const USUAL: World = World {
    seed: 1,
    density: 1_500.0,
    exponent: 3.0,
    range: 90.0,
    shadowing: 7.0,
    offset: 0.0,
    moved: 0.0,
    every: 10.0,
};

/// The weakest signal a phone reports, dBm.
const SENSITIVITY: f64 = -92.0;

const SIDE: f64 = 1_000.0;
const STREETS: f64 = 100.0;

struct Point {
    x: f64,
    y: f64,
    level: f64,
    exponent: f64,
}

impl World {
    /// Estimates with their truths; 40 % of the questions are asked off the streets.
    pub fn ask(&self, questions: usize) -> Vec<(LatLng, Option<Estimate>)> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let plane = LocalPlane::around(LatLng::new(60.17, 24.94).unwrap());
        let n = (self.density * SIDE * SIDE / 1e6) as usize;
        let mut points: Vec<Point> = (0..n).map(|_| self.point(&mut chance)).collect();
        let mut learned = HashMap::new();
        // As people walk: six streets in ten, so that most access points are known from one side only.
        let walked: Vec<(f64, bool)> = (0..=(SIDE / STREETS) as i32)
            .flat_map(|street| [(f64::from(street) * STREETS, true), (f64::from(street) * STREETS, false)])
            .filter(|_| chance.random::<f64>() < 0.6)
            .collect();
        for (across, eastwards) in &walked {
            for step in 0..(SIDE / (1.4 * self.every)) as i32 {
                let at = on_street(*across, *eastwards, f64::from(step) * 1.4 * self.every, 0.0);
                self.learn(&points, at, &plane, &mut learned, &mut chance);
            }
        }
        for point in &mut points {
            if chance.random::<f64>() < self.moved {
                *point = self.point(&mut chance);
            }
        }
        (0..questions)
            .map(|_| {
                let (across, eastwards) = walked[chance.random_range(0..walked.len())];
                let off = if chance.random::<f64>() < 0.4 { chance.random_range(-30.0..30.0) } else { 0.0 };
                let (x, y) = on_street(across, eastwards, chance.random_range(100.0..SIDE - 100.0), off);
                let wifi = self
                    .hear(&points, x, y, self.offset, &mut chance)
                    .into_iter()
                    .map(|(i, s)| HeardMac { mac: mac(i), signal: Some(s) })
                    .collect();
                let query = Query { wifi, ..Query::default() };
                (plane.to_place(x, y), estimate(&query, &Memory(&learned)))
            })
            .collect()
    }

    fn point(&self, chance: &mut ChaCha8Rng) -> Point {
        // Some stand at a window, others behind a lift shaft.
        let exponent = self.exponent + chance.random_range(-0.6..0.6);
        let level = SENSITIVITY + 10.0 * exponent * self.range.log10() + normal(chance) * 4.0;
        Point { x: chance.random_range(0.0..SIDE), y: chance.random_range(0.0..SIDE), level, exponent }
    }

    fn learn(
        &self,
        points: &[Point],
        at: (f64, f64),
        plane: &LocalPlane,
        learned: &mut HashMap<EmitterKey, Learned>,
        chance: &mut ChaCha8Rng,
    ) {
        let place = plane.to_place(at.0 + 5.0 * normal(chance), at.1 + 5.0 * normal(chance));
        for (index, signal) in self.hear(points, at.0, at.1, 0.0, chance) {
            let o = Observation {
                kind: EmitterKind::Wifi,
                place,
                accuracy: Metres(6.0),
                age: Millis(500),
                speed: Some(1.4),
                signal: Some(signal),
                frequency_mhz: Some(2_437),
                day: 100,
            };
            learned
                .entry(EmitterKey::wifi(mac(index)))
                .and_modify(|l| l.learn(&o))
                .or_insert_with(|| Learned::first(&o));
        }
    }

    fn hear(&self, points: &[Point], x: f64, y: f64, offset: f64, chance: &mut ChaCha8Rng) -> Vec<(usize, Dbm)> {
        points
            .iter()
            .enumerate()
            .filter_map(|(i, p)| {
                let d = (p.x - x).hypot(p.y - y).max(1.0);
                let noise = 0.8 * shadow(i, x, y) + 0.6 * normal(chance);
                let signal = p.level - 10.0 * p.exponent * d.log10() + self.shadowing * noise + offset;
                let heard = signal > SENSITIVITY && chance.random::<f64>() > 0.1;
                heard.then(|| (i, Dbm(signal.min(-20.0) as i16)))
            })
            .collect()
    }
}

/// Addresses apart in the middle octets, so that no two look like one device.
fn mac(index: usize) -> Mac {
    Mac::from_u64(0x0c00_0000_0000 | (index as u64) << 8).unwrap()
}

fn on_street(across: f64, eastwards: bool, along: f64, off: f64) -> (f64, f64) {
    if eastwards { (along, across + off) } else { (across + off, along) }
}

/// Shadowing stays with the place: alike within 25 m, the same whenever one comes by.
fn shadow(index: usize, x: f64, y: f64) -> f64 {
    let seed = [index as i64, (x / 25.0).floor() as i64, (y / 25.0).floor() as i64]
        .iter()
        .fold(0_u64, |seed, n| (seed ^ *n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31));
    normal(&mut ChaCha8Rng::seed_from_u64(seed))
}

fn normal(chance: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (chance.random_range(1e-12..1.0), chance.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

pub(super) struct Memory<'a>(pub &'a HashMap<EmitterKey, Learned>);

impl Known for Memory<'_> {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.0.get(&key).map(|learned| learned.settled())
    }

    fn area(&self, _: CellKey) -> Option<Area> {
        None
    }
}
