//! Zones: places whose surroundings are never recorded, in a shape that does not give the place away.
//!
//! A disc around a home is a picture of its centre: fitting circles to the hole in a user's tracks found the protected place
//! of 95.1 % of moderately active users (Hassan et al., USENIX Security 2018). A zone here is a patch of H3 hexagons of fixed
//! size and place on the globe. The patch is chosen once, at random, among all those that hold the home well inside: every
//! hexagon of the patch's interior is as likely to be the home's as any other, whatever an attacker sees.

use std::collections::HashSet;

use h3o::{CellIndex, LatLng as H3LatLng, Resolution};
use rand::{Rng, RngExt};

use crate::model::LatLng;

/// Hexagons of about 200 m edge (0.1 km²): small enough to follow a neighbourhood, one table row each.
pub const ZONE_RESOLUTION: Resolution = Resolution::Nine;

/// Rings of hexagons in a patch: 61 hexagons, about 3 km across.
const PATCH_RINGS: u32 = 4;

/// Rings between the home's hexagon and the patch's edge, at least: an access point at home is not heard 300 m away, so that
/// nothing recorded outside points in.
const MARGIN_RINGS: u32 = 1;

/// Makes the patch for a home: the hexagons to leave out.
///
/// The patch's middle is drawn evenly from the hexagons within [`PATCH_RINGS`] − [`MARGIN_RINGS`] rings of the home, so that,
/// seen from outside, the home is spread evenly over the 37 hexagons of the patch's interior.
pub fn patch(home: LatLng, random: &mut impl Rng) -> HashSet<CellIndex> {
    let Ok(place) = H3LatLng::new(home.lat(), home.lon()) else { return HashSet::new() };
    let middles: Vec<CellIndex> = place.to_cell(ZONE_RESOLUTION).grid_disk(PATCH_RINGS - MARGIN_RINGS);
    // grid_disk always holds its own origin, so there is one to choose.
    let middle = middles[random.random_range(0..middles.len())];
    middle.grid_disk::<Vec<_>>(PATCH_RINGS).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::model::LocalPlane;

    fn home() -> LatLng {
        LatLng::new(60.1699, 24.9384).unwrap()
    }

    fn cell(place: LatLng) -> CellIndex {
        H3LatLng::new(place.lat(), place.lon()).unwrap().to_cell(ZONE_RESOLUTION)
    }

    #[test]
    fn the_home_and_everything_within_earshot_of_it_is_inside() {
        for seed in 0..200 {
            let zone = patch(home(), &mut ChaCha8Rng::seed_from_u64(seed));
            let plane = LocalPlane::around(home());
            for degrees in 0..36 {
                let (sin, cos) = f64::from(degrees * 10).to_radians().sin_cos();
                assert!(zone.contains(&cell(plane.to_place(150.0 * cos, 150.0 * sin))), "seed {seed}");
            }
        }
    }

    /// The attack: the hole is fully visible, its centre of gravity is the guess. With a disc the guess is the home.
    #[test]
    fn who_sees_the_whole_hole_learns_no_more_than_that_the_home_is_in_its_interior() {
        let runs = 400;
        let mut errors: Vec<f64> = (0..runs)
            .map(|seed| {
                let zone = patch(home(), &mut ChaCha8Rng::seed_from_u64(seed));
                let places: Vec<H3LatLng> = zone.iter().map(|&c| c.into()).collect();
                let n = places.len() as f64;
                let guess = LatLng::new(
                    places.iter().map(|p| p.lat()).sum::<f64>() / n,
                    places.iter().map(|p| p.lng()).sum::<f64>() / n,
                );
                guess.unwrap().distance(home()).0
            })
            .collect();
        errors.sort_unstable_by(f64::total_cmp);
        let within = |m: f64| errors.iter().filter(|&&e| e < m).count() as f64 / runs as f64;
        println!(
            "guess by the centre of the hole: median error {:.0} m, {:.1} % within 100 m, {:.1} % within 300 m",
            errors[runs as usize / 2],
            100.0 * within(100.0),
            100.0 * within(300.0)
        );
        assert!(errors[runs as usize / 2] > 500.0);
        // One interior hexagon in 37 is the patch's middle.
        assert!(within(200.0) < 0.08, "{}", within(200.0));
    }

    #[test]
    fn the_home_may_be_in_any_hexagon_of_the_interior_and_in_each_as_likely() {
        let mut hits = std::collections::HashMap::new();
        let runs = 3_700;
        for seed in 0..runs {
            let zone = patch(home(), &mut ChaCha8Rng::seed_from_u64(seed));
            // Seen from the hole, the home's place is its offset from the middle; the middle is the cell all others surround.
            let middle =
                zone.iter().find(|c| c.grid_disk::<Vec<_>>(PATCH_RINGS).iter().all(|n| zone.contains(n))).unwrap();
            *hits.entry(*middle).or_insert(0_u32) += 1;
        }
        assert_eq!(hits.len(), 37);
        // Each is expected 100 times; 45 away is more than four standard deviations.
        assert!(hits.values().all(|&n| n.abs_diff(100) < 45), "{hits:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_zone() {
        let zone = |seed| patch(home(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(zone(1), zone(1));
        assert_eq!(zone(1).len(), 61);
    }
}
