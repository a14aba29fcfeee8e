//! A file on its way to a service: it counts and hashes what has gone, and stops when it is told to.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// What is sent: the file from its beginning.
pub struct Load {
    file: File,
    length: u64,
    /// Bytes at the beginning that are not hashed: the key block.
    unhashed: u64,
    moving: Arc<Moving>,
    begun: bool,
}

/// How far it is, for who waits for it.
#[derive(Default)]
pub(super) struct Moving {
    pub moved: AtomicU64,
    pub stop: AtomicBool,
    hasher: Mutex<Sha256>,
    is_whole: AtomicBool,
}

impl Moving {
    /// SHA-256 of what has gone, in hex, where all of it has.
    pub fn digest(&self) -> Option<String> {
        let hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.is_whole.load(Ordering::Acquire).then(|| HEXLOWER.encode(&hasher.finalize()))
    }
}

impl Load {
    pub(super) fn new(file: File, length: u64, unhashed: u64) -> (Self, Arc<Moving>) {
        let moving = Arc::new(Moving::default());
        (Self { file, length, unhashed, moving: Arc::clone(&moving), begun: false }, moving)
    }

    /// Bytes in all.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Read for Load {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.moving.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if !self.begun {
            self.file.rewind()?;
            self.begun = true;
        }
        let before = self.moving.moved.load(Ordering::Relaxed);
        let room = bytes.len().min((self.length - before).try_into().unwrap_or(usize::MAX));
        let read = self.file.read(&mut bytes[..room])?;
        let skip = self.unhashed.saturating_sub(before).min(read as u64) as usize;
        self.moving.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&bytes[skip..read]);
        let moved = before + read as u64;
        self.moving.is_whole.store(moved == self.length, Ordering::Release);
        self.moving.moved.store(moved, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_has_gone_is_counted_and_hashed_but_for_the_key_block() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"keysdata and more").unwrap();
        let (mut load, moving) = Load::new(file, 8, 4);
        let mut first = [0; 6];
        load.read_exact(&mut first).unwrap();
        assert_eq!(moving.digest(), None, "not all of it has gone");
        let mut rest = Vec::new();
        load.read_to_end(&mut rest).unwrap();
        assert_eq!((&first, &rest[..]), (b"keysda", &b"ta"[..]));
        assert_eq!(moving.digest(), Some(HEXLOWER.encode(&Sha256::digest(b"data"))));
        moving.stop.store(true, Ordering::Relaxed);
        assert!(load.read(&mut first).is_err());
    }
}
