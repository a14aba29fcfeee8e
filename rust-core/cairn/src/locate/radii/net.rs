//! A small neural network, for what a sum cannot say: that few witnesses mean one thing in a city and another in a village.
//!
//! One hidden layer beside a straight way from features to answers. What lies outside of what the fit saw is taken for its edge.

use crate::locate::evidence::{FEATURES, Features};
use crate::locate::lanes::exp;

/// Neurons in the hidden layer.
pub(super) const HIDDEN: usize = 24;

/// Features farther from their mean, in deviations, count as if they were there.
const EDGE: f32 = 3.0;

/// What a fit found.
pub(super) struct Net {
    /// Means of the features, and one over their deviations.
    pub mean: [f32; FEATURES],
    pub scale: [f32; FEATURES],
    /// Neurons: what each makes of the features, and its bias.
    pub hidden: [([f32; FEATURES], f32); HIDDEN],
    pub r68: Way,
    pub r95: Way,
}

/// How the logarithm of a radius in metres comes out of the features, the neurons and a bias.
pub(super) struct Way {
    pub features: [f32; FEATURES],
    pub hidden: [f32; HIDDEN],
    pub bias: f32,
}

impl Net {
    /// Logarithms of the 68 % and the 95 % radius in metres.
    pub fn logs(&self, features: &Features) -> (f64, f64) {
        let standard: [f32; FEATURES] =
            std::array::from_fn(|i| ((features[i] as f32 - self.mean[i]) * self.scale[i]).clamp(-EDGE, EDGE));
        let neurons = self.hidden.each_ref().map(|(weights, bias)| tanh(dot(weights, &standard) + bias));
        let log = |way: &Way| f64::from(dot(&way.features, &standard) + dot(&way.hidden, &neurons) + way.bias);
        (log(&self.r68), log(&self.r95))
    }
}

/// By the engine's own exponential function: a phone's library has no other in single precision.
fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x.clamp(-9.0, 9.0)))
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::radii::fitted::WIFI;

    #[test]
    fn a_neuron_is_as_awake_as_it_should_be() {
        for step in -2_000..2_000 {
            let x = step as f32 / 100.0;
            assert!((tanh(x) - x.tanh()).abs() < 1e-3, "{x}: {}", tanh(x));
        }
    }

    #[test]
    fn what_the_fit_never_saw_counts_as_its_edge() {
        let at = |deviations: f32| std::array::from_fn(|i| f64::from(WIFI.mean[i] + deviations / WIFI.scale[i]));
        assert_eq!(WIFI.logs(&at(1.1 * EDGE)), WIFI.logs(&at(1e6)));
        assert_eq!(WIFI.logs(&at(-1.1 * EDGE)), WIFI.logs(&at(-1e6)));
        assert_ne!(WIFI.logs(&at(0.0)), WIFI.logs(&at(EDGE)));
    }
}
