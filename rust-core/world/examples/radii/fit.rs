//! Quantile regression of the logarithm of the error: a straight way from features to both radii, and neurons beside it.
//!
//! The pinball loss, whose least value is at the quantile, over worlds drawn by their weights; Adam (Kingma and Ba 2015) on features
//! made alike in mean and deviation.

use cairn::locate::{FEATURES, Features};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// One answer.
pub struct Sample {
    pub features: Features,
    /// Logarithm of the error in metres.
    pub error: f64,
    /// The radii as they are now, m.
    pub radii: (f64, f64),
}

/// How much a fit may tell apart.
#[derive(Clone, Copy)]
pub struct Shape {
    pub features: usize,
    pub neurons: usize,
}

/// What the radii are to hold.
pub const SHARES: [f32; 2] = [0.68, 0.95];

/// Worlds in one step of the descent, and answers of each.
const WORLDS: usize = 64;
const ANSWERS: usize = 100;
/// A world with fewer answers says nothing.
const FEWEST: usize = 40;
const STEPS: i32 = 4_000;
const RATE: f32 = 0.01;
/// Pulls what does not help to zero.
const DECAY: f32 = 3e-4;
/// The width over which the pinball loss is rounded, so that it has a slope everywhere.
const ROUNDING: f32 = 0.05;
/// Features farther from their mean, in deviations, count as if they were there: as in `locate/radii/net.rs`.
const EDGE: f32 = 3.0;

/// A fit: numbers as `locate/radii/net.rs` has them.
#[derive(Clone)]
pub struct Fit {
    pub mean: [f32; FEATURES],
    pub scale: [f32; FEATURES],
    neurons: usize,
    /// For each neuron what it makes of the features, and its bias; then for each radius what it makes of the features, of the
    /// neurons, and its bias.
    numbers: Vec<f32>,
}

/// One row, made ready.
struct Row {
    features: [f32; FEATURES],
    error: f32,
}

impl Fit {
    /// A fit to worlds' answers, each world drawn by its weight, of so many features with so many neurons; none where no world has
    /// enough answers.
    pub fn to(worlds: &[(&[Sample], f64)], Shape { features, neurons }: Shape) -> Option<Self> {
        let worlds: Vec<_> = worlds.iter().filter(|(samples, _)| samples.len() >= FEWEST).copied().collect();
        if worlds.is_empty() {
            return None;
        }
        let (mean, mut scale) = alike(&worlds);
        scale[features..].fill(0.0);
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        let mut fit = Self { mean, scale, neurons, numbers: Vec::new() };
        fit.numbers = (0..neurons * (FEATURES + 1) + 2 * fit.of_radius())
            .map(|at| if at < neurons * (FEATURES + 1) { chance.random_range(-0.3..0.3) } else { 0.0 })
            .collect();
        let rows: Vec<Vec<Row>> = worlds.iter().map(|(samples, _)| fit.rows(samples)).collect();
        // A draw below its own falls into a world.
        let mut bounds: Vec<f64> = Vec::new();
        for (_, weight) in &worlds {
            bounds.push(bounds.last().unwrap_or(&0.0) + weight);
        }
        let all = bounds.last().copied().unwrap_or_default();
        let (mut first, mut second) = (vec![0.0; fit.numbers.len()], vec![0.0; fit.numbers.len()]);
        for step in 1..=STEPS {
            let mut slope: Vec<f32> = fit.numbers.iter().map(|n| DECAY * n).collect();
            for _ in 0..WORLDS {
                let draw = chance.random_range(0.0..all);
                let world = &rows[bounds.partition_point(|bound| *bound <= draw)];
                let weight = 1.0 / (WORLDS * world.len().min(ANSWERS)) as f32;
                let start = if world.len() > ANSWERS { chance.random_range(0..world.len()) } else { 0 };
                for row in world.iter().cycle().skip(start).take(world.len().min(ANSWERS)) {
                    fit.add_slope(row, weight, &mut slope);
                }
            }
            let rate = RATE * (1.0 - step as f32 / STEPS as f32) + 1e-5;
            for (at, number) in fit.numbers.iter_mut().enumerate() {
                first[at] = 0.9 * first[at] + 0.1 * slope[at];
                second[at] = 0.999 * second[at] + 0.001 * slope[at] * slope[at];
                let (m, v) = (first[at] / (1.0 - 0.9_f32.powi(step)), second[at] / (1.0 - 0.999_f32.powi(step)));
                *number -= rate * m / (v.sqrt() + 1e-8);
            }
        }
        Some(fit)
    }

    /// Numbers of one radius.
    fn of_radius(&self) -> usize {
        FEATURES + self.neurons + 1
    }

    /// What a neuron makes of the features, and its bias.
    pub fn neuron(&self, index: usize) -> (&[f32], f32) {
        let own = &self.numbers[index * (FEATURES + 1)..][..=FEATURES];
        (&own[..FEATURES], own[FEATURES])
    }

    pub fn neurons(&self) -> usize {
        self.neurons
    }

    /// What a radius makes of the features and of the neurons, and its bias.
    pub fn radius(&self, index: usize) -> (&[f32], &[f32], f32) {
        let own = &self.numbers[self.first_of(index)..][..self.of_radius()];
        (&own[..FEATURES], &own[FEATURES..FEATURES + self.neurons], own[FEATURES + self.neurons])
    }

    /// Where the numbers of a radius begin.
    fn first_of(&self, radius: usize) -> usize {
        self.neurons * (FEATURES + 1) + radius * self.of_radius()
    }

    fn rows(&self, samples: &[Sample]) -> Vec<Row> {
        let row = |s: &Sample| Row { features: self.standard(&s.features), error: s.error as f32 };
        let mut rows: Vec<Row> = samples.iter().map(row).collect();
        // Some in a row are as good as some drawn.
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(2));
        rows
    }

    fn standard(&self, features: &Features) -> [f32; FEATURES] {
        std::array::from_fn(|i| ((features[i] as f32 - self.mean[i]) * self.scale[i]).clamp(-EDGE, EDGE))
    }

    fn awake(&self, features: &[f32]) -> Vec<f32> {
        (0..self.neurons)
            .map(|n| self.neuron(n))
            .map(|(weights, bias)| (dot(weights, features) + bias).tanh())
            .collect()
    }

    fn log(&self, radius: usize, features: &[f32], awake: &[f32]) -> f32 {
        let (straight, beside, bias) = self.radius(radius);
        dot(straight, features) + dot(beside, awake) + bias
    }

    /// The logarithm of a radius in metres.
    pub fn answer(&self, radius: usize, features: &Features) -> f64 {
        let standard = self.standard(features);
        f64::from(self.log(radius, &standard, &self.awake(&standard)))
    }

    /// How the loss of one row grows with each number.
    fn add_slope(&self, row: &Row, weight: f32, slope: &mut [f32]) {
        let awake = self.awake(&row.features);
        let mut of_neurons = vec![0.0; self.neurons];
        for (radius, share) in SHARES.into_iter().enumerate() {
            let over = (self.log(radius, &row.features, &awake) - row.error) / ROUNDING;
            let pull = weight * (1.0 / (1.0 + (-over).exp()) - share);
            let from = self.first_of(radius);
            let own = &mut slope[from..from + self.of_radius()];
            add(&mut own[..FEATURES], pull, &row.features);
            add(&mut own[FEATURES..FEATURES + self.neurons], pull, &awake);
            own[FEATURES + self.neurons] += pull;
            add(&mut of_neurons, pull, self.radius(radius).1);
        }
        for (neuron, (pull, awake)) in of_neurons.into_iter().zip(awake).enumerate() {
            let pull = pull * (1.0 - awake * awake);
            let own = &mut slope[neuron * (FEATURES + 1)..][..=FEATURES];
            add(&mut own[..FEATURES], pull, &row.features);
            own[FEATURES] += pull;
        }
    }
}

/// The features' means over the worlds, and one over their deviations.
fn alike(worlds: &[(&[Sample], f64)]) -> ([f32; FEATURES], [f32; FEATURES]) {
    let all: f64 = worlds.iter().map(|(_, weight)| weight).sum();
    let mean = |value: &dyn Fn(&Sample) -> f64| {
        let of_world = |(samples, weight): &(&[Sample], f64)| {
            weight / all * samples.iter().map(value).sum::<f64>() / samples.len() as f64
        };
        worlds.iter().map(of_world).sum::<f64>()
    };
    let means: [f64; FEATURES] = std::array::from_fn(|i| mean(&|s| s.features[i]));
    let scales = std::array::from_fn(|i| {
        let deviation = mean(&|s| (s.features[i] - means[i]).powi(2)).sqrt();
        // One that is always the same says nothing.
        if deviation < 1e-6 { 0.0 } else { (1.0 / deviation) as f32 }
    });
    (means.map(|m| m as f32), scales)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f32], share: f32, what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += share * what);
}
