//! Towns of many kinds, over what the literature gives: an estimator must not be made for one of them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Learner, Town};

/// The reference's comparison: log-distance with n = 3, shadowing of 7 dB, fixes good to 5 m.
pub const WALK: Town = Town {
    name: "city walk",
    density: 1_500.0,
    beacons: 150.0,
    exponent: (3.0, 3.0),
    wall: (0.0, 0.0),
    shadowing: 7.0,
    shadow_size: 25.0,
    fading: 2.5,
    moved: 0.0,
    hotspots: 0.0,
    block: 100.0,
    streets: 1.0,
    speed: 1.4,
    every: 15.0,
    gps: 5.0,
    offset: 0.0,
    off_street: 0.4,
    strays: 0.0,
    learner: Learner::Cairn,
};

/// Driven through once, half of the streets.
pub const CAR: Town =
    Town { name: "car, half the streets", density: 500.0, streets: 0.5, speed: 10.0, every: 40.0, ..WALK };

/// Learned by one phone, everything kept.
pub const TOWNS: [Town; 11] = [
    WALK,
    CAR,
    Town { name: "15 % moved, mobile", moved: 0.15, hotspots: 60.0, ..WALK },
    Town { name: "walls", exponent: (2.2, 4.0), wall: (5.0, 12.0), ..WALK },
    Town { name: "houses in gardens", density: 300.0, shadowing: 5.0, exponent: (2.5, 3.2), ..WALK },
    Town { name: "village by car", density: 100.0, exponent: (2.3, 3.0), shadowing: 5.0, ..CAR },
    Town { name: "high houses", density: 4_000.0, shadowing: 9.0, exponent: (2.8, 3.6), gps: 12.0, ..WALK },
    Town { name: "deaf phone", offset: -8.0, ..WALK },
    Town { name: "keen phone", offset: 6.0, ..WALK },
    Town { name: "one street in three", streets: 0.34, every: 25.0, ..WALK },
    Town { name: "clear air, poor fixes", exponent: (2.0, 2.8), wall: (5.0, 12.0), shadowing: 4.0, gps: 10.0, ..WALK },
];

const WIGLE: Learner = Learner::Wigle { phones: 3, passes: 1.3, thin_questions: false };
const WIGLE_THIN: Learner = Learner::Wigle { phones: 3, passes: 1.3, thin_questions: true };
const STREETS: Town =
    Town { exponent: (2.2, 4.0), wall: (5.0, 12.0), moved: 0.05, hotspots: 30.0, off_street: 0.1, ..WALK };

/// Learned from `WiGLE`'s files of several phones, as a user's own are.
pub const WALKS: [Town; 6] = [
    Town { name: "WiGLE walks", learner: WIGLE, ..STREETS },
    Town { name: "WiGLE walks, thin questions", learner: WIGLE_THIN, ..STREETS },
    Town { name: "WiGLE walks, stray questions", learner: WIGLE, streets: 0.6, strays: 0.5, ..STREETS },
    Town { name: "WiGLE by car", learner: WIGLE, speed: 9.0, density: 700.0, streets: 0.6, ..STREETS },
    Town { name: "WiGLE by car, thin", learner: WIGLE_THIN, speed: 9.0, density: 700.0, streets: 0.6, ..STREETS },
    Town { name: "WiGLE walks, suburb", learner: WIGLE, density: 250.0, shadowing: 5.0, gps: 4.0, ..STREETS },
];

impl Town {
    /// One of the many towns there may be: each property drawn over what the literature gives.
    pub fn any(seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed ^ 0x70_77_6e);
        let mut draw = |low: f64, high: f64| chance.random_range(low..high);
        let exponent = draw(2.0, 3.4);
        let wall = draw(0.0, 6.0);
        let by_car = draw(0.0, 1.0) < 0.35;
        let learner = match draw(0.0, 1.0) {
            at if at < 0.4 => Learner::Cairn,
            at => {
                Learner::Wigle { phones: 1 + draw(0.0, 4.0) as usize, passes: draw(0.8, 2.5), thin_questions: at > 0.7 }
            }
        };
        Self {
            name: "any",
            density: draw(60.0_f64.ln(), 4_000.0_f64.ln()).exp(),
            beacons: draw(50.0, 400.0),
            exponent: (exponent, exponent + draw(0.0, 1.2)),
            wall: (wall, wall + draw(0.0, 7.0)),
            shadowing: draw(3.5, 9.5),
            // From what changes with each step to what a block of houses does.
            shadow_size: draw(6.0, 45.0),
            // From beacons that all arrive alike to those that bodies and cars come between.
            fading: draw(1.5, 7.5),
            moved: draw(-0.05, 0.15).max(0.0),
            hotspots: draw(0.0, 60.0),
            block: draw(60.0, 160.0),
            streets: draw(0.3, 1.1).min(1.0),
            speed: if by_car { draw(6.0, 14.0) } else { 1.4 },
            every: if by_car { draw(20.0, 60.0) } else { draw(5.0, 30.0) },
            gps: draw(2.5, 11.0),
            offset: draw(-8.0, 8.0),
            off_street: draw(0.0, 0.5),
            strays: draw(-0.2, 0.5).max(0.0),
            learner,
        }
    }
}
