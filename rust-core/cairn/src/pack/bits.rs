//! Numbers of any width up to 57 bits in a row of bytes, lowest bit first.

/// Widest number that one unaligned read of eight bytes always holds.
pub(super) const WIDEST: u32 = 57;

/// Reads `width` bits from bit `at` on; bits beyond the end are zero.
pub(super) fn read(bytes: &[u8], at: usize, width: u32) -> u64 {
    let first = at / 8;
    let mut word = [0; 8];
    match bytes.get(first..first + 8) {
        Some(whole) => word.copy_from_slice(whole),
        // Near the end: byte by byte, which is slower.
        None => word.iter_mut().zip(bytes.get(first..).unwrap_or_default()).for_each(|(to, from)| *to = *from),
    }
    (u64::from_le_bytes(word) >> (at % 8)) & ((1 << width) - 1)
}

/// A row of bits being written.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Bits that fill no byte yet.
    open: u64,
    width: u32,
}

impl Writer {
    /// Appends the lowest `width` bits of a number, at most [`WIDEST`].
    pub fn push(&mut self, value: u64, width: u32) {
        debug_assert!(width <= WIDEST && value >> width == 0);
        self.open |= value << self.width;
        self.width += width;
        while self.width >= 8 {
            self.bytes.push(self.open as u8);
            self.open >>= 8;
            self.width -= 8;
        }
    }

    /// What was written, filled up with zero bits to a whole byte.
    pub fn finish(mut self) -> Vec<u8> {
        if self.width > 0 {
            self.bytes.push(self.open as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_as_they_went_in(numbers in proptest::collection::vec((any::<u64>(), 1..=WIDEST), 0..40)) {
            let mut writer = Writer::default();
            for (value, width) in &numbers {
                writer.push(value & ((1 << width) - 1), *width);
            }
            let bytes = writer.finish();
            let mut at = 0;
            for (value, width) in numbers {
                prop_assert_eq!(read(&bytes, at, width), value & ((1 << width) - 1));
                at += width as usize;
            }
            prop_assert_eq!(bytes.len(), at.div_ceil(8));
        }
    }
}
