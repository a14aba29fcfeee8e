//! Witnesses four by four: an estimate asks each of them at some hundreds of points, and processors do four such sums at once.
//!
//! Pure arithmetic in single precision, which keeps signals to a hundredth of a dB and places to centimetres.

use super::signal::DB_PER_LN;
use super::witness::Witness;
use crate::model::LocalPlane;

const LANES: usize = 4;
type Lane = [f32; LANES];

/// Four witnesses on the plane, with what does not depend on the point worked out; the last ones are filled up with silence.
#[derive(Clone, Copy)]
pub(super) struct Four {
    x: Lane,
    y: Lane,
    /// Variances of their places: eastwards, twice that of both, northwards, their mean and its square.
    east: Lane,
    both: Lane,
    north: Lane,
    mean: Lane,
    mean2: Lane,
    /// One over twice the square of their spread.
    near: Lane,
    trust: Lane,
    /// Signal less level: what the way cost, dB.
    gain: Lane,
    /// One where a signal was told, else zero.
    told: Lane,
}

/// Four witnesses seen from one point.
#[derive(Clone, Copy)]
pub(super) struct View {
    /// Logarithm of one and the square of the distance, in units of the spread.
    pub far: Lane,
    /// Signal less what is expected there, dB.
    pub residual: Lane,
    /// One over the variance of that; zero where there is no signal.
    pub precision: Lane,
    pub trust: Lane,
}

/// Packs witnesses.
pub(super) fn pack(witnesses: &[Witness], plane: &LocalPlane) -> Vec<Four> {
    let pack = |four: &[Witness]| {
        let of = |value: &dyn Fn(&Witness) -> f64| -> Lane {
            std::array::from_fn(|i| four.get(i).map_or(0.0, |w| value(w) as f32))
        };
        let mean: Lane = of(&|w| f64::from(w.error.mean_square()) / 2.0);
        Four {
            x: of(&|w| plane.to_xy(w.place).0),
            y: of(&|w| plane.to_xy(w.place).1),
            east: of(&|w| f64::from(w.error.east)),
            both: of(&|w| 2.0 * f64::from(w.error.both)),
            north: of(&|w| f64::from(w.error.north)),
            mean,
            mean2: mean.map(|m| m * m),
            near: of(&|w| 0.5 / (w.spread * w.spread)),
            trust: of(&|w| w.trust),
            gain: of(&|w| w.signal.map_or(0.0, |s| s - w.level)),
            told: of(&|w| f64::from(u8::from(w.signal.is_some()))),
        }
    };
    witnesses.chunks(LANES).map(pack).collect()
}

impl Four {
    /// What they say of a point; `noise` is the variance of one reading, dB².
    #[inline]
    pub fn look_from(&self, x: f32, y: f32, noise: f32) -> View {
        const SLOPE: f32 = DB_PER_LN as f32;
        let mut view = View { far: [0.0; LANES], residual: [0.0; LANES], precision: [0.0; LANES], trust: self.trust };
        for i in 0..LANES {
            let (dx, dy) = (x - self.x[i], y - self.y[i]);
            let d2 = dx * dx + dy * dy;
            // A place that is not known for sure is never quite near.
            let blurred = (d2 + self.mean[i]).max(1.0);
            let square = blurred * blurred;
            // The variance of its distance is that of its place as seen from here; near by it is the same all around. One over
            // noise + (SLOPE · error / distance)², by one division.
            let seen = dx * (dx * self.east[i] + dy * self.both[i]) + dy * dy * self.north[i] + self.mean2[i];
            view.precision[i] = self.told[i] * square / (noise * square + SLOPE * SLOPE * seen);
            view.residual[i] = self.gain[i] + 0.5 * SLOPE * ln(blurred);
            view.far[i] = ln(1.0 + d2 * self.near[i]);
        }
        view
    }
}

/// The natural logarithm to 2e-4, for positive numbers.
#[inline]
pub(super) fn ln(x: f32) -> f32 {
    const MANTISSA: u32 = (1 << 23) - 1;
    let bits = x.to_bits();
    let exponent = (bits >> 23).cast_signed().wrapping_sub(127);
    let m = f32::from_bits(bits & MANTISSA | 127 << 23);
    // Least squares on 1 to 2.
    let tail = 2.821_202_6 + m * (-1.469_956_8 + m * (0.447_179_55 - 0.056_570_85 * m));
    exponent as f32 * std::f32::consts::LN_2 - 1.741_793_9 + m * tail
}

/// The exponential function to a thousandth of it, for numbers below 80.
#[inline]
pub(super) fn exp(x: f32) -> f32 {
    // Adding this leaves the nearest whole number in the last bits.
    const ROUND: f32 = 12_582_912.0;
    let t = x.max(-80.0) * std::f32::consts::LOG2_E;
    let whole = t + ROUND;
    let f = t - (whole - ROUND);
    let power = f32::from_bits(whole.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23);
    power * (1.0 + f * (std::f32::consts::LN_2 + f * (0.240_23 + f * 0.055_5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_exponential_function_is_near_the_true_one() {
        for step in -7_900..7_900 {
            let x = 0.01 * step as f32;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-3, "{x}: {} {}", exp(x), x.exp());
        }
        assert!(exp(f32::MIN) < 1e-30);
    }

    #[test]
    fn the_quick_logarithm_is_near_the_true_one() {
        for step in 0..4_000 {
            let x = 1.005_f32.powi(step);
            assert!((ln(x) - x.ln()).abs() < 2e-4, "{x}: {} {}", ln(x), x.ln());
        }
    }
}
