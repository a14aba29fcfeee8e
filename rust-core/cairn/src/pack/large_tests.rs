//! A pack of some size: what is read of it to open it and to ask it.

use super::tests::{cell, cell_key, mac, on_with_it, options, station, town};
use super::*;
use crate::model::LocalPlane;

/// Some megabyte.
const STATIONS: u64 = 160_000;
const CELLS: u64 = 5_000;

/// Streets of 300 devices.
fn spread_out(n: u64) -> StationSource {
    let place = LocalPlane::around(town()).to_place(50.0 * (n % 300) as f64, 50.0 * (n / 300) as f64);
    StationSource { place, ..station(n) }
}

#[test]
fn a_large_pack_is_opened_and_asked_by_reading_little_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    let mut builder = Builder::new(&path, options());
    (0..STATIONS).for_each(|n| builder.add_station(&spread_out(n)).unwrap());
    (0..CELLS).for_each(|n| builder.add_cell(&cell(n)).unwrap());
    let built = builder.finish(&mut on_with_it).unwrap();
    let pack = Pack::open(&path).unwrap();
    let read = || pack.segments[0].disk.read();
    let opened = read();
    // Two bytes of directory for a block of 1.3 KB, fifteen for one of cells, and the tiles.
    assert!(opened * 100 < built.bytes, "{opened} of {} bytes to open it", built.bytes);

    let scans = 40;
    for scan in 0..scans {
        let macs: Vec<Mac> = (0..8).map(|k| mac(scan * 2_417 + k, 0)).collect();
        // Some at a street's end lie in a tile of their own.
        assert!(pack.find(&macs).unwrap().iter().flatten().count() >= 4, "{scan}");
    }
    let asked = read() - opened;
    assert!(asked <= scans * 8 * 2_000, "{asked} bytes for {} addresses: more than a block each", scans * 8);
    assert!(asked < built.bytes, "the test would show nothing");

    let (absent, mut read_again) = (2_000, 0);
    for n in 0..absent {
        assert_eq!(pack.hits(mac(700_000 + n, 0)), Ok(0));
        let before = read();
        assert_eq!(pack.hits(mac(700_000 + n, 0)), Ok(0));
        read_again += u64::from(read() > before);
    }
    assert!(read_again * 4 < absent, "of {absent} absent addresses {read_again} are read for in blocks that were read");

    let before = read();
    pack.cell(cell_key(2_500)).unwrap().unwrap();
    let for_a_cell = read() - before;
    assert!(for_a_cell <= 1_100, "{for_a_cell} bytes for a cell");
    println!("{} bytes: {opened} read to open it, {asked} for {} addresses", built.bytes, scans * 8);
    println!("{read_again} of {absent} absent addresses read for");
}
