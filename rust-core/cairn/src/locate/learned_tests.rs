//! How an emitter is learned: centre, moves, mobility.

use proptest::prelude::*;

use super::*;
use crate::model::{Dbm, Millis};

fn at(east: f64, north: f64) -> LatLng {
    LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, north)
}

fn heard(east: f64, north: f64, signal: i16, day: i32) -> Observation {
    Observation {
        kind: EmitterKind::Wifi,
        place: at(east, north),
        accuracy: Metres(5.0),
        age: Millis(0),
        speed: Some(1.4),
        signal: Some(Dbm(signal)),
        frequency_mhz: Some(2437),
        day,
    }
}

#[test]
fn the_place_is_where_it_is_heard_best() {
    let mut learned = Learned::first(&heard(-60.0, 0.0, -85, 0));
    for (east, signal) in [(-30.0, -70), (0.0, -50), (30.0, -70), (60.0, -85)] {
        learned.learn(&heard(east, 0.0, signal, 0));
    }
    assert!(learned.settled().place().distance(at(0.0, 0.0)).0 < 10.0);
}

/// A street along which an access point is heard as it would be from so far beside it.
fn street(side: f64, northwards: bool, times: i32) -> impl Iterator<Item = Observation> {
    (0..times).map(move |n| {
        let along = 10.0 * f64::from(n % 13 - 6);
        let level = signal::usual_level(EmitterKind::Wifi, None);
        let dbm = level - signal::loss_at_square(along * along + side * side);
        if northwards { heard(-side, along, dbm as i16, 0) } else { heard(along, -side, dbm as i16, 0) }
    })
}

fn learn(all: impl Iterator<Item = Observation>) -> Learned {
    let mut all = all;
    let mut learned = Learned::first(&all.next().unwrap());
    all.for_each(|o| learned.learn(&o));
    learned.settled()
}

#[test]
fn one_straight_street_leaves_open_on_which_side_it_stands_and_says_so() {
    let learned = learn(street(40.0, false, 300));
    // Heard 40 m south of where it stands: it may as well stand 40 m farther south.
    assert!(learned.place().distance(at(0.0, -40.0)).0 < 12.0);
    let error = learned.error();
    assert!(f64::from(error.north).sqrt() > 35.0 && error.north > 1.5 * error.east, "{error:?}");
}

#[test]
fn a_second_street_tells_the_side_however_often_the_first_was_walked() {
    let learned = learn(street(40.0, false, 300).chain(street(30.0, true, 26)));
    assert!(learned.place().distance(at(0.0, 0.0)).0 < 25.0, "{}", learned.place().distance(at(0.0, 0.0)).0);
    assert!(learned.centre_error() < 35.0, "{}", learned.centre_error());
}

#[test]
fn one_sighting_is_enough_to_know_something_and_says_how_little() {
    let learned = Learned::first(&heard(0.0, 0.0, -60, 0));
    assert!((learned.spread().0 - 60.0).abs() < 1.0);
    assert!(!learned.is_settled() && learned.trust() < 0.5);
}

#[test]
fn an_access_point_that_moved_house_is_found_at_its_new_one() {
    let mut learned = Learned::first(&heard(0.0, 0.0, -60, 0));
    for day in 0..30 {
        learned.learn(&heard(5.0, 0.0, -60, day));
    }
    for _ in 0..10 {
        learned.learn(&heard(3_000.0, 10.0, -60, 40));
    }
    assert!(learned.settled().place().distance(at(3_000.0, 10.0)).0 < 20.0);
    assert!(!learned.is_mobile());
    for day in 41..140 {
        learned.learn(&heard(3_000.0, 10.0, -60, day));
    }
    assert!(learned.is_settled(), "after three months at one place the move is forgiven");
}

#[test]
fn what_comes_along_in_a_car_is_found_to_travel() {
    let mut learned = Learned::first(&heard(0.0, 0.0, -40, 0));
    for step in 1..60 {
        learned.learn(&heard(300.0 * f64::from(step), 0.0, -40, 0));
    }
    assert!(learned.is_mobile());
    assert!(learned.trust() <= 0.0);
}

#[test]
fn what_was_seen_to_drift_is_not_forgiven_for_drifting_on() {
    let mut learned = Learned::first(&heard(0.0, 0.0, -60, 0));
    learned.mark_mobile();
    for day in 0..200 {
        learned.learn(&heard(if day % 2 == 0 { 170.0 } else { -170.0 }, 0.0, -60, day));
    }
    assert!(learned.is_mobile());
}

#[test]
fn a_single_wrong_position_moves_nothing() {
    let mut learned = Learned::first(&heard(0.0, 0.0, -60, 0));
    for _ in 0..10 {
        learned.learn(&heard(0.0, 0.0, -60, 0));
    }
    let before = learned.place();
    learned.learn(&heard(40_000.0, 0.0, -60, 0));
    assert_eq!(learned.place(), before);
    learned.learn(&heard(0.0, 0.0, -60, 0));
    assert!(learned.is_settled());
}

proptest! {
    #[test]
    fn whatever_is_heard_the_numbers_stay_finite_and_the_place_near_by(
        sightings in proptest::collection::vec((-150.0_f64..150.0, -150.0_f64..150.0, -110_i16..0, 0_i32..400), 1..60),
    ) {
        let mut all = sightings.iter().map(|(e, n, s, d)| heard(*e, *n, *s, *d));
        let mut learned = Learned::first(&all.next().unwrap());
        for o in all {
            learned.learn(&o);
        }
        let learned = learned.settled();
        prop_assert!(learned.spread().0.is_finite() && learned.level().is_finite() && learned.centre_error().is_finite());
        prop_assert!((0.0..=1.0).contains(&learned.trust()));
        let (x, y) = LocalPlane::around(at(0.0, 0.0)).to_xy(learned.place());
        prop_assert!(x.hypot(y) <= 500.0, "{x} {y}");
        let stored = learned.to_columns();
        prop_assert_eq!(Learned::from_columns(EmitterKind::Wifi, &stored).to_columns(), stored);
    }
}
