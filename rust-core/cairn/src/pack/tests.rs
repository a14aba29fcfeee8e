//! Packs as their callers see them: made, asked, merged, on real files.

use super::*;
use crate::model::{LocalPlane, Radio};

/// 2026-01-01.
pub(super) const TODAY: u32 = 20_454;

pub(super) fn options() -> Options {
    Options {
        notes: Notes { name: "Town".into(), source: "tests".into(), licence: "CC0-1.0".into() },
        ..Options::everything(TODAY, std::array::from_fn(|i| i as u8))
    }
}

pub(super) fn town() -> LatLng {
    LatLng::new(60.17, 24.94).unwrap()
}

/// The address of device `n`, in its network `k`.
pub(super) fn mac(n: u64, k: u64) -> Mac {
    Mac::from_u64(0x001a_0000_0000 | n << 4 | k).unwrap()
}

/// Devices every 50 m eastwards from the town, forty to a tile at that.
pub(super) fn station(n: u64) -> StationSource {
    StationSource {
        mac: mac(n, 0),
        place: LocalPlane::around(town()).to_place(50.0 * n as f64, 3.0),
        radius: Metres(40.0 + (n % 40) as f64),
        level: -30.0 - (n % 20) as f64,
        sightings: 8,
        last_day: TODAY - 10,
    }
}

pub(super) fn cell_key(n: u64) -> CellKey {
    CellKey::new(Radio::Lte, 244, 5, 100 + (n / 50) as u32, 1_000_000 + n * 7).unwrap()
}

pub(super) fn cell(n: u64) -> CellSource {
    let place = LocalPlane::around(town()).to_place(200.0 * n as f64, -50.0);
    CellSource { key: cell_key(n), place, radius: Metres(800.0), sightings: 20, last_day: TODAY - 400 }
}

pub(super) fn on_with_it(_: Progress) -> bool {
    true
}

pub(super) fn build(
    path: &Path,
    options: Options,
    stations: std::ops::Range<u64>,
    cells: std::ops::Range<u64>,
) -> Built {
    let mut builder = Builder::new(path, options);
    for n in stations {
        builder.add_station(&station(n)).unwrap();
    }
    for n in cells {
        builder.add_cell(&cell(n)).unwrap();
    }
    builder.finish(&mut on_with_it).unwrap()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

#[test]
fn stations_of_a_scan_are_found_where_they_are() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    let built = build(&path, options(), 0..2_000, 0..0);
    assert_eq!((built.stations, built.cells), (2_000 - built.left_out.lonely, 0));
    let pack = Pack::open(&path).unwrap();
    pack.verify().unwrap();
    let mut absent = 0;
    for first in (100..1_900).step_by(10) {
        let scan: Vec<Mac> = (first..first + 6).map(|n| mac(n, 0)).chain([mac(first + 1_000_000, 0)]).collect();
        let found = pack.find(&scan).unwrap();
        for (n, found) in (first..).zip(&found[..6]) {
            // The one that lies alone beyond a tile's border stays closed.
            let Some(found) = found else { continue };
            let truth = station(n);
            assert!(found.place.distance(truth.place).0 <= 4.05);
            assert!((found.radius.0 - truth.radius.0).abs() <= 40.0 && (found.level - truth.level).abs() <= 3.0);
            assert_eq!(found.sightings, 8);
        }
        assert!(found[..6].iter().flatten().count() >= 5);
        absent += usize::from(found[6].is_some());
    }
    assert_eq!(absent, 0);
}

#[test]
fn cells_are_found_exactly_and_their_areas_too() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    let built = build(&path, options(), 0..0, 0..3_000);
    assert_eq!(built.cells, 3_000);
    let pack = Pack::open(&path).unwrap();
    for n in 0..3_000 {
        let found = pack.cell(cell_key(n)).unwrap().unwrap();
        assert!(found.place.distance(cell(n).place).0 < 3.5 && (found.sightings, found.half_years) == (16, 2));
    }
    let unknown = CellKey::new(Radio::Lte, 244, 5, 120, 77).unwrap();
    assert_eq!(pack.cell(unknown), Ok(None));
    assert_eq!(pack.area(unknown).unwrap().len(), 50);
    assert_eq!(pack.area(CellKey::new(Radio::Nr, 244, 5, 120, 77).unwrap()), Ok(vec![]));
    let info = pack.info();
    assert!(info.cell_bytes <= 12 * info.cells, "{} bytes", info.cell_bytes);
}

#[test]
fn a_pack_says_what_is_in_it() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    build(&path, Options { stretch: 3, ..options() }, 0..100, 0..10);
    let info = Pack::open(&path).unwrap().info();
    assert_eq!(info.notes, [options().notes]);
    assert_eq!((info.built, info.cells, info.segments, info.stretch), (TODAY, 10, 1, 3));
    let (south_west, north_east) = info.corners.unwrap();
    assert!(south_west.lat() < town().lat() && north_east.lon() > town().lon() + 0.08);
    assert_eq!(info.bytes, std::fs::metadata(&path).unwrap().len());
    let report = check(&path);
    assert_eq!((report.fault.clone(), report.info.clone(), report.advice()), (None, Some(info), None));
    assert!(report.to_string().ends_with("a.pack: sound, 100 access points and 10 cells"), "{report}");
}

#[test]
fn what_should_not_be_in_a_pack_is_not_and_is_counted_by_reason() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    let region = Region::Around(town(), Metres(10_000.0));
    let mut builder = Builder::new(&path, Options { region, min_sightings: 3, not_before: TODAY - 100, ..options() });
    for n in 0..20 {
        builder.add_station(&station(n)).unwrap();
    }
    builder.add_station(&StationSource { sightings: 9, ..station(0) }).unwrap();
    builder.add_station(&StationSource { sightings: 2, ..station(21) }).unwrap();
    builder.add_station(&StationSource { last_day: TODAY - 101, ..station(21) }).unwrap();
    builder.add_station(&station(1_000)).unwrap();
    // A house of its own, with two access points and their second networks.
    let lonely = LocalPlane::around(town()).to_place(0.0, 9_000.0);
    for mac in [mac(500, 0), mac(500, 1), mac(501, 0)] {
        builder.add_station(&StationSource { mac, place: lonely, ..station(0) }).unwrap();
    }
    let built = builder.finish(&mut on_with_it).unwrap();
    let expected = LeftOut { outside: 1, few: 1, old: 1, lonely: 3, again: 1, alike: 0 };
    assert_eq!((built.stations, built.left_out), (20, expected));
}

#[test]
fn a_build_that_is_stopped_or_has_nothing_leaves_the_old_pack_and_no_trace() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    build(&path, options(), 0..100, 0..0);
    let old = std::fs::read(&path).unwrap();
    let mut builder = Builder::new(&path, options());
    (0..200).for_each(|n| builder.add_station(&station(n)).unwrap());
    assert_eq!(builder.finish(&mut |p| p.phase != Phase::Writing), Err(PackError::Cancelled));
    assert_eq!(Builder::new(&path, options()).finish(&mut on_with_it), Err(PackError::Nothing));
    assert_eq!((std::fs::read(&path).unwrap(), folder.names()), (old, vec!["a.pack".to_owned()]));
}

#[test]
fn what_a_killed_build_left_is_used_again_and_two_builds_at_once_do_not_mix() {
    let folder = Folder::new();
    let path = folder.path("a.pack");
    std::fs::write(folder.path("a.pack.part"), vec![7; 1_000_000]).unwrap();
    build(&path, options(), 0..100, 0..0);
    assert_eq!((check(&path).fault, folder.names()), (None, vec!["a.pack".to_owned()]));
    let mut builder = Builder::new(&path, options());
    (0..100).for_each(|n| builder.add_station(&station(n)).unwrap());
    let mut meanwhile = None;
    let built = builder.finish(&mut |_| {
        let mut other = Builder::new(&path, options());
        (0..50).for_each(|n| other.add_station(&station(n)).unwrap());
        meanwhile = Some(other.finish(&mut on_with_it));
        true
    });
    assert_eq!((meanwhile, built.unwrap().stations), (Some(Err(PackError::Busy)), 100));
    assert_eq!((check(&path).fault, folder.names()), (None, vec!["a.pack".to_owned()]));
}

#[test]
fn the_same_stations_and_secret_make_the_same_file() {
    let folder = Folder::new();
    let (a, b) = (folder.path("a.pack"), folder.path("b.pack"));
    build(&a, options(), 0..1_000, 0..100);
    let mut builder = Builder::new(&b, options());
    (0..100).rev().for_each(|n| builder.add_cell(&cell(n)).unwrap());
    (0..1_000).rev().for_each(|n| builder.add_station(&station(n)).unwrap());
    builder.finish(&mut on_with_it).unwrap();
    assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
}

#[test]
fn merged_packs_answer_what_each_of_them_did() {
    let folder = Folder::new();
    let paths = ["a", "b", "c", "all", "again"].map(|name| folder.path(name));
    build(&paths[0], options(), 0..400, 0..60);
    build(&paths[1], Options { secret: [7; 32], ..options() }, 1_000..1_400, 40..100);
    build(&paths[2], Options { notes: Notes::default(), ..options() }, 0..0, 90..200);
    let open = |n: usize| Pack::open(&paths[n]).unwrap();
    let merged = merge(&[open(0), open(1), open(2)], &paths[3], TODAY + 200, &mut on_with_it).unwrap();
    assert_eq!((merged.cells, merged.left_out.again), (200, 30));
    let all = open(3);
    all.verify().unwrap();
    let again = merge(&[all, open(0)], &paths[4], TODAY + 200, &mut on_with_it).unwrap();
    assert_eq!((again.cells, open(4).info().segments), (200, 4));
    for first in [100, 1_100] {
        let scan: Vec<Mac> = (first..first + 4).map(|n| mac(n, 0)).collect();
        let part = open(usize::from(first == 1_100)).find(&scan).unwrap();
        assert!(part.iter().flatten().count() >= 3);
        assert_eq!((open(3).find(&scan).unwrap(), open(4).find(&scan).unwrap()), (part.clone(), part));
    }
    for n in [0, 50, 150] {
        let found = open(4).cell(cell_key(n)).unwrap().unwrap();
        assert_eq!(found.half_years, 3, "its age has grown by half a year");
    }
    assert_eq!(merge(&[], &folder.path("none"), TODAY, &mut on_with_it), Err(PackError::Nothing));
}

#[test]
fn the_worked_example_of_the_document_is_made_and_read_as_it_stands_there() {
    const DOCUMENT: &str = include_str!("../../../../schemas/pack/README.md");
    let hex: String =
        DOCUMENT.split("```hex\n").nth(1).unwrap().split("```").next().unwrap().split_whitespace().collect();
    let documented: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
        .collect();
    let folder = Folder::new();
    let (made, read) = (folder.path("made.pack"), folder.path("read.pack"));
    build(&made, options(), 0..3, 0..2);
    let bytes = std::fs::read(&made).unwrap();
    assert!(bytes == documented, "the example is now\n{}", in_lines(&bytes));
    std::fs::write(&read, documented).unwrap();
    let pack = Pack::open(&read).unwrap();
    pack.verify().unwrap();
    let found = pack.find(&[mac(0, 0), mac(1, 0), mac(2, 0), mac(3, 0)]).unwrap();
    for (n, found) in (0..3).zip(&found) {
        assert!(found.unwrap().place.distance(station(n).place).0 <= 4.05);
    }
    assert_eq!(found[3], None);
    assert!(pack.cell(cell_key(1)).unwrap().unwrap().place.distance(cell(1).place).0 < 3.5);
}

/// In lines of 48 bytes, as the description shows it.
fn in_lines(bytes: &[u8]) -> String {
    bytes.iter().enumerate().fold(String::new(), |text, (at, byte)| {
        let line = if at > 0 && at % 48 == 0 { "\n" } else { "" };
        format!("{text}{line}{byte:02x}")
    })
}
