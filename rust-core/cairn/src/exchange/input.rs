//! The bytes of a file: unpacked, counted, remembered as far as a place needs, and never too many at once.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::Fault;
use super::place::{FINGERPRINT, Mark, Place, START};

/// One row of any format is far shorter; what is longer is something else, and is not read into memory to find out.
const MAX_ROW: usize = 1 << 20;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file being read, unpacked. As a [`BufRead`] it fails with `FileTooLarge` where a row has no end: whoever reads says
/// with [`Input::new_row`] where rows begin.
pub(super) struct Input {
    bytes: BufReader<Box<dyn Read + Send>>,
    start: Vec<u8>,
    reached: Mark,
    left_of_row: usize,
    /// Bytes of the file itself, for progress.
    read: Arc<AtomicU64>,
    size: u64,
}

impl Input {
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(Fault::Directory);
        }
        let read = Arc::new(AtomicU64::new(0));
        Self::of(Box::new(Counted { file, read: Arc::clone(&read) }), read, about.len())
    }

    /// Bytes as a file would give them.
    #[cfg(test)]
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Fault> {
        let size = bytes.len() as u64;
        Self::of(Box::new(Cursor::new(bytes)), Arc::default(), size)
    }

    fn of(mut raw: Box<dyn Read + Send>, read: Arc<AtomicU64>, size: u64) -> Result<Self, Fault> {
        let magic = first(&mut raw, GZIP.len())?;
        let packed = magic == GZIP;
        let whole = Cursor::new(magic).chain(raw);
        let mut unpacked: Box<dyn Read + Send> =
            if packed { Box::new(MultiGzDecoder::new(BufReader::new(whole))) } else { Box::new(whole) };
        let start = first(&mut unpacked, START)?;
        if start.is_empty() {
            return Err(Fault::Empty);
        }
        let bytes = BufReader::with_capacity(1 << 16, Box::new(Cursor::new(start.clone()).chain(unpacked)) as Box<_>);
        Ok(Self { bytes, start, reached: Mark::default(), left_of_row: MAX_ROW, read, size })
    }

    /// The first bytes, up to [`START`].
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// Where the next byte is.
    pub fn mark(&self) -> &Mark {
        &self.reached
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.reached.line + 1
    }

    /// Here a row may begin: it gets its full length again.
    pub fn new_row(&mut self) {
        self.left_of_row = MAX_ROW;
    }

    /// Reads on to a place reached before.
    pub fn skip_to(&mut self, place: &Place) -> Result<(), Fault> {
        while self.reached.offset < place.offset {
            self.new_row();
            let here = self.fill_buf()?.len();
            if here == 0 {
                return Err(Fault::Changed);
            }
            self.consume(here.min(usize::try_from(place.offset - self.reached.offset).unwrap_or(usize::MAX)));
        }
        self.new_row();
        if self.reached.place() == *place { Ok(()) } else { Err(Fault::Changed) }
    }

    /// Reads on to the end, so that what is damaged there is noticed.
    pub fn skip_rest(&mut self) -> Result<(), Fault> {
        loop {
            self.new_row();
            match self.fill_buf()?.len() {
                0 => return Ok(()),
                n => self.consume(n),
            }
        }
    }

    /// Bytes of the file read so far, and its size.
    pub fn progress(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.size)
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let n = here.len().min(into.len());
        into[..n].copy_from_slice(&here[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left_of_row == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let here = self.bytes.fill_buf()?;
        Ok(&here[..here.len().min(self.left_of_row)])
    }

    fn consume(&mut self, n: usize) {
        let taken = &self.bytes.buffer()[..n];
        let Mark { offset, line, tail } = &mut self.reached;
        *offset += n as u64;
        *line += taken.iter().map(|b| u64::from(*b == b'\n')).sum::<u64>();
        let new = &taken[n.saturating_sub(FINGERPRINT)..];
        let old = (tail.len() + new.len()).saturating_sub(FINGERPRINT);
        tail.drain(..old);
        tail.extend_from_slice(new);
        self.left_of_row -= n;
        self.bytes.consume(n);
    }
}

/// The first bytes, fewer only where there are no more.
fn first(from: &mut dyn Read, n: usize) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(n);
    from.take(n as u64).read_to_end(&mut start)?;
    Ok(start)
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
