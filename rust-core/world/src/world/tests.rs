//! What a filled world is like.

use std::collections::HashSet;

use cairn::model::{LocalPlane, Mac};

use super::*;
use crate::journey::Journey;

fn street() -> Journey {
    let plane = LocalPlane::around(LatLng::new(60.17, 24.94).unwrap());
    let line: Vec<LatLng> = (0..60).map(|step| plane.to_place(f64::from(step) * 50.0, 0.0)).collect();
    Journey::on_streets("street", Millis::from_days(20_000), 180, &line, 1.4, Millis::from_secs(30))
}

fn world(seed: u64, params: &Params) -> World {
    World::build(seed, params, &[Site::around(244, 1.0, &[&street()], &[])])
}

fn count(world: &World, which: impl Fn(&Emitter) -> bool) -> usize {
    world.emitters().iter().filter(|emitter| which(emitter)).count()
}

fn scan(world: &World, seed: u64) -> cairn::model::Scan {
    let journey = street();
    let utc = journey.start_utc + Millis::from_mins(10);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    world.scan_at(journey.at(Millis::from_mins(10)).place, utc, Millis(0), &mut chance)
}

#[test]
fn a_seed_makes_one_world_and_another_seed_another() {
    let params = Params::default();
    assert!(world(1, &params).emitters() == world(1, &params).emitters());
    assert!(world(1, &params).emitters() != world(2, &params).emitters());
    assert!(scan(&world(1, &params), 5) == scan(&world(1, &params), 5));
}

#[test]
fn devices_are_as_dense_as_asked() {
    let params = Params { moved: 0.0, hotspots_per_km2: 0.0, ..Params::default() };
    let world = world(1, &params);
    let devices: HashSet<u64> = world
        .emitters()
        .iter()
        .filter(|emitter| emitter.kind() == EmitterKind::Wifi && !emitter.is_mobile())
        .filter_map(|emitter| emitter.key().mac())
        .map(|mac| mac.to_u64() >> 4 & !(1 << 37))
        .collect();
    let density = devices.len() as f64 / world.square_kilometres();
    assert!((density / 1_500.0 - 1.0).abs() < 0.01, "{density}");
    assert!((0.9..1.4).contains(&world.square_kilometres()), "{}", world.square_kilometres());
}

#[test]
fn every_peculiarity_of_real_networks_is_there() {
    let world = world(1, &Params::default());
    let local = |emitter: &Emitter| emitter.key().mac().is_some_and(Mac::is_locally_administered);
    assert!(count(&world, Emitter::is_private) > 30);
    assert!(count(&world, Emitter::is_hidden) > 100);
    assert!(count(&world, |emitter| emitter.moved_at().is_some()) > 20);
    assert!(count(&world, |emitter| local(emitter) && !emitter.is_mobile()) > 300);
    assert!(count(&world, |emitter| matches!(emitter.whereabouts, Whereabouts::Wanders(_))) > 50);
    assert_eq!(count(&world, |emitter| matches!(emitter.whereabouts, Whereabouts::Rides { .. })), 1);
    assert!(count(&world, |emitter| emitter.kind() == EmitterKind::Beacon) > 100);
    assert!(world.emitters().iter().filter(|emitter| emitter.is_mobile()).all(local));
}

#[test]
fn addresses_are_never_shared() {
    let world = world(1, &Params::default());
    let keys: HashSet<_> = world.emitters().iter().map(Emitter::key).collect();
    assert_eq!(keys.len(), world.emitters().len());
}

#[test]
fn a_scan_in_the_street_hears_a_plausible_number_of_all_kinds() {
    let scan = scan(&world(1, &Params::default()), 1);
    assert!((10..150).contains(&scan.wifi.len()), "{} access points", scan.wifi.len());
    assert_eq!(scan.cells.iter().filter(|cell| cell.serving).count(), 2);
    let nameless = scan.cells.iter().filter(|cell| cell.identity.cell.is_none());
    assert!(nameless.clone().count() > 0 && nameless.into_iter().all(|cell| cell.physical.is_some()));
    assert!(!scan.beacons.is_empty());
}

#[test]
fn the_bus_is_heard_all_along_its_stretch_and_nowhere_else() {
    let world = world(1, &Params::default());
    let bus = world.emitters().iter().find(|e| matches!(e.whereabouts, Whereabouts::Rides { .. })).unwrap();
    let Whereabouts::Rides { from, seconds } = &bus.whereabouts else { panic!("a bus rides") };
    let journey = street();
    for second in 0..journey.duration().0 / 1_000 {
        let utc = journey.start_utc + Millis::from_secs(second);
        let rides = utc >= *from && utc < *from + Millis::from_secs(seconds.len() as i64);
        assert_eq!(bus.place(utc), rides.then(|| journey.at(Millis::from_secs(second)).place));
    }
}

#[test]
fn who_moves_house_is_heard_in_the_new_place_only_from_the_day_on() {
    let world = world(1, &Params::default());
    let mover = world.emitters().iter().find(|emitter| emitter.moved_at().is_some()).unwrap();
    let (day, second) = (mover.moved_at().unwrap(), Millis::from_secs(1));
    assert!(mover.place(day - second) != mover.place(day));
    assert!(mover.place(day) == mover.place(day + Millis::from_days(99)));
}

#[test]
fn the_poison_is_an_ordinary_access_point_by_the_way() {
    let world = world(1, &Params::default());
    let poison = world.poison().unwrap();
    let emitter = world.emitters().iter().find(|emitter| emitter.key().mac() == Some(poison)).unwrap();
    assert!(!emitter.is_private() && !emitter.is_hidden() && !emitter.is_mobile());
    let middle = street().path().nth(street().path().count() / 2).unwrap();
    assert!(emitter.place(Millis(0)).unwrap().distance(middle).0 < 60.0);
}
