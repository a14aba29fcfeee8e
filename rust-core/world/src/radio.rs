//! How strong an emitter arrives: distance, walls, shadows of houses, fading and the phone's own ear.
//!
//! The log-distance model with correlated shadowing, as radio planners use it; its numbers are from measurements in towns.

use cairn::model::LatLng;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::emitter::{Emitter, Voice};
use crate::noise;

/// Properties of the radio world.
#[derive(Clone, Debug, PartialEq)]
pub struct Propagation {
    /// Path loss exponents, drawn per emitter: 2 in free space, up to 4 through towns.
    pub exponent: (f64, f64),
    /// Deviation of shadowing in dB: 4 in the open to 9 between houses.
    pub shadowing: f64,
    /// Way in metres after which shadows are others: about a house.
    pub shadow_size: f64,
    /// Loss of one outer wall in dB.
    pub wall: (f64, f64),
    /// Deviation of the fading between two beacons from the same place, in dB.
    pub fading: f64,
    /// Weakest access point that phones report, in dBm.
    pub wifi_floor: f64,
    /// Weakest beacon, in dBm.
    pub beacon_floor: f64,
}

impl Default for Propagation {
    fn default() -> Self {
        Self {
            exponent: (2.2, 4.0),
            shadowing: 7.0,
            shadow_size: 25.0,
            wall: (5.0, 12.0),
            fading: 2.5,
            wifi_floor: -92.0,
            beacon_floor: -98.0,
        }
    }
}

/// Within so many dB of the floor, beacons are missed as often as they are heard, and more the weaker they are.
const MISSED_WITHIN: f64 = 8.0;

impl Propagation {
    /// The level in dBm at a place, without fading: the same each time it is asked.
    pub fn level(&self, emitter: &Emitter, from: LatLng, to: LatLng) -> f64 {
        let distance = from.distance(to).0.max(1.0);
        // Shadows belong to the listener's place on a plane that needs no origin.
        let north = f64::from(to.lat_e7()) * 0.011_119_5;
        let east = f64::from(to.lon_e7()) * 0.011_119_5 * to.lat().to_radians().cos();
        let shadow = self.shadowing * noise::field(emitter.seed, east, north, self.shadow_size);
        let antenna = if let Voice::Cell { azimuth, .. } = emitter.voice { pattern(azimuth, from, to) } else { 0.0 };
        emitter.power - 10.0 * emitter.exponent * distance.log10() - emitter.walls + shadow + antenna
    }

    /// What a phone makes of a level in one scan: fading and its own offset, or nothing where the beacon was missed.
    pub fn hear(&self, level: f64, floor: f64, device_offset: f64, chance: &mut impl Rng) -> Option<i16> {
        let heard = level + device_offset + self.fading * chance.sample::<f64, _>(StandardNormal);
        let hearing = ((heard - floor) / MISSED_WITHIN).clamp(0.0, 1.0);
        // Even a strong beacon collides with another packet now and then.
        (chance.random::<f64>() < hearing.min(0.97)).then(|| heard.round().min(-10.0) as i16)
    }
}

/// Loss of a sector antenna away from its axis, in dB (3GPP TR 36.814, horizontal pattern: 70° wide, 25 dB at the back).
fn pattern(azimuth: f64, from: LatLng, to: LatLng) -> f64 {
    let (east, north) = cairn::model::LocalPlane::around(from).to_xy(to);
    let off = (east.atan2(north).to_degrees() - azimuth + 540.0).rem_euclid(360.0) - 180.0;
    -(12.0 * (off / 70.0).powi(2)).min(25.0)
}

#[cfg(test)]
mod tests {
    use cairn::model::{BeaconFormat, LocalPlane, Mac};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::emitter::Whereabouts;

    fn home() -> LatLng {
        LatLng::new(60.0, 24.0).unwrap()
    }

    fn emitter(seed: u64) -> Emitter {
        let voice = Voice::Beacon { mac: Mac::from_u64(seed).unwrap(), format: BeaconFormat::IBeacon };
        Emitter { voice, whereabouts: Whereabouts::Fixed(home()), power: -40.0, exponent: 3.0, walls: 0.0, seed }
    }

    fn levels(emitters: u64, metres_east: f64) -> Vec<f64> {
        let there = LocalPlane::around(home()).to_place(metres_east, 0.0);
        (0..emitters).map(|seed| Propagation::default().level(&emitter(seed), home(), there)).collect()
    }

    fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
        let count = values.len() as f64;
        values.sum::<f64>() / count
    }

    #[test]
    fn the_level_falls_with_distance_and_shadows_have_their_deviation() {
        let at_100 = levels(10_000, 100.0);
        let average = mean(at_100.iter().copied());
        assert!((average + 100.0).abs() < 0.3, "{average}");
        let deviation = mean(at_100.iter().map(|level| (level - average).powi(2))).sqrt();
        assert!((deviation - 7.0).abs() < 0.3, "{deviation}");
    }

    #[test]
    fn shadows_are_alike_within_a_few_metres_and_others_a_house_further() {
        let shadows = |metres: f64| -> Vec<f64> {
            levels(10_000, metres).iter().map(|level| level + 40.0 + 30.0 * metres.log10()).collect()
        };
        let here = shadows(100.0);
        let alike = |metres: f64| mean(here.iter().zip(&shadows(metres)).map(|(a, b)| a * b)) / 49.0;
        assert!(alike(103.0) > 0.8, "{}", alike(103.0));
        assert!(alike(180.0).abs() < 0.05, "{}", alike(180.0));
    }

    #[test]
    fn beacons_are_missed_more_often_the_weaker_they_are() {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        let mut share = |level: f64| {
            let heard =
                (0..2_000).filter(|_| Propagation::default().hear(level, -92.0, 0.0, &mut chance).is_some()).count();
            heard as f64 / 2_000.0
        };
        assert!(share(-60.0) > 0.95);
        assert!((0.3..0.7).contains(&share(-88.0)));
        assert!(share(-92.0) < 0.2);
        assert!(share(-105.0) < 0.001);
    }

    #[test]
    fn a_sector_is_heard_in_front_and_hardly_behind() {
        let to = |east: f64| LocalPlane::around(home()).to_place(east, 0.0);
        assert!(pattern(90.0, home(), to(100.0)) > -0.1);
        assert!((pattern(90.0, home(), to(-100.0)) + 25.0).abs() < 0.1);
    }
}
