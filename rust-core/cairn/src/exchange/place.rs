//! How a file is known again, and where in it an import is.

/// So much of a file's first rows, and of what stands before a place, tells it from other files: several rows of any format.
pub(super) const FINGERPRINT: usize = 500;

/// So much of a file's start is looked at: its heading, which takes tracks a kilobyte of namespaces and more, and a
/// fingerprint after it.
pub(crate) const START: usize = 4096;

/// A file, by its content: the hash of its first decompressed rows. It is the same file under another name, packed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId(pub(crate) i64);

impl SourceId {
    /// The file that starts so. The rows begin after the heading, which is the same in all files of one program; where too
    /// few are there yet, its end stands in for them.
    pub(super) fn of(start: &[u8], heading: u64) -> Self {
        let latest = start.len().saturating_sub(FINGERPRINT);
        let rows = &start[usize::try_from(heading).map_or(latest, |heading| heading.min(latest))..];
        Self(hash(&rows[..rows.len().min(FINGERPRINT)]))
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

impl Place {
    /// Whether a file that starts so is the one of this place: it was shorter then than its fingerprint is now.
    pub(super) fn is_after(&self, start: &[u8]) -> bool {
        let before = usize::try_from(self.offset).ok().and_then(|n| start.get(..n));
        before.is_some_and(|before| hash(&before[before.len().saturating_sub(FINGERPRINT)..]) == self.tail_hash)
    }
}

/// Whether a file that begins so is all there, and too short to be told from longer ones that begin the same way.
pub(super) fn is_short(start: &[u8]) -> bool {
    start.len() < START
}

/// Whether these are the bytes right before a place.
pub(super) fn is_tail(tail: &[u8], place: &Place) -> bool {
    hash(tail) == place.tail_hash
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
pub(super) fn hash(bytes: &[u8]) -> i64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3)) as i64
}
