//! Packs beside the layouts that others keep stations in: bytes a station, look-ups a second, false hits, time and memory of a
//! build. All of one run; half of the addresses looked up are absent.
//!
//! `CAIRN_STATIONS=20` is how many millions (2 by default); `CAIRN_ONLY=packs` leaves the other layouts out. Nothing fails.

mod layouts;
mod made_up;

use std::path::Path;
use std::time::Instant;

use cairn::model::Mac;
use cairn::pack::{Builder, CellSource, Notes, Options, Pack, Region};
use made_up::{PER_PLACE, Spread, Stations};

/// Scans asked for; each hears eight that are there and eight that are not.
const SCANS: u64 = 60_000;

/// Absent addresses looked up to count false hits.
const ABSENT: u64 = 10_000_000;

fn main() {
    let millions: u64 = std::env::var("CAIRN_STATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let only_packs = std::env::var("CAIRN_ONLY").is_ok_and(|only| only == "packs");
    let folder = tempfile::tempdir().expect("a folder");
    let n = millions * 1_000_000;
    println!("{millions} million stations");
    println!(
        "{:38}{:>10}{:>14}{:>9}{:>10}{:>12}",
        "layout", "B/station", "look-ups/s", "build", "memory", "false hits"
    );
    for (name, spread) in [("pack, spread evenly over a country", Spread::Even), ("pack, in towns", Spread::Towns)] {
        pack(folder.path(), name, &Stations { n, spread });
    }
    cells(folder.path(), n / 10);
    if !only_packs {
        let stations = Stations { n, spread: Spread::Towns };
        for layout in layouts::all() {
            layouts::measure(folder.path(), layout, &stations);
        }
    }
}

fn options() -> Options {
    Options {
        notes: Notes { name: "Bench".into(), source: "made up".into(), licence: "CC0-1.0".into() },
        region: Region::Everywhere,
        min_sightings: 1,
        not_before: 0,
        stretch: 0,
        today: 20_454,
        secret: [11; 32],
    }
}

fn pack(folder: &Path, name: &str, stations: &Stations) {
    let path = folder.join("bench.pack");
    let started = Instant::now();
    forget_peak();
    let mut builder = Builder::new(&path, options());
    for i in 0..stations.n {
        builder.add_station(&stations.station(i)).expect("room");
    }
    let built = builder.finish(&mut |_| true).expect("a pack");
    let (took, peak) = (started.elapsed(), peak_mb());
    let pack = Pack::open(&path).expect("a pack");
    // Into the page cache, and every checksum compared.
    pack.verify().expect("a sound pack");
    let false_hits = (0..ABSENT).filter(|i| pack.hits(stations.absent(*i)).expect("an answer") > 0).count();
    let mut known = 0;
    let single = rate(SCANS * 2 * PER_PLACE, || {
        for scan in 0..SCANS {
            for mac in question(stations, scan) {
                known += pack.hits(mac).expect("an answer");
            }
        }
    });
    let mut opened = 0;
    let scans = rate(SCANS * 2 * PER_PLACE, || {
        for scan in 0..SCANS {
            opened += pack.find(&question(stations, scan)).expect("an answer").iter().flatten().count() as u64;
        }
    });
    let info = pack.info();
    println!(
        "{name:38}{:10.2}{:11.2} M {:6.0} s {:6.0} MB {:12.1e}",
        info.station_bytes as f64 / info.stations as f64,
        scans / 1e6,
        took.as_secs_f64(),
        peak,
        false_hits as f64 / ABSENT as f64
    );
    println!(
        "    {} tiles; {:.2} M a second closed, without place; {:.1} % of those that are there open in their scan; left out {:?}",
        info.tiles,
        single / 1e6,
        100.0 * opened as f64 / (SCANS * PER_PLACE) as f64,
        built.left_out
    );
    std::fs::remove_file(path).expect("was there");
}

/// Eight addresses of one place, and eight absent ones.
fn question(stations: &Stations, scan: u64) -> Vec<Mac> {
    let place = made_up::mix(scan) % (stations.n / PER_PLACE) * PER_PLACE;
    (0..PER_PLACE)
        .flat_map(|k| [stations.station(place + k).mac, stations.absent(ABSENT + scan * PER_PLACE + k)])
        .collect()
}

fn cells(folder: &Path, n: u64) {
    let path = folder.join("bench.pack");
    let started = Instant::now();
    forget_peak();
    let mut builder = Builder::new(&path, options());
    let source: &dyn Fn(u64) -> CellSource = &made_up::cell;
    for i in 0..n {
        builder.add_cell(&source(i)).expect("room");
    }
    builder.finish(&mut |_| true).expect("a pack");
    let (took, peak) = (started.elapsed(), peak_mb());
    let pack = Pack::open(&path).expect("a pack");
    pack.verify().expect("a sound pack");
    let mut found = 0;
    let asked = SCANS.min(n);
    let each = rate(asked, || {
        for i in 0..asked {
            let mut key = source(made_up::mix(i) % n).key;
            if i % 2 == 1 {
                key = made_up::absent_cell(key);
            }
            found += u64::from(pack.cell(key).expect("an answer").is_some());
        }
    });
    let info = pack.info();
    println!(
        "{:38}{:10.2}{:11.2} M {:6.0} s {:6.0} MB   none can be",
        format!("pack, {} cells", info.cells),
        info.cell_bytes as f64 / info.cells as f64,
        each / 1e6,
        took.as_secs_f64(),
        peak
    );
    std::fs::remove_file(path).expect("was there");
}

/// How often a second something is done that is done so often in all. The seconds are those that a processor spent on it, where
/// the system tells them (Linux): what else the machine does then changes little.
fn rate(times: u64, all: impl FnOnce()) -> f64 {
    let (started, before) = (Instant::now(), on_processor());
    all();
    let spent = match (before, on_processor()) {
        (Some(before), Some(after)) => (after - before) as f64 / 1e9,
        _ => started.elapsed().as_secs_f64(),
    };
    times as f64 / spent
}

/// Nanoseconds that this thread has been on a processor.
fn on_processor() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

/// Has the system forget the most memory that was in use so far (Linux).
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory in use since, MB.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1_024.0)
}
