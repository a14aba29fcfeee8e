use super::*;
use crate::model::{CellKey, Place, Radio, Source};

const TODAY: Day = 20_000;
/// Dortmund; a degree of latitude is 111 km.
const LAT: f64 = 51.5;
const LNG: f64 = 7.46;

fn hearing(lat: f64, macs: &[u64]) -> Report {
    let wifi = macs.iter().map(|n| Radiator { mac: format!("{n:012x}"), ..Radiator::default() }).collect();
    Report { lat: Some(lat), lng: Some(LNG), wifi, ..Report::default() }
}

fn wifi(n: u64) -> Key {
    Key::Wifi(crate::model::Mac::new(n).unwrap())
}

fn tower(cell: i64) -> Tower {
    Tower { radio: Some(Radio::Lte), mcc: Some(262), mnc: Some(1), area: Some(7), cell: Some(cell), ..Tower::default() }
}

fn with_tower(change: impl FnOnce(&mut Tower)) -> Report {
    let mut tower = tower(99);
    change(&mut tower);
    Report { lat: Some(LAT), lng: Some(LNG), cells: vec![tower], ..Report::default() }
}

fn weight(report: &Report) -> f64 {
    report.observations().iter().map(|o| o.weight).sum()
}

#[test]
fn weights_are_those_of_the_published_curve() {
    let with = |change: fn(&mut Report)| {
        let mut report = hearing(LAT, &[1]);
        change(&mut report);
        weight(&report)
    };
    let signal = |dbm| {
        let mut report = hearing(LAT, &[1]);
        report.wifi[0].signal = Some(dbm);
        weight(&report)
    };
    for (dbm, expected) in [(-100, 0.48), (-80, 1.0), (-30, 16.0), (-10, 123.46), (-9, 1.0)] {
        assert!((signal(dbm) - expected).abs() < 0.01, "{dbm} dBm weighs {}", signal(dbm));
    }
    for (change, expected) in [
        ((|r| r.accuracy = Some(40.0)) as fn(&mut Report), 0.5),
        (|r| r.accuracy = Some(0.0), 1.0),
        (|r| r.accuracy = Some(201.0), 0.0),
        (|r| r.speed = Some(20.0), 0.5),
        (|r| r.speed = Some(51.0), 0.0),
        (|r| r.speed = Some(301.0), 1.0),
        (|r| r.wifi[0].age = Some(-8000), 0.5),
        (|r| r.wifi[0].age = Some(20_001), 0.0),
        (|r| (r.age, r.wifi[0].age) = (Some(20_000), Some(20_001)), 1.0),
        (|r| r.wifi[0].age = Some(3_600_001), 1.0),
    ] {
        assert!((with(change) - expected).abs() < 1e-9, "{} instead of {expected}", with(change));
    }
}

#[test]
fn impossible_places_and_the_open_sea_lose_the_report() {
    for (lat, lng) in [(0.0, 0.0), (86.0, 7.0), (51.0, 181.0), (45.0, -40.0)] {
        let report = Report { lat: Some(lat), lng: Some(lng), ..hearing(LAT, &[1]) };
        assert!(report.observations().is_empty());
    }
    assert_eq!(Report { lat: None, ..hearing(LAT, &[1]) }.observations().len(), 0);
}

#[test]
fn shared_and_malformed_addresses_are_dropped_alone() {
    let report = hearing(LAT, &[0, 0xffff_ffff_ffff, 0x0100_5e90_1000, 0x0200_0000_0001]);
    assert_eq!(report.observations().len(), 1, "a locally administered address is taken");
}

#[test]
fn cells_need_a_whole_identity_in_range() {
    let taken = |change: fn(&mut Tower)| with_tower(change).observations().len();
    assert_eq!(taken(|_| ()), 1);
    for spoil in [
        (|t| t.radio = None) as fn(&mut Tower),
        |t| t.mcc = Some(553),
        |t| t.mcc = Some(0),
        |t| t.mnc = Some(1000),
        |t| t.area = Some(65_534),
        |t| t.area = None,
        |t| t.cell = Some(268_435_456),
    ] {
        assert_eq!(taken(spoil), 0);
    }
    let gsm = with_tower(|t| (t.radio, t.cell) = (Some(Radio::Gsm), Some(65_536))).observations();
    assert!(matches!(gsm[0].key, Key::Cell(CellKey { radio: Radio::Wcdma, .. })));
}

#[test]
fn a_missing_cell_signal_comes_from_the_asu() {
    let at = |asu, signal| weight(&with_tower(|t| (t.asu, t.signal) = (asu, signal)));
    assert!((at(Some(35), None) - at(None, Some(-105))).abs() < 1e-12);
    assert!((at(Some(-90), None) - at(None, Some(-90))).abs() < 1e-12, "asu below -5 is a swapped signal");
    assert!((at(Some(98), None) - at(None, None)).abs() < 1e-12);
}

#[test]
fn one_report_counts_an_emitter_once_at_its_strongest() {
    let mut report = hearing(LAT, &[1, 1]);
    (report.wifi[0].signal, report.wifi[1].signal) = (Some(-90), Some(-30));
    let observations = report.observations();
    assert_eq!(observations.len(), 1);
    assert!((observations[0].weight - 16.0).abs() < 1e-9);
}

#[test]
fn a_station_stands_at_the_weighted_mean_and_its_radius_reaches_its_box() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1]), hearing(LAT + 0.002, &[1])], TODAY);
    model.observe(&[hearing(LAT + 0.004, &[1])], TODAY);
    let known = model.position(&wifi(1), TODAY).unwrap();
    assert!((known.place.lat - (LAT + 0.002)).abs() < 1e-9);
    assert!((known.radius - 222.5).abs() < 1.0, "{} m", known.radius);
}

#[test]
fn a_station_that_jumps_is_blocked_and_comes_back_when_it_has_aged() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1])], TODAY);
    model.observe(&[hearing(LAT + 0.1, &[1])], TODAY + 60);
    assert_eq!(model.position(&wifi(1), TODAY + 60), None);
    model.observe(&[hearing(LAT + 0.1, &[1])], TODAY + 61);
    assert_eq!(model.position(&wifi(1), TODAY + 63), None, "dropped while it was blocked");
    model.observe(&[hearing(LAT + 0.1, &[1])], TODAY + 63);
    assert!(model.position(&wifi(1), TODAY + 63).is_some());
}

#[test]
fn a_station_seen_in_two_towns_at_once_is_blocked_from_the_start() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1]), hearing(LAT + 0.1, &[1])], TODAY);
    assert_eq!(model.stations(), 1);
    model.observe(&[hearing(LAT, &[1])], TODAY + 10);
    assert_eq!(model.position(&wifi(1), TODAY + 10), None);
}

#[test]
fn a_station_forgotten_for_a_year_is_believed_at_its_new_place() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1])], TODAY);
    model.observe(&[hearing(LAT + 0.1, &[1])], TODAY + 365);
    let known = model.position(&wifi(1), TODAY + 365).unwrap();
    assert!((known.place.lat - LAT - 0.1).abs() < 1e-9);
}

fn ask(model: &Model, macs: impl IntoIterator<Item = u64>) -> Option<crate::model::Estimate> {
    let wifi = macs.into_iter().map(|n| (crate::model::Mac::new(n).unwrap(), Heard::default())).collect();
    model.geolocate(&Query { wifi, ..Query::default() }, TODAY)
}

#[test]
fn one_known_access_point_answers_nothing_even_beside_an_unknown_one() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1, 2])], TODAY);
    assert_eq!(ask(&model, [1, 77]), None);
    let estimate = ask(&model, [1, 2]).unwrap();
    assert!((estimate.accuracy - 10.0).abs() < 1e-9);
}

#[test]
fn the_larger_of_two_far_clusters_wins_and_chains_are_cut_at_500_metres() {
    let mut model = Model::default();
    model.observe(&[hearing(LAT, &[1, 2, 3]), hearing(LAT + 0.02, &[4, 5])], TODAY);
    assert!((ask(&model, 1..=5).unwrap().place.lat - LAT).abs() < 1e-9);
    let mut chain = Model::default();
    let reports: Vec<Report> = (0..4).map(|n| hearing(LAT + f64::from(n) * 0.003, &[u64::from(n as u8) + 1])).collect();
    chain.observe(&reports, TODAY);
    let estimate = ask(&chain, 1..=4).unwrap();
    assert!(estimate.accuracy < 200.0, "two of the four, 333 m apart, answer: {} m", estimate.accuracy);
}

#[test]
fn the_best_twenty_networks_answer_not_the_worst() {
    let mut model = Model::default();
    let (junk, good): (Vec<u64>, Vec<u64>) = ((1..=20).collect(), (101..=110).collect());
    for step in 0..16 {
        let near = LAT + f64::from(step % 2) * 0.0001;
        model.observe(&[hearing(near, &good)], TODAY - 160 + i64::from(step) * 10);
    }
    model.observe(&[hearing(LAT + 0.0027, &junk)], TODAY);
    let estimate = ask(&model, 1..=110).unwrap();
    let error = estimate.place.geodesic(Place { lat: LAT, lng: LNG });
    assert!(error < 200.0, "{error} m; the worst twenty would be 300 m off");
}

#[test]
fn cells_answer_with_at_least_a_kilometre_and_areas_only_when_allowed() {
    let mut model = Model::default();
    model.observe(&[with_tower(|_| ())], TODAY);
    let ask = |cell, areas| {
        let key = tower(cell).key().unwrap();
        let query = Query { cells: vec![CellHeard { key, heard: Heard::default() }], areas, ..Query::default() };
        model.geolocate(&query, TODAY).map(|e| (e.source, e.accuracy.round() as i64))
    };
    assert_eq!(ask(99, true), Some((Source::Cell, 1000)));
    assert_eq!(ask(98, true), Some((Source::Area, 50_000)));
    assert_eq!(ask(98, false), None);
}
