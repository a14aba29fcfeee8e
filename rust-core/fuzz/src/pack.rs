//! Region packs: whatever is in one, asking it ends in an answer or in an error.

use std::sync::OnceLock;

use cairn::model::{CellKey, LatLng, Mac, Metres, Radio};
use cairn::pack::{Builder, CellSource, Options, Pack, PackError, StationSource, merge};

use super::scratch;

/// 2026-01-01, in days since 1970.
const TODAY: u32 = 20_454;

/// Reads bytes as a region pack, and a whole pack with edits of four bytes each: place (3) and what is flipped there (1). Checksums
/// are made to fit first: else nothing behind the header would ever be reached.
pub fn read_pack(data: &[u8]) {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    ask(data.to_vec());
    let whole = WHOLE.get_or_init(|| made().unwrap_or_default());
    let mut edited = whole.clone();
    assert!(!edited.is_empty(), "no pack was made");
    for edit in data.chunks_exact(4) {
        let at = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize % edited.len();
        edited[at] ^= edit[3];
    }
    ask(edited);
}

/// A dozen access points beside each other, and a few cells.
fn made() -> Result<Vec<u8>, PackError> {
    let path = scratch("made");
    let options = Options::everything(TODAY, [5; 32]);
    let mut builder = Builder::new(&path, options);
    let place = |n: u64| LatLng::from_e7(601_700_000, 249_400_000 + n as i32 * 5_000);
    for (n, mac) in macs().into_iter().enumerate() {
        let Ok(place) = place(n as u64) else { continue };
        let (radius, level) = (Metres(40.0 + n as f64), -30.0 - n as f64);
        builder.add_station(&StationSource { mac, place, radius, level, sightings: 8, last_day: TODAY - 10 })?;
    }
    for n in 0..8 {
        let (Some(key), Ok(place)) = (cell(n), place(n)) else { continue };
        builder.add_cell(&CellSource { key, place, radius: Metres(800.0), sightings: 20, last_day: TODAY - 400 })?;
    }
    builder.finish(&mut |_| true)?;
    Ok(std::fs::read(&path)?)
}

fn macs() -> Vec<Mac> {
    (0..12).filter_map(|n| Mac::from_u64(0x001a_0000_0000 | n << 4).ok()).collect()
}

fn cell(n: u64) -> Option<CellKey> {
    CellKey::new(Radio::Lte, 244, 5, 100, 1_000_000 + n * 7).ok()
}

/// Opens a pack, asks it for what the whole one has in it, and reads all of it.
fn ask(mut bytes: Vec<u8>) {
    seal(&mut bytes);
    let path = scratch("pack");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let Ok(pack) = Pack::open(&path) else { return };
    let macs = macs();
    let _ = pack.find(&macs);
    for n in 0..8 {
        if let Some(key) = cell(n) {
            let _ = (pack.cell(key), pack.area(key));
        }
    }
    let _ = (pack.info(), pack.verify());
    let merged = scratch("merged");
    let _ = merge(&[pack], &merged, TODAY, &mut |_| true);
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
