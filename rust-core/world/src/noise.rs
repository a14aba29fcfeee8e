//! Randomness that depends on where and who instead of on when: the same question has the same answer on every machine, in any
//! order of asking. Streams of random numbers come from `rand_chacha` instead.

use std::f64::consts::TAU;

/// Mixes words into one well-spread number (the public-domain `SplitMix64` finaliser after each).
pub(crate) fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |state, word| {
        let mut z = (state ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    })
}

/// A share from 0 up to but not including 1.
pub(crate) fn share(words: &[u64]) -> f64 {
    (mix(words) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A draw from the normal distribution with mean 0 and deviation 1 (Box and Muller's way).
pub(crate) fn normal(words: &[u64]) -> f64 {
    let number = mix(words);
    let radius = (-2.0 * (1.0 - share(&[number, 1])).ln()).sqrt();
    radius * (TAU * share(&[number, 2])).cos()
}

/// Smooth noise over a plane, with mean 0 and deviation 1 everywhere: independent draws at the corners of squares of `size`
/// metres, blended in between. Its correlation falls to about nothing within two squares.
pub(crate) fn field(seed: u64, x: f64, y: f64, size: f64) -> f64 {
    let (x, y) = (x / size, y / size);
    let (column, row) = (x.floor(), y.floor());
    let (right, up) = (x - column, y - row);
    let mut sum = 0.0;
    let mut squares = 0.0;
    for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        let weight = (1.0 - (right - dx).abs()) * (1.0 - (up - dy).abs());
        sum += weight * normal(&[seed, (column + dx) as i64 as u64, (row + dy) as i64 as u64]);
        squares += weight * weight;
    }
    // Blending independent draws shrinks their deviation to the root of the weights' squares.
    sum / squares.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_mean_zero_and_deviation_one_and_is_alike_nearby_only() {
        let size = 25.0;
        let at = |emitter: u64, x: f64| field(emitter, x, 7.0, size);
        let count = 20_000;
        let average = |f: &dyn Fn(u64) -> f64| (0..count).map(f).sum::<f64>() / count as f64;
        let mean = average(&|e| at(e, 3.0));
        let variance = average(&|e| at(e, 3.0).powi(2));
        let near = average(&|e| at(e, 3.0) * at(e, 6.0));
        let far = average(&|e| at(e, 3.0) * at(e, 80.0));
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
        assert!(near > 0.8, "{near}");
        assert!(far.abs() < 0.03, "{far}");
    }

    #[test]
    fn the_noise_is_the_same_on_every_machine() {
        assert_eq!(mix(&[1, 2, 3]), 5_246_500_226_706_903_259);
        assert_ne!(mix(&[1, 2, 3]), mix(&[3, 2, 1]));
    }
}
