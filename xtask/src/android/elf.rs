//! What a shared library for a phone must look like.

use anyhow::{Result, ensure};

/// Phones with pages of 16 KiB refuse a library whose segments lie on smaller ones.
pub const PAGE: u64 = 16 * 1024;

/// # Errors
/// Where `bytes` are no 64-bit little-endian ELF file, or a segment that is loaded lies on a smaller page.
pub fn check_pages(name: &str, bytes: &[u8]) -> Result<()> {
    ensure!(bytes.starts_with(b"\x7fELF\x02\x01") && bytes.len() > 64, "{name} is no 64-bit ELF file");
    let alignment = smallest_alignment(bytes);
    ensure!(
        alignment.is_some_and(|found| found >= PAGE),
        "{name} is not built for pages of 16 KiB: it is aligned to {alignment:?}"
    );
    Ok(())
}

/// The smallest alignment among the segments that are loaded.
fn smallest_alignment(elf: &[u8]) -> Option<u64> {
    const LOAD: u64 = 1;
    let number = |at: usize, size: usize| {
        let bytes = elf.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    };
    let (table, entry_size, entries) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    let headers = (0..entries).map(|index| (table + index * entry_size) as usize);
    let loads = headers.filter(|header| number(*header, 4) == Some(LOAD));
    loads.filter_map(|header| number(header + 48, 8)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header with one loaded segment of this alignment.
    fn library(alignment: u64) -> Vec<u8> {
        let mut elf = vec![0; 64 + 56];
        elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
        elf[32] = 64;
        elf[54] = 56;
        elf[56] = 1;
        elf[64] = 1;
        elf[64 + 48..64 + 56].copy_from_slice(&alignment.to_le_bytes());
        elf
    }

    #[test]
    fn a_library_on_pages_of_16_kib_passes_and_one_on_4_kib_does_not() {
        assert!(check_pages("a", &library(PAGE)).is_ok());
        assert!(check_pages("a", &library(4096)).is_err());
    }

    #[test]
    fn what_is_no_library_is_refused_and_not_taken_for_aligned() {
        assert!(check_pages("a", b"PK\x03\x04").is_err());
        assert!(check_pages("a", &library(PAGE)[..70]).is_err());
    }
}
