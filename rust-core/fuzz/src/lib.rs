//! What all targets do: read bytes as a file, to its end. Whatever stands in it, reading ends in rows or in a fault.
//!
//! `cargo +nightly fuzz run wigle_csv -- -max_len=65536`, begun with the samples in `tests/data/exchange`. The workspace's
//! own test `exchange` damages the same samples in the same way without a nightly compiler.

use std::path::PathBuf;

use cairn::exchange::{Reader, Reading, parts};
use cairn::model::Millis;

/// What nothing is later than: 2026-01-01.
const NOW: Millis = Millis(1_767_225_600_000);

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("cairn-fuzz-{}-{name}", std::process::id()))
}

/// Reads what begins with `heading`, so that the format is the one that is meant.
pub fn read(heading: &[u8], data: &[u8]) {
    let copy = scratch("copy");
    let reading = Reading { now: NOW, scratch: &copy, growing: data.len() % 2 == 1 };
    if let Ok(mut reader) = Reader::of_bytes([heading, data].concat(), reading) {
        while let Ok(Some(_)) = reader.next_item() {}
    }
}

/// Reads a file as an import does, archives and packed files too.
pub fn read_file(data: &[u8]) {
    let (file, copy) = (scratch("file"), scratch("copy"));
    if std::fs::write(&file, data).is_err() {
        return;
    }
    let reading = Reading { now: NOW, scratch: &copy, growing: false };
    for part in parts(&file).unwrap_or_default() {
        if let Ok(mut reader) = Reader::open(&part, reading) {
            while let Ok(Some(_)) = reader.next_item() {}
        }
    }
}
