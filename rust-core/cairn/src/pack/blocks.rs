//! The blocks of a part: read one by one where they stand in the file, checked, and the newest kept at hand.
//!
//! Read by position rather than mapped into memory: a mapped file that is cut off under its reader ends the process, and a map
//! needs `unsafe`. The kernel keeps the pages in either case; what a read costs more is a system call.

use std::sync::{Arc, Mutex, PoisonError};

use super::PackError;
use super::disk::Disk;

/// Blocks kept at hand for each part: a street's, some 500 KB.
const AT_HAND: usize = 256;

/// Bytes of a block's checksum, at its end.
pub(super) const CHECKSUM: usize = 4;

/// A part's blocks.
pub(super) struct Blocks {
    disk: Arc<Disk>,
    start: u64,
    /// Where each block ends, from the start.
    ends: Vec<u64>,
    word: &'static str,
    at_hand: Mutex<Vec<Option<(u32, Block)>>>,
}

/// A block's content without its checksum.
pub(super) type Block = Arc<Vec<u8>>;

impl Blocks {
    /// Blocks of these lengths that follow each other from `start` on; none where they do not fill the part.
    pub fn new(
        disk: Arc<Disk>,
        (start, length): (u64, u64),
        lengths: impl Iterator<Item = u16>,
        word: &'static str,
    ) -> Option<Self> {
        let mut end = 0;
        let ends: Vec<u64> = lengths
            .map(|length| {
                end += u64::from(length);
                end
            })
            .collect();
        (end == length).then(|| Self { disk, start, ends, word, at_hand: Mutex::new(vec![None; AT_HAND]) })
    }

    pub fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    /// One block.
    ///
    /// # Errors
    /// [`PackError::Damaged`] where its checksum does not fit, [`PackError::File`] where it cannot be read.
    pub fn read(&self, index: u32) -> Result<Block, PackError> {
        let slot = index as usize % AT_HAND;
        let mut buffer = Vec::new();
        {
            let held = &mut self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)[slot];
            match held.take() {
                Some((i, block)) if i == index => {
                    *held = Some((i, Arc::clone(&block)));
                    return Ok(block);
                }
                // Its memory will do for the new one.
                Some((_, old)) => buffer = Arc::try_unwrap(old).unwrap_or_default(),
                None => {}
            }
        }
        let block = Arc::new(self.fetch(index, buffer)?);
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)[slot] = Some((index, Arc::clone(&block)));
        Ok(block)
    }

    /// Bytes at hand.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        let held = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().flatten().map(|(_, block)| block.capacity()).sum()
    }

    fn fetch(&self, index: u32, mut bytes: Vec<u8>) -> Result<Vec<u8>, PackError> {
        let damaged = PackError::Damaged(self.word);
        let end = *self.ends.get(index as usize).ok_or(damaged.clone())?;
        let begin = if index == 0 { 0 } else { self.ends[index as usize - 1] };
        let content = usize::try_from(end - begin).ok().and_then(|n| n.checked_sub(CHECKSUM)).ok_or(damaged.clone())?;
        bytes.resize(content + CHECKSUM, 0);
        self.disk.read_at(&mut bytes, self.start + begin)?;
        if bytes[content..] != checksum(index, &bytes[..content]).to_le_bytes() {
            return Err(damaged);
        }
        bytes.truncate(content);
        Ok(bytes)
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
