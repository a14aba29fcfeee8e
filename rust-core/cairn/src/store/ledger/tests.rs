//! The ledger as a whole: what is posted, in whatever groups and order, and what is read of it.

use std::collections::BTreeSet;

use h3o::CellIndex;
use proptest::prelude::*;
use rusqlite::Connection;

use super::read::{
    BEST, BETTER, CLOCK_AFTER, CLOCK_BEFORE, CLOCK_BY, CLOCK_ON, COVERED, LEVEL, LONGEST, NEXT, ONE, VISITED,
};
use super::{accepted, board, coverage, forget_ground, post, totals};
use crate::ledger::{Country, Day, GROUND, Hexagon, Passage, Points, Subject, Tally, Totals, View};
use crate::model::{LatLng, Metres, Millis, TripId};

/// 2024-05-12, a Sunday.
const MAY_12: i32 = 19_855;

fn ledger() -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    crate::store::migrate::migrate(&mut db).unwrap();
    db
}

/// Noon UTC in Lisbon, `east` metres from its castle, with `wifi` new access points.
fn passage(day: i32, east: f64, wifi: u32) -> Passage {
    let lisbon = LatLng::new(38.7139, -9.1335).unwrap();
    Passage {
        utc: Millis::from_days(day.into()) + Millis::from_hours(12),
        utc_offset_min: Some(60),
        trip: TripId(day.into()),
        place: crate::model::LocalPlane::around(lisbon).to_place(east, 0.0),
        moved: Metres(12.5),
        took: Millis::from_secs(3),
        reports: 1,
        sightings: 20,
        new_wifi: wifi,
        new_cells: 0,
        new_beacons: 0,
    }
}

fn tell(db: &Connection, passages: &[Passage]) -> Vec<Hexagon> {
    let mut tally = Tally::default();
    for passage in passages {
        tally.count(passage, []);
    }
    post(db, &tally).unwrap().ground
}

/// The whole of a table, to compare two ledgers.
fn dump(db: &Connection, sql: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let mut query = db.prepare(sql).unwrap();
    let columns = query.column_count();
    query.raw_query().mapped(|row| (0..columns).map(|i| row.get(i)).collect()).map(Result::unwrap).collect()
}

#[test]
fn a_first_walk_is_counted_for_its_day_trip_area_and_country() {
    let db = ledger();
    let fresh = tell(&db, &[passage(MAY_12, 0.0, 7), passage(MAY_12, 5.0, 3)]);

    let board = board(&db, Day::new(MAY_12)).unwrap();
    assert_eq!(fresh, [Hexagon::around(passage(MAY_12, 0.0, 0).place, GROUND)]);
    for list in [&board.days, &board.weeks, &board.months, &board.trips, &board.areas] {
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].rank, list[0].score.points), (1, Points::whole(15)));
        assert_eq!(list[0].score.country, Country::from_code("PT"));
    }
    let score = board.totals;
    assert_eq!((score.counts.reports, score.counts.sightings, score.counts.new_emitters(), score.days), (2, 40, 10, 1));
    assert_eq!((score.counts.distance_cm, score.counts.took_ms), (2_500, 6_000));
    assert_eq!(board.today.words(Day::new(MAY_12)), "Your best day ever.");
}

#[test]
fn a_single_report_does_not_make_a_country_visited() {
    let db = ledger();
    tell(&db, &[passage(MAY_12, 0.0, 1)]);
    assert!(board(&db, Day::new(MAY_12)).unwrap().countries.is_empty());
    tell(&db, &[1.0, 2.0, 3.0, 4.0].map(|east| passage(MAY_12, east, 1)));
    assert_eq!(totals(&db).unwrap().countries, 1);
    let countries = board(&db, Day::new(MAY_12)).unwrap().countries;
    assert_eq!(
        countries.iter().map(|c| c.subject).collect::<Vec<_>>(),
        [Subject::Country(Country::from_code("PT").unwrap())]
    );
}

#[test]
fn today_knows_whom_to_beat_and_by_how_much() {
    let db = ledger();
    // The same hexagon each day, so that only access points count from the second day on.
    for (day, wifi) in [(0, 1), (1, 70), (2, 50), (3, 50), (5, 20)] {
        tell(&db, &[passage(MAY_12 + day, 0.0, wifi)]);
    }
    let board = board(&db, Day::new(MAY_12 + 5)).unwrap();
    let next = board.today.to_beat.unwrap();
    assert_eq!(board.today.rank, Some(4));
    assert_eq!((next.against.rank, next.behind, next.missing()), (2, Points::whole(30), Points::whole(31)));
    assert_eq!(board.days.iter().map(|d| d.rank).collect::<Vec<_>>(), [1, 2, 2, 4, 5]);
    assert_eq!(
        board.words(Day::new(MAY_12 + 5))[0],
        "Your fourth best day ever, 30 points behind 14 May in Portugal; 31 more make it second best."
    );
}

#[test]
fn a_streak_goes_on_until_a_whole_day_is_missed_and_its_record_stays() {
    let db = ledger();
    let streak = |today| board(&db, Day::new(today)).unwrap().streak;
    assert_eq!(streak(MAY_12), crate::ledger::Streak::default());
    for day in 0..4 {
        tell(&db, &[passage(MAY_12 + day, 0.0, 0)]);
    }
    assert_eq!((streak(MAY_12 + 3).current, streak(MAY_12 + 3).today), (4, true));
    assert_eq!((streak(MAY_12 + 4).current, streak(MAY_12 + 4).today), (4, false));
    assert_eq!(streak(MAY_12 + 5).current, 0);
    tell(&db, &[passage(MAY_12 + 6, 0.0, 0)]);
    let after = streak(MAY_12 + 6);
    assert_eq!((after.current, after.best, after.best_until), (1, 4, Some(Day::new(MAY_12 + 3))));
    // The missing days turn up in an import: two streaks become one.
    tell(&db, &[passage(MAY_12 + 5, 0.0, 0), passage(MAY_12 + 4, 0.0, 0)]);
    assert_eq!((streak(MAY_12 + 6).current, streak(MAY_12 + 6).best), (7, 7));
}

#[test]
fn reports_taken_by_a_service_are_shown_apart_and_make_no_day() {
    let db = ledger();
    tell(&db, &[passage(MAY_12, 0.0, 7)]);
    accepted(&db, Day::new(MAY_12), 3).unwrap();
    accepted(&db, Day::new(MAY_12 - 1), 9).unwrap();
    let score = totals(&db).unwrap();
    assert_eq!((score.accepted, score.points), (12, Points::whole(12)));
    let board = board(&db, Day::new(MAY_12)).unwrap();
    assert_eq!(board.days.len(), 1);
    assert_eq!(board.days[0].score.accepted_points().to_string(), "0.3");
}

#[test]
fn a_tally_whose_commit_failed_can_be_posted_again() {
    let mut db = ledger();
    let mut tally = Tally::default();
    tally.count(&passage(MAY_12, 0.0, 7), []);
    post(&db.transaction().unwrap(), &tally).unwrap();
    assert_eq!(totals(&db).unwrap(), Totals::default(), "rolled back");
    assert_eq!(post(&db, &tally).unwrap().ground.len(), 1);
    assert_eq!(totals(&db).unwrap().points, Points::whole(12));
}

#[test]
fn covered_ground_is_found_in_a_view_at_every_zoom_until_a_zone_forgets_it() {
    let db = ledger();
    let walked: Vec<_> = (0..30).map(|i| passage(MAY_12, f64::from(i) * 300.0, 0)).collect();
    let hexagons = tell(&db, &walked);
    let seen = |half: f64, limit| {
        let view = View {
            south_west: LatLng::new(38.7139 - half, -9.1335 - half).unwrap(),
            north_east: LatLng::new(38.7139 + half, -9.1335 + half).unwrap(),
        };
        coverage(&db, &view, limit).unwrap()
    };
    let near: BTreeSet<_> = seen(0.2, 20_000).iter().map(|c| c.cell).collect();
    assert_eq!(near, hexagons.iter().copied().collect());
    for (half, limit) in [(0.2, 500), (2.0, 500), (30.0, 500)] {
        let cells = seen(half, limit);
        assert!(cells[0].cell.resolution() < GROUND);
        assert_eq!(cells.iter().map(|c| c.hexagons).sum::<u32>() as usize, hexagons.len());
        assert!(cells.iter().all(|c| c.share() > 0.0 && c.share() <= 1.0));
    }

    let (zone, rest) = hexagons.split_at(10);
    let zone: Vec<_> = zone.iter().map(|h| CellIndex::try_from(h.index()).unwrap()).collect();
    forget_ground(&db, &zone).unwrap();
    forget_ground(&db, &zone).unwrap();
    assert_eq!(seen(0.2, 20_000).iter().map(|c| c.cell).collect::<BTreeSet<_>>(), rest.iter().copied().collect());
    assert_eq!(seen(30.0, 500).iter().map(|c| c.hexagons).sum::<u32>() as usize, rest.len());
    assert_eq!(totals(&db).unwrap().counts.ground as usize, hexagons.len(), "points stay");
}

#[test]
fn five_years_are_read_by_indexes_only() {
    let db = ledger();
    let years: Vec<_> =
        (0..5 * 365).map(|day| passage(MAY_12 + day, f64::from(day % 97) * 500.0, day as u32 % 50)).collect();
    for week in years.chunks(7) {
        tell(&db, week);
    }
    for sql in [BEST, ONE, NEXT, BETTER, LEVEL, VISITED, CLOCK_ON, CLOCK_BEFORE, CLOCK_AFTER, CLOCK_BY, COVERED] {
        let plan = dump(&db, &format!("EXPLAIN QUERY PLAN {sql}"));
        let words = format!("{plan:?}");
        assert!(
            words.contains("SEARCH") && !words.contains("SCAN") && !words.contains("TEMP B-TREE"),
            "{sql}: {words}"
        );
    }
    // The longest streak is the last entry of its index: "SCAN" here means walking it from the end, and it stops at once.
    assert!(format!("{:?}", dump(&db, &format!("EXPLAIN QUERY PLAN {LONGEST}"))).contains("USING COVERING INDEX"));
    let board = board(&db, Day::new(MAY_12 + 5 * 365 - 1)).unwrap();
    let score = board.totals;
    assert_eq!((score.days, score.counts.ground, score.counts.again), (1_825, 97, 97));
    assert_eq!((board.streak.current, board.streak.best), (1_825, 1_825));
    assert!(board.days.is_sorted_by(|a, b| a.score.points >= b.score.points && a.rank <= b.rank));
}

#[test]
fn a_row_that_cairn_does_not_write_is_an_error_and_not_a_panic() {
    let db = ledger();
    tell(&db, &[passage(MAY_12, 0.0, 7)]);
    for change in [
        "UPDATE ledger SET key = -1 WHERE kind = 6",
        "UPDATE ledger SET key = 0 WHERE kind = 5",
        "UPDATE ledger SET wifi = -1 WHERE kind = 1",
    ] {
        db.execute_batch("SAVEPOINT before").unwrap();
        db.execute_batch(change).unwrap();
        assert!(board(&db, Day::new(MAY_12)).is_err(), "{change}");
        db.execute_batch("ROLLBACK TO before").unwrap();
    }
}

/// Passages over half a year in the hills around Lisbon and on both sides of the Spanish border, some of them at midnight.
fn passages() -> impl Strategy<Value = Vec<Passage>> {
    let one =
        (0_i64..200 * 24 * 60, -5_i16..5, 0_i64..4, (38.0_f64..38.05, -7.2_f64..-6.9), 0_u32..2, 0_u32..30, 0_u32..3);
    let one = one.prop_map(|(minute, hours, trip, (lat, lon), reports, new_wifi, new_cells)| Passage {
        utc: Millis::from_days(MAY_12.into()) + Millis::from_mins(minute),
        utc_offset_min: Some(hours * 60),
        trip: TripId(trip),
        // A coarse grid, so that hexagons are walked more than once.
        place: LatLng::new((lat * 50.0).round() / 50.0, (lon * 50.0).round() / 50.0).unwrap(),
        moved: Metres(f64::from(new_wifi) * 1.37),
        took: Millis(i64::from(new_wifi) * 900),
        reports,
        sightings: new_wifi * 3,
        new_wifi,
        new_cells,
        new_beacons: new_cells / 2,
    });
    prop::collection::vec(one, 1..40)
}

const SCORES: &str = "SELECT * FROM ledger ORDER BY kind, key";
const GROUNDS: &str = "SELECT * FROM ledger_ground ORDER BY cell";
/// What may not depend on the order of days: everything, without who of two gets the points for new ground.
const EARNED: &str =
    "SELECT points, reports, sightings, wifi, cells, beacons, ground, again, distance, took, days, first_day, last_day
     FROM ledger WHERE kind = 0";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_does_not_matter_how_passages_are_grouped(passages in passages(), sizes in prop::collection::vec(1_usize..9, 1..9)) {
        let (whole, pieces) = (ledger(), ledger());
        tell(&whole, &passages);
        let mut rest = &passages[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (group, more) = rest.split_at((*size).min(rest.len()));
            tell(&pieces, group);
            rest = more;
        }
        for table in [SCORES, GROUNDS, "SELECT * FROM ledger_touched", "SELECT * FROM ledger_clock"] {
            prop_assert_eq!(dump(&whole, table), dump(&pieces, table));
        }
    }

    #[test]
    fn it_does_not_matter_in_which_order_days_are_told(passages in passages()) {
        let (told, sorted) = (ledger(), ledger());
        for passage in &passages {
            tell(&told, std::slice::from_ref(passage));
        }
        let mut in_order = passages.clone();
        in_order.sort_by_key(|p| p.utc);
        tell(&sorted, &in_order);
        prop_assert_eq!(dump(&told, EARNED), dump(&sorted, EARNED));
        let days = "SELECT kind, key, days, first_day, last_day, reports FROM ledger ORDER BY kind, key";
        prop_assert_eq!(dump(&told, days), dump(&sorted, days));
        let streaks = "SELECT day, streak FROM ledger_clock ORDER BY day";
        prop_assert_eq!(dump(&told, streaks), dump(&sorted, streaks));
    }

    #[test]
    fn every_kind_adds_up_to_everything(passages in passages()) {
        let db = ledger();
        tell(&db, &passages);
        for kind in 1..=5 {
            let sums = "SELECT sum(points), sum(reports), sum(ground), sum(distance) FROM ledger WHERE kind = ";
            prop_assert_eq!(dump(&db, &format!("{sums}{kind}")), dump(&db, &format!("{sums}0")));
        }
        let everything = totals(&db).unwrap();
        prop_assert_eq!(everything.points, everything.counts.points());
    }

    #[test]
    fn a_standing_agrees_with_the_list(passages in passages(), pick in 0_usize..40) {
        let db = ledger();
        tell(&db, &passages);
        let days = board(&db, Day::new(MAY_12)).unwrap().days;
        if let Some(ranked) = days.get(pick % days.len().max(1)) {
            let Subject::Day(day) = ranked.subject else { panic!("a day") };
            let standing = board(&db, day).unwrap().today;
            prop_assert_eq!((standing.rank, standing.points), (Some(ranked.rank), ranked.score.points));
            let next = days.iter().rev().find(|other| other.score.points > ranked.score.points);
            prop_assert_eq!(standing.to_beat.map(|b| (b.against.rank, b.against.score.points)), next.map(|n| (n.rank, n.score.points)));
        }
    }
}
