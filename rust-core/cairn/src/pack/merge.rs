//! Makes one pack of several.
//!
//! Cells become one list. Access points stay in segments, each with its own key: who made a pack has forgotten the addresses, and
//! so nobody can put two packs' stations into one table. A look-up asks every segment.

use std::collections::VecDeque;
use std::path::Path;

use super::build::{CellBlocks, Out};
use super::cells::{CellEntry, key_bytes};
use super::header::{self, Header, MAX_SEGMENTS, Part};
use super::region::NOWHERE;
use super::segment::Segment;
use super::{Built, LeftOut, Notes, Pack, PackError, Phase, Progress, Watch};

/// Bytes copied at once.
const COPY: usize = 1 << 18;

/// Cells between two calls of a watch.
const WATCH_EVERY: u64 = 1 << 14;

/// Days of half a year, as entries count age.
const HALF_YEAR: u32 = 183;

/// Writes a pack of everything in these. The file appears when it is complete; an older one is kept until then.
///
/// # Errors
/// [`PackError::Damaged`] and others of [`Pack::verify`] where one of them cannot be trusted, [`PackError::TooMuch`] for more than
/// 64 packs with access points, [`PackError::Cancelled`], [`PackError::Nothing`] for none, [`PackError::File`].
pub fn merge(packs: &[Pack], path: &Path, today: u32, watch: Watch<'_>) -> Result<Built, PackError> {
    packs.iter().try_for_each(Pack::verify)?;
    let all: Vec<&Segment> = packs.iter().flat_map(|p| &p.segments).collect();
    let with_stations: Vec<&Segment> = all.iter().filter(|s| s.header.stations > 0).copied().collect();
    let with_cells: Vec<&Segment> = all.iter().filter(|s| s.header.cells > 0).copied().collect();
    let segments = with_stations.len() + usize::from(!with_cells.is_empty());
    if segments == 0 {
        return Err(PackError::Nothing);
    }
    let segments = u16::try_from(segments).ok().filter(|n| *n <= MAX_SEGMENTS).ok_or(PackError::TooMuch("packs"))?;
    let mut out = Out::create(path)?;
    let mut built = Built::default();
    let mut segment = 0;
    if !with_cells.is_empty() {
        let header = Header { segments, built: today, bounds: bounds(&with_cells), ..Header::default() };
        out.begin(&notes(&with_cells))?;
        out.whole(Part::Tiles, &[])?;
        out.whole(Part::StationDirectory, &[])?;
        let header = merge_cells(&with_cells, &mut out, header, &mut built.left_out, watch)?;
        built.cells = header.cells.into();
        out.end(header)?;
        segment += 1;
    }
    let total = with_stations.iter().map(|s| u64::from(s.header.stations)).sum();
    for source in with_stations {
        copy(source, &mut out, segment, segments)?;
        built.stations += u64::from(source.header.stations);
        segment += 1;
        if !watch(Progress { phase: Phase::Writing, done: built.stations, total }) {
            return Err(PackError::Cancelled);
        }
    }
    built.bytes = out.publish()?;
    Ok(built)
}

/// The stations of a segment as they are, under a header of their own.
fn copy(from: &Segment, out: &mut Out, segment: u16, segments: u16) -> Result<(), PackError> {
    let mut header = from.header.clone();
    (header.segment, header.segments, header.cells, header.cell_blocks) = (segment, segments, 0, 0);
    for part in [Part::Cells, Part::CellDirectory] {
        header.lengths[part as usize] = 0;
    }
    header.checksums[3] = crc32fast::hash(&[]);
    out.write(&header.encode())?;
    // Cells and their directory come last: all before them is one run.
    let mut at = header::LENGTH as u64;
    let end = from.header.part(Part::Cells).0;
    let mut bytes = vec![0; COPY];
    while at < end {
        let now = ((end - at) as usize).min(COPY);
        from.read_at(&mut bytes[..now], at)?;
        out.write(&bytes[..now])?;
        at += now as u64;
    }
    Ok(())
}

fn bounds(of: &[&Segment]) -> [i32; 4] {
    of.iter().map(|s| s.header.bounds).fold(NOWHERE, super::wider)
}

/// What they say of themselves, joined.
fn notes(of: &[&Segment]) -> Notes {
    let join = |text: fn(&Notes) -> &String| {
        let mut all: Vec<&str> = Vec::new();
        for segment in of {
            let text = text(&segment.notes).as_str();
            if !text.is_empty() && !all.contains(&text) {
                all.push(text);
            }
        }
        all.join("; ")
    };
    Notes { name: join(|n| &n.name), source: join(|n| &n.source), licence: join(|n| &n.licence) }
}

fn merge_cells(
    from: &[&Segment],
    out: &mut Out,
    mut header: Header,
    left_out: &mut LeftOut,
    watch: Watch<'_>,
) -> Result<Header, PackError> {
    let total = from.iter().map(|s| u64::from(s.header.cells)).sum();
    let mut queues: Vec<Queue<'_>> = from.iter().map(|segment| Queue::new(segment, header.built)).collect();
    let mut blocks = CellBlocks::default();
    let mut held: Option<CellEntry> = None;
    for done in 0_u64.. {
        if done.is_multiple_of(WATCH_EVERY) && !watch(Progress { phase: Phase::Writing, done, total }) {
            return Err(PackError::Cancelled);
        }
        for queue in &mut queues {
            queue.fill()?;
        }
        let first = queues
            .iter_mut()
            .filter(|q| !q.waiting.is_empty())
            .min_by_key(|q| q.waiting.front().map(|e| key_bytes(e.key)));
        let Some(next) = first.and_then(|q| q.waiting.pop_front()) else { break };
        match &mut held {
            Some(before) if before.key == next.key => {
                left_out.again += 1;
                if (next.sightings, 7 - next.half_years) > (before.sightings, 7 - before.half_years) {
                    *before = next;
                }
            }
            _ => {
                if let Some(before) = held.replace(next) {
                    blocks.push(out, &before)?;
                }
            }
        }
    }
    if let Some(last) = held {
        blocks.push(out, &last)?;
    }
    blocks.finish(out, &mut header)?;
    Ok(header)
}

/// A segment's cells, block by block.
struct Queue<'a> {
    segment: &'a Segment,
    /// Half-years by which its ages have grown since.
    older: u8,
    next: u32,
    waiting: VecDeque<CellEntry>,
}

impl<'a> Queue<'a> {
    fn new(segment: &'a Segment, today: u32) -> Self {
        let older = (today.saturating_sub(segment.header.built) / HALF_YEAR).min(7) as u8;
        Self { segment, older, next: 0, waiting: VecDeque::new() }
    }

    fn fill(&mut self) -> Result<(), PackError> {
        if self.waiting.is_empty() && self.next < self.segment.header.cell_blocks {
            let older = self.older;
            let block = self.segment.cells.block(self.next)?;
            self.waiting
                .extend(block.into_iter().map(|e| CellEntry { half_years: (e.half_years + older).min(7), ..e }));
            self.next += 1;
        }
        Ok(())
    }
}
