//! Towns by another rule, so that nothing is fitted to what all of the others have in common.
//!
//! Access points are strewn like rain, on streets as in yards. Each has an exponent and a level of its own, and in each square of
//! ground a shadow of its own; whatever arrives above the floor is heard. In some of these towns one hears along the street in which
//! one stands, and little across houses.

use cairn::locate::Query;
use cairn::model::{Dbm, Fix, HeardWifi, LocalPlane, Mac, Metres, Millis, Report, Scan, Ssid};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::StandardNormal;

use super::travel::{Wander, sightings};
use super::{Days, Question, SIDE, Street, Streets, centre, on};
use crate::FIRST_DAY;
use crate::noise::normal;

/// The weakest signal a phone reports, dBm.
const FLOOR: f64 = -92.0;
/// No access point is heard from farther away, m.
const FARTHEST: f64 = 600.0;
/// So near to the middle of a street one stands in it, and so near an access point hangs on its fronts, m.
const IN_STREET: f64 = 15.0;
const ON_FRONT: f64 = 25.0;

/// What such a town is like, and how it was learned.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    seed: u64,
    /// Access points per km², and networks of each.
    density: f64,
    networks: u64,
    /// Path loss exponent, and the way after which an ordinary access point is at the floor, m.
    exponent: f64,
    range: f64,
    /// Deviation of access points' levels, dB.
    levels: f64,
    /// Deviation of shadows and fading together (dB), the share of it that is new with each scan, and the side of the squares of one
    /// shadow (m).
    shadowing: f64,
    fresh: f64,
    square: f64,
    /// How blurred the floor is, dB; and the share of what is above it that is missed.
    blur: f64,
    missed: f64,
    /// What houses take, dB; 0 where they take nothing.
    houses: f64,
    /// Distance of parallel streets (m), the share of them that was learned, and how often.
    block: f64,
    learned: f64,
    passes: u32,
    /// Metres per second, and metres between scans.
    speed: f64,
    every: f64,
    /// Deviation of fixes per axis (m), the share of its square that wanders, and what they claim of it.
    gps: f64,
    wandering: f64,
    claimed: f64,
    /// Share of access points that move house before questions are asked.
    moved: f64,
    /// What the asking phone hears more, dB.
    offset: f64,
    /// Share of the questions beside the street, how far (m), and in streets that were not learned.
    off_street: f64,
    off_by: f64,
    strays: f64,
}

struct AccessPoint {
    x: f64,
    y: f64,
    level: f64,
    exponent: f64,
}

impl Plain {
    /// One of the many there may be.
    pub fn any(seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed ^ 0x70_6c61_696e);
        let mut draw = |low: f64, high: f64| chance.random_range(low..high);
        let by_car = draw(0.0, 1.0) < 0.3;
        Self {
            seed,
            density: draw(80.0_f64.ln(), 6_000.0_f64.ln()).exp(),
            networks: draw(-2.0, 5.0).max(1.0) as u64,
            exponent: draw(2.2, 4.0),
            range: draw(40.0_f64.ln(), 160.0_f64.ln()).exp(),
            levels: draw(2.0, 7.0),
            shadowing: draw(3.0, 10.0),
            fresh: draw(0.2, 0.8),
            square: draw(10.0, 50.0),
            blur: draw(-3.0, 4.0).max(0.0),
            missed: draw(0.0, 0.4),
            houses: draw(-25.0, 20.0).max(0.0),
            block: draw(50.0, 200.0),
            learned: draw(0.3, 1.0),
            passes: draw(0.0, 3.0).max(1.0) as u32,
            speed: if by_car { draw(6.0, 13.0) } else { 1.4 },
            every: if by_car { draw(15.0, 60.0) } else { draw(5.0, 55.0) },
            gps: draw(2.0, 11.0),
            wandering: draw(0.0, 1.0),
            claimed: draw(0.8, 1.8),
            moved: draw(-0.1, 0.2).max(0.0),
            offset: draw(-8.0, 8.0),
            off_street: draw(0.0, 0.6),
            off_by: draw(8.0, 35.0),
            strays: draw(-0.3, 0.4).max(0.0),
        }
    }

    /// Learning and asking.
    pub fn live(&self, questions: usize) -> Days {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let plane = LocalPlane::around(centre());
        let mut points: Vec<AccessPoint> =
            (0..(self.density * SIDE * SIDE / 1e6) as usize).map(|_| self.point(&mut chance)).collect();
        let streets = Streets::some(self.block, self.learned, &mut chance);
        let reports = (0..self.passes)
            .flat_map(|_| streets.learned.clone())
            .flat_map(|street| self.travel(&points, &plane, street, &mut chance))
            .collect();
        for point in &mut points {
            if chance.random::<f64>() < self.moved {
                *point = self.point(&mut chance);
            }
        }
        let questions = (0..questions).map(|_| self.ask(&points, &plane, &streets, &mut chance)).collect();
        Days { reports, questions, emitters: Vec::new() }
    }

    fn point(&self, chance: &mut ChaCha8Rng) -> AccessPoint {
        // Some stand at a window, others behind a lift shaft.
        let exponent = self.exponent + chance.random_range(-0.6..0.6);
        let own: f64 = chance.sample(StandardNormal);
        let level = FLOOR + 10.0 * exponent * self.range.log10() + self.levels * own;
        AccessPoint { x: chance.random_range(0.0..SIDE), y: chance.random_range(0.0..SIDE), level, exponent }
    }

    /// One street, learned from one end to the other.
    fn travel(
        &self,
        points: &[AccessPoint],
        plane: &LocalPlane,
        (across, east): Street,
        chance: &mut ChaCha8Rng,
    ) -> Vec<Report> {
        let mut wander = Wander::new(chance);
        let (old, new) = (self.gps * self.wandering.sqrt(), self.gps * (1.0 - self.wandering).sqrt());
        (0..(SIDE / self.every) as i32)
            .map(|step| {
                let along = f64::from(step) * self.every;
                let (x, y) = plane.to_xy(on(plane, across, east, along));
                let off = wander.after(self.every / self.speed, chance);
                let mut blur = |off: f64| old * off + new * chance.sample::<f64, _>(StandardNormal);
                let place = plane.to_place(x + blur(off.0), y + blur(off.1));
                let utc = FIRST_DAY + Millis::from_hours(12) + Millis((1_000.0 * along / self.speed) as i64);
                let fix = Fix::gnss(Millis(0), utc, place, Metres(self.claimed * self.gps));
                let scan = self.hear(points, (x, y), 0.0, chance);
                Report { fix: Fix { speed: Some(self.speed), ..fix }, sightings: sightings(scan, Millis(500), place) }
            })
            .collect()
    }

    fn ask(&self, points: &[AccessPoint], plane: &LocalPlane, streets: &Streets, chance: &mut ChaCha8Rng) -> Question {
        let (across, east) = streets.to_ask(self.strays, chance);
        let is_off = chance.random::<f64>() < self.off_street;
        let off = if is_off { chance.random_range(-self.off_by..self.off_by) } else { 0.0 };
        let truth = on(plane, across + off, east, chance.random_range(0.1 * SIDE..0.9 * SIDE));
        let scan = self.hear(points, plane.to_xy(truth), self.offset, chance);
        Question { truth, query: Query::from(&scan) }
    }

    fn hear(&self, points: &[AccessPoint], (x, y): (f64, f64), offset: f64, chance: &mut ChaCha8Rng) -> Scan {
        let still = (1.0 - self.fresh * self.fresh).sqrt();
        let square = [x, y].map(|at| (at / self.square).floor() as i64 as u64);
        let mut wifi = Vec::new();
        for (index, point) in (0..).zip(points) {
            let way = (point.x - x).hypot(point.y - y).max(1.0);
            let arrives = point.level - 10.0 * point.exponent * way.log10() - self.behind_houses(point, (x, y), way);
            if way > FARTHEST || arrives + 4.0 * self.shadowing < FLOOR {
                continue;
            }
            let shadow = normal(&[self.seed, index, square[0], square[1]]);
            for network in 0..self.networks {
                let [fading, floor] = [(); 2].map(|()| chance.sample::<f64, _>(StandardNormal));
                let dbm = arrives + self.shadowing * (still * shadow + self.fresh * fading) + offset;
                if dbm > FLOOR + self.blur * floor && chance.random::<f64>() > self.missed {
                    wifi.push(HeardWifi {
                        mono: Millis(0),
                        mac: Mac::from_u64(0x0c00_0000_0000 | index << 8 | network).expect("an address of a maker"),
                        ssid: Ssid::default(),
                        signal: Some(Dbm(dbm.min(-20.0) as i16)),
                        frequency_mhz: Some(2_437),
                        standard: None,
                    });
                }
            }
        }
        Scan { wifi, ..Scan::default() }
    }

    /// What houses in between take, dB: nothing along the street in which both are.
    fn behind_houses(&self, point: &AccessPoint, (x, y): (f64, f64), way: f64) -> f64 {
        let same = |phone: f64, point: f64| {
            let street = (phone / self.block).round() * self.block;
            (phone - street).abs() < IN_STREET && (point - street).abs() < ON_FRONT
        };
        if same(x, point.x) || same(y, point.y) { 0.0 } else { self.houses * (0.5 + (way / 100.0).min(1.0)) }
    }
}
