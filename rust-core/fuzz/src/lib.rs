//! What all targets do: read bytes as a file, to its end. Whatever stands in it, reading ends in rows or in a fault.
//!
//! `cargo +nightly fuzz run wigle_csv -- -max_len=65536`, begun with the samples in `tests/data/exchange`. The workspace's
//! own test `exchange` damages the same samples in the same way without a nightly compiler.

mod vault;

use std::path::PathBuf;

use cairn::exchange::{Reader, Reading, parts};
use cairn::model::{CellKey, Mac, Millis, Radio};
use cairn::pack::{Pack, merge};

pub use vault::open_vault;

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

/// Opens a region pack, asks it for what the samples have in it, and reads all of it. Its checksums are made to fit first: else
/// nothing behind the header would ever be reached.
pub fn read_pack(data: &[u8]) {
    let mut bytes = data.to_vec();
    seal(&mut bytes);
    let path = scratch("pack");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let Ok(pack) = Pack::open(&path) else { return };
    let macs: Vec<Mac> = (0..12).filter_map(|n| Mac::from_u64(0x001a_0000_0000 | n << 4)).collect();
    let _ = pack.find(&macs);
    for n in 0..8 {
        if let Ok(key) = CellKey::new(Radio::Lte, 244, 5, 100, 1_000_000 + n * 7) {
            let _ = (pack.cell(key), pack.area(key));
        }
    }
    let _ = (pack.info(), pack.verify());
    let merged = scratch("merged");
    let _ = merge(&[pack], &merged, 20_454, &mut |_| true);
}

/// Makes the checksums of a pack's first segment fit, as `schemas/pack/README.md` says where they are.
fn seal(bytes: &mut [u8]) {
    const HEADER: usize = 288;
    if bytes.len() < HEADER {
        return;
    }
    bytes[..10].copy_from_slice(b"CairnPck\x01\0");
    let number = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap_or_default());
    let lengths: Vec<usize> =
        (0..6).map(|part| usize::try_from(number(bytes, 108 + part * 8)).unwrap_or(usize::MAX)).collect();
    let ends = lengths.iter().scan(HEADER, |end, length| {
        *end = end.saturating_add(*length);
        Some(*end)
    });
    let starts: Vec<usize> = std::iter::once(HEADER).chain(ends).collect();
    let part = |bytes: &[u8], index: usize| bytes.get(starts[index]..starts[index + 1]).map(<[u8]>::to_vec);
    // The blocks of stations and of cells, by their directories.
    for (directory, blocks, entry) in [(2, 3, 2), (5, 4, 15)] {
        let mut begin = starts[blocks];
        for (index, one) in part(bytes, directory).unwrap_or_default().chunks_exact(entry).enumerate() {
            let end = begin.saturating_add(usize::from(u16::from_le_bytes([one[entry - 2], one[entry - 1]])));
            if let Some(block) = bytes.get_mut(begin..end).filter(|block| block.len() >= 4) {
                let (content, sum) = block.split_at_mut(block.len() - 4);
                let mut crc = crc32fast::Hasher::new();
                crc.update(&(index as u32).to_le_bytes());
                crc.update(content);
                sum.copy_from_slice(&crc.finalize().to_le_bytes());
            }
            begin = end;
        }
    }
    for (place, index) in [0, 1, 2, 5].into_iter().enumerate() {
        if let Some(part) = part(bytes, index) {
            bytes[156 + place * 4..160 + place * 4].copy_from_slice(&crc32fast::hash(&part).to_le_bytes());
        }
    }
    let sum = crc32fast::hash(&bytes[..HEADER - 4]);
    bytes[HEADER - 4..HEADER].copy_from_slice(&sum.to_le_bytes());
}
