//! How a file is known again, and where in it an import is.

/// So much of a file's start, and of what stands before a place, tells it from other files: several rows of any format.
pub(super) const FINGERPRINT: usize = 500;

/// A file, by its content: the hash of its decompressed start. It is the same file under another name, packed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId(pub(crate) i64);

impl SourceId {
    /// The file that starts so.
    pub(super) fn of(start: &[u8]) -> Self {
        Self(hash(&start[..start.len().min(FINGERPRINT)]))
    }
}

/// Between two rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Decompressed bytes before it.
    pub offset: u64,
    /// Lines ended before it.
    pub line: u64,
    /// Hash of the bytes right before it, up to 500: where it differs, the file was changed or replaced.
    pub tail_hash: i64,
}

/// A place with the bytes before it, hashed only when it is to be remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    pub offset: u64,
    pub line: u64,
    pub tail: Vec<u8>,
}

impl Mark {
    pub fn place(&self) -> Place {
        Place { offset: self.offset, line: self.line, tail_hash: hash(&self.tail) }
    }
}

/// FNV-1a, 64 bits: the same on every machine and release, and strong enough where nobody gains by a collision.
fn hash(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3)) as i64
}
