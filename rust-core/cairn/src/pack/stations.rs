//! A segment's access points: which hash has a record, and what it holds.
//!
//! Hashes stand in blocks of equal ranges, sorted, each cut in two (Elias 1974, Fano 1971): the high parts as a bitmap with a one
//! for each hash and a zero at the end of each high part, the low parts in the records.
//!
//! A block is read whole and held against its checksum once. Its bitmap, some 50 of 1300 bytes, stays in memory, and from then on only
//! the records of a hash's high part are read; for half of the hashes that are not there, none. That no checksum covers them alone
//! is safe enough: packs are never written over but made beside their name and moved there, so that what is open stays as it was
//! read, and a file that is cut off fails the read. What somebody writes over an open pack all the same fits neither the low parts
//! nor the pads, gives no place, and is told at the first block that was not read before. Only a medium that turns single bits
//! while a pack is open, and does not tell, could move a place by it.

use std::ops::Range;
use std::sync::OnceLock;

use super::PackError;
use super::bits;
use super::blocks::Blocks;
use super::header::{Header, Part};
use super::key::Name;
use super::layout::Layout;
use super::tile::SPOTS;

/// What a record holds, as far as an address alone can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its point of its tile's line.
    pub y: u32,
    /// Spot and class, still hidden by the line.
    pub spot: u64,
    pub class: u64,
}

/// How records are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Codec {
    pub layout: Layout,
    pub payloads: u64,
    pub classes: u64,
}

impl Codec {
    pub fn of(header: &Header) -> Self {
        Self { layout: header.layout, payloads: header.payloads(), classes: header.classes.len() as u64 }
    }

    /// The hash as the segment counts it: a number below the universe, in the same order.
    pub fn place(&self, hash: u64) -> u64 {
        ((u128::from(hash) * u128::from(self.layout.universe)) >> 64) as u64
    }

    /// A record's payload, hidden by what its address alone gives.
    pub fn hide(&self, record: Record, pad: u64) -> u64 {
        let payload = (u64::from(record.y) * SPOTS + record.spot) * self.classes + record.class;
        payload ^ self.pad(pad)
    }

    /// The record behind a payload; none where it is none, as with most false hits.
    pub fn show(&self, hidden: u64, pad: u64) -> Option<Record> {
        let payload = hidden ^ self.pad(pad);
        (payload < self.payloads).then(|| {
            let (rest, class) = (payload / self.classes, payload % self.classes);
            Record { y: (rest / SPOTS) as u32, spot: rest % SPOTS, class }
        })
    }

    fn pad(&self, pad: u64) -> u64 {
        pad & ((1 << self.layout.payload) - 1)
    }

    /// A block of sorted hashes (within the block's range) with their payloads.
    pub fn encode(&self, entries: &[(u64, u64)]) -> Vec<u8> {
        let Layout { width, low, payload, .. } = self.layout;
        let mut bits = bits::Writer::default();
        let mut high = 0;
        for (hash, _) in entries {
            for _ in high..hash >> low {
                bits.push(0, 1);
            }
            high = hash >> low;
            bits.push(1, 1);
        }
        for _ in high..=width >> low {
            bits.push(0, 1);
        }
        for (hash, hidden) in entries {
            bits.push(hash & ((1 << low) - 1), u32::from(low));
            bits.push(*hidden, u32::from(payload));
        }
        bits.finish()
    }

    /// The bitmap of a block; none where the block contradicts itself.
    fn bitmap(&self, block: &[u8]) -> Option<Bitmap> {
        let Layout { width, low, .. } = self.layout;
        // A record has more bits than fill up the last byte: so many bytes can hold one number of records only.
        let zeros = (width >> low) as usize + 1;
        let count = (block.len() * 8).checked_sub(zeros)? / (1 + self.record());
        let length = zeros + count;
        let mut words: Box<[u64]> = (0..length)
            .step_by(64)
            .map(|at| bits::read(block, at, 32) | bits::read(block, at + 32, 32) << 32)
            .collect();
        if !length.is_multiple_of(64) {
            *words.last_mut()? |= u64::MAX << (length % 64);
        }
        let is_sound = (length + count * self.record()).div_ceil(8) == block.len()
            // It ends with its last zero.
            && bits::read(block, length - 1, 1) == 0
            && words.iter().map(|word| word.count_zeros() as usize).sum::<usize>() == zeros;
        is_sound.then_some(Bitmap(words))
    }

    /// Bits of a record.
    fn record(&self) -> usize {
        usize::from(self.layout.low) + usize::from(self.layout.payload)
    }

    /// At which bits of a block the records stand whose high part is that of a hash (within the block's range).
    fn records(&self, bitmap: &Bitmap, hash: u64) -> Range<usize> {
        let same = bitmap.ones(hash >> self.layout.low);
        let at = |index| bitmap.length() + index * self.record();
        at(same.start)..at(same.end)
    }

    /// The payload of a hash, of the records that stand at some bits of these bytes.
    fn among(&self, bytes: &[u8], records: Range<usize>, hash: u64) -> Option<u64> {
        let Layout { low, payload, .. } = self.layout;
        let wanted = hash & ((1 << low) - 1);
        let found = records.step_by(self.record()).find(|at| bits::read(bytes, *at, u32::from(low)) == wanted)?;
        Some(bits::read(bytes, found + usize::from(low), u32::from(payload)))
    }
}

/// A block's bitmap, with ones after its end.
struct Bitmap(Box<[u64]>);

impl Bitmap {
    /// Bits. The last is a zero.
    fn length(&self) -> usize {
        self.0.len() * 64 - self.0.last().map_or(0, |last| last.leading_ones() as usize)
    }

    /// Which ones, counted from the first, stand between so many zeros and the next.
    fn ones(&self, zeros: u64) -> Range<usize> {
        let begin = self.after(zeros);
        let mut end = begin;
        // They may go on in the next word.
        while let Some(word) = self.0.get(end / 64) {
            let ones = (word >> (end % 64)).trailing_ones() as usize;
            end += ones;
            if ones == 0 || !end.is_multiple_of(64) {
                break;
            }
        }
        let first = begin - zeros as usize;
        first..first + end - begin
    }

    /// The bit after so many zeros.
    fn after(&self, zeros: u64) -> usize {
        let mut left = zeros as u32;
        if left == 0 {
            return 0;
        }
        let mut at = 0;
        for word in &self.0 {
            let here = word.count_zeros();
            if left <= here {
                return at + nth_one(!word, left) as usize + 1;
            }
            left -= here;
            at += 64;
        }
        at
    }
}

/// Where the n-th one of a word is, of the at least n that it has: by halves, for each one by itself takes longer.
fn nth_one(mut word: u64, mut n: u32) -> u32 {
    let mut at = 0;
    for half in [32, 16, 8, 4, 2, 1] {
        let low = (word & ((1 << half) - 1)).count_ones();
        if low < n {
            n -= low;
            word >>= half;
            at += half;
        }
    }
    at
}

/// The stations of a segment.
pub(super) struct Stations {
    codec: Codec,
    pub blocks: Blocks,
    /// Of the blocks that were read once and found sound.
    bitmaps: Vec<OnceLock<Bitmap>>,
}

impl Stations {
    pub fn new(header: &Header, blocks: Blocks) -> Self {
        let bitmaps = (0..blocks.count()).map(|_| OnceLock::new()).collect();
        Self { codec: Codec::of(header), blocks, bitmaps }
    }

    /// What stands under an address's name; in one of 100 000 cases something though the address is not there.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn find(&self, name: Name) -> Result<Option<Record>, PackError> {
        if self.blocks.count() == 0 {
            return Ok(None);
        }
        let (place, width) = (self.codec.place(name.hash), self.codec.layout.width);
        let (index, hash) = ((place / width) as u32, place % width);
        let bits = self.codec.records(self.bitmap(index)?, hash);
        if bits.is_empty() {
            return Ok(None);
        }
        let bytes = bits.start / 8..bits.end.div_ceil(8);
        let within = bits.start - bytes.start * 8..bits.end - bytes.start * 8;
        let hidden = self.blocks.read_bytes(index, bytes, |bytes| self.codec.among(bytes, within, hash))?;
        Ok(hidden.and_then(|hidden| self.codec.show(hidden, name.pad)))
    }

    /// The bitmap of a block. The first to ask for it has the whole block read.
    fn bitmap(&self, index: u32) -> Result<&Bitmap, PackError> {
        const DAMAGED: PackError = PackError::Damaged(Part::Stations.word());
        let slot = self.bitmaps.get(index as usize).ok_or(DAMAGED)?;
        if let Some(bitmap) = slot.get() {
            return Ok(bitmap);
        }
        let bitmap = self.blocks.read(index, |block| self.codec.bitmap(block))?.ok_or(DAMAGED)?;
        Ok(slot.get_or_init(|| bitmap))
    }

    /// Reads every block, so that damage anywhere is found.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn verify(&self) -> Result<(), PackError> {
        (0..self.blocks.count()).try_for_each(|index| self.blocks.read(index, |_| ()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codec(stations: u32) -> Codec {
        let payloads = 65_537 * SPOTS * 6;
        Codec { layout: Layout::for_stations(stations, payloads), payloads, classes: 6 }
    }

    fn find(codec: &Codec, block: &[u8], hash: u64) -> Result<Option<u64>, ()> {
        let records = codec.records(&codec.bitmap(block).ok_or(())?, hash);
        Ok(codec.among(block, records, hash))
    }

    proptest! {
        #[test]
        fn each_hash_finds_its_payload_and_no_other_hash_does(
            hashes in proptest::collection::btree_map(any::<u64>(), any::<u64>(), 1..300), others in proptest::collection::vec(any::<u64>(), 100),
        ) {
            let codec = codec(256);
            let within = |hash: u64| hash % codec.layout.width;
            let entries: std::collections::BTreeMap<u64, u64> =
                hashes.into_iter().map(|(hash, payload)| (within(hash), payload % codec.payloads)).collect();
            let list: Vec<(u64, u64)> = entries.iter().map(|(hash, payload)| (*hash, *payload)).collect();
            let block = codec.encode(&list);
            for (hash, payload) in &entries {
                prop_assert_eq!(find(&codec, &block, *hash), Ok(Some(*payload)));
            }
            for other in others {
                prop_assert_eq!(find(&codec, &block, within(other)), Ok(entries.get(&within(other)).copied()));
            }
        }

        #[test]
        fn whatever_bytes_a_block_has_it_is_read_without_a_panic(block in proptest::collection::vec(any::<u8>(), 0..2_000), hash in any::<u64>()) {
            let codec = codec(256);
            let _ = find(&codec, &block, hash % codec.layout.width);
        }

        #[test]
        fn a_record_comes_back_with_its_own_pad_only(y in 0_u32..65_537, spot in 0..SPOTS, class in 0_u64..6, pad in any::<u64>(), other in any::<u64>()) {
            let codec = codec(256);
            let record = Record { y, spot, class };
            let hidden = codec.hide(record, pad);
            prop_assert_eq!(codec.show(hidden, pad), Some(record));
            if codec.pad(pad) != codec.pad(other) {
                prop_assert_ne!(codec.show(hidden, other), Some(record));
            }
        }
    }
}
