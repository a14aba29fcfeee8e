//! Zip archives: which files are in one. Their data is read like any other packed file's; nothing is ever written under a name
//! that an archive tells.

use std::fs::File;
use std::io::BufReader;

use zip::{CompressionMethod, ZipArchive};

use crate::exchange::Fault;
use crate::exchange::order::natural;

const MAGIC: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Files in an archive: more than anybody exports.
const MAX_FILES: usize = 10_000;

/// One file of a zip archive, as its directory tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::exchange) struct Entry {
    /// Its name, without what could disturb a line of output.
    pub name: String,
    pub(super) start: u64,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) is_deflated: bool,
}

/// Whether a file that begins so is a zip archive.
pub(in crate::exchange) fn is_zip(start: &[u8]) -> bool {
    MAGIC.iter().any(|magic| start.starts_with(magic))
}

/// The files in a zip archive, in the order of their names; what programs put there for themselves is left out.
pub(in crate::exchange) fn entries(file: File) -> Result<Vec<Entry>, Fault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| Fault::DamagedZip)?;
    if archive.len() > MAX_FILES {
        return Err(Fault::TooManyFiles);
    }
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| Fault::DamagedZip)?;
        let name = entry.name().map_err(|_| Fault::DamagedZip)?;
        let last = name.rsplit('/').next().unwrap_or_default();
        if entry.is_dir() || last.starts_with('.') || name.starts_with("__MACOSX/") {
            continue;
        }
        if entry.encrypted() {
            return Err(Fault::Encrypted);
        }
        let is_deflated = match entry.compression() {
            CompressionMethod::STORE => false,
            CompressionMethod::DEFLATE => true,
            _ => return Err(Fault::OtherPacking("in a zip archive by a rare method")),
        };
        entries.push(Entry {
            name: name.chars().map(|c| if c.is_control() { '?' } else { c }).collect(),
            start: entry.data_start().ok_or(Fault::DamagedZip)?,
            packed: entry.compressed_size(),
            size: entry.size(),
            crc: entry.crc32(),
            is_deflated,
        });
    }
    entries.sort_unstable_by(|a, b| natural(&a.name, &b.name));
    Ok(entries)
}
