//! The file being written: under another name until it is complete.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::super::header::{self, Header, Part};
use super::super::{Notes, PackError};

/// A pack of one segment or more on its way to the disk. What is not finished is removed.
pub(in super::super) struct Out {
    file: BufWriter<File>,
    at: u64,
    /// Where the segment begins.
    start: u64,
    lengths: [u64; 6],
    checksums: [u32; 4],
    part: PathBuf,
    path: PathBuf,
    is_complete: bool,
}

impl Out {
    pub fn create(path: &Path) -> Result<Self, PackError> {
        let mut part = OsString::from(path);
        part.push(".part");
        let part = PathBuf::from(part);
        let file = BufWriter::with_capacity(1 << 18, alone(&part)?);
        let (lengths, checksums) = ([0; 6], [crc32fast::hash(&[]); 4]);
        Ok(Self { file, at: 0, start: 0, lengths, checksums, part, path: path.to_owned(), is_complete: false })
    }

    /// Begins a segment with its notes.
    pub fn begin(&mut self, notes: &Notes) -> io::Result<()> {
        self.start = self.at;
        self.lengths = [0; 6];
        self.checksums = [crc32fast::hash(&[]); 4];
        self.write(&[0; header::LENGTH])?;
        self.whole(Part::Notes, &notes.encode())
    }

    /// Writes a part that is read whole, in its place.
    pub fn whole(&mut self, part: Part, bytes: &[u8]) -> io::Result<()> {
        self.note(part, bytes);
        self.lengths[part as usize] = bytes.len() as u64;
        self.write(bytes)
    }

    /// Keeps room for a part whose content comes later.
    pub fn keep_room(&mut self, part: Part, length: u64) -> io::Result<u64> {
        let at = self.at;
        self.lengths[part as usize] = length;
        let zeros = [0; 4_096];
        let mut left = length;
        while left > 0 {
            let now = left.min(zeros.len() as u64);
            self.write(&zeros[..now as usize])?;
            left -= now;
        }
        Ok(at)
    }

    /// Fills the room that was kept.
    pub fn fill(&mut self, part: Part, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.note(part, bytes);
        self.file.flush()?;
        self.file.get_ref().write_all_at(bytes, at)
    }

    /// Appends to a part of blocks.
    pub fn block(&mut self, part: Part, bytes: &[u8]) -> io::Result<()> {
        self.lengths[part as usize] += bytes.len() as u64;
        self.write(bytes)
    }

    fn note(&mut self, part: Part, bytes: &[u8]) {
        let index = match part {
            Part::Notes => 0,
            Part::Tiles => 1,
            Part::StationDirectory => 2,
            Part::CellDirectory => 3,
            Part::Stations | Part::Cells => return,
        };
        self.checksums[index] = crc32fast::hash(bytes);
    }

    /// Appends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Ends the segment: its header goes where room was kept.
    pub fn end(&mut self, mut header: Header) -> io::Result<()> {
        header.lengths = self.lengths;
        header.checksums = self.checksums;
        self.file.flush()?;
        self.file.get_ref().write_all_at(&header.encode(), self.start)
    }

    /// Ends the last segment and gives the file its name; answers its bytes.
    pub fn finish(mut self, header: Header) -> Result<u64, PackError> {
        self.end(header)?;
        self.publish()
    }

    /// Gives the file its name.
    pub fn publish(mut self) -> Result<u64, PackError> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.is_complete = true;
        Ok(self.at)
    }
}

/// The file under this name, empty, and locked while it is written: two at once would make one broken pack of two good ones. What
/// a killed build left is used again.
fn alone(part: &Path) -> Result<File, PackError> {
    loop {
        let file = File::options().write(true).create(true).truncate(false).open(part)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PackError::Busy),
            // Memory cards know no locks; there one has to wait oneself.
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(e.into()),
        }
        // Whoever held it before may have given it its name between these two steps: then it is another's pack.
        let same = fs::metadata(part).is_ok_and(|now| file.metadata().is_ok_and(|ours| now.ino() == ours.ino()));
        if same {
            file.set_len(0)?;
            return Ok(file);
        }
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if !self.is_complete {
            // What cannot be removed was not made, or says so itself when the next pack is tried.
            let _ = fs::remove_file(&self.part);
        }
    }
}
