//! Intake as a whole: fixes and scans in, passages out.

use proptest::prelude::*;

use super::*;
use crate::model::{Dbm, HeardWifi, LatLng, LocalPlane, Mac, Metres, Ssid};

const START: i64 = 1_767_225_600_000;

fn at(east: f64) -> LatLng {
    LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, 0.0)
}

fn fix(ms: i64, east: f64) -> Fix {
    Fix::gnss(Millis(ms), Millis(START + ms), at(east), Metres(5.0))
}

fn heard(ms: i64, mac: u64, signal: i16) -> HeardWifi {
    HeardWifi {
        mono: Millis(ms),
        mac: Mac::from_u64(mac).unwrap(),
        ssid: Ssid::new(*b"x"),
        signal: Some(Dbm(signal)),
        frequency_mhz: Some(2412),
        standard: None,
    }
}

fn scan(wifi: Vec<HeardWifi>) -> Scan {
    Scan { wifi, ..Scan::default() }
}

#[test]
fn a_sighting_goes_to_the_nearest_fix_and_is_placed_between_its_neighbours() {
    let mut intake = Intake::default();
    let guard = Guard::default();
    let mut passages = intake.fix(fix(0, 0.0));
    passages.extend(intake.scan(scan(vec![heard(600, 1, -60)]), &guard));
    passages.extend(intake.fix(fix(1_000, 20.0)));
    passages.extend(intake.drain());
    let (with, without): (Vec<_>, Vec<_>) = passages.into_iter().partition(|p| !p.sightings.is_empty());
    assert_eq!(with.len(), 1);
    assert_eq!(with[0].fix.mono, Millis(1_000));
    assert_eq!(with[0].sightings[0].age, Millis(400), "heard 400 ms before its fix");
    assert!(with[0].sightings[0].place.distance(at(12.0)).0 < 0.1);
    assert_eq!(without.len(), 1);
    assert!((with[0].moved.0 - 20.0).abs() < 0.1);
}

#[test]
fn one_scan_on_foot_makes_one_report() {
    let mut intake = Intake::default();
    let mut passages = Vec::new();
    for s in 0..30 {
        passages.extend(intake.fix(fix(s * 1_000, 1.0 * s as f64)));
        if s == 10 {
            let wifi = (0..20).map(|n| heard(7_000 + 150 * n, n as u64 + 1, -60)).collect();
            passages.extend(intake.scan(scan(wifi), &Guard::default()));
        }
    }
    passages.extend(intake.drain());
    let reports = passages.iter().filter(|p| !p.sightings.is_empty()).count();
    assert!(reports <= 2, "{reports}");
    assert_eq!(passages.iter().map(|p| p.sightings.len()).sum::<usize>(), 20);
}

#[test]
fn what_is_too_old_or_too_far_from_any_fix_is_dropped() {
    let mut intake = Intake::default();
    intake.fix(fix(0, 0.0));
    intake.scan(scan(vec![heard(19_000, 1, -60), heard(21_000, 2, -60)]), &Guard::default());
    let kept: usize = intake.drain().iter().map(|p| p.sightings.len()).sum();
    assert_eq!(kept, 1);
    assert_eq!(intake.take_counts().dropped, [(Drop::NoFix, 1)].into());

    let mut fast = Intake::default();
    for s in [0, 10] {
        let mut f = fix(s * 1_000, 40.0 * s as f64);
        f.speed = Some(40.0);
        fast.fix(f);
    }
    fast.scan(scan(vec![heard(5_000, 1, -60), heard(9_000, 2, -60)]), &Guard::default());
    let kept: usize = fast.drain().iter().map(|p| p.sightings.len()).sum();
    assert_eq!(kept, 1, "5 s at 40 m/s is 200 m from either fix, 1 s is 40 m");
}

#[test]
fn what_waits_for_a_fix_that_never_comes_is_counted_not_forgotten() {
    let mut intake = Intake::default();
    for s in 0..100 {
        intake.scan(scan(vec![heard(s * 1_000, 1, -60)]), &Guard::default());
    }
    assert!(intake.drain().is_empty());
    assert_eq!(intake.take_counts().dropped, [(Drop::NoFix, 100)].into());
}

#[test]
fn a_report_holds_each_emitter_once_and_at_its_strongest() {
    let mut intake = Intake::default();
    intake.fix(fix(0, 0.0));
    intake.scan(scan(vec![heard(100, 1, -70), heard(200, 1, -60), heard(300, 1, -65)]), &Guard::default());
    let passages = intake.drain();
    assert_eq!(passages[0].sightings.len(), 1);
    assert_eq!(passages[0].sightings[0].signal, Some(Dbm(-60)));
    assert_eq!(intake.take_counts().dropped, [(Drop::Repeated, 2)].into());
}

#[test]
fn a_phone_on_a_table_does_not_travel() {
    let mut intake = Intake::default();
    let mut passages = Vec::new();
    for s in 0..600 {
        passages.extend(intake.fix(fix(s * 1_000, 4.0 * f64::from(s as i32 % 3 - 1))));
    }
    passages.extend(intake.drain());
    assert!(passages.iter().map(|p| p.moved.0).sum::<f64>() < 1.0);
    assert_eq!(passages.iter().map(|p| p.took.0).sum::<i64>(), 599_000);
}

#[test]
fn an_imported_row_is_judged_alone_and_may_lack_an_accuracy() {
    let mut counts = Counts::default();
    let mut row = fix(0, 0.0);
    row.accuracy = None;
    let passage = imported(row.clone(), scan(vec![heard(0, 1, -60)]), &Guard::default(), &mut counts).unwrap();
    assert_eq!((passage.fix.accuracy, passage.sightings.len()), (None, 1));
    row.accuracy = Some(Metres(500.0));
    assert_eq!(imported(row, Scan::default(), &Guard::default(), &mut counts), None);
}

proptest! {
    #[test]
    fn nothing_vanishes_whatever_the_order_and_every_pair_is_near(
        events in proptest::collection::vec((any::<bool>(), 0_i64..120_000, 0_u64..6, 0_f64..2_000.0), 0..80),
    ) {
        let mut intake = Intake::default();
        let mut sorted = events;
        // Fixes come in order; scans may be late by any amount.
        sorted.sort_by_key(|(is_fix, ms, ..)| if *is_fix { *ms } else { 120_000 - *ms });
        let mut passages = Vec::new();
        for (is_fix, ms, mac, east) in &sorted {
            passages.extend(if *is_fix {
                intake.fix(fix(*ms, *east))
            } else {
                intake.scan(scan(vec![heard(*ms, *mac + 1, -60)]), &Guard::default())
            });
        }
        passages.extend(intake.drain());
        let counts = intake.take_counts();
        let paired: u64 = passages.iter().map(|p| p.sightings.len() as u64).sum();
        let dropped: u64 = [Drop::NoFix, Drop::Repeated].iter().filter_map(|d| counts.dropped.get(d)).sum();
        prop_assert_eq!(counts.raw, paired + dropped);
        for p in &passages {
            for s in &p.sightings {
                prop_assert!(s.age.abs() <= MAX_AGE);
            }
        }
        prop_assert!(passages.windows(2).all(|w| w[0].fix.mono != w[1].fix.mono));
    }
}
