//! One phone goes through each street once and keeps everything it hears; another asks.

use cairn::locate::Query;
use cairn::model::{CellKey, Detail, Fix, LocalPlane, Metres, Millis, Report, Scan, Sighting};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::{ASKED, Question, SIDE, Street, Streets, Town, on};
use crate::{FIRST_DAY, Listener, World};

/// Time in which a satellite receiver's error forgets two thirds of itself.
const WANDERING: f64 = 60.0;

/// A receiver's error in deviations, wandering.
pub(super) struct Wander(f64, f64);

impl Wander {
    pub fn new(chance: &mut ChaCha8Rng) -> Self {
        Self(chance.sample(StandardNormal), chance.sample(StandardNormal))
    }

    /// The error so many seconds later.
    pub fn after(&mut self, seconds: f64, chance: &mut ChaCha8Rng) -> (f64, f64) {
        let kept = (-seconds / WANDERING).exp();
        let fresh = (1.0 - kept * kept).sqrt();
        for axis in [&mut self.0, &mut self.1] {
            *axis = kept * *axis + fresh * chance.sample::<f64, _>(StandardNormal);
        }
        (self.0, self.1)
    }
}

pub(super) fn live(
    town: &Town,
    world: &World,
    plane: &LocalPlane,
    streets: &Streets,
    questions: usize,
    chance: &mut ChaCha8Rng,
) -> (Vec<Report>, Vec<Question>) {
    let reports = streets.learned.iter().flat_map(|street| travel(town, world, plane, *street, chance)).collect();
    let questions = (0..questions)
        .map(|_| {
            let (across, east) = streets.to_ask(town.strays, chance);
            let off = beside(town, chance);
            let along = chance.random_range(0.1 * SIDE..0.9 * SIDE);
            let truth = on(plane, across + off, east, along);
            let listener = Listener { device_offset_db: town.offset, ..Listener::standing(truth, ASKED, Millis(0)) };
            Question { truth, query: Query::from(&hear(world, &listener, chance)) }
        })
        .collect();
    (reports, questions)
}

/// A part of the way on which somebody decides whether to turn, m.
const STEP: f64 = 5.0;

/// One who goes through these streets, turns at one crossing in three and at the town's edge, and asks each time `every` is over.
pub(super) fn follow(
    town: &Town,
    world: &World,
    plane: &LocalPlane,
    streets: &[Street],
    (every, questions): (Millis, usize),
    chance: &mut ChaCha8Rng,
) -> Vec<Question> {
    let mut street = streets[chance.random_range(0..streets.len())];
    let (mut along, mut ahead, mut ahead_of_step) = (SIDE / 2.0, 1.0, 0.0);
    (0..questions)
        .map(|n| {
            let (across, east) = street;
            let at = Millis(every.0 * n as i64);
            let truth = on(plane, across, east, along + ahead * ahead_of_step);
            let listener = Listener { device_offset_db: town.offset, ..Listener::standing(truth, ASKED + at, at) };
            let query = Query::from(&hear(world, &listener, chance));
            ahead_of_step += town.speed * every.secs();
            while ahead_of_step >= STEP {
                ahead_of_step -= STEP;
                along += ahead * STEP;
                let (across, east) = street;
                let crossing = streets.iter().find(|(other, e)| *e != east && (other - along).abs() <= STEP / 2.0);
                if let Some((other, _)) = crossing.filter(|_| chance.random_range(0..3) == 0) {
                    (street, along) = ((*other, !east), across);
                    ahead = if chance.random() { 1.0 } else { -1.0 };
                }
                if !(0.1 * SIDE..=0.9 * SIDE).contains(&along) {
                    ahead = if along < SIDE / 2.0 { 1.0 } else { -1.0 };
                }
            }
            Question { truth, query }
        })
        .collect()
}

/// How far beside the street a question is asked.
pub(super) fn beside(town: &Town, chance: &mut ChaCha8Rng) -> f64 {
    let is_off = chance.random::<f64>() < town.off_street;
    if is_off { chance.random_range(-town.block / 2.0..town.block / 2.0) } else { 0.0 }
}

/// One street, learned from one end to the other.
fn travel(
    town: &Town,
    world: &World,
    plane: &LocalPlane,
    (across, east): Street,
    chance: &mut ChaCha8Rng,
) -> Vec<Report> {
    let start = FIRST_DAY + Millis::from_hours(12);
    let mut wander = Wander::new(chance);
    (0..(SIDE / town.every) as i32)
        .map(|step| {
            let (x, y) = wander.after(town.every / town.speed, chance);
            let utc = start + Millis((f64::from(step) * town.every / town.speed * 1_000.0) as i64);
            let along = f64::from(step) * town.every;
            let listener = Listener::standing(on(plane, across, east, along), utc, Millis(0));
            // The fix comes up to a second before or after the scan.
            let age = Millis(chance.random_range(-1_000..=1_000));
            let blur = |along: f64| {
                let (east, north) = plane.to_xy(on(plane, across, east, along));
                plane.to_place(east + town.gps * x, north + town.gps * y)
            };
            let fix = Fix {
                speed: Some(town.speed),
                ..Fix::gnss(Millis(0), utc, blur(along + town.speed * age.secs()), Metres(1.5 * town.gps))
            };
            Report { sightings: sightings(hear(world, &listener, chance), age, blur(along)), fix }
        })
        .collect()
}

/// Everything that may be recorded.
pub(super) fn hear(world: &World, listener: &Listener, chance: &mut ChaCha8Rng) -> Scan {
    let mut wifi = world.hear_wifi(listener, chance);
    wifi.retain(|w| !w.ssid.is_hidden() && !w.ssid.opts_out());
    let (cells, beacons) = (world.hear_cells(listener, chance), world.hear_beacons(listener, chance));
    Scan { wifi, cells, beacons, unreadable: 0 }
}

/// What was heard, as a report has it.
pub fn sightings(scan: Scan, age: Millis, place: cairn::model::LatLng) -> Vec<Sighting> {
    let wifi = scan.wifi.into_iter().map(|w| {
        let detail = Detail::Wifi { mac: w.mac, ssid: w.ssid, frequency_mhz: w.frequency_mhz, standard: w.standard };
        Sighting { age, place, signal: w.signal, detail }
    });
    let beacons = scan.beacons.into_iter().map(|b| {
        let detail = Detail::Beacon { mac: b.mac, format: b.format };
        Sighting { age, place, signal: b.signal, detail }
    });
    let cells = scan.cells.into_iter().filter_map(|c| {
        let detail = Detail::Cell {
            key: CellKey::try_from(c.identity).ok()?,
            serving: c.serving,
            asu: c.asu,
            timing_advance: c.timing_advance,
            physical: c.physical,
            arfcn: c.arfcn,
        };
        Some(Sighting { age, place, signal: c.signal, detail })
    });
    wifi.chain(beacons).chain(cells).collect()
}
