//! The earth in tiles of some 1.7 km, and places within one in steps of 5.6 m.
//!
//! Rows of equal height follow each other from the south pole; the shorter a row's circle, the fewer tiles it has, so that tiles
//! are about as wide as high everywhere.

use crate::model::LatLng;

/// Rows in one degree of latitude.
const ROWS_PER_DEGREE: f64 = 64.0;

/// Rows from pole to pole.
const ROWS: u32 = 180 * 64;

/// Steps along a tile's side: 1737 m in 308 steps are 5.64 m, and the middle of a step is at most 4.0 m from anything in it.
const STEPS: u32 = 308;

/// Different places in a tile.
pub(super) const SPOTS: u64 = STEPS as u64 * STEPS as u64;

/// A tile: its row above 16 bits of its number within the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tile(u32);

impl Tile {
    /// The tile a place is in, and which of its [`SPOTS`] the place is in.
    pub fn of(place: LatLng) -> (Self, u32) {
        let north = (place.lat() + 90.0) * ROWS_PER_DEGREE;
        let row = (north as u32).min(ROWS - 1);
        let columns = columns(row);
        let east = (place.lon() + 180.0) / 360.0 * f64::from(columns);
        // Longitude 180 is -180.
        let east = if east >= f64::from(columns) { 0.0 } else { east };
        let column = east as u32;
        let step = |share: f64| ((share * f64::from(STEPS)) as u32).min(STEPS - 1);
        let spot = step(north - f64::from(row)) * STEPS + step((east - f64::from(column)).clamp(0.0, 1.0));
        (Self(row << 16 | column), spot)
    }

    /// The middle of one of its spots; none for numbers that are no spot.
    pub fn place(self, spot: u32) -> Option<LatLng> {
        if u64::from(spot) >= SPOTS {
            return None;
        }
        let (row, column) = (self.0 >> 16, self.0 & 0xffff);
        let middle = |step: u32| (f64::from(step) + 0.5) / f64::from(STEPS);
        let lat = (f64::from(row) + middle(spot / STEPS)) / ROWS_PER_DEGREE - 90.0;
        let lon = (f64::from(column) + middle(spot % STEPS)) * 360.0 / f64::from(columns(row)) - 180.0;
        LatLng::new(lat, lon).ok()
    }

    /// The number that stands for it in files.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The tile that a number stands for; none where it stands for none.
    pub fn from_number(number: u32) -> Option<Self> {
        let (row, column) = (number >> 16, number & 0xffff);
        (row < ROWS && column < columns(row)).then_some(Self(number))
    }
}

/// Tiles in a row: as many as are as wide as high on the circle through its middle.
fn columns(row: u32) -> u32 {
    (exact_columns(row).round() as u32).max(1)
}

fn exact_columns(row: u32) -> f64 {
    let middle = (f64::from(row) + 0.5) / ROWS_PER_DEGREE - 90.0;
    360.0 * ROWS_PER_DEGREE * middle.to_radians().cos()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_row_is_so_near_to_another_number_of_tiles_that_machines_could_differ() {
        for row in 0..ROWS {
            let exact = exact_columns(row);
            assert!((exact.fract() - 0.5).abs() > 1e-7, "row {row}");
            assert!(columns(row) <= 1 << 16);
        }
    }

    #[test]
    fn the_edges_of_the_earth_are_in_tiles() {
        for (lat, lon) in [(90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0), (90.0, 180.0)] {
            let place = LatLng::new(lat, lon).unwrap();
            let (tile, spot) = Tile::of(place);
            assert_eq!(Tile::from_number(tile.number()), Some(tile));
            // The few tiles around a pole are up to a twentieth wider.
            assert!(tile.place(spot).unwrap().distance(place).0 <= 4.2);
        }
        assert_eq!(Tile::from_number(ROWS << 16), None);
        assert_eq!(Tile::from_number(0xffff), None);
    }

    proptest! {
        #[test]
        fn a_place_comes_back_within_four_metres(lat in -85.0_f64..85.0, lon in -180.0_f64..180.0) {
            let place = LatLng::new(lat, lon).unwrap();
            let (tile, spot) = Tile::of(place);
            let back = tile.place(spot).unwrap();
            prop_assert!(back.distance(place).0 <= 4.05, "{}", back.distance(place).0);
            prop_assert_eq!(Tile::of(back), (tile, spot));
        }
    }
}
