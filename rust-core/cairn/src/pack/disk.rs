//! The file of a pack, read by position.
//!
//! Every byte of a pack comes through here, and none is kept.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};

/// An open file.
pub(super) struct Disk {
    file: File,
    /// Bytes read so far.
    #[cfg(test)]
    read: AtomicU64,
}

impl Disk {
    pub const fn new(file: File) -> Self {
        Self {
            file,
            #[cfg(test)]
            read: AtomicU64::new(0),
        }
    }

    /// Fills `into` with what stands at a place.
    pub fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<()> {
        #[cfg(test)]
        self.read.fetch_add(into.len() as u64, Ordering::Relaxed);
        self.file.read_exact_at(into, at)
    }

    /// Bytes read so far.
    #[cfg(test)]
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}
