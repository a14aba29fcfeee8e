//! Where something is, given how likely each place is: the mean of that on a grid, and how far around it.

/// What a grid found.
pub(super) struct Posterior {
    /// East and north of where the plane begins, m.
    pub mean: (f64, f64),
    /// Per axis, m.
    pub deviation: f64,
}

impl Posterior {
    /// On a grid of `side` by `side` points, an odd number so that the middle is one of them, that reaches `half_side` metres from
    /// its middle; `log` is the logarithm of how likely a point is.
    pub fn over(middle: (f64, f64), half_side: f64, side: i32, log: &mut dyn FnMut(f64, f64) -> f64) -> Self {
        let half = side / 2;
        let step = half_side / f64::from(half);
        let mut points: Vec<(f64, f64, f64)> = (-half..=half)
            .flat_map(|i| (-half..=half).map(move |j| (middle.0 + step * f64::from(i), middle.1 + step * f64::from(j))))
            .map(|(x, y)| (x, y, log(x, y)))
            .collect();
        let top = points.iter().map(|p| p.2).fold(f64::MIN, f64::max);
        for p in &mut points {
            p.2 = (p.2 - top).exp();
        }
        // At least the point at the top has weight one.
        let sum: f64 = points.iter().map(|p| p.2).sum();
        let mean = points.iter().fold((0.0, 0.0), |m, p| (m.0 + p.0 * p.2 / sum, m.1 + p.1 * p.2 / sum));
        let variance =
            points.iter().map(|p| p.2 / sum * ((p.0 - mean.0).powi(2) + (p.1 - mean.1).powi(2))).sum::<f64>() / 2.0;
        // Within a step the grid knows nothing.
        Self { mean, deviation: variance.sqrt().max(step / 2.0) }
    }
}
