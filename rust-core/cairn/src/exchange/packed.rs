//! What files are packed in, told by their first bytes: gzip, zstd, zip. Unpacked as a stream, within bounds, so that no file can
//! take more memory or time than what it really holds.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::Fault;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// The first of the sixteen numbers of frames that hold no data but may come first.
const ZSTD_SKIPPED: u32 = 0x184d_2a50;
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const OTHERS: [(&[u8], &str); 4] =
    [(b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!", "rar")];

/// Bytes that decide what a file is packed in.
const MAGIC: usize = 6;

/// Lists and logs shrink five to thirty times. What unpacks to more than this is made to fill memory or time ..
const MAX_RATIO: u64 = 200;
/// .. but a few of those are soon read all the same.
const FREE: u64 = 64 << 20;

/// What zstd may hold back while it unpacks: what `--long` asks for at most without being told more.
const MAX_WINDOW: u64 = 128 << 20;

/// Files in an archive: more than anybody exports.
const MAX_FILES: usize = 10_000;

/// One file of a zip archive, as its directory tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, without what could disturb a line of output.
    pub name: String,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    is_deflated: bool,
}

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

/// Whether a file that begins so is a zip archive.
pub(super) fn is_zip(start: &[u8]) -> bool {
    ZIP.iter().any(|magic| start.starts_with(magic))
}

/// The files in a zip archive, in the order of their names; what programs put there for themselves is left out.
pub(super) fn entries(file: File) -> Result<Vec<Entry>, Fault> {
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
    entries.sort_by(|a, b| super::order::natural(&a.name, &b.name));
    Ok(entries)
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
        Box::new(Zstd::new(Box::new(whole)))
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

/// Counts what is read of a file as it lies on the disk.
pub(super) fn counted<R: Read + Send>(inner: R, read: &Count) -> impl Read + Send + use<R> {
    Counted { inner, read: Arc::clone(read) }
}

struct Counted<R> {
    inner: R,
    read: Count,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Ends with an error where far more comes out than can have gone in.
struct Bounded<R> {
    inner: R,
    out: u64,
    read: Count,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.out += n as u64;
        if self.out > FREE + MAX_RATIO * self.read.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "unpacks to too much"));
        }
        Ok(n)
    }
}

/// Holds a zip's file against the length and checksum in its directory.
struct Checked<R> {
    inner: R,
    crc: Crc,
    expected: u32,
    left: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.crc.update(&into[..n]);
        if n as u64 > self.left || (n == 0 && !into.is_empty() && (self.left > 0 || self.crc.sum() != self.expected)) {
            return Err(damaged());
        }
        self.left -= n as u64;
        Ok(n)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged")
}

/// All frames of a zstd stream, each held against its checksum where it has one.
struct Zstd {
    source: BufReader<Box<dyn Read + Send>>,
    frame: FrameDecoder,
    is_inside: bool,
}

impl Zstd {
    fn new(source: Box<dyn Read + Send>) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MAX_WINDOW);
        Self { source: BufReader::new(source), frame, is_inside: false }
    }

    /// Enters the next frame; answers whether there is one.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.frame.reset(&mut self.source) {
                Ok(()) => {
                    self.is_inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(_) => return Err(self.failed()?),
            }
        }
        Ok(false)
    }

    /// Why a frame cannot be read. What the decoder's errors hold cannot be told apart from outside: where the source has
    /// ended, that is the reason.
    fn failed(&mut self) -> io::Result<io::Error> {
        let is_cut = self.source.fill_buf()?.is_empty();
        Ok(if is_cut { io::ErrorKind::UnexpectedEof.into() } else { damaged() })
    }
}

impl Read for Zstd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.is_inside || self.enter()? {
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                if self.frame.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)).is_err() {
                    return Err(self.failed()?);
                }
            }
            let n = self.frame.read(into)?;
            if n > 0 || into.is_empty() {
                return Ok(n);
            }
            let told = self.frame.get_checksum_from_data();
            if told.is_some() && self.frame.get_calculated_checksum() != told {
                return Err(damaged());
            }
            self.is_inside = false;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(bytes).unwrap();
        gz.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
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
