//! The blocks of a part: read one by one where they stand in the file, and checked each time one is read whole.
//!
//! Read by position rather than mapped into memory: a mapped file that is cut off under its reader ends the process, and a map
//! needs `unsafe`. The kernel keeps the pages in either case; what a read costs more is a system call. A phone's few questions do not
//! mind: nothing is kept, since hashes lie evenly over the file and what was read last is rarely asked for again. Who asks millions
//! has rows of blocks kept as they are read.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use super::PackError;
use super::disk::Disk;

/// Bytes of a block's checksum, at its end.
pub(super) const CHECKSUM: usize = 4;

/// A part's blocks.
pub(super) struct Blocks {
    disk: Arc<Disk>,
    rows: Vec<Row>,
    /// Rows that were read whole, every checksum compared; none where they are not to be kept.
    kept: Vec<OnceLock<Box<[u8]>>>,
    count: u32,
    word: &'static str,
}

/// Blocks in a row: as many as make one line of the processor's cache, since where a block begins has to be known before it can
/// be read.
const ROW: usize = 28;

/// Where some blocks are that follow each other.
#[repr(align(64))]
struct Row {
    /// Where the first begins in the file.
    start: u64,
    lengths: [u16; ROW],
}

thread_local! {
    /// What the last block was read into: it will do for the next.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Blocks {
    /// Blocks of these lengths that follow each other from `start` on; none where they do not fill the part.
    pub fn new(disk: Arc<Disk>, (start, length): (u64, u64), lengths: &[u16], word: &'static str) -> Option<Self> {
        let mut end = start;
        let row = |row: &[u16]| {
            let mut lengths = [0; ROW];
            lengths[..row.len()].copy_from_slice(row);
            let start = end;
            end += row.iter().copied().map(u64::from).sum::<u64>();
            Row { start, lengths }
        };
        let rows = lengths.chunks(ROW).map(row).collect();
        (end == start + length).then(|| Self { disk, rows, kept: Vec::new(), count: lengths.len() as u32, word })
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// Has rows be kept in memory from now on.
    pub fn keep(&mut self) {
        self.kept = self.rows.iter().map(|_| OnceLock::new()).collect();
    }

    /// Reads one block, compares its checksum, and hands it without that to `with`.
    ///
    /// # Errors
    /// [`PackError::Damaged`] where its checksum does not fit, [`PackError::File`] where it cannot be read.
    pub fn read<R>(&self, index: u32, with: impl FnOnce(&[u8]) -> R) -> Result<R, PackError> {
        let (row, block) = self.place(index)?;
        let length = usize::from(row.lengths[block]);
        self.read_bytes(index, self.begin(index)?, length, |bytes| self.sound(index, bytes).map(with))?
    }

    /// Where a block begins in the file.
    ///
    /// # Errors
    /// [`PackError::Damaged`] where there is none of this number.
    pub fn begin(&self, index: u32) -> Result<u64, PackError> {
        let (row, block) = self.place(index)?;
        Ok(row.start + row.lengths[..block].iter().copied().map(u64::from).sum::<u64>())
    }

    /// Hands some bytes, from a place in the file on, to `with`: of a block that has been read before, and was found sound.
    ///
    /// # Errors
    /// As for [`Blocks::read`].
    pub fn read_bytes<R>(
        &self,
        index: u32,
        at: u64,
        length: usize,
        with: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, PackError> {
        if let Some((start, kept)) = self.kept(index as usize / ROW) {
            let from = (at - start) as usize;
            return Ok(with(&kept[from..from + length]));
        }
        // Who reads another block meanwhile finds an empty buffer.
        let mut buffer = BUFFER.take();
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let into = &mut buffer[..length];
        let read = self.disk.read_at(into, at).map(|()| with(into));
        BUFFER.set(buffer);
        Ok(read?)
    }

    /// The row of a block, and its number in the row.
    fn place(&self, index: u32) -> Result<(&Row, usize), PackError> {
        let row = self.rows.get(index as usize / ROW).filter(|_| index < self.count);
        Ok((row.ok_or(PackError::Damaged(self.word))?, index as usize % ROW))
    }

    /// A block without its checksum, where that fits.
    fn sound<'a>(&self, index: u32, bytes: &'a [u8]) -> Result<&'a [u8], PackError> {
        match bytes.split_last_chunk::<CHECKSUM>() {
            Some((content, sum)) if checksum(index, content).to_le_bytes() == *sum => Ok(content),
            _ => Err(PackError::Damaged(self.word)),
        }
    }

    /// A row in memory and where it begins in the file, where rows are kept and this one is sound; one that is not is read block by
    /// block each time.
    fn kept(&self, row: usize) -> Option<(u64, &[u8])> {
        let slot = self.kept.get(row)?;
        let Row { start, lengths } = &self.rows[row];
        if slot.get().is_none() {
            let mut bytes = vec![0; lengths.iter().copied().map(usize::from).sum()];
            self.disk.read_at(&mut bytes, *start).ok()?;
            let mut rest = &bytes[..];
            let blocks = (row * ROW..self.count as usize).zip(lengths);
            for (index, length) in blocks {
                let (block, after) = rest.split_at(usize::from(*length));
                self.sound(index as u32, block).ok()?;
                rest = after;
            }
            // Read without a lock: of two who read it at once one is too late, and both read the same.
            let _ = slot.set(bytes.into());
        }
        slot.get().map(|bytes| (*start, &**bytes))
    }
}

/// The checksum of a block: its number is part of it, so that no block passes for another.
pub(super) fn checksum(index: u32, content: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&index.to_le_bytes());
    crc.update(content);
    crc.finalize()
}

/// A block as it is written, with its checksum, and its length; none for one that is too long.
pub(super) fn sealed(index: u32, mut content: Vec<u8>) -> Option<(Vec<u8>, u16)> {
    let checksum = checksum(index, &content);
    content.extend_from_slice(&checksum.to_le_bytes());
    let length = u16::try_from(content.len()).ok()?;
    Some((content, length))
}
