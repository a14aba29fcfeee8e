//! A segment's access points: which hash has a record, and what it holds.
//!
//! Hashes stand in blocks of equal ranges, sorted, each cut in two (Elias 1974, Fano 1971): the high parts as a bitmap with a one
//! for each hash and a zero at the end of each high part, the low parts in the records.

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

    /// The payload of a hash (within the block's range); an error's worth of nothing where the block contradicts itself.
    fn find(&self, block: &[u8], hash: u64) -> Result<Option<u64>, ()> {
        let Layout { width, low, payload, .. } = self.layout;
        // A record has more bits than fill up the last byte: so many bytes can hold one number of records only.
        let zeros = (width >> low) as usize + 1;
        let record = usize::from(low) + usize::from(payload);
        let count = (block.len() * 8).checked_sub(zeros).ok_or(())? / (1 + record);
        let records = zeros + count;
        // The bitmap ends with its last zero.
        if (records + count * record).div_ceil(8) != block.len() || bits::read(block, records - 1, 1) != 0 {
            return Err(());
        }
        let (high, wanted) = (hash >> low, hash & ((1 << low) - 1));
        let mut at = after_zeros(block, high).ok_or(())?;
        let mut index = at.checked_sub(high as usize).ok_or(())?;
        while at < records && bits::read(block, at, 1) == 1 {
            if index >= count {
                return Err(());
            }
            let here = records + index * record;
            let found = bits::read(block, here, u32::from(low));
            if found == wanted {
                return Ok(Some(bits::read(block, here + usize::from(low), u32::from(payload))));
            }
            if found > wanted {
                break;
            }
            at += 1;
            index += 1;
        }
        Ok(None)
    }
}

/// The bit after so many zeros.
fn after_zeros(bytes: &[u8], zeros: u64) -> Option<usize> {
    let mut left = zeros;
    if left == 0 {
        return Some(0);
    }
    for (index, chunk) in bytes.chunks(8).enumerate() {
        let mut word = [0xff; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let zeros = !u64::from_le_bytes(word);
        let here = u64::from(zeros.count_ones());
        if here < left {
            left -= here;
            continue;
        }
        return Some(index * 64 + nth_one(zeros, left as u32) as usize + 1);
    }
    None
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
}

impl Stations {
    pub fn new(header: &Header, blocks: Blocks) -> Self {
        Self { codec: Codec::of(header), blocks }
    }

    /// What stands under an address's name; in one of 100 000 cases something though the address is not there.
    ///
    /// # Errors
    /// [`PackError::Damaged`], [`PackError::File`].
    pub fn find(&self, name: Name) -> Result<Option<Record>, PackError> {
        if self.blocks.count() == 0 {
            return Ok(None);
        }
        let place = self.codec.place(name.hash);
        let width = self.codec.layout.width;
        let found = self.blocks.read((place / width) as u32, |block| self.codec.find(block, place % width))?;
        let found = found.map_err(|()| PackError::Damaged(Part::Stations.word()))?;
        Ok(found.and_then(|hidden| self.codec.show(hidden, name.pad)))
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
                prop_assert_eq!(codec.find(&block, *hash), Ok(Some(*payload)));
            }
            for other in others {
                prop_assert_eq!(codec.find(&block, within(other)), Ok(entries.get(&within(other)).copied()));
            }
        }

        #[test]
        fn whatever_bytes_a_block_has_it_is_read_without_a_panic(block in proptest::collection::vec(any::<u8>(), 0..2_000), hash in any::<u64>()) {
            let codec = codec(256);
            let _ = codec.find(&block, hash % codec.layout.width);
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
