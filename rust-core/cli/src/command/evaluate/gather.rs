//! What is learned from and what is asked: reports of a database, rows of files.

use std::path::{Path, PathBuf};

use cairn::engine::Engine;
use cairn::exchange::{self, BadRows, ImportError, Item, Reader, Reading, Selection};
use cairn::intake::{self, Counts, Guard};
use cairn::model::{Millis, Report};
use cairn::{Clock, CoreError, SystemClock};

use crate::command::import::complain_of;
use crate::failure::{Failure, Outcome};

/// Reports to learn from, and reports whose places are asked for.
pub struct Material {
    pub learned: Vec<Report>,
    pub asked: Vec<Report>,
    /// Whether nothing that is asked for was learned from.
    pub is_held_back: bool,
}

impl Default for Material {
    fn default() -> Self {
        Self { learned: Vec::new(), asked: Vec::new(), is_held_back: true }
    }
}

/// Why it cannot be told whether a file is new.
pub enum Unseen {
    Engine(CoreError),
    File(ImportError),
}

/// Whether nothing of a file was imported.
pub fn is_new(engine: &Engine, file: &Path) -> Result<bool, Unseen> {
    let scratch = scratch();
    for part in exchange::parts(file).map_err(Unseen::File)? {
        let reader = Reader::open(&part, reading(&scratch)).map_err(Unseen::File)?;
        if engine.import_place(reader.source()).map_err(Unseen::Engine)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where copies of other programs' databases may lie while they are read.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("cairn-evaluate-{}", std::process::id()))
}

fn reading(scratch: &Path) -> Reading<'_> {
    Reading { now: SystemClock::new().utc(), scratch, growing: false, onlooker: None }
}

impl Material {
    /// Takes a file's rows as intake would, to be asked for.
    pub fn read_file(&mut self, file: &Path) -> Result<Outcome, Failure> {
        let (guard, mut counts, mut bad) = (Guard::default(), Counts::default(), BadRows::default());
        let scratch = scratch();
        for part in exchange::parts(file)? {
            let mut reader = Reader::open(&part, reading(&scratch))?;
            while let Some(item) = reader.next_item()? {
                match item {
                    Item::Row(row) => {
                        let passage = intake::imported(row.fix, row.scan, &guard, &mut counts);
                        self.asked.extend(passage.map(|p| Report { fix: p.fix, sightings: p.sightings }));
                    }
                    // Nobody was there.
                    Item::Estimate(_) => {}
                    Item::Bad(why, line) => bad.add(why, line),
                }
            }
        }
        complain_of(file, &bad);
        Ok(if bad.faulty() == 0 { Outcome::Well } else { Outcome::BadData })
    }

    /// Takes a database's reports, to be asked for.
    pub fn read_database(&mut self, engine: &Engine) -> Result<(), CoreError> {
        engine.reports(Selection::All, |_, report| -> Result<(), CoreError> {
            self.asked.push(report);
            Ok(())
        })
    }

    /// Takes a database's reports, to be learned from.
    pub fn learn_database(&mut self, engine: &Engine) -> Result<(), CoreError> {
        engine.reports(Selection::All, |_, report| -> Result<(), CoreError> {
            self.learned.push(report);
            Ok(())
        })
    }

    /// Leaves every `every`-th stretch of so many minutes to be asked for; the rest is learned from, oldest first. Where there are
    /// too few stretches for that, as in a single walk, they are made shorter, down to half a minute.
    pub fn hold_back(&mut self, every: u64, minutes: i64) {
        let mut all = std::mem::take(&mut self.asked);
        all.sort_by_key(|r| r.fix.utc);
        let mut length = Millis::from_mins(minutes).0;
        while length > SHORTEST.0 && (count_stretches(&all, length) as u64) < every {
            length /= 2;
        }
        let (mut stretches, mut last) = (0_u64, None);
        for report in all {
            let stretch = report.fix.utc.0.div_euclid(length);
            stretches += u64::from(last.replace(stretch) != Some(stretch));
            // The last of each group, so that the first stretch is learned from.
            if stretches.is_multiple_of(every) { self.asked.push(report) } else { self.learned.push(report) }
        }
    }
}

/// Within less, the same scan is learned from and asked for.
const SHORTEST: Millis = Millis(60_000);

fn count_stretches(sorted: &[Report], length: i64) -> usize {
    sorted.chunk_by(|a, b| a.fix.utc.0.div_euclid(length) == b.fix.utc.0.div_euclid(length)).count()
}

#[cfg(test)]
mod tests {
    use cairn::model::{Fix, LatLng, Metres};

    use super::*;

    #[test]
    fn every_other_stretch_is_held_back_whole() {
        let place = LatLng::new(60.0, 25.0).unwrap();
        let at = |minute| Report {
            fix: Fix::gnss(Millis(0), Millis::from_mins(minute), place, Metres(5.0)),
            sightings: Vec::new(),
        };
        let mut material = Material { asked: [31, 0, 1, 12, 13, 25, 400].map(at).into(), ..Material::default() };
        material.hold_back(2, 10);
        let minutes = |reports: &[Report]| reports.iter().map(|r| r.fix.utc.0 / 60_000).collect::<Vec<_>>();
        assert_eq!(minutes(&material.asked), [12, 13, 31]);
        assert_eq!(minutes(&material.learned), [0, 1, 25, 400]);
        let mut short = Material { asked: (0..10).map(at).collect(), ..Material::default() };
        short.hold_back(5, 60);
        assert_eq!(minutes(&short.asked), [8, 9], "one short walk is cut finer");
    }
}
