//! Fixes that access points contradict: jammed, spoofed and held ones are found, and honest ones are not.

use std::collections::HashMap;

use super::*;
use crate::model::{Dbm, LatLng, LocalPlane, Mac, Millis, Ssid};

fn at(east: f64, north: f64) -> LatLng {
    LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, north)
}

/// Access points every 25 m along a street, now on this side, now on that.
fn stands(n: i64) -> (f64, f64) {
    (25.0 * n as f64, if n % 2 == 0 { 12.0 } else { -12.0 })
}

/// What is heard at a place of the street, by the usual model.
fn heard(east: f64, place: LatLng, name: impl Fn(i64) -> u64) -> Vec<Sighting> {
    let of = |n: i64| {
        let (x, y) = stands(n);
        let signal = -30.0 - 30.0 * (x - east).hypot(y).max(1.0).log10();
        let detail = Detail::Wifi {
            mac: Mac::from_u64(name(n)).unwrap(),
            ssid: Ssid::new(*b"net"),
            frequency_mhz: Some(2_412),
            standard: None,
        };
        (signal > -92.0).then_some(Sighting { age: Millis(0), place, signal: Some(Dbm(signal as i16)), detail })
    };
    (-8..60).filter_map(of).collect()
}

/// One device each.
fn devices(n: i64) -> u64 {
    0x0c00_0000_0000 | ((n + 100) as u64) << 8
}

struct Street {
    memory: HashMap<EmitterKey, Known>,
    counts: Counts,
}

impl Street {
    /// Walked along twice, on two days.
    fn known() -> Self {
        let mut street = Self { memory: HashMap::new(), counts: Counts::default() };
        for step in 0..200 {
            let east = f64::from(step % 100) * 14.0;
            assert!(street.passes(east, at(east, 0.0), devices), "at {east} m");
        }
        street
    }

    /// Whether a fix is believed where this is heard.
    fn passes(&mut self, east: f64, told: LatLng, name: impl Fn(i64) -> u64) -> bool {
        let fix = Fix::gnss(Millis(0), Millis::from_days(20_000), told, Metres(5.0));
        let passage = Passage { sightings: heard(east, told, name), fix, moved: Metres(0.0), took: Millis(0) };
        weigh(passage, &mut self.memory, &mut self.counts).is_some()
    }
}

#[test]
fn a_street_that_is_known_is_walked_again_without_a_doubt() {
    let mut street = Street::known();
    assert!((0..100).all(|step| street.passes(f64::from(step) * 13.0, at(f64::from(step) * 13.0, 0.0), devices)));
    assert_eq!(street.counts.dropped.get(&Drop::Contradicted), None);
}

#[test]
fn a_spoofed_fix_at_an_airport_is_found() {
    let mut street = Street::known();
    let place = street.memory.clone();
    for step in 0..50 {
        assert!(!street.passes(200.0 + f64::from(step), at(30_000.0, 5_000.0), devices));
    }
    assert!(street.memory == place, "and nothing is learned from it");
}

#[test]
fn a_jammed_receiver_that_drifts_is_found_once_it_is_far_enough_off() {
    let mut street = Street::known();
    let off = (0..100).map(|step| f64::from(step) * 10.0).find(|off| !street.passes(600.0, at(600.0, *off), devices));
    let found = off.expect("found at last");
    assert!((100.0..=300.0).contains(&found), "found at {found} m");
}

#[test]
fn a_fix_held_at_the_mouth_of_a_tunnel_is_found_while_the_phone_goes_on() {
    let mut street = Street::known();
    let believed: Vec<bool> =
        (0..80).map(|step| street.passes(f64::from(step) * 14.0, at(0.0, 0.0), devices)).collect();
    // Until the difference shows, some passages are believed, and what they teach lets a later one through.
    let late = believed.iter().skip(22).filter(|b| **b).count();
    assert!(late <= 5, "{late} of {} passages beyond 300 m are believed", believed.len() - 22);
}

#[test]
fn a_rough_fix_is_not_contradicted_by_what_it_says_of_itself() {
    let street = Street::known();
    let fix = Fix::gnss(Millis(0), Millis::from_days(20_000), at(600.0, 250.0), Metres(90.0));
    assert!(!contradicted(&fix, &heard(600.0, fix.place, devices), &street.memory));
}

#[test]
fn a_router_that_moved_house_with_its_five_networks_is_one_voice() {
    let mut street = Street { memory: HashMap::new(), counts: Counts::default() };
    // Fifteen networks of three routers; afterwards one of them, alone, across the town.
    let three = |n: i64| 0x0c00_0000_0000 | ((n.rem_euclid(15) / 5 + 1) as u64) << 8 | n.rem_euclid(5) as u64;
    for step in 0..100 {
        street.passes(f64::from(step % 50) * 2.0, at(f64::from(step % 50) * 2.0, 0.0), three);
    }
    let one = |n: i64| 0x0c00_0000_0100 | n.rem_euclid(5) as u64;
    assert!(street.passes(0.0, at(4_000.0, 0.0), one));
}

#[test]
fn a_bus_with_access_points_of_its_own_contradicts_nothing() {
    let mut street = Street { memory: HashMap::new(), counts: Counts::default() };
    // Six of them, heard at every place of a ride.
    let aboard = |place| -> Vec<Sighting> { heard(0.0, place, devices).into_iter().take(6).collect() };
    for step in 0..300 {
        let place = at(f64::from(step) * 40.0, 0.0);
        let fix = Fix::gnss(Millis(0), Millis::from_days(20_000), place, Metres(5.0));
        assert!(!contradicted(&fix, &aboard(place), &street.memory), "at step {step}");
        let passage = Passage { sightings: aboard(place), fix, moved: Metres(40.0), took: Millis::from_secs(4) };
        weigh(passage, &mut street.memory, &mut street.counts);
    }
}
