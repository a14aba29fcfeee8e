//! Bad files of every format: what can be read is, the rest is told with its line and reason, and nothing ends in a panic.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use cairn::exchange::{BadRow, Fault, ImportError, Item};
use cairn_tests::exchange::read_all;
use cairn_tests::formats::{ALL, Made, Packing};
use flate2::Compression;
use flate2::write::DeflateEncoder;

const ROWS: u64 = 20;

/// What was read of a file: good rows, bad ones with their lines, and what ended it.
#[derive(Debug)]
struct Read {
    good: u64,
    bad: Vec<(BadRow, u64)>,
    ended: Result<(), ImportError>,
}

fn read(bytes: &[u8]) -> Read {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, bytes).unwrap();
    read_file(&file)
}

fn read_file(file: &Path) -> Read {
    let (mut good, mut bad) = (0, Vec::new());
    let ended = read_all(file, &file.with_extension("copy"), &mut |item| match item {
        Item::Bad(why, line) => bad.push((why, line)),
        Item::Row(_) | Item::Estimate(_) => good += 1,
    });
    if let Err(error) = &ended {
        let text = error.to_string();
        assert!(text.starts_with(file.to_str().unwrap()) && !text.contains('\n'), "{text}");
    }
    Read { good, bad, ended }
}

fn texts() -> impl Iterator<Item = (&'static Made, String, u64)> {
    ALL.iter().filter_map(|made| made.text(ROWS).map(|(text, line)| (made, text, line)))
}

#[test]
fn marks_of_encodings_and_ends_of_lines_cost_no_row() {
    for (made, text, _) in texts() {
        let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
        for bytes in [format!("\u{feff}{text}"), crlf, text.replace("\r\n", "\n"), text.trim_end().to_owned()] {
            let read = read(bytes.as_bytes());
            assert!(read.good == ROWS && read.bad.is_empty() && read.ended.is_ok(), "{}: {read:?}", made.name);
        }
        for (mark, two) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
            let wide: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(two)).collect();
            assert_eq!(read(&wide).ended.map_err(|e| e.fault), Err(Fault::Utf16), "{}", made.name);
        }
    }
}

#[test]
fn a_place_or_date_that_is_none_costs_its_row_alone_and_its_line_is_told() {
    for (made, text, line) in texts() {
        for none in ["NaN", "1e400", "-91", "", "sixty"] {
            let latitude = if text.contains("60.0000000") { "60.0000000" } else { "60.000000" };
            // In netxml a mean stands in where the place of the strongest packet is none.
            let read = read(text.replacen(latitude, none, 1).replacen("60.000010", none, 1).as_bytes());
            let [(why, at)] = read.bad[..] else { panic!("{}, {none}: {read:?}", made.name) };
            assert!(matches!(why, BadRow::Position | BadRow::Item), "{}, {none}: {why:?}", made.name);
            // An element is told by the line on which it begins.
            assert!(at == line && read.good == ROWS - 1 && read.ended.is_ok(), "{}, {none}: {read:?}", made.name);
        }
        let tells_estimates = ["wigle-kml", "cells", "microg-wifi", "microg-cells", "netxml"].contains(&made.name);
        for (year, seconds) in [("1970", "1"), ("2100", "4102444800")] {
            let other = text.replacen("2025-", &format!("{year}-"), 1).replacen("1735689600", seconds, 1);
            let read = read(other.as_bytes());
            // A place that others reckoned may be of no known date; of the future it cannot be.
            let is_fine = tells_estimates && (year == "1970" || other == text || made.name == "cells");
            let expected = if is_fine { vec![] } else { vec![(BadRow::Date, line)] };
            assert_eq!(read.bad, expected, "{}, {year}", made.name);
            assert!(read.ended.is_ok(), "{}, {year}: {read:?}", made.name);
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_gives_its_whole_rows_and_says_where_it_ends() {
    for (made, text, _) in texts() {
        let is_lines = !text.starts_with(['<', '{']);
        for cut in (0..text.len()).step_by(37).filter(|cut| text.is_char_boundary(*cut)) {
            let read = read(&text.as_bytes()[..cut]);
            assert!(read.good <= ROWS && read.bad.len() <= 1, "{}, {cut}: {read:?}", made.name);
            match read.ended {
                Ok(()) => assert!(is_lines, "{}, {cut}: nothing was missed", made.name),
                Err(ImportError { fault: Fault::CutOff, .. }) => assert!(!is_lines, "{}, {cut}", made.name),
                // Too little to tell the format by.
                Err(ImportError { fault, .. }) => assert!(
                    read.good == 0 && matches!(fault, Fault::Empty | Fault::UnknownFormat | Fault::Heading),
                    "{}, {cut}: {fault:?}",
                    made.name
                ),
            }
        }
    }
}

#[test]
fn a_row_without_an_end_is_told_with_its_line_and_not_taken_into_memory() {
    for (made, text, line) in texts() {
        let first_row = text.match_indices('\n').nth(line as usize - 1).map_or(text.len(), |(at, _)| at + 1);
        let long = format!("{}{}{}", &text[..first_row], "x".repeat(3 << 20), &text[first_row..]);
        let Err(error) = read(long.as_bytes()).ended else { panic!("{}: taken", made.name) };
        assert!(error.line.is_some_and(|at| at > line && at <= line + 6), "{}: {error}", made.name);
        assert!(matches!(error.fault, Fault::TooLong | Fault::Malformed(_)), "{}: {error}", made.name);
    }
}

#[test]
fn a_database_that_is_cut_or_damaged_is_refused_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    for made in ALL.iter().filter(|made| made.is_database()) {
        made.write(&file, 400, Packing::Plain).unwrap();
        let whole = fs::read(&file).unwrap();
        for part in 1..8 {
            let ended = read(&whole[..whole.len() * part / 8]).ended.map_err(|e| e.fault);
            assert_eq!(ended, Err(Fault::DamagedDatabase), "{}, {part}/8", made.name);
        }
        let mut zeroed = whole.clone();
        zeroed[4_096..12_288].fill(0);
        assert_eq!(read(&zeroed).ended.map_err(|e| e.fault), Err(Fault::DamagedDatabase), "{}", made.name);
    }
    // The right container with something else in it.
    let other = folder.path().join("other");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE diary (day TEXT)").unwrap();
    assert_eq!(read_file(&other).ended.map_err(|e| e.fault), Err(Fault::UnknownDatabase));
}

/// A zip archive of one file, made by hand: as no honest program makes it.
fn zip(name: &str, flags: u16, data: &[u8], method: u16, size: u32, crc: u32) -> Vec<u8> {
    let mut fields = Vec::new();
    for two in [20, flags, method, 0, 0] {
        fields.extend(u16::to_le_bytes(two));
    }
    for four in [crc, data.len() as u32, size] {
        fields.extend(u32::to_le_bytes(four));
    }
    fields.extend(u16::to_le_bytes(name.len() as u16));
    fields.extend([0, 0]);
    let local = [b"PK\x03\x04", &fields[..], name.as_bytes(), data].concat();
    let directory = [b"PK\x01\x02\x14\x00", &fields[..], &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((local.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [local, directory, end].concat()
}

#[test]
fn an_archive_is_read_whatever_it_calls_its_files_and_refused_where_it_lies() {
    let (text, _) = ALL[0].text(ROWS).unwrap();
    let (plain, mut crc) = (text.as_bytes(), flate2::Crc::new());
    crc.update(plain);
    let (size, sum) = (plain.len() as u32, crc.sum());
    let ended = |bytes: &[u8]| read(bytes).ended.map_err(|e| e.fault);

    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    for name in ["../../escaped.csv", "/escaped.csv", "a\\..\\escaped.csv", "line\nend.csv", "walk.gpx"] {
        let file = inner.join("file.zip");
        fs::write(&file, zip(name, 0, plain, 0, size, sum)).unwrap();
        assert_eq!(read_file(&file).good, ROWS, "{name:?}: told by content, never by name");
        let left = |path: &Path| fs::read_dir(path).unwrap().count();
        assert_eq!((left(&inner), left(folder.path())), (1, 1), "{name:?}: nothing is written under that name");
    }
    assert_eq!(ended(&zip("a", 1, plain, 0, size, sum)), Err(Fault::Encrypted));
    assert_eq!(ended(&zip("a", 0, plain, 0, size, sum ^ 1)), Err(Fault::Damaged));
    assert_eq!(ended(&zip("a", 0, plain, 0, size + 1, sum)), Err(Fault::Damaged));
    assert!(matches!(ended(&zip("a", 0, plain, 12, size, sum)), Err(Fault::OtherPacking(_))));

    let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
    let line = vec![b'\n'; 1 << 20];
    bomb.write_all(plain).unwrap();
    for _ in 0..300 {
        bomb.write_all(&line).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert_eq!(ended(&zip("a", 0, &bomb, 8, size + (300 << 20), 0)), Err(Fault::TooMuch));
}

#[test]
fn what_is_no_file_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let ended = |path: &Path| read_file(path).ended.map_err(|e| e.fault);
    assert_eq!(ended(folder.path()), Err(Fault::Directory));
    assert_eq!(ended(&folder.path().join("none")), Err(Fault::NotFound));
    for packed in [&b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"[..], b""] {
        assert_eq!(read(packed).ended.map_err(|e| e.fault), Err(Fault::Empty));
    }
}
