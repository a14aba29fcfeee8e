//! Finds what is near a place without looking at everything: emitters by squares of ground.

use std::collections::HashMap;

use cairn::model::{EARTH_RADIUS, LatLng};

/// Indices by squares of ground, about `size` metres on each side.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    size: f64,
    squares: HashMap<(i64, i64), Vec<u32>>,
}

impl Grid {
    pub(super) fn new(size: f64) -> Self {
        Self { size, squares: HashMap::new() }
    }

    pub(super) fn insert(&mut self, place: LatLng, index: u32) {
        let row = self.row(place);
        let square = self.squares.entry((row, self.column(place, row))).or_default();
        if square.last() != Some(&index) {
            square.push(index);
        }
    }

    /// Everything within `size` metres of a place, and some further off. One that has several places comes several times.
    pub(super) fn near(&self, place: LatLng) -> impl Iterator<Item = u32> {
        let row = self.row(place);
        (row - 1..=row + 1).flat_map(move |row| {
            let column = self.column(place, row);
            (column - 1..=column + 1)
                .flat_map(move |column| self.squares.get(&(row, column)).into_iter().flatten().copied())
        })
    }

    fn row(&self, place: LatLng) -> i64 {
        (place.lat().to_radians() * EARTH_RADIUS.0 / self.size).floor() as i64
    }

    /// Columns are narrower in degrees near the equator; each row has its own width, taken at its middle.
    fn column(&self, place: LatLng, row: i64) -> i64 {
        let middle = (row as f64 + 0.5) * self.size / EARTH_RADIUS.0;
        (place.lon().to_radians() * EARTH_RADIUS.0 * middle.cos() / self.size).floor() as i64
    }
}

#[cfg(test)]
mod tests {
    use cairn::model::LocalPlane;

    use super::*;

    #[test]
    fn everything_within_reach_is_found_and_little_else() {
        let centre = LatLng::new(60.17, 24.94).unwrap();
        let plane = LocalPlane::around(centre);
        let mut grid = Grid::new(150.0);
        let places: Vec<LatLng> = (0..10_000)
            .map(|i| plane.to_place(f64::from(i % 100) * 20.0 - 1e3, f64::from(i / 100) * 20.0 - 1e3))
            .collect();
        for (index, place) in places.iter().enumerate() {
            grid.insert(*place, index as u32);
        }
        let found: Vec<u32> = grid.near(centre).collect();
        assert!(found.len() < 700, "{}", found.len());
        for (index, place) in places.iter().enumerate() {
            assert!(centre.distance(*place).0 > 150.0 || found.contains(&(index as u32)));
        }
    }
}
