//! Files as other programs write them, in every version that is known: what is read of them, what becomes of it, and what damage
//! does. The samples are made up; what they are made after stands in schemas/exchange.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cairn::engine::{Config, Engine};
use cairn::exchange::{self, ImportOptions, ImportSummary, Selection};
use cairn::ledger::Day;
use cairn::locate::{HeardKey, HeardMac, Query, Source};
use cairn::model::{CellKey, Dbm, LatLng, Mac, Millis, Radio};
use cairn::{Clock, CoreError};
use cairn_tests::exchange::{NOW, kinds, read_all, words};
use cairn_tests::formats::Packing;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(folder)
}

fn samples() -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(data("exchange")).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    assert!(all.len() >= 23, "a sample of each version that other programs write");
    all
}

struct AtNow;

impl Clock for AtNow {
    fn mono(&self) -> Millis {
        Millis(0)
    }

    fn utc(&self) -> Millis {
        NOW
    }
}

fn engine(folder: &Path) -> Engine {
    Engine::open(Config { path: folder.join("db"), clock: Arc::new(AtNow), seed: 1 }).unwrap().engine
}

fn import(engine: &Engine, path: &Path) -> ImportSummary {
    exchange::run(engine, path, ImportOptions::default(), &mut |_| (), &AtomicBool::new(false)).unwrap()
}

fn sample(name: &str) -> PathBuf {
    data("exchange").join(name)
}

#[test]
fn each_sample_reads_as_it_always_did() {
    let scratch = tempfile::tempdir().unwrap();
    for path in samples() {
        let mut read = String::new();
        read_all(&path, &scratch.path().join("copy"), &mut |item| {
            read += &words(&item);
            read.push('\n');
        })
        .unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let golden = data("golden/exchange").join(format!("{name}.txt"));
        if std::env::var_os("CAIRN_BLESS").is_some() {
            fs::write(&golden, &read).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(read, expected, "{name}");
    }
}

/// What a sample holds when it is unpacked: several files where it is an archive.
fn unpacked(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut plain = Vec::new();
    match bytes[..4] {
        [0x1f, 0x8b, ..] => {
            GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        }
        [0x28, 0xb5, 0x2f, 0xfd] => plain = zstd::decode_all(&bytes[..]).unwrap(),
        [b'P', b'K', 3, 4] => {
            let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            let all = (0..zip.len()).map(|i| {
                let mut one = Vec::new();
                zip.by_index(i).unwrap().read_to_end(&mut one).unwrap();
                one
            });
            return all.collect();
        }
        _ => plain = bytes,
    }
    vec![plain]
}

#[test]
fn every_sample_reads_the_same_however_it_is_packed_and_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let read = |file: &Path| {
        let mut text = String::new();
        read_all(file, &folder.path().join("copy"), &mut |item| text += &(words(&item) + "\n")).unwrap();
        text
    };
    let packed = |packing, plain: &[u8]| match packing {
        Packing::Plain => plain.to_vec(),
        Packing::Gzip => {
            let mut gz = GzEncoder::new(Vec::new(), Compression::default());
            gz.write_all(plain).unwrap();
            gz.finish().unwrap()
        }
        Packing::Zstd => zstd::encode_all(plain, 3).unwrap(),
        Packing::Zip => {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file("inside.txt", zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(plain).unwrap();
            zip.finish().unwrap().into_inner()
        }
    };
    let mut crossed = 0;
    for sample in samples() {
        for plain in unpacked(&sample) {
            let file = folder.path().join("plain");
            fs::write(&file, &plain).unwrap();
            let expected = read(&file);
            assert!(!expected.is_empty(), "{}", sample.display());
            for packing in Packing::ALL {
                for name in ["walk", "walk.gpx", "walk.csv.gz", "walk.zip", "walk.csv.zst", "walk.db"] {
                    let file = folder.path().join(name);
                    fs::write(&file, packed(packing, &plain)).unwrap();
                    assert_eq!(read(&file), expected, "{} as {packing:?}, called {name}", sample.display());
                    fs::remove_file(&file).unwrap();
                    crossed += 1;
                }
            }
        }
    }
    assert!(crossed >= 23 * 4 * 6, "{crossed}");
}

#[test]
fn what_was_heard_becomes_reports_and_what_was_reckoned_never_does() {
    for (name, reports, heard, estimates) in [
        ("wigle-1.4.csv", 3, [2, 3, 1], 0),
        ("wigle-1.6.csv", 2, [2, 4, 2], 0),
        ("geosubmit-2.json", 1, [1, 1, 1], 0),
        ("tower-collector.csv", 1, [0, 2, 0], 0),
        ("neostumbler.zip", 3, [2, 1, 1], 0),
        ("neostumbler-11.db", 2, [2, 2, 1], 0),
        ("kismet-8.kismet", 2, [2, 0, 1], 0),
        ("track-1.1.gpx", 0, [0, 0, 0], 0),
        ("wigle-app.kml", 0, [0, 0, 0], 4),
        ("mls.csv", 0, [0, 0, 0], 2),
        ("microg-wifi.csv.gz", 0, [0, 0, 0], 2),
        ("kismet.netxml", 0, [0, 0, 0], 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let engine = engine(folder.path());
        let summary = import(&engine, &sample(name));
        let mut stored = Vec::new();
        engine
            .reports::<CoreError>(Selection::All, |_, report| {
                stored.extend(report.sightings);
                Ok(())
            })
            .unwrap();
        assert_eq!(engine.stats().unwrap().reports, reports, "{name}");
        assert_eq!((kinds(&stored), summary.estimates()), (heard, estimates), "{name}");
        // A second time it is known, whatever it is.
        assert!(import(&engine, &sample(name)).is_nothing_new(), "{name}");
        assert_eq!(engine.stats().unwrap().reports, reports, "{name}");
        engine.close().unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.iter().all(|n| !n.to_string_lossy().contains("import-copy")), "{name}: {left:?}");
    }
}

#[test]
fn what_was_heard_counts_on_the_day_and_at_the_place_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    import(&engine, &sample("wigle-1.6.csv"));
    let heard = Day::at(Millis(1_748_772_000_000), 0);
    let days = engine.days(Day::new(0), Day::new(heard.number() + 1_000)).unwrap();
    assert_eq!(days.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [heard]);
}

#[test]
fn reckoned_places_answer_where_nothing_was_heard_and_an_emitter_heard_later_is_still_new() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    import(&engine, &sample("mls.csv"));
    let near = LatLng::new(60.17, 24.9386).unwrap();
    let ask = |cell| {
        let key = CellKey::new(Radio::Lte, 244, 5, 4711, cell).unwrap();
        let query = Query { cells: vec![HeardKey { key, signal: Some(Dbm(-95)) }], ..Query::default() };
        engine.locate(&query).unwrap()
    };
    let known = ask(12_345_678).unwrap();
    assert!(known.source == Source::Cell && known.place.distance(near).0 < known.r95.0, "{known:?}");
    assert_eq!(ask(999).unwrap().source, Source::Area, "its area answers for a cell that nobody knows");
    assert_eq!(engine.stats().unwrap().totals.counts.cells, 0);

    import(&engine, &sample("wigle-1.6.csv"));
    assert_eq!(engine.stats().unwrap().totals.counts.cells, 4, "heard for the first time, whoever knew of it");
}

#[test]
fn a_zone_and_a_name_that_opts_out_keep_reckoned_places_out_and_take_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let home = LatLng::new(60.17, 24.9386).unwrap();
    let find = || {
        let heard = |mac: u64| HeardMac { mac: Mac::from_u64(mac).unwrap(), signal: Some(Dbm(-60)) };
        let wifi = vec![heard(0x001a_2b3c_4010), heard(0x001a_2b3c_4020)];
        engine.locate(&Query { wifi, ..Query::default() }).unwrap()
    };
    let learned = |summary: &ImportSummary| summary.parts[0].learned;
    assert_eq!(learned(&import(&engine, &sample("microg-wifi.csv.gz"))), 2);
    assert!(find().is_some());
    engine.add_zone(home).unwrap();
    assert!(find().is_none(), "what was reckoned within the zone is forgotten");
    let app = sample("wigle-app.kml");
    assert_eq!(learned(&import(&engine, &app)), 1, "of a cell, which is no home");
}

/// Files that are almost right: every sample with bytes changed, cut out, repeated and cut off, and one spliced into another.
#[test]
fn damage_of_any_kind_ends_in_rows_or_in_one_clear_fault() {
    let seed = std::env::var("CAIRN_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(6);
    let rounds = std::env::var("CAIRN_ROUNDS").ok().and_then(|s| s.parse().ok()).unwrap_or(300);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("file"), folder.path().join("copy"));
    let all: Vec<Vec<u8>> = samples().iter().map(|path| fs::read(path).unwrap()).collect();
    let (mut read, mut refused) = (0_u32, 0_u32);
    for whole in &all {
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            for _ in 0..chance.random_range(1..4) {
                damage(&mut bytes, &all, &mut chance);
            }
            fs::write(&file, &bytes).unwrap();
            let mut rows = 0_usize;
            match read_all(&file, &copy, &mut |_| rows += 1) {
                Ok(()) => read += 1,
                Err(error) => {
                    refused += 1;
                    let text = error.to_string();
                    assert!(!text.contains('\n') && text.starts_with(file.to_str().unwrap()), "{text}");
                }
            }
            assert!(rows <= 100_000, "{rows} rows of {} bytes", bytes.len());
        }
    }
    assert!(read > rounds && refused > rounds, "{read} read, {refused} refused");
}

fn damage(bytes: &mut Vec<u8>, all: &[Vec<u8>], chance: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = chance.random_range(0..bytes.len());
    let end = chance.random_range(at..=bytes.len().min(at + 200));
    match chance.random_range(0..7) {
        0 => bytes[at] ^= 1 << chance.random_range(0..8),
        1 => bytes[at] = chance.random(),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again.repeat(chance.random_range(1..5)));
        }
        5 => {
            let other = &all[chance.random_range(0..all.len())];
            let from = chance.random_range(0..other.len());
            let to = chance.random_range(from..=other.len().min(from + 200));
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => {
            // Numbers that programs write only when they are broken.
            let words: [&[u8]; 6] = [b"NaN", b"1e400", b"-1", b"18446744073709551616", b"", b"\x00\xff"];
            bytes.splice(at..(at + 4).min(bytes.len()), words[chance.random_range(0..6)].iter().copied());
        }
    }
}
