//! From cells in any order to blocks in the order of their identity.

use std::path::Path;

use super::super::PackError;
use super::super::blocks::sealed;
use super::super::cells::{CellEntry, KeyBytes, MAX_ENTRY, append, key_bytes, key_of};
use super::super::header::{Header, Part};
use super::out::Out;
use super::sort::Sorter;
use super::{CellSource, LeftOut, Phase, Progress, WATCH_EVERY, Watch};
use crate::model::{CellKey, LatLng, Metres};

/// Identity, latitude, longitude, radius, sightings, day.
const RECORD: usize = 13 + 4 + 4 + 4 + 4 + 4;

/// Bytes of a block, about: some hundred cells, read for one of them.
const BLOCK: usize = 1_024;

/// Days of half a year.
const HALF_YEAR: u32 = 183;

/// Cells on their way into a pack.
pub(super) struct CellSorter(Sorter<RECORD>);

impl CellSorter {
    pub fn new(folder: &Path) -> Self {
        Self(Sorter::new(folder))
    }

    pub fn push(&mut self, cell: &CellSource) -> Result<(), PackError> {
        let mut record = [0; RECORD];
        record[..13].copy_from_slice(&key_bytes(cell.key));
        let radius = cell.radius.0.round().clamp(0.0, f64::from(u32::MAX)) as u32;
        let numbers = [cell.place.lat_e7() as u32, cell.place.lon_e7() as u32, radius, cell.sightings, cell.last_day];
        for (to, number) in record[13..].chunks_mut(4).zip(numbers) {
            to.copy_from_slice(&number.to_be_bytes());
        }
        Ok(self.0.push(record)?)
    }

    /// Writes blocks and directory.
    pub fn write(
        self,
        out: &mut Out,
        header: &mut Header,
        left_out: &mut LeftOut,
        watch: Watch<'_>,
    ) -> Result<(), PackError> {
        let total = self.0.count();
        let built = header.built;
        let mut blocks = CellBlocks::default();
        let mut held: Option<CellSource> = None;
        for (done, record) in (0..).zip(self.0.finish()?) {
            let Some(next) = read(&record?) else { continue };
            if done % WATCH_EVERY == 0 && !watch(Progress { phase: Phase::Writing, done, total }) {
                return Err(PackError::Cancelled);
            }
            match &mut held {
                Some(before) if before.key == next.key => {
                    left_out.again += 1;
                    if (next.sightings, next.last_day) > (before.sightings, before.last_day) {
                        *before = next;
                    }
                }
                _ => {
                    if let Some(before) = held.replace(next) {
                        blocks.push(out, &entry(&before, built))?;
                    }
                }
            }
        }
        if let Some(last) = held {
            blocks.push(out, &entry(&last, built))?;
        }
        blocks.finish(out, header)
    }
}

fn read(record: &[u8; RECORD]) -> Option<CellSource> {
    let key = key_of(record.first_chunk()?)?;
    let (numbers, _) = record[13..].as_chunks::<4>();
    let number = |i: usize| u32::from_be_bytes(numbers[i]);
    let place = LatLng::from_e7(number(0) as i32, number(1) as i32).ok()?;
    Some(CellSource { key, place, radius: Metres(f64::from(number(2))), sightings: number(3), last_day: number(4) })
}

fn entry(cell: &CellSource, built: u32) -> CellEntry {
    CellEntry {
        key: cell.key,
        place: cell.place,
        radius: cell.radius,
        sightings: cell.sightings.clamp(1, 128) as u16,
        half_years: (built.saturating_sub(cell.last_day) / HALF_YEAR).min(7) as u8,
    }
}

/// Writes cells that come in order.
#[derive(Default)]
pub(in super::super) struct CellBlocks {
    body: Vec<u8>,
    entries: u16,
    first: KeyBytes,
    before: Option<CellKey>,
    directory: Vec<u8>,
    blocks: u32,
    cells: u32,
}

impl CellBlocks {
    pub fn push(&mut self, out: &mut Out, entry: &CellEntry) -> Result<(), PackError> {
        if self.body.len() + MAX_ENTRY > BLOCK {
            self.write(out)?;
        }
        if self.entries == 0 {
            self.first = key_bytes(entry.key);
        }
        append(&mut self.body, self.before, entry);
        self.before = Some(entry.key);
        self.entries += 1;
        self.cells = self.cells.checked_add(1).ok_or(PackError::TooMuch("cells"))?;
        Ok(())
    }

    fn write(&mut self, out: &mut Out) -> Result<(), PackError> {
        let mut block = self.entries.to_le_bytes().to_vec();
        block.append(&mut self.body);
        let (block, length) = sealed(self.blocks, block).ok_or(PackError::TooMuch("cells of one block"))?;
        out.block(Part::Cells, &block)?;
        self.directory.extend(self.first);
        self.directory.extend(length.to_le_bytes());
        self.blocks += 1;
        self.entries = 0;
        self.before = None;
        Ok(())
    }

    /// Writes what is left, and the directory.
    pub fn finish(mut self, out: &mut Out, header: &mut Header) -> Result<(), PackError> {
        if self.entries > 0 {
            self.write(out)?;
        }
        (header.cells, header.cell_blocks) = (self.cells, self.blocks);
        Ok(out.whole(Part::CellDirectory, &self.directory)?)
    }
}
