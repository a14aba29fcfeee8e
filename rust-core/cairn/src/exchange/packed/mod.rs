//! What files are packed in, told by their first bytes: gzip, zstd, zip. Unpacked as a stream, within bounds, so that no file can
//! take more memory or time than what it really holds.

mod bounds;
mod zip;
mod zstd;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Fault;
pub(super) use bounds::counted;
use bounds::{Bounded, Checked};
use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
pub(super) use zip::{Entry, entries, is_zip};
use zstd::Zstd;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// The first of the sixteen numbers of frames that hold no data but may come first.
const ZSTD_SKIPPED: u32 = 0x184d_2a50;
const OTHERS: [(&[u8], &str); 4] =
    [(b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!", "rar")];

/// Bytes that decide what a file is packed in.
const MAGIC: usize = 6;

/// Bytes of a file as it lies on the disk, read so far.
pub(super) type Count = Arc<AtomicU64>;

/// Opens a regular file: what is none may never end, or never begin.
pub(super) fn open(path: &Path) -> Result<(File, u64), Fault> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(Fault::Directory);
    }
    if !about.is_file() {
        return Err(Fault::NotRegular);
    }
    Ok((File::open(path)?, about.len()))
}

/// What a file holds.
pub(super) struct Unpacked {
    pub bytes: Box<dyn Read + Send>,
    /// Bytes read of it as it lies on the disk.
    pub read: Count,
    /// How many there are.
    pub size: u64,
    /// Whether it is as it lies on the disk, so that reading can begin anywhere.
    pub is_plain: bool,
}

/// Unpacks a file, or one file of an archive.
pub(super) fn unpack(path: &Path, entry: Option<&Entry>) -> Result<Unpacked, Fault> {
    let (mut file, size) = open(path)?;
    let read = Count::default();
    match entry {
        None => {
            let raw = counted(file, &read);
            let (bytes, is_plain) = unpack_stream(Box::new(raw), &read)?;
            Ok(Unpacked { bytes, read, size, is_plain })
        }
        Some(entry) => {
            file.seek(SeekFrom::Start(entry.start))?;
            let raw = counted(file.take(entry.packed), &read);
            let stored: Box<dyn Read + Send> =
                if entry.is_deflated { Box::new(DeflateDecoder::new(BufReader::new(raw))) } else { Box::new(raw) };
            let checked = Checked { inner: stored, crc: Crc::new(), expected: entry.crc, left: entry.size };
            let bounded: Box<dyn Read + Send> = Box::new(Bounded { inner: checked, out: 0, read: Arc::clone(&read) });
            let (bytes, _) = unpack_stream(bounded, &read)?;
            Ok(Unpacked { bytes, read, size: entry.packed, is_plain: false })
        }
    }
}

/// Unpacks what a stream is packed in, once; answers also whether it is not.
pub(super) fn unpack_stream(
    mut raw: Box<dyn Read + Send>,
    read: &Count,
) -> Result<(Box<dyn Read + Send>, bool), Fault> {
    let start = first(&mut raw, MAGIC)?;
    refuse_others(&start)?;
    let is_zstd = start.starts_with(ZSTD) || is_skipped(&start);
    let (is_gzip, whole) = (start.starts_with(GZIP), Cursor::new(start).chain(raw));
    let unpacked: Box<dyn Read + Send> = if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else if is_zstd {
        Box::new(Zstd::new(Box::new(whole))?)
    } else {
        return Ok((Box::new(whole), true));
    };
    let mut bounded = Bounded { inner: unpacked, out: 0, read: Arc::clone(read) };
    let start = first(&mut bounded, MAGIC)?;
    refuse_others(&start)?;
    if start.starts_with(GZIP) || start.starts_with(ZSTD) {
        return Err(Fault::PackedTwice);
    }
    Ok((Box::new(Cursor::new(start).chain(bounded)), false))
}

/// Refuses what is packed in a way that is not read, or as an archive where one file should be.
fn refuse_others(start: &[u8]) -> Result<(), Fault> {
    if is_zip(start) {
        return Err(Fault::NestedZip);
    }
    OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map_or(Ok(()), |(_, name)| Err(Fault::OtherPacking(name)))
}

fn is_skipped(start: &[u8]) -> bool {
    start.first_chunk().is_some_and(|magic| u32::from_le_bytes(*magic) & 0xffff_fff0 == ZSTD_SKIPPED)
}

/// The first bytes, fewer only where there are no more.
pub(super) fn first(from: &mut dyn Read, n: usize) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(n);
    from.take(n as u64).read_to_end(&mut start)?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::bounds::Counted;
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        let mut packer = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
        packer.include_checksum(true).unwrap();
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let read = Count::default();
        let raw = Counted { inner: Cursor::new(bytes), read: Arc::clone(&read) };
        let mut all = Vec::new();
        unpack_stream(Box::new(raw), &read)?.0.read_to_end(&mut all)?;
        Ok(all)
    }

    #[test]
    fn several_frames_are_one_stream() {
        let skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
        let text = b"some rows".repeat(10_000);
        for packed in [
            [gzip(&text), gzip(b"end")].concat(),
            [zstd(&text), skipped.to_vec(), zstd(b"end")].concat(),
            [skipped.to_vec(), zstd(&text), zstd(b"end"), skipped.to_vec()].concat(),
            [text.clone(), b"end".to_vec()].concat(),
        ] {
            assert!(unpacked(packed).unwrap() == [&text[..], b"end"].concat());
        }
    }

    #[test]
    fn what_was_cut_off_and_what_is_damaged_are_told_apart() {
        let text = b"some rows of a file".repeat(1_000);
        for packed in [gzip(&text), zstd(&text)] {
            for cut in [packed.len() - 1, packed.len() / 2, 7] {
                assert_eq!(unpacked(packed[..cut].to_vec()), Err(Fault::CutOff), "{cut} of {}", packed.len());
            }
            let mut flipped = packed.clone();
            let last = flipped.len() - 2;
            flipped[last] ^= 1;
            assert_eq!(unpacked(flipped), Err(Fault::Damaged));
        }
    }

    #[test]
    fn packings_that_are_not_read_are_named() {
        for (bytes, fault) in [
            (b"BZh91AY&SY".to_vec(), Fault::OtherPacking("bzip2")),
            (b"\xfd7zXZ\x00\x00".to_vec(), Fault::OtherPacking("xz")),
            (b"7z\xbc\xaf\x27\x1c".to_vec(), Fault::OtherPacking("7z")),
            (b"Rar!\x1a".to_vec(), Fault::OtherPacking("rar")),
            (gzip(b"PK\x03\x04.."), Fault::NestedZip),
            (zstd(&gzip(b"text")), Fault::PackedTwice),
        ] {
            assert_eq!(unpacked(bytes), Err(fault));
        }
    }

    #[test]
    fn what_unpacks_to_far_more_than_it_holds_is_given_up() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(&vec![0; 200 << 20]).unwrap();
        let bomb = gz.finish().unwrap();
        let read = Count::default();
        let raw = Counted { inner: Cursor::new(bomb), read: Arc::clone(&read) };
        let (mut stream, _) = unpack_stream(Box::new(raw), &read).unwrap();
        let ended = io::copy(&mut stream, &mut io::sink()).map_err(Fault::from);
        assert_eq!(ended, Err(Fault::TooMuch));
    }
}
