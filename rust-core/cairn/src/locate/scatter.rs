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
    /// Takes in one more place, `step` from the centre, where the centre moves by `share` of the step and `n` places were
    /// there before: seen from the new centre the old ones lie that far behind, and the new one what is left before.
    pub fn take(&mut self, (east, north): (f64, f64), share: f64, n: f32) {
        let (behind, before) = ((share * share) as f32, ((1.0 - share) * (1.0 - share)) as f32);
        let moment = |old: f32, square: f64| (n * (old + behind * square as f32) + before * square as f32) / (n + 1.0);
        *self = Self {
            east: moment(self.east, east * east),
            both: moment(self.both, east * north),
            north: moment(self.north, north * north),
        };
    }

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
    /// Others along the same way.
    pub fn with(self, along: f64, across: f64) -> Scatter {
        let (middle, swing) = (f64::midpoint(along, across), (along - across) / 2.0);
        Scatter {
            east: (middle + swing * self.turn.0) as f32,
            both: (swing * self.turn.1) as f32,
            north: (middle - swing * self.turn.0) as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_along_a_street_are_wide_one_way_and_narrow_the_other() {
        let mut scatter = Scatter::default();
        for n in 0..200_i32 {
            let way = f64::from(n % 21 - 10) * 5.0;
            // A street to the north-east, three metres wide.
            let side = f64::from(n % 3 - 1) * 1.5;
            scatter.take((way * 0.8 - side * 0.6, way * 0.6 + side * 0.8), 0.0, n as f32);
        }
        let axes = scatter.axes();
        assert!((axes.along.sqrt() - 30.0).abs() < 2.0, "{}", axes.along.sqrt());
        assert!(axes.across.sqrt() < 2.0, "{}", axes.across.sqrt());
        let same = axes.with(axes.along, axes.across);
        assert!((same.both - scatter.both).abs() < 0.1 && (same.east - scatter.east).abs() < 0.1);
    }

    #[test]
    fn a_centre_that_follows_its_places_leaves_the_old_ones_behind() {
        let mut scatter = Scatter::default();
        // The first place is where the centre was; the centre moves halfway to the second, 10 m on.
        scatter.take((10.0, 0.0), 0.5, 1.0);
        assert!((scatter.mean_square() - 25.0).abs() < 1e-3);
    }
}
