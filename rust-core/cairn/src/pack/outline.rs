//! What stays in memory of a block once it was read: where the records are that a hash may be in, and whether it can be in any.
//!
//! That is the block's bitmap, and of each record the lowest bits of its hash, its tag. Where no tag fits nothing has to be read, and a
//! read is a system call, which takes longer than all else: of a hundred hashes that are not there 15 to 22 are read for, and without
//! tags it would be 48 to 63.

use std::ops::Range;

use super::bits;

/// Bits of a tag. One more would save half of the reads that are left, and cost a fifth more memory.
const TAG: u32 = 2;

/// Bytes that stand in place: enough for nearly all blocks of every layout, which need 90 to 130.
const BYTES: usize = 127;

/// The outline of a block.
pub(super) struct Outline {
    /// The bit of the file where its records begin.
    pub records: u64,
    /// Bits of the bitmap. Tags follow it.
    bitmap: u32,
    bytes: Bytes,
}

/// In place, so that who asks waits for memory once, and not for an address and then for what is there.
enum Bytes {
    Here([u8; BYTES]),
    There(Box<[u8]>),
}

impl Outline {
    /// Of a block that begins at a bit of the file: so many bits of it are the bitmap, and at these bits its records begin, with as
    /// many bits of their hashes as `low`.
    pub fn new(block: &[u8], begin: u64, bitmap: usize, records: impl Iterator<Item = usize>, low: u8) -> Self {
        let mut out = bits::Writer::default();
        for at in (0..bitmap).step_by(32) {
            let width = (bitmap - at).min(32) as u32;
            out.push(bits::read(block, at, width), width);
        }
        records.for_each(|at| out.push(bits::read(block, at, u32::from(low).min(TAG)), TAG));
        let bytes = out.finish();
        let mut here = [0; BYTES];
        let bytes = match here.get_mut(..bytes.len()) {
            Some(part) => {
                part.copy_from_slice(&bytes);
                Bytes::Here(here)
            }
            None => Bytes::There(bytes.into()),
        };
        Self { records: begin + bitmap as u64, bitmap: bitmap as u32, bytes }
    }

    /// Which records, counted from the first, can be that of a hash with this high and this low part.
    pub fn candidates(&self, high: u64, low: u64) -> Range<usize> {
        let bytes = self.bytes();
        let begin = after(bytes, high);
        // They may go on in the next word.
        let mut end = begin;
        loop {
            let ones = (word(bytes, end / 64) >> (end % 64)).trailing_ones() as usize;
            end += ones;
            if ones == 0 || !end.is_multiple_of(64) {
                break;
            }
        }
        let fits = |record: &usize| {
            bits::read(bytes, self.bitmap as usize + record * TAG as usize, TAG) == low & ((1 << TAG) - 1)
        };
        let mut fitting = (begin - high as usize..end - high as usize).filter(fits);
        fitting.next().map_or(0..0, |first| first..fitting.next_back().unwrap_or(first) + 1)
    }

    /// One of its bytes, for who wants all of it to be on its way from memory.
    pub fn touch(&self) -> u8 {
        self.bytes().first().copied().unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Here(bytes) => bytes,
            Bytes::There(bytes) => bytes,
        }
    }
}

/// The word of this number; zeros where there is none.
fn word(bytes: &[u8], index: usize) -> u64 {
    bits::read(bytes, index * 64, 32) | bits::read(bytes, index * 64 + 32, 32) << 32
}

/// The bit after so many zeros, that there are.
fn after(bytes: &[u8], zeros: u64) -> usize {
    if zeros == 0 {
        return 0;
    }
    let (mut left, mut index) = (zeros, 0);
    loop {
        let word = !word(bytes, index);
        let sums = sums(word);
        let here = sums >> 56;
        if left <= here {
            return index * 64 + nth_one(word, sums, left) + 1;
        }
        left -= here;
        index += 1;
    }
}

/// A one in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// How many ones each byte of a word and those below it have.
const fn sums(word: u64) -> u64 {
    let pairs = word - ((word >> 1) & (0x55 * EACH));
    let fours = (pairs & (0x33 * EACH)) + ((pairs >> 2) & (0x33 * EACH));
    ((fours + (fours >> 4)) & (0x0f * EACH)).wrapping_mul(EACH)
}

/// Which is the first byte that is not below `n`, where all are at most 64 and the last one is not below it.
const fn first_from(bytes: u64, n: u64) -> u32 {
    (((bytes | (0x80 * EACH)) - n * EACH) & (0x80 * EACH)).trailing_zeros() / 8
}

/// Where the n-th one of a word is, of the at least n that it has: its byte, then its bit, and no branch to be guessed wrong.
const fn nth_one(word: u64, sums: u64, n: u64) -> usize {
    let byte = first_from(sums, n) * 8;
    let left = n - (((sums << 8) >> byte) & 0xff);
    // Each bit of the byte in a byte of its own.
    let bits = (((word >> byte) & 0xff) * EACH) & 0x8040_2010_0804_0201;
    let ones = ((bits + 0x7f * EACH) >> 7) & EACH;
    (byte + first_from(ones.wrapping_mul(EACH), left)) as usize
}
