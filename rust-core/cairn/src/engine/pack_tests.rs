//! The engine with region packs: what it gives to one, and how it answers from one.

use super::*;
use crate::locate::{HeardMac, Query};
use crate::model::{Dbm, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Ssid};
use crate::pack::{Builder, Options, Pack, PackError};

/// 2026-01-01.
const START: i64 = 1_767_225_600_000;

fn open(path: &std::path::Path) -> Engine {
    let clock = Arc::new(SystemClock::new());
    Engine::open(Config { path: path.to_owned(), clock, seed: 1 }).unwrap().engine
}

fn place(n: i64) -> LatLng {
    LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(10.0 * n as f64, 0.0)
}

fn mac(n: i64) -> Mac {
    Mac::from_u64(0x001a_0000_0000 + ((1_000 + n) << 4) as u64).unwrap()
}

/// Walks so far along a street with an access point every ten metres, each heard from the ten places around it.
fn walk(engine: &Engine, length: i64) {
    for n in 0..length {
        let mono = Millis(10_000 * n);
        engine.fix(Fix::gnss(mono, Millis(START + mono.0), place(n), Metres(5.0))).unwrap();
        let heard = |k: i64| HeardWifi {
            mono,
            mac: mac(k),
            ssid: Ssid::new(if k == 40 { &b"Tram 4"[..] } else { b"open" }),
            signal: Some(Dbm(-60 - (k - n).abs() as i16)),
            frequency_mhz: Some(2412),
            standard: None,
        };
        engine.scan(Scan { wifi: (n - 5..=n + 5).map(heard).collect(), ..Scan::default() }).unwrap();
        engine.call(|_| Ok(())).unwrap();
    }
    engine.end_trip().unwrap();
}

fn options() -> Options {
    Options::everything(20_500, [4; 32])
}

fn fill(engine: &Engine, path: &std::path::Path) -> u64 {
    let mut builder = Builder::new(path, options());
    engine.fill_pack(&mut builder, &mut |_| true).unwrap();
    builder.finish(&mut |_| true).unwrap().stations
}

fn heard_at(n: i64) -> Query {
    let wifi =
        (n - 3..=n + 3).map(|k| HeardMac { mac: mac(k), signal: Some(Dbm(-60 - (k - n).abs() as i16)) }).collect();
    Query { wifi, ..Query::default() }
}

#[test]
fn what_one_phone_learned_answers_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("street.pack");
    let (giver, taker) = (open(&folder.path().join("a.db")), open(&folder.path().join("b.db")));
    walk(&giver, 100);
    assert!(fill(&giver, &pack) >= 95);
    assert_eq!(taker.locate(&heard_at(50)).unwrap(), None);
    taker.add_pack(&pack).unwrap();
    let estimate = taker.locate(&heard_at(50)).unwrap().unwrap();
    assert!(estimate.place.distance(place(50)).0 < 25.0 && estimate.place.distance(place(50)).0 < estimate.r95.0);
    let own = giver.locate(&heard_at(50)).unwrap().unwrap();
    giver.lend_pack(&pack).unwrap();
    let with_pack = giver.locate(&heard_at(50)).unwrap().unwrap();
    assert!(with_pack.place.distance(own.place).0 < 8.0, "who was there is told what it heard");
}

#[test]
fn chosen_packs_are_used_after_a_start_and_what_is_wrong_with_one_is_told_and_not_fatal() {
    let folder = tempfile::tempdir().unwrap();
    let (pack, db) = (folder.path().join("street.pack"), folder.path().join("b.db"));
    let giver = open(&folder.path().join("a.db"));
    walk(&giver, 100);
    fill(&giver, &pack);
    let taker = open(&db);
    let missing = taker.add_pack(&folder.path().join("none"));
    assert!(matches!(missing, Err(CoreError::BadInput(text)) if text.ends_with("there is no such file")));
    let view = taker.add_pack(&pack).unwrap();
    taker.add_pack(&pack).unwrap();
    assert_eq!(taker.packs(), [view]);
    assert!(taker.check_packs()[0].is_sound());
    taker.close().unwrap();

    let again = open(&db);
    assert!(again.locate(&heard_at(50)).unwrap().is_some());
    again.close().unwrap();

    // Every block damaged, head and directories sound.
    let whole = std::fs::read(&pack).unwrap();
    let mut bytes = whole.clone();
    let blocks = bytes.len() - Pack::open(&pack).unwrap().info().station_bytes as usize + 10;
    bytes[blocks..].fill(0);
    std::fs::write(&pack, bytes).unwrap();
    let damaged = open(&db);
    assert_eq!(damaged.locate(&heard_at(50)).unwrap(), None);
    assert_eq!(damaged.packs()[0].fault, Some(PackError::Damaged("stations")));
    let [report] = &damaged.check_packs()[..] else { panic!() };
    assert!(report.to_string().ends_with("make it again, or get it again from who made it"), "{report}");
    damaged.close().unwrap();

    std::fs::remove_file(&pack).unwrap();
    let gone = open(&db);
    assert_eq!(gone.locate(&heard_at(50)).unwrap(), None);
    assert_eq!(gone.packs()[0].fault, Some(PackError::NotFound));
    std::fs::write(&pack, whole).unwrap();
    gone.add_pack(&pack).unwrap();
    assert!(gone.locate(&heard_at(50)).unwrap().is_some(), "opened again");
    gone.remove_pack(&pack).unwrap();
    assert_eq!((gone.packs(), gone.locate(&heard_at(50)).unwrap()), (vec![], None));
}

#[test]
fn a_pack_gets_nothing_from_zones_or_lists_and_nothing_unsettled() {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("street.pack");
    let engine = open(&folder.path().join("a.db"));
    walk(&engine, 100);
    fill(&engine, &pack);
    let found = |n: i64| {
        let scan: Vec<Mac> = (n - 3..=n + 3).map(mac).collect();
        Pack::open(&pack).unwrap().find(&scan).unwrap()[3].is_some()
    };
    // The first of the street was heard from six places, the one before it, behind its beginning, from five, and so on.
    assert!(found(20) && found(40) && !found(-4));
    engine.refuse_mac(mac(20)).unwrap();
    engine.refuse_name("tram").unwrap();
    fill(&engine, &pack);
    assert!(!found(20) && !found(40) && found(41));
    // A zone is some kilometres wide: of a street of one kilometre nothing, or a few at its ends, is left.
    engine.add_zone(place(50)).unwrap();
    let mut builder = Builder::new(&pack, options());
    assert!(engine.fill_pack(&mut builder, &mut |_| true).unwrap() < 60);
    assert!(!found_in_new(builder, &pack, 50));
}

fn found_in_new(builder: Builder, pack: &std::path::Path, n: i64) -> bool {
    let scan: Vec<Mac> = (n - 3..=n + 3).map(mac).collect();
    builder.finish(&mut |_| true).is_ok() && Pack::open(pack).unwrap().find(&scan).unwrap().iter().any(Option::is_some)
}
