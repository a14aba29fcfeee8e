//! Packs beside the layouts that others keep stations in: bytes a station, look-ups a second by scans of thirty and one by one, false
//! hits, time and memory of a build. All of one run; half of the addresses looked up are absent.
//!
//! `CAIRN_STATIONS=20` is how many millions (2 by default), `CAIRN_ABSENT=100` how many millions of absent addresses are tried for
//! false hits (twice as many as there are stations); `CAIRN_ONLY=integer` keeps the other layouts whose names have that in them,
//! `CAIRN_ONLY=packs` none. Nothing fails.

mod layouts;
mod made_up;

use std::path::Path;
use std::time::Instant;

use cairn::model::Mac;
use cairn::pack::{Builder, CellSource, Notes, Options, Pack, StationSource};
use made_up::{PER_PLACE, Spread, Stations};

/// Scans asked for.
const SCANS: u64 = 30_000;

/// Addresses a scan hears: half of them are there, of two places, and half are not.
const HEARD: u64 = 30;

/// Absent addresses that scans hear, from here on.
const FIRST_ASKED: u64 = 126_000_000;

/// Keys under which false hits are counted.
const FALSE_HIT_PACKS: u8 = 1;

/// Addresses of all blocks that makers of access points have, which is what somebody would guess.
const TO_GUESS: f64 = 3_000.0 * 16_777_216.0;

fn main() {
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let millions = number("CAIRN_STATIONS").unwrap_or(2);
    let absent = number("CAIRN_ABSENT").unwrap_or(2 * millions).max(1) * 1_000_000;
    let only = std::env::var("CAIRN_ONLY").unwrap_or_default();
    let folder = tempfile::tempdir().expect("a folder");
    let n = millions * 1_000_000;
    println!("{millions} million stations");
    println!(
        "{:38}{:>10}{:>12}{:>10}{:>9}{:>10}{:>12}",
        "layout", "B/station", "look-ups/s", "one by one", "build", "memory", "false hits"
    );
    println!("{:38}{:>10}{:>12}{:>10}{:>9}{:>10}{:>12}", "(the bar)", "7.0", "1 M", "1 M", "", "512 MB", "1.0e-5");
    for (name, spread) in [("pack, spread evenly over a country", Spread::Even), ("pack, in towns", Spread::Towns)] {
        pack(folder.path(), name, &Stations { n, spread }, absent);
    }
    cells(folder.path(), n / 10);
    false_hits(folder.path());
    guesses(folder.path());
    let stations = Stations { n, spread: Spread::Towns };
    for layout in layouts::all().into_iter().filter(|(name, _)| name.contains(&only)) {
        layouts::measure(folder.path(), layout, &stations);
    }
}

fn options() -> Options {
    Options {
        notes: Notes { name: "Bench".into(), source: "made up".into(), licence: "CC0-1.0".into() },
        ..Options::everything(20_454, [11; 32])
    }
}

fn pack(folder: &Path, name: &str, stations: &Stations, absent: u64) {
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
    let false_hits = (0..absent).filter(|i| pack.hits(stations.absent(*i)).expect("an answer") > 0).count();
    let questions = questions(stations, SCANS);
    let (single, scans, known, opened) = look_ups(&pack, &questions);
    // Read once, then kept: what a program does that asks millions.
    let pack = pack.keeping(u64::MAX);
    let (kept_single, kept_scans, ..) = look_ups(&pack, &questions);
    let info = pack.info();
    println!(
        "{name:38}{:10.2}{:10.2} M{:8.2} M{:7.0} s {:6.0} MB {:12.1e}",
        info.station_bytes as f64 / info.stations as f64,
        scans / 1e6,
        single / 1e6,
        took.as_secs_f64(),
        peak,
        false_hits as f64 / absent as f64
    );
    println!(
        "{:48}{:10.2} M{:8.2} M",
        "    the same, kept in memory as it is read",
        kept_scans / 1e6,
        kept_single / 1e6
    );
    println!(
        "    {false_hits} of {absent} absent ones hit: at most {:.2e} with 97.5 %; {} tiles; {known} hits one by one, which give no place; \
         {:.1} % of those that are there open in their scan; left out {:?}",
        upper_bound(false_hits) / absent as f64,
        info.tiles,
        100.0 * opened as f64 / (SCANS * HEARD / 2) as f64,
        built.left_out
    );
    std::fs::remove_file(path).expect("was there");
}

/// Look-ups a second one by one and by scans; how many of them hit, and how many open in their scan.
fn look_ups(pack: &Pack, questions: &[Vec<Mac>]) -> (f64, f64, u64, u64) {
    let (mut known, mut opened) = (0, 0);
    let single = rate(SCANS * HEARD, || {
        known = questions.iter().flatten().map(|mac| pack.hits(*mac).expect("an answer") as u64).sum();
    });
    let scans = rate(SCANS * HEARD, || {
        opened = questions.iter().map(|q| pack.find(q).expect("an answer").iter().flatten().count() as u64).sum();
    });
    (single, scans, known, opened)
}

/// What is asked, made before it is timed.
fn questions(stations: &Stations, scans: u64) -> Vec<Vec<Mac>> {
    (0..scans).map(|scan| question(stations, scan)).collect()
}

/// The addresses of two places, which are far apart where stations are spread evenly, and as many absent ones.
fn question(stations: &Stations, scan: u64) -> Vec<Mac> {
    let place = made_up::mix(scan) % (stations.n / PER_PLACE - 1) * PER_PLACE;
    (0..HEARD / 2)
        .flat_map(|k| [stations.station(place + k).mac, stations.absent(FIRST_ASKED + scan * HEARD / 2 + k)])
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
        "{:38}{:10.2}{:>11}{:9.2} M{:7.0} s {:6.0} MB   none can be",
        format!("pack, {} cells", info.cells),
        info.cell_bytes as f64 / info.cells as f64,
        "",
        each / 1e6,
        took.as_secs_f64(),
        peak
    );
    std::fs::remove_file(path).expect("was there");
}

/// Of a Poisson count: what its mean is below in 97.5 % of cases, by the normal approximation, which is good from some tens on.
fn upper_bound(count: usize) -> f64 {
    let n = count as f64;
    n + 1.92 + 1.96 * (n + 0.96).sqrt()
}

/// False hits counted where look-ups are fastest, so that there can be many: in packs whose blocks are all at hand. Each has a key
/// of its own.
fn false_hits(folder: &Path) {
    let path = folder.join("hits.pack");
    let stations = Stations { n: 20_000, spread: Spread::Towns };
    let (mut hits, mut asked) = (0, 0);
    for key in 0..FALSE_HIT_PACKS {
        let mut builder = Builder::new(&path, Options { secret: [key; 32], ..options() });
        for i in 0..stations.n {
            builder
                .add_station(&StationSource { place: stations.station(0).place, ..stations.station(i) })
                .expect("room");
        }
        builder.finish(&mut |_| true).expect("a pack");
        let pack = Pack::open(&path).expect("a pack");
        hits += (0..FIRST_ASKED).filter(|i| pack.hits(stations.absent(*i)).expect("an answer") > 0).count();
        asked += FIRST_ASKED;
    }
    println!(
        "    {hits} of {asked} absent ones hit packs of 20 000: {:.2e}, at most {:.2e} with 97.5 %",
        hits as f64 / asked as f64,
        upper_bound(hits) / asked as f64
    );
    std::fs::remove_file(path).expect("was there");
}

/// What guessing addresses takes, by how often they are hashed.
fn guesses(folder: &Path) {
    let path = folder.join("guess.pack");
    let stations = Stations { n: 10_000, spread: Spread::Towns };
    for (stretch, guesses) in [(0, 2_000_000), (8, 100_000), (12, 5_000), (16, 300)] {
        let mut builder = Builder::new(&path, Options { stretch, ..options() });
        // A hundred are enough to guess against: all of one place, so that none is lonely.
        for i in 0..100 {
            builder
                .add_station(&StationSource { place: stations.station(0).place, ..stations.station(i) })
                .expect("room");
        }
        builder.finish(&mut |_| true).expect("a pack");
        let pack = Pack::open(&path).expect("a pack");
        let mut hits = 0;
        let each =
            rate(guesses, || hits = (0..guesses).map(|i| pack.hits(stations.absent(i)).expect("an answer")).sum());
        println!(
            "    stretch {stretch:2}: {:9.3} us a guess, {:9.1} days of this core for 3000 makers' blocks ({hits} hits)",
            1e6 / each,
            TO_GUESS / each / 86_400.0
        );
    }
    std::fs::remove_file(path).expect("was there");
}

/// Rounds of which the fastest counts: what else the machine does takes caches away, and only ever slows things down.
const ROUNDS: usize = 5;

/// How often a second something is done that is done so often in all. The seconds are those that a processor spent on it, where
/// the system tells them (Linux).
fn rate(times: u64, mut all: impl FnMut()) -> f64 {
    let round = |_| {
        let (started, before) = (Instant::now(), on_processor());
        all();
        match (before, on_processor()) {
            (Some(before), Some(after)) => (after - before) as f64 / 1e9,
            _ => started.elapsed().as_secs_f64(),
        }
    };
    times as f64 / (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
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
