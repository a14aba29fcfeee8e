//! The shape of places around a centre: how far they lie from it along their way, and across.

/// Second moments of places around a centre, m².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Scatter {
    /// Eastwards.
    pub east: f32,
    /// Of both: the sign tells which diagonal they lie along.
    pub both: f32,
    /// Northwards.
    pub north: f32,
}

/// The same along the way on which the places lie, and across it; m².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axes {
    pub along: f64,
    pub across: f64,
    /// Cosine and sine of twice the angle of the way, from east to north.
    turn: (f64, f64),
}

impl Scatter {
    /// The same in all directions, for a mean square distance.
    pub fn round(mean_square: f64) -> Self {
        let half = (mean_square / 2.0) as f32;
        Self { east: half, both: 0.0, north: half }
    }

    /// Mean square distance from the centre, m².
    pub fn mean_square(&self) -> f32 {
        self.east + self.north
    }

    /// Its principal axes.
    pub fn axes(&self) -> Axes {
        let (mean, half) = (f64::from(self.east + self.north) / 2.0, f64::from(self.east - self.north) / 2.0);
        let both = f64::from(self.both);
        let swing = half.hypot(both);
        let turn = if swing > 1e-6 { (half / swing, both / swing) } else { (1.0, 0.0) };
        Axes { along: mean + swing, across: (mean - swing).max(0.0), turn }
    }
}

impl Axes {
    /// The way as steps east and north, together one long.
    pub fn way(self) -> (f64, f64) {
        let (sin, cos) = (self.turn.1.atan2(self.turn.0) / 2.0).sin_cos();
        (cos, sin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_along_a_street_are_wide_one_way_and_narrow_the_other() {
        // A street to the north-east, 30 m and 1 m in root mean square.
        let (along, across) = ((0.8, 0.6), (-0.6, 0.8));
        let moment = |a: f64, b: f64, c: f64, d: f64| (900.0 * a * b + c * d) as f32;
        let scatter = Scatter {
            east: moment(along.0, along.0, across.0, across.0),
            both: moment(along.0, along.1, across.0, across.1),
            north: moment(along.1, along.1, across.1, across.1),
        };
        let axes = scatter.axes();
        assert!((axes.along.sqrt() - 30.0).abs() < 0.01, "{}", axes.along.sqrt());
        assert!((axes.across.sqrt() - 1.0).abs() < 0.01, "{}", axes.across.sqrt());
        let (east, north) = axes.way();
        assert!((east - 0.8).abs() < 1e-3 && (north - 0.6).abs() < 1e-3, "{east} {north}");
    }
}
