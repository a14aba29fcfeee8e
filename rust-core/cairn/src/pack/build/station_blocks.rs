//! The blocks of stations as they are written: hashes in ascending order in, sealed blocks and their directory out.

use super::super::PackError;
use super::super::blocks::sealed;
use super::super::header::Part;
use super::super::stations::Codec;
use super::out::Out;

/// Writes blocks one after the other.
pub(super) struct Blocks<'a> {
    out: &'a mut Out,
    pub codec: Codec,
    index: u32,
    entries: Vec<(u64, u64)>,
    /// The directory.
    lengths: Vec<u8>,
}

impl<'a> Blocks<'a> {
    pub fn new(out: &'a mut Out, codec: Codec) -> Self {
        Self { out, codec, index: 0, entries: Vec::new(), lengths: Vec::new() }
    }

    /// Appends a station: its hash, not below the one before, and its payload.
    pub fn push(&mut self, place: u64, hidden: u64) -> Result<(), PackError> {
        let width = self.codec.layout.width;
        while u64::from(self.index) < place / width {
            self.write()?;
        }
        self.entries.push((place % width, hidden));
        Ok(())
    }

    fn write(&mut self) -> Result<(), PackError> {
        let sealed = sealed(self.index, self.codec.encode(&self.entries));
        let (block, length) = sealed.ok_or(PackError::TooMuch("access points of one block"))?;
        self.out.block(Part::Stations, &block)?;
        self.lengths.extend(length.to_le_bytes());
        self.entries.clear();
        self.index += 1;
        Ok(())
    }

    /// Writes what is left; answers the directory.
    pub fn finish(mut self, buckets: u32) -> Result<Vec<u8>, PackError> {
        while self.index < buckets {
            self.write()?;
        }
        Ok(self.lengths)
    }
}
