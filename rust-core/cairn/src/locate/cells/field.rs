//! Where one cell is heard and how strongly, as a map between the spots from which it was heard.

use super::super::Learned;
use super::super::heard::{SPOTS, Spot};
use super::super::lanes::{exp, ln};
use crate::model::{Dbm, LocalPlane};

/// How far around a spot what was heard there holds, in spreads of the cell.
const WIDTH: f32 = 0.2;

/// How likely a cell is heard far from where it ever was, against in the midst of it.
const FAR: f32 = 0.01;

/// How much it says that a cell is heard at all. More than once, for a network gives a phone few of the cells it could hear.
const PRESENCE: f32 = 1.3;

/// Variance of a signal where spots tell what to expect, and what is added where they do not, dB².
const NOISE: f32 = 20.0;
const UNKNOWN: f32 = 25.0;

/// So many sightings near by make what to expect half of what they say, and half of what the cell is like elsewhere.
const HALF_KNOWN: f32 = 1.5;

/// A cell that is heard, on a plane; one entry for each spot, zeros beyond the last.
pub(super) struct Field {
    east: [f32; SPOTS],
    north: [f32; SPOTS],
    /// Minus one over twice the variance of the place, 1/m².
    narrow: [f32; SPOTS],
    /// Sightings, as many as count in its midst.
    count: [f32; SPOTS],
    /// What is heard now less what was there, dB.
    residual: [f32; SPOTS],
    /// The same of the whole cell.
    usual: f32,
    /// All sightings.
    all: f32,
    /// One where a signal can be compared, else zero.
    told: f32,
    centre: (f32, f32),
    /// One over twice the square of the spread.
    near: f32,
}

/// A cell seen from a place.
pub(super) struct View {
    /// Logarithm of how likely it is heard there.
    pub presence: f32,
    /// Signal less what is expected, dB.
    pub residual: f32,
    /// One over the variance of that; zero where there is nothing to compare.
    pub precision: f32,
}

impl Field {
    pub fn of(learned: &Learned, signal: Option<Dbm>, plane: &LocalPlane) -> Self {
        let centre = plane.to_xy(learned.place());
        let centre = (centre.0 as f32, centre.1 as f32);
        let spread = learned.spread().0 as f32;
        let whole = [Spot { count: f32::from(learned.count()), blur: spread * spread, ..Spot::default() }];
        let (spots, signal) = match learned.spots() {
            [] => (&whole[..], None),
            spots => (spots, signal),
        };
        let of =
            |value: &dyn Fn(&Spot) -> f32| -> [f32; SPOTS] { std::array::from_fn(|i| spots.get(i).map_or(0.0, value)) };
        let own = (WIDTH * spread).powi(2);
        let variance = |s: &Spot| own + s.blur / 2.0;
        let all: f32 = spots.iter().map(|s| s.count).sum();
        let heard = signal.map_or(0.0, |s| f32::from(s.0));
        Self {
            east: of(&|s| centre.0 + s.east),
            north: of(&|s| centre.1 + s.north),
            narrow: of(&|s| -0.5 / variance(s)),
            count: of(&|s| s.count * own / variance(s)),
            residual: of(&|s| heard - s.signal),
            usual: spots.iter().map(|s| s.count * (heard - s.signal)).sum::<f32>() / all,
            all,
            told: f32::from(u8::from(signal.is_some())),
            centre,
            near: 0.5 / (spread * spread),
        }
    }

    pub fn look_from(&self, x: f32, y: f32) -> View {
        let weights: [f32; SPOTS] = std::array::from_fn(|i| {
            let (dx, dy) = (x - self.east[i], y - self.north[i]);
            self.count[i] * exp(self.narrow[i] * (dx * dx + dy * dy))
        });
        let here: f32 = weights.iter().sum();
        let told: f32 = weights.iter().zip(self.residual).map(|(w, residual)| w * residual).sum();
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let far = FAR / (1.0 + self.near * (dx * dx + dy * dy));
        let unknown = HALF_KNOWN / (here + HALF_KNOWN);
        View {
            presence: PRESENCE * ln(here / self.all + far),
            residual: (told + HALF_KNOWN * self.usual) / (here + HALF_KNOWN),
            precision: self.told / (NOISE + UNKNOWN * unknown),
        }
    }
}
