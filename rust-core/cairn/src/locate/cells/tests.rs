//! What is known of cells by where they were heard.

use std::collections::HashMap;

use super::super::trial::Memory;
use super::super::{Estimate, HeardKey, Observation, estimate};
use super::*;
use crate::model::{CellKey, Dbm, EmitterKind, Metres, Millis, Radio};

fn at(east: f64, north: f64) -> LatLng {
    LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, north)
}

fn key(cell: u64) -> CellKey {
    CellKey::new(Radio::Lte, 244, 5, 4711, cell).unwrap()
}

/// A cell that was heard at these places along a street, and how strongly.
fn heard(along: impl Iterator<Item = (f64, i16)>) -> Learned {
    let mut all = along.map(|(east, signal)| Observation {
        kind: EmitterKind::Cell,
        place: at(east, 0.0),
        accuracy: Metres(5.0),
        age: Millis(0),
        speed: Some(1.4),
        signal: Some(Dbm(signal)),
        frequency_mhz: None,
        day: 100,
    });
    let mut learned = Learned::first(&all.next().unwrap());
    all.for_each(|o| learned.learn(&o));
    learned
}

fn ask(cells: &[(u64, Learned, i16)]) -> Estimate {
    let known: HashMap<_, _> = cells.iter().map(|(n, learned, _)| (EmitterKey::cell(key(*n)), *learned)).collect();
    let cells = cells.iter().map(|(n, _, signal)| HeardKey { key: key(*n), signal: Some(Dbm(*signal)) }).collect();
    estimate(&Query { cells, ..Query::default() }, &Memory(&known)).unwrap()
}

/// Heard all along a street of a kilometre, louder the farther east.
fn louder_eastwards() -> Learned {
    heard((0..100).map(|n| (10.0 * f64::from(n), (-110 + n / 2) as i16)))
}

#[test]
fn the_signal_tells_where_on_the_way() {
    let east = |signal| at(0.0, 0.0).distance(ask(&[(1, louder_eastwards(), signal)]).place).0;
    let (weak, middling, loud) = (east(-107), east(-85), east(-63));
    assert!(weak < 300.0 && (350.0..650.0).contains(&middling) && loud > 700.0, "{weak:.0} {middling:.0} {loud:.0}");
}

#[test]
fn where_two_cells_are_heard_is_where_their_ways_meet() {
    let west = heard((0..60).map(|n| (10.0 * f64::from(n), -90)));
    let east = heard((40..100).map(|n| (10.0 * f64::from(n), -90)));
    let both = ask(&[(1, west, -90), (2, east, -90)]);
    assert!(both.place.distance(at(500.0, 0.0)).0 < 100.0);
    assert!(both.r68.0 < 0.9 * ask(&[(1, west, -90)]).r68.0);
}

#[test]
fn of_a_cell_known_by_its_middle_alone_the_phone_is_around_that() {
    let packed = Learned::from_pack(EmitterKind::Cell, at(300.0, 0.0), Metres(700.0), 50);
    let answer = ask(&[(1, packed, -90)]);
    assert!(answer.place.distance(at(300.0, 0.0)).0 < 20.0);
    assert!((350.0..1_500.0).contains(&answer.r68.0), "{:?}", answer.r68);
    // And another's spots count beside it.
    let with_spots = ask(&[(1, packed, -90), (2, louder_eastwards(), -63)]);
    assert!(with_spots.place.distance(at(800.0, 0.0)).0 < 250.0);
}

#[test]
fn a_cell_that_moved_far_away_does_not_draw_the_answer() {
    let stayed = |from: i32| heard((0..60).map(|n| (10.0 * f64::from(n + from), -90)));
    let moved = heard((0..60).map(|n| (40_000.0 + f64::from(n), -90)));
    let answer = ask(&[(1, stayed(0), -90), (2, stayed(20), -90), (3, moved, -90)]);
    assert!(answer.place.distance(at(400.0, 0.0)).0 < 200.0);
}

#[test]
fn streets_walked_later_do_not_draw_a_cells_middle_to_them() {
    let way = || (0..200).map(|n| 5.0 * f64::from(n));
    let (there, back) = (heard(way().map(|east| (east, -85))), heard(way().rev().map(|east| (east, -85))));
    let apart = there.place().distance(back.place()).0;
    assert!(apart < 50.0, "{apart:.0} m");
}

#[test]
fn what_is_stored_of_a_cell_answers_as_what_was_learned() {
    let learned = heard((0..100).map(|n| (60.0 * f64::from(n), (-110 + n / 2) as i16)));
    let stored = Learned::from_columns(EmitterKind::Cell, &learned.to_columns());
    for signal in [-105, -85, -65] {
        let apart = ask(&[(1, learned, signal)]).place.distance(ask(&[(1, stored, signal)]).place).0;
        assert!(apart < 10.0, "{apart:.1} m at {signal} dBm");
    }
}

#[test]
fn two_halves_of_a_cell_put_together_are_heard_where_either_was() {
    let half = |from: i32| heard((from..from + 50).map(|n| (10.0 * f64::from(n), (-110 + n / 2) as i16)));
    let both = half(0).with(&half(50), 1.0);
    let apart = ask(&[(1, both, -63)]).place.distance(ask(&[(1, louder_eastwards(), -63)]).place).0;
    assert!(apart < 100.0, "{apart:.0} m");
}

#[test]
fn a_cell_known_before_spots_were_kept_is_still_heard_around_its_middle() {
    let old = Learned::from_columns(EmitterKind::Cell, &{
        let mut row = heard((0..100).map(|n| (10.0 * f64::from(n), -85))).to_columns();
        row.spots_len = 0;
        row
    });
    let mut now = old;
    now.learn(&Observation {
        kind: EmitterKind::Cell,
        place: at(900.0, 0.0),
        accuracy: Metres(5.0),
        age: Millis(0),
        speed: None,
        signal: Some(Dbm(-85)),
        frequency_mhz: None,
        day: 101,
    });
    let answer = ask(&[(1, now, -85)]);
    assert!(answer.place.distance(old.place()).0 < 150.0 && answer.r68.0 > 150.0);
}
