//! Sorts more records than memory holds: in runs on the disk, merged as they are read.
//!
//! Records are rows of bytes of one length, in the order of their bytes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Bytes of records held at once.
const AT_ONCE: usize = 64 << 20;

/// Bytes read ahead of each run.
const AHEAD: usize = 1 << 18;

/// Takes records in any order.
pub(super) struct Sorter<const N: usize> {
    folder: PathBuf,
    held: Vec<[u8; N]>,
    at_once: usize,
    runs: Vec<File>,
    count: u64,
}

impl<const N: usize> Sorter<N> {
    /// A sorter whose runs go into a folder, as files without a name: whatever happens, they are gone with the process.
    pub fn new(folder: &Path) -> Self {
        Self::holding(folder, AT_ONCE / N)
    }

    fn holding(folder: &Path, at_once: usize) -> Self {
        Self { folder: folder.to_owned(), held: Vec::new(), at_once, runs: Vec::new(), count: 0 }
    }

    pub fn push(&mut self, record: [u8; N]) -> io::Result<()> {
        if self.held.len() == self.at_once {
            self.write_run()?;
        }
        self.held.push(record);
        self.count += 1;
        Ok(())
    }

    /// Records taken.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Where its runs go.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut run = BufWriter::with_capacity(AHEAD, tempfile::tempfile_in(&self.folder)?);
        run.write_all(self.held.as_flattened())?;
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.rewind()?;
        self.runs.push(run);
        self.held.clear();
        Ok(())
    }

    /// Gives them back in order.
    pub fn finish(mut self) -> io::Result<Sorted<N>> {
        if self.runs.is_empty() {
            self.held.sort_unstable();
            return Ok(Sorted { held: self.held.into_iter(), runs: Vec::new(), next: BinaryHeap::new() });
        }
        if !self.held.is_empty() {
            self.write_run()?;
        }
        // The runs are read beside whatever their reader holds: this memory is needed no more.
        self.held = Vec::new();
        let runs = self.runs.into_iter().map(|run| BufReader::with_capacity(AHEAD, run)).collect();
        let mut sorted = Sorted { held: self.held.into_iter(), runs, next: BinaryHeap::new() };
        for run in 0..sorted.runs.len() {
            sorted.fetch(run)?;
        }
        Ok(sorted)
    }
}

/// Records in order.
pub(super) struct Sorted<const N: usize> {
    held: std::vec::IntoIter<[u8; N]>,
    runs: Vec<BufReader<File>>,
    /// The first record of each run that has one left.
    next: BinaryHeap<Reverse<([u8; N], usize)>>,
}

impl<const N: usize> Sorted<N> {
    fn fetch(&mut self, run: usize) -> io::Result<()> {
        let mut record = [0; N];
        match self.runs[run].read_exact(&mut record) {
            Ok(()) => self.next.push(Reverse((record, run))),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(e) => return Err(e),
        }
        Ok(())
    }
}

impl<const N: usize> Iterator for Sorted<N> {
    type Item = io::Result<[u8; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.held.next() {
            return Some(Ok(record));
        }
        let Reverse((record, run)) = self.next.pop()?;
        Some(self.fetch(run).map(|()| record))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_in_comes_out_sorted(mut records in proptest::collection::vec(any::<[u8; 3]>(), 0..200), at_once in 1_usize..250) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::holding(folder.path(), at_once);
            for record in &records {
                sorter.push(*record).unwrap();
            }
            prop_assert_eq!(sorter.count(), records.len() as u64);
            let sorted: Vec<[u8; 3]> = sorter.finish().unwrap().map(Result::unwrap).collect();
            records.sort_unstable();
            prop_assert_eq!(sorted, records);
        }
    }
}
