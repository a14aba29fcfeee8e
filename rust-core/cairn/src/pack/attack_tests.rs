//! What who has a pack, but no business with it, can get out of it; printed, and held to what the documents say.

use std::collections::HashSet;
use std::time::Instant;

use super::tests::{build, mac, on_with_it, options, station};
use super::*;
use crate::locate::{HeardMac, Known, Learned, Query, estimate};
use crate::model::EmitterKey;

/// Enough for some sixty tiles.
const STATIONS: u64 = 2_000;

struct Nothing;

impl Known for Nothing {
    fn emitter(&self, _: EmitterKey) -> Option<Learned> {
        None
    }

    fn area(&self, _: CellKey) -> Option<crate::locate::Area> {
        None
    }
}

fn town_pack(folder: &tempfile::TempDir) -> Pack {
    let path = folder.path().join("a.pack");
    build(&path, options(), 0..STATIONS, 0..0);
    Pack::open(&path).unwrap()
}

#[test]
fn who_asks_for_one_address_gets_nothing_even_with_its_own_second_network_and_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    let mut builder = Builder::new(&path, options());
    for n in 0..STATIONS {
        builder.add_station(&station(n)).unwrap();
        builder.add_station(&StationSource { mac: mac(n, 1), ..station(n) }).unwrap();
    }
    builder.finish(&mut on_with_it).unwrap();
    let pack = Pack::open(&path).unwrap();
    let strangers: Vec<Mac> = (0..200).map(|n| mac(700_000 + n, 0)).collect();
    for target in 100..200 {
        for scan in
            [vec![mac(target, 0)], vec![mac(target, 0), mac(target, 1)], [&strangers[..], &[mac(target, 0)]].concat()]
        {
            assert!(pack.find(&scan).unwrap().iter().all(Option::is_none));
            let wifi = scan.iter().map(|mac| HeardMac { mac: *mac, signal: None }).collect();
            let query = Query { wifi, ..Query::default() };
            let packs = Packs::new(vec![Arc::new(Pack::open(&path).unwrap())]);
            assert_eq!(estimate(&query, &packs.beside(&query, Nothing).0), None);
        }
    }
    println!("one address, its second network, 200 strangers beside it: no answer in 300 of 300 questions");
}

#[test]
fn who_has_the_file_and_one_address_is_left_with_a_place_in_every_tile() {
    let folder = tempfile::tempdir().unwrap();
    let pack = town_pack(&folder);
    let segment = &pack.segments[0];
    let (lines, field) = (segment.lines(), segment.header.field);
    let target = mac(150, 0);
    let record = segment.record(target).unwrap().unwrap();
    let x = lines.cipher.device(target, field);
    // Each tile has one slope that fits the point.
    let mut candidates = Vec::new();
    for tile in 0..segment.header.tiles {
        let fitting = (0..field).filter(|slope| lines.y(line::Line { tile, slope: *slope }, x) == record.y);
        candidates.extend(fitting.filter_map(|slope| segment.station(target, record, line::Line { tile, slope })));
    }
    let truth = station(150).place;
    let right = candidates.iter().filter(|c| c.place.distance(truth).0 < 5.0).count();
    println!(
        "the file and one address: {} places in {} tiles, {right} of them right",
        candidates.len(),
        segment.header.tiles
    );
    assert_eq!((candidates.len(), right), (segment.header.tiles as usize, 1));
    assert!(segment.header.tiles >= 50);
}

#[test]
fn who_has_the_file_and_no_address_reads_nothing_out_of_it() {
    // The same stations under another place each: without the addresses the two files' records look alike, evenly random.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    let mut builder = Builder::new(&path, options());
    for n in 0..STATIONS {
        // All at one corner: whatever were left of a place in a record would show in all of them.
        builder.add_station(&StationSource { place: station(3).place, ..station(n) }).unwrap();
    }
    builder.finish(&mut on_with_it).unwrap();
    let (at, length) = Pack::open(&path).unwrap().segments[0].header.part(header::Part::Stations);
    let bytes = std::fs::read(&path).unwrap();
    let records = &bytes[at as usize..(at + length) as usize];
    let ones: u32 = records.iter().map(|b| b.count_ones()).sum();
    let share = f64::from(ones) / (records.len() * 8) as f64;
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, records).unwrap();
    let packed = packed.finish().unwrap().len();
    println!(
        "2000 stations at one place: {packed} of {} bytes left by deflate, {:.1} % ones",
        records.len(),
        100.0 * share
    );
    assert!(packed * 100 > records.len() * 95);
}

#[test]
fn who_guesses_addresses_is_told_which_are_there_and_must_pair_them_to_learn_where() {
    let folder = tempfile::tempdir().unwrap();
    let pack = town_pack(&folder);
    // The whole block of addresses that the stations are from would be 2^24; a part that holds them all will do.
    let guesses: Vec<Mac> = (0..400_000).map(|n| mac(n, 0)).collect();
    let started = Instant::now();
    let hits: Vec<Mac> = guesses.iter().copied().filter(|m| pack.hits(*m).unwrap() > 0).collect();
    let rate = guesses.len() as f64 / started.elapsed().as_secs_f64();
    let there: HashSet<u64> = (0..STATIONS).map(|n| mac(n, 0).to_u64()).collect();
    let right = hits.iter().filter(|m| there.contains(&m.to_u64())).count();
    let wrong = hits.len() - right;
    let opened = pack.find(&hits).unwrap().iter().flatten().count();
    println!(
        "guessing addresses: {rate:.0} a second in this build; {right} right and {wrong} wrong of {} guesses; \
         3000 makers' blocks of 2^24: {:.1} days on one core at this rate; all {} hits together open {opened}",
        guesses.len(),
        3_000.0 * 2_f64.powi(24) / rate / 86_400.0,
        hits.len(),
    );
    // It cannot be otherwise: a pack that answers the phone answers who pretends to be everywhere. Stretching makes it slow.
    assert!(right as u64 >= STATIONS - 10 && wrong <= 20);
}

#[test]
fn in_a_country_the_file_and_one_address_leave_a_place_in_one_tile_of_some() {
    use super::line::Point;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    let mut builder = Builder::new(&path, options());
    // Villages of three devices, each in a tile of its own.
    for n in 0..12_000 {
        let (east, north) = (2_500.0 * (n / 3 % 60) as f64, 2_500.0 * (n / 180) as f64);
        let place = crate::model::LocalPlane::around(super::tests::town()).to_place(east, north);
        builder.add_station(&StationSource { place, ..station(n) }).unwrap();
    }
    builder.finish(&mut on_with_it).unwrap();
    let pack = Pack::open(&path).unwrap();
    let segment = &pack.segments[0];
    let (lines, tiles, check) = (segment.lines(), segment.header.tiles, segment.header.check);
    assert!(tiles > 3_900 && check > 0);
    let mut left = Vec::new();
    for target in (0..12_000).step_by(1_500) {
        let address = mac(target, 0);
        let record = segment.record(address).unwrap().unwrap();
        let point = Point { x: lines.cipher.device(address, segment.header.field), y: record.y };
        // A tile's line meets x = 0 at the tile's number: with the point, that gives the one slope that fits.
        let fitting = (0..tiles).filter_map(|tile| lines.through(Point { x: 0, y: tile }, point));
        left.push(fitting.filter_map(|line| segment.station(address, record, line)).count());
    }
    let mean = left.iter().sum::<usize>() as f64 / left.len() as f64;
    let promised = f64::from(tiles) / f64::from(1_u32 << check);
    println!(
        "the file and one address, {tiles} tiles, {check} bits checked: {mean:.0} places left of {tiles}; promised {promised:.0}"
    );
    assert!((mean / promised - 1.0).abs() < 0.15 && left.iter().all(|n| *n > 100));
}
