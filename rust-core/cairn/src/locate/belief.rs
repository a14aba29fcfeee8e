//! Where an emitter may stand, given from where it was heard and how strongly.
//!
//! The posterior of its place on a grid that closes in: signals follow [`super::signal`] with a level that is not known and is
//! integrated out, and whatever is far from where an emitter was heard is unlikely. Its mean is the place, and its variances
//! say how far off that may be: a street that runs straight leaves open on which of its sides an emitter stands, so the mean
//! is then in the street and the variance across it wide; a second street tells.

use super::heard::{SPOTS, Spot};
use super::lanes::{exp, ln};
use super::scatter::Scatter;
use super::signal::DB_PER_LN;

/// Deviation of emitters' levels around the usual one, dB.
const LEVEL_DEVIATION: f32 = 7.0;

/// Deviation of one sighting's signal around the model, dB: shadows and fading, as the literature has them in towns.
const NOISE: f32 = 6.0;

/// Sightings within about this distance stand in the same shadows, m; and how much they then tell the same.
const SHADOW: f32 = 20.0;
const ALIKE: f32 = 0.5;

/// How much each sighting says by having been heard at all, beside its signal.
const HEARD_AT_ALL: f32 = 0.4;

/// Deviation of an emitter's place around where it is heard best before signals are looked at, in usual spreads.
const AROUND: f32 = 1.1;

// All of these are of those tried the ones with which emitters in made-up towns and in Helsinki's streets are placed best and
// are as far off as their variances say.

/// What is believed of one emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Belief {
    /// Variances of its place, m².
    pub place: Scatter,
    /// Level one metre away, dBm.
    pub level: f32,
}

/// What is known of an emitter before it is heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    /// Root mean square distance at which its kind is heard, m.
    pub spread: f32,
    /// Level one metre away, dBm.
    pub level: f32,
    /// How much noisier than usual its signals turned out to be, as a factor of the variance; at least one.
    pub wild: f32,
}

/// What one e-fold of distance costs, dB.
const SLOPE: f32 = DB_PER_LN as f32;

/// Where it is heard best counts by one over the distance that the signal suggests; of this signal, dBm, a sighting counts once.
const LOUD: f32 = -70.0;

/// No grid is narrower, m from its middle.
const LEAST_HALF: f32 = 8.0;

/// The first grid reaches so many times as far as the loudest spot sounds.
const FARTHEST: f32 = 5.0;

/// Points on the sides of the grid, the first eastwards: the second fills the lanes of processors. And how often it closes in.
const ROWS: usize = 6;
const SIDE: usize = 8;
const ROUNDS: usize = 3;

/// The belief, and how far its middle lies from the one that the spots are seen from. `before` is what was believed until now.
pub(super) fn of(spots: &[Spot], usual: Usual, before: Option<&Belief>) -> (Belief, (f64, f64)) {
    let scene = Scene::new(spots, usual);
    let (mut middle, mut half) = scene.start(before);
    // Of one or two spots little is known, and little to be seen closer.
    let rounds = if spots.len() < 3 { 1 } else { ROUNDS };
    let mut belief = Belief { place: Scatter::default(), level: usual.level };
    for _ in 0..rounds {
        let step;
        (belief, step) = scene.look(middle, half);
        middle = (middle.0 + step.0, middle.1 + step.1);
        // What was believed before was wrong: look farther.
        if step.0.abs().max(step.1.abs()) > 0.5 * half {
            half *= 1.5;
            continue;
        }
        let closer = (2.5 * belief.place.east.max(belief.place.north).sqrt()).max(LEAST_HALF);
        if closer > 0.6 * half {
            break;
        }
        half = closer;
    }
    (belief, (f64::from(middle.0), f64::from(middle.1)))
}

/// What does not depend on where the emitter is thought to be.
struct Scene<'a> {
    spots: &'a [Spot],
    usual: Usual,
    /// Variance of one signal, dB².
    noise: f32,
    /// What each spot's signal tells, one over dB²; and all together, with what is known of levels.
    weights: [f32; SPOTS],
    told: f32,
    /// Where it is heard best.
    origin: (f32, f32),
}

impl<'a> Scene<'a> {
    fn new(spots: &'a [Spot], usual: Usual) -> Self {
        let noise = NOISE * NOISE * usual.wild;
        let mut weights = [0.0; SPOTS];
        let crowds = crowds(spots);
        let (mut all, mut east, mut north) = (0.0, 0.0, 0.0);
        for ((weight, spot), crowd) in weights.iter_mut().zip(spots).zip(crowds) {
            *weight = spot.count / (1.0 + ALIKE * (crowd - 1.0).max(0.0)) / noise;
            let loud = spot.count * exp((spot.signal - LOUD) / SLOPE);
            (all, east, north) = (all + loud, east + loud * spot.east, north + loud * spot.north);
        }
        let told = weights.iter().sum::<f32>() + 1.0 / (LEVEL_DEVIATION * LEVEL_DEVIATION);
        Self { spots, usual, noise, weights, told, origin: (east / all, north / all) }
    }

    /// Where to look first, and how far around.
    fn start(&self, before: Option<&Belief>) -> ((f32, f32), f32) {
        let spread = self.usual.spread;
        // As far around the loudest spot as an emitter well above the usual level might be.
        let loudest = self.spots.iter().map(|s| s.signal).fold(f32::MIN, f32::max);
        let half = (FARTHEST * exp((self.usual.level - loudest) / SLOPE)).clamp(0.6 * spread, 3.0 * spread);
        match before.map(|b| 2.7 * b.place.east.max(b.place.north).sqrt()) {
            Some(wide) if wide < 0.9 * half => ((0.0, 0.0), wide.max(LEAST_HALF)),
            _ => (self.origin, half),
        }
    }

    /// What is believed on a grid around a point, and how far its middle lies from that.
    fn look(&self, middle: (f32, f32), half: f32) -> (Belief, (f32, f32)) {
        let step = (2.0 * half / (ROWS - 1) as f32, 2.0 * half / (SIDE - 1) as f32);
        // What lies between the points belongs to the nearest.
        let inside = (step.0 * step.0 / 12.0, step.1 * step.1 / 12.0);
        let rows: [Row; ROWS] =
            std::array::from_fn(|i| self.row(middle.0 - half + step.0 * i as f32, (middle.1 - half, step.1), inside));
        let top = rows.iter().flat_map(|row| row.logs).fold(f32::MIN, f32::max);
        let mut sums = [[0.0_f32; SIDE]; 7];
        for (i, row) in rows.iter().enumerate() {
            let x = step.0 * i as f32 - half;
            for j in 0..SIDE {
                let y = step.1 * j as f32 - half;
                let w = exp(row.logs[j] - top);
                let parts = [w, w * x, w * y, w * x * x, w * x * y, w * y * y, w * row.levels[j]];
                for (sum, part) in sums.iter_mut().zip(parts) {
                    sum[j] += part;
                }
            }
        }
        let [all, x, y, xx, xy, yy, level] = sums.map(|lane| lane.iter().sum::<f32>());
        let (x, y) = (x / all, y / all);
        let place =
            Scatter { east: xx / all - x * x + inside.0, both: xy / all - x * y, north: yy / all - y * y + inside.1 };
        (Belief { place, level: self.usual.level + level / all }, (x, y))
    }

    /// The points of one row, this far east; northwards from the first by steps, each the middle of an area that wide.
    fn row(&self, x: f32, (south, step): (f32, f32), inside: (f32, f32)) -> Row {
        let spread = self.usual.spread;
        let nearby = ln(2.0 * spread * spread);
        let (mut first, mut second, mut far) = ([0.0_f32; SIDE], [0.0_f32; SIDE], [0.0_f32; SIDE]);
        for (spot, weight) in self.spots.iter().zip(self.weights) {
            let over = spot.signal - self.usual.level;
            let dx2 = (x - spot.east) * (x - spot.east) + spot.blur + inside.0 + inside.1;
            for j in 0..SIDE {
                let dy = south + step * j as f32 - spot.north;
                let log = ln((dx2 + dy * dy).max(1.0));
                let residual = over + 0.5 * SLOPE * log;
                first[j] += weight * residual;
                second[j] += weight * residual * residual;
                far[j] += weight * softly(log - nearby);
            }
        }
        let tight = 0.5 / (AROUND * spread).powi(2);
        let levels = first.map(|sum| sum / self.told);
        let logs = std::array::from_fn(|j| {
            let y = south + step * j as f32;
            let away = (x - self.origin.0) * (x - self.origin.0) + (y - self.origin.1) * (y - self.origin.1);
            -tight * away - 0.5 * (second[j] - first[j] * levels[j]) - HEARD_AT_ALL * self.noise * far[j]
        });
        Row { logs, levels }
    }
}

/// The points of the grid that are equally far east.
struct Row {
    /// Logarithms of how likely they are.
    logs: [f32; SIDE],
    /// What the emitter's level would be over the usual, dB.
    levels: [f32; SIDE],
}

/// ln(1 + exp(t)) to a tenth.
#[inline]
fn softly(t: f32) -> f32 {
    let bent = (t + 2.5).clamp(0.0, 5.0);
    0.1 * bent * bent + (t - 2.5).max(0.0)
}

/// How many sightings lie in the same shadows as each spot's.
fn crowds(spots: &[Spot]) -> [f32; SPOTS] {
    let size = SHADOW * SHADOW;
    // All at once, as many as processors have lanes for; what is beyond the last spot counts nothing.
    let of = |value: fn(&Spot) -> f32| -> [f32; SPOTS] { std::array::from_fn(|i| spots.get(i).map_or(0.0, value)) };
    let (east, north, blur) = (of(|s| s.east), of(|s| s.north), of(|s| s.blur));
    let mut crowds = [0.0; SPOTS];
    for spot in spots {
        for i in 0..SPOTS {
            let wide = size + spot.blur + blur[i];
            let d2 = (spot.east - east[i]).powi(2) + (spot.north - north[i]).powi(2);
            crowds[i] += spot.count * (size / wide).sqrt() * exp(-0.5 * d2 / wide);
        }
    }
    crowds
}
