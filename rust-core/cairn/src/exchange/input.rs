//! The bytes of a file: unpacked, counted, remembered as far as a place needs, and never too many at once.

use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Fault;
use super::packed::{self, Count, Entry, Unpacked, first};
use super::place::{FINGERPRINT, Mark, Place, START, is_tail};

/// One row of any format is far shorter; what is longer is something else, and is not read into memory to find out.
const MAX_ROW: usize = 1 << 20;

/// A file being read, unpacked. As a [`BufRead`] it fails with `FileTooLarge` where a row has no end: whoever reads says
/// with [`Input::new_row`] where rows begin.
pub(super) struct Input {
    bytes: BufReader<Box<dyn Read + Send>>,
    start: Vec<u8>,
    reached: Mark,
    left_of_row: usize,
    /// Bytes of the file itself, for progress.
    read: Count,
    size: u64,
    /// The file, where reading can begin anywhere in it.
    plain: Option<PathBuf>,
}

impl Input {
    /// Opens a file, or one file of an archive.
    pub fn open_entry(path: &Path, entry: Option<&Entry>) -> Result<Self, Fault> {
        let Unpacked { bytes, read, size, is_plain } = packed::unpack(path, entry)?;
        Self::of(bytes, read, size, is_plain.then(|| path.to_owned()))
    }

    /// Bytes as a file would give them.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Fault> {
        let (size, read) = (bytes.len() as u64, Count::default());
        // So many as there are, whatever is read of them: a bound for what they may unpack to.
        read.store(size, Ordering::Relaxed);
        let (unpacked, _) = packed::unpack_stream(Box::new(Cursor::new(bytes)), &read)?;
        Self::of(unpacked, read, size, None)
    }

    fn of(mut bytes: Box<dyn Read + Send>, read: Count, size: u64, plain: Option<PathBuf>) -> Result<Self, Fault> {
        let start = first(&mut bytes, START)?;
        if start.is_empty() {
            return Err(Fault::Empty);
        }
        let bytes = BufReader::with_capacity(1 << 16, Box::new(Cursor::new(start.clone()).chain(bytes)) as Box<_>);
        Ok(Self { bytes, start, reached: Mark::default(), left_of_row: MAX_ROW, read, size, plain })
    }

    /// The first bytes, up to [`START`].
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// All of it, unpacked, however long its rows are.
    pub fn whole(&mut self) -> impl Read + '_ {
        &mut self.bytes
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

    /// Reads on to a place reached before; answers whether the file is still what it was right before it.
    pub fn skip_to(&mut self, place: &Place) -> Result<bool, Fault> {
        if let Some(path) = self.plain.clone() {
            return self.seek_to(&path, place);
        }
        while self.reached.offset < place.offset {
            self.new_row();
            let here = self.fill_buf()?.len();
            if here == 0 {
                return Ok(false);
            }
            self.consume(here.min(usize::try_from(place.offset - self.reached.offset).unwrap_or(usize::MAX)));
        }
        self.new_row();
        // Packed, the lines were counted on the way: a place of other lines is not of this file.
        Ok(self.reached.place() == *place)
    }

    /// The same without reading what lies between.
    fn seek_to(&mut self, path: &Path, place: &Place) -> Result<bool, Fault> {
        let (mut file, size) = packed::open(path)?;
        if size < place.offset {
            return Ok(false);
        }
        let before = place.offset.min(FINGERPRINT as u64);
        file.seek(SeekFrom::Start(place.offset - before))?;
        let mut tail = vec![0; before as usize];
        file.read_exact(&mut tail)?;
        if !is_tail(&tail, place) {
            return Ok(false);
        }
        self.read.store(place.offset, Ordering::Relaxed);
        self.reached = Mark { offset: place.offset, line: place.line, tail };
        self.bytes = BufReader::with_capacity(1 << 16, Box::new(packed::counted(file, &self.read)) as Box<_>);
        self.new_row();
        Ok(true)
    }

    /// Whether a line's end, or the file's, comes next.
    pub fn at_line_end(&mut self) -> Result<bool, Fault> {
        Ok(matches!(self.fill_buf()?.first(), None | Some(b'\n' | b'\r')))
    }

    /// Whether the file ends before an offset. What is read on the way is gone.
    pub fn ends_before(&mut self, offset: u64) -> Result<bool, Fault> {
        if self.plain.is_some() {
            return Ok(self.size < offset);
        }
        while self.reached.offset < offset {
            self.new_row();
            match self.fill_buf()?.len() {
                0 => return Ok(true),
                n => self.consume(n),
            }
        }
        Ok(false)
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
