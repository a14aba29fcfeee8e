//! Which pieces of covered ground a map has to ask for.

use h3o::Resolution;

use super::{GROUND, Hexagon};
use crate::model::{EARTH_RADIUS, LatLng};

/// Resolutions at which ground is kept, finest first; each is some 49 times coarser than the one before.
pub(crate) const LEVELS: [Resolution; 4] = [GROUND, Resolution::Seven, Resolution::Five, Resolution::Three];

/// A part of the map: from a south-western to a north-eastern corner, over the date line where the west is east of the east.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The south-western corner.
    pub south_west: LatLng,
    /// The north-eastern corner.
    pub north_east: LatLng,
}

/// H3 indexes from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl View {
    /// The ranges of H3 indexes, all of one level, in which everything within the view lies, and a little around it.
    /// The level is the finest of which at most about `limit` cells fill the view.
    pub(crate) fn ranges(&self, limit: usize) -> Vec<Range> {
        let fits = |level: &Resolution| self.area_km2() / level.area_km2() <= limit as f64;
        let index = LEVELS.iter().position(fits).unwrap_or(LEVELS.len() - 1);
        match LEVELS.get(index + 1) {
            Some(&coarser) => self.cells(coarser).into_iter().map(|parent| children(parent, LEVELS[index])).collect(),
            // The coarsest level has a few hundred rows for a whole life: all of them.
            None => vec![Range { first: level_bits(LEVELS[index]), last: level_bits(LEVELS[index]) | BELOW_LEVEL }],
        }
    }

    /// Degrees of longitude from west to east.
    fn width(&self) -> f64 {
        let width = self.north_east.lon() - self.south_west.lon();
        if width < 0.0 { width + 360.0 } else { width }
    }

    fn area_km2(&self) -> f64 {
        let [south, north] = [self.south_west, self.north_east].map(|corner| corner.lat().to_radians().sin());
        (EARTH_RADIUS.0 / 1_000.0).powi(2) * self.width().to_radians() * (north - south).max(0.0)
    }

    /// The cells of a size that touch the view, and some neighbours: found by points an edge's length apart, of which none
    /// in the view is further from one than the neighbours of its cell reach.
    fn cells(&self, resolution: Resolution) -> Vec<Hexagon> {
        let step = (resolution.edge_length_km() * 1_000.0 / EARTH_RADIUS.0).to_degrees();
        let (south, north) = (self.south_west.lat(), self.north_east.lat());
        let mut cells = Vec::new();
        for lat in steps(south, north, step) {
            let widest = lat.to_radians().cos().max(1e-6);
            for lon in steps(self.south_west.lon(), self.south_west.lon() + self.width(), step / widest) {
                let lon = if lon > 180.0 { lon - 360.0 } else { lon };
                if let Ok(place) = LatLng::new(lat, lon) {
                    cells.extend(Hexagon::around(place, resolution).with_neighbours());
                }
            }
        }
        cells.sort_unstable();
        cells.dedup();
        cells
    }
}

/// From `first` to `last`, both included, in steps of at most `step`.
fn steps(first: f64, last: f64, step: f64) -> impl Iterator<Item = f64> {
    let length = (last - first).max(0.0);
    let n = (length / step).ceil();
    (0..=n as u32).map(move |i| first + length * f64::from(i) / n.max(1.0))
}

/// Where an H3 index holds its resolution: bits 52 to 55 (<https://h3geo.org/docs/core-library/h3Indexing>).
const RESOLUTION_AT: u32 = 52;
/// All bits below it: base cell and fifteen digits of three bits.
const BELOW_LEVEL: u64 = (1 << RESOLUTION_AT) - 1;
/// What all indexes of cells start with: mode 1 in bits 59 to 62.
const CELL_MODE: u64 = 1 << 59;

/// The common start of all indexes of a resolution.
fn level_bits(level: Resolution) -> u64 {
    CELL_MODE | u64::from(u8::from(level)) << RESOLUTION_AT
}

/// All cells of `level` within a coarser one. Digits below a cell's resolution are 7 in its index, 0 to 6 in its children's:
/// so the parent's own digits are above all of theirs, and zeros below.
fn children(parent: Hexagon, level: Resolution) -> Range {
    let digits_below = |resolution: Resolution| (1_u64 << (3 * (15 - u32::from(u8::from(resolution))))) - 1;
    let last = (parent.index() & BELOW_LEVEL) | level_bits(level);
    Range { first: last & !(digits_below(parent.resolution()) & !digits_below(level)), last }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn view(south: f64, west: f64, north: f64, east: f64) -> View {
        View { south_west: LatLng::new(south, west).unwrap(), north_east: LatLng::new(north, east).unwrap() }
    }

    fn level_of(range: Range) -> u8 {
        (range.last >> RESOLUTION_AT & 15) as u8
    }

    #[test]
    fn a_town_is_shown_in_the_finest_hexagons_and_the_world_in_the_coarsest() {
        let levels = [(0.02, 9), (0.8, 7), (6.0, 5), (120.0, 3)].map(|(size, level)| {
            let ranges = view(-size / 2.0, 10.0, size / 2.0, 10.0 + size).ranges(2_500);
            assert!(ranges.len() < 500, "{} ranges", ranges.len());
            assert!(ranges.iter().all(|r| level_of(*r) == level));
            level
        });
        assert_eq!(levels, [9, 7, 5, 3]);
    }

    #[test]
    fn a_view_over_the_date_line_is_narrow() {
        assert!((view(-1.0, 179.5, 1.0, -179.5).width() - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_place_in_a_view_lies_in_one_of_its_ranges(
            south in -85.0_f64..84.0, west in -180.0_f64..180.0, high in 0.001_f64..5.0, wide in 0.001_f64..5.0,
            up in 0.0_f64..=1.0, right in 0.0_f64..=1.0, limit in 50_usize..5_000,
        ) {
            let turn = |lon: f64| if lon > 180.0 { lon - 360.0 } else { lon };
            let view = view(south, west, (south + high).min(90.0), turn(west + wide));
            let place = LatLng::new((south + up * high).min(90.0), turn(west + right * wide)).unwrap();
            let ranges = view.ranges(limit);
            let level = Resolution::try_from(level_of(ranges[0])).unwrap();
            let index = Hexagon::around(place, level).index();
            prop_assert!(ranges.iter().any(|r| (r.first..=r.last).contains(&index)));
        }

        #[test]
        fn a_range_holds_a_cells_children_and_no_others(lat in -90.0_f64..=90.0, lon in -180.0_f64..=180.0, other in -0.1_f64..0.1) {
            let at = |lat: f64, resolution| Hexagon::around(LatLng::new(lat.clamp(-90.0, 90.0), lon).unwrap(), resolution);
            let parent = at(lat, Resolution::Five);
            let range = children(parent, Resolution::Nine);
            let child = at(lat + other, Resolution::Nine);
            prop_assert_eq!((range.first..=range.last).contains(&child.index()), child.within(Resolution::Five) == parent);
        }
    }
}
