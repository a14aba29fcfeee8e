//! Where an emitter may stand, given from where it was heard and how strongly.
//!
//! The posterior of its place on a grid that closes in: signals follow [`super::signal`] with a level that is not known and is
//! integrated out, and whatever is far from where an emitter was heard is unlikely. Its mean is the place, and its variances
//! say how far off that may be: a street that runs straight leaves open on which of its sides an emitter stands, so the mean
//! is then in the street and the variance across it wide; a second street tells.

use super::heard::Spot;
use super::lanes::ln;
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

/// The first grid reaches so many times as far as the loudest spot sounds.
const FARTHEST: f32 = 5.0;

/// Points on the sides of the grid, the first eastwards: the second fills the lanes of processors. And how often it closes in.
const ROWS: usize = 6;
const SIDE: usize = 8;
const ROUNDS: usize = 3;

/// The belief, and how far its middle lies from the one that the spots are seen from.
pub(super) fn of(spots: &[Spot], usual: Usual, before: Option<&Belief>) -> (Belief, (f64, f64)) {
    const SLOPE: f32 = DB_PER_LN as f32;
    let n = spots.len();
    let mut weights = [0.0_f32; super::heard::SPOTS];
    let mut rest = 1.0 / (LEVEL_DEVIATION * LEVEL_DEVIATION);
    for (weight, spot) in weights.iter_mut().zip(spots) {
        *weight = spot.count / (1.0 + ALIKE * (crowd(spot, spots) - 1.0).max(0.0)) / (NOISE * NOISE * usual.wild);
        rest += *weight;
    }
    let loud = |s: &Spot| s.count * exp((s.signal + 70.0) * 0.0767);
    let all: f32 = spots.iter().map(loud).sum();
    let mut middle = (
        spots.iter().map(|s| loud(s) * s.east).sum::<f32>() / all,
        spots.iter().map(|s| loud(s) * s.north).sum::<f32>() / all,
    );
    // As far around the loudest spot as an emitter well above the usual level might be.
    let loudest = spots.iter().map(|s| s.signal).fold(f32::MIN, f32::max);
    let mut half = (FARTHEST * exp((usual.level - loudest) / SLOPE)).clamp(0.6 * usual.spread, 3.0 * usual.spread);
    let origin = middle;
    let nearby = ln(2.0 * usual.spread * usual.spread);
    let tight = 0.5 / (AROUND * usual.spread).powi(2);
    // Of one or two spots little is known, and little to be seen closer.
    let mut rounds = if n < 3 { 1 } else { ROUNDS };
    if let Some(before) = before {
        let wide = 2.7 * before.place.east.max(before.place.north).sqrt();
        if wide < 0.9 * half {
            (middle, half) = ((0.0, 0.0), wide.max(8.0));
        }
    }
    let mut found = (Scatter::default(), 0.0);
    while rounds > 0 {
        rounds -= 1;
        let (step_x, step) = (2.0 * half / (ROWS - 1) as f32, 2.0 * half / (SIDE - 1) as f32);
        // What lies between the points belongs to the nearest.
        let inside = (step_x * step_x / 12.0, step * step / 12.0);
        let mut logs = [[0.0_f32; SIDE]; ROWS];
        let mut levels = [[0.0_f32; SIDE]; ROWS];
        let mut top = f32::MIN;
        for i in 0..ROWS {
            let x = middle.0 - half + step_x * i as f32;
            let (mut first, mut second, mut far) = ([0.0_f32; SIDE], [0.0_f32; SIDE], [0.0_f32; SIDE]);
            for k in 0..n {
                let (spot, weight) = (&spots[k], weights[k]);
                let over = spot.signal - usual.level;
                let dx2 = (x - spot.east) * (x - spot.east) + spot.blur + inside.0 + inside.1;
                for j in 0..SIDE {
                    let dy = middle.1 - half + step * j as f32 - spot.north;
                    let d2 = dx2 + dy * dy;
                    let log = ln(d2.max(1.0));
                    let r = over + 0.5 * SLOPE * log;
                    first[j] += weight * r;
                    second[j] += weight * r * r;
                    far[j] += weight * softly(log - nearby);
                }
            }
            for j in 0..SIDE {
                levels[i][j] = first[j] / rest;
                let y = middle.1 - half + step * j as f32;
                let away = (x - origin.0) * (x - origin.0) + (y - origin.1) * (y - origin.1);
                logs[i][j] = -tight * away
                    - 0.5 * (second[j] - first[j] * levels[i][j])
                    - HEARD_AT_ALL * NOISE * NOISE * usual.wild * far[j];
                top = top.max(logs[i][j]);
            }
        }
        let mut sums = [[0.0_f32; SIDE]; 7];
        for i in 0..ROWS {
            let x = step_x * i as f32 - half;
            for j in 0..SIDE {
                let y = step * j as f32 - half;
                let w = exp(logs[i][j] - top);
                let parts = [w, w * x, w * y, w * x * x, w * x * y, w * y * y, w * levels[i][j]];
                for (sum, part) in sums.iter_mut().zip(parts) {
                    sum[j] += part;
                }
            }
        }
        let s = sums.map(|lane| lane.iter().sum::<f32>());
        let mean = |k: usize| s[k] / s[0];
        let (x, y) = (mean(1), mean(2));
        found = (
            Scatter { east: mean(3) - x * x + inside.0, both: mean(4) - x * y, north: mean(5) - y * y + inside.1 },
            mean(6),
        );
        middle = (middle.0 + x, middle.1 + y);
        // What was believed before was wrong: look farther.
        if x.abs().max(y.abs()) > 0.5 * half {
            half *= 1.5;
            continue;
        }
        let closer = (2.5 * (found.0.east.max(found.0.north)).sqrt()).max(8.0);
        if closer > 0.6 * half {
            break;
        }
        half = closer;
    }
    let (place, level) = found;
    (Belief { place, level: usual.level + level }, (f64::from(middle.0), f64::from(middle.1)))
}

/// ln(1 + exp(t)) to a tenth.
#[inline]
fn softly(t: f32) -> f32 {
    let bent = (t + 2.5).clamp(0.0, 5.0);
    0.1 * bent * bent + (t - 2.5).max(0.0)
}

/// The exponential function of numbers below 80, to a thousandth.
#[inline]
fn exp(x: f32) -> f32 {
    // Adding this leaves the nearest whole number in the last bits.
    const ROUND: f32 = 12_582_912.0;
    let t = x.max(-80.0) * std::f32::consts::LOG2_E;
    let whole = t + ROUND;
    let f = t - (whole - ROUND);
    let power = f32::from_bits(whole.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23);
    power * (1.0 + f * (std::f32::consts::LN_2 + f * (0.240_23 + f * 0.055_5)))
}

/// How many sightings lie in the same shadows as a spot's.
fn crowd(spot: &Spot, spots: &[Spot]) -> f32 {
    let size = SHADOW * SHADOW;
    spots
        .iter()
        .map(|s| {
            let wide = size + s.blur + spot.blur;
            let d2 = (s.east - spot.east).powi(2) + (s.north - spot.north).powi(2);
            s.count * (size / wide).sqrt() * exp(-0.5 * d2 / wide)
        })
        .sum()
}
