//! What keeps a packed file from taking more than it really holds, and from being damaged unnoticed.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use flate2::Crc;

use super::Count;

/// Lists and logs shrink five to thirty times. What unpacks to more than this is made to fill memory or time ..
const MAX_RATIO: u64 = 200;
/// .. but a few of those are soon read all the same.
const FREE: u64 = 64 << 20;

/// Counts what is read of a file as it lies on the disk.
pub(in crate::exchange) fn counted<R: Read + Send>(inner: R, read: &Count) -> impl Read + Send + use<R> {
    Counted { inner, read: Arc::clone(read) }
}

pub(super) struct Counted<R> {
    pub inner: R,
    pub read: Count,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Ends with an error where far more comes out than can have gone in.
pub(super) struct Bounded<R> {
    pub inner: R,
    pub out: u64,
    pub read: Count,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.out += n as u64;
        if self.out > FREE + MAX_RATIO * self.read.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "unpacks to too much"));
        }
        Ok(n)
    }
}

/// Holds a zip's file against the length and checksum in its directory.
pub(super) struct Checked<R> {
    pub inner: R,
    pub crc: Crc,
    pub expected: u32,
    pub left: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.crc.update(&into[..n]);
        if n as u64 > self.left || (n == 0 && !into.is_empty() && (self.left > 0 || self.crc.sum() != self.expected)) {
            return Err(damaged());
        }
        self.left -= n as u64;
        Ok(n)
    }
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged")
}
