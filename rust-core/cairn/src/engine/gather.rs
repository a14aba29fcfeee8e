//! What others shared, on its way into a region pack.
//!
//! Files that tell where emitters are thought to be go straight into the pack. What was heard is learned from first, in a database
//! that lasts as long as the gathering. Privacy is as at an import: opt-outs, and the zones and lists of whoever makes the pack.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::import::may_learn;
use super::{Config, Engine, FillError, Opened};
use crate::exchange::{self, BadRows, Fault, Format, ImportError, ImportOptions, Onlooker, Part, Reader, Reading};
use crate::intake::Guard;
use crate::pack::{Builder, PackError, Phase, PlacesError, PlacesRead, Progress, Watch};
use crate::store::guard;
use crate::{Clock, CoreError, SystemClock};

/// Gathers files for a pack.
#[derive(Default)]
pub struct Gatherer {
    rules: Guard,
    /// Learns from what was heard; opened with the first such file, and closed before its folder goes.
    learner: Option<Engine>,
    folder: Option<TempDir>,
}

/// What came of one file, or of one file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// What it is called.
    pub label: PathBuf,
    /// What it was read as.
    pub format: Format,
    /// Emitters whose place it tells.
    pub places: PlacesRead,
    /// Rows of what was heard; what they teach comes with [`Gatherer::finish`].
    pub rows: u64,
    /// Rows that could not be read.
    pub bad: BadRows,
}

impl Gatherer {
    /// Also leaves out what a phone's zones and lists refuse.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn obey(&mut self, engine: &Engine) -> Result<(), CoreError> {
        let rules = engine.shared.readers.read(guard::load)?;
        self.rules = std::mem::take(&mut self.rules).and(rules);
        match &self.learner {
            Some(learner) => instruct(learner, &self.rules),
            None => Ok(()),
        }
    }

    /// Takes a file in. One that cannot be read to its end ends the making of the pack: part of a file is not what was wanted.
    ///
    /// # Errors
    /// [`FillError`].
    pub fn take(&mut self, file: &Path, builder: &mut Builder, watch: Watch<'_>) -> Result<Vec<Gathered>, FillError> {
        let mut gathered = Vec::new();
        for part in &exchange::parts(file)? {
            match self.take_part(part, builder, watch) {
                Ok(one) => gathered.push(one),
                // An archive may have a note beside what is meant.
                Err(FillError::File(ImportError { fault: Fault::UnknownFormat | Fault::Empty, .. }))
                    if part.is_packed_with_others() => {}
                Err(error) => return Err(error),
            }
        }
        if gathered.is_empty() {
            return Err(Fault::NothingInside.of(file).into());
        }
        Ok(gathered)
    }

    fn take_part(&mut self, part: &Part, builder: &mut Builder, watch: Watch<'_>) -> Result<Gathered, FillError> {
        let copy = self.folder()?.join("copy");
        let (watched, cancel) = (RefCell::new(&mut *watch), AtomicBool::new(false));
        let tell = |done, total| {
            if !(watched.borrow_mut())(Progress { phase: Phase::Reading, done, total }) {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let onlooker = Some(Onlooker { progress: &tell, cancel: &cancel });
        let now = SystemClock::new().utc();
        let mut reader = match Reader::open(part, Reading { now, scratch: &copy, growing: false, onlooker }) {
            Err(_) if cancel.load(Ordering::Relaxed) => return Err(PackError::Cancelled.into()),
            opened => opened?,
        };
        let (label, format) = (part.label(), reader.format());
        if format.is_estimates() {
            let places = builder.add_places(&mut reader, &|estimate| may_learn(&self.rules, estimate), watch)?;
            return Ok(Gathered { label, format, bad: places.bad.clone(), places, rows: 0 });
        }
        drop(reader);
        let mut progress = |p: exchange::Progress| tell(p.bytes, p.size);
        // Whatever it is to others: here the same file given twice counts once.
        let read = exchange::run_part(self.learner()?, part, ImportOptions::default(), &mut progress, &cancel);
        match read {
            _ if cancel.load(Ordering::Relaxed) => Err(PackError::Cancelled.into()),
            Ok(read) => Ok(Gathered { label, format, places: PlacesRead::default(), rows: read.rows, bad: read.bad }),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the pack what was learned from files of what was heard; answers how many emitters.
    ///
    /// # Errors
    /// [`FillError`].
    pub fn finish(self, builder: &mut Builder, watch: Watch<'_>) -> Result<u64, FillError> {
        let Some(learner) = &self.learner else { return Ok(0) };
        let given = learner.fill_pack(builder, watch)?;
        learner.close()?;
        Ok(given)
    }

    fn folder(&mut self) -> Result<&Path, FillError> {
        if self.folder.is_none() {
            self.folder = Some(tempfile::tempdir().map_err(PackError::from)?);
        }
        self.folder.as_ref().map(TempDir::path).ok_or(FillError::Store(CoreError::Internal))
    }

    fn learner(&mut self) -> Result<&Engine, FillError> {
        if self.learner.is_none() {
            let path = self.folder()?.join("heard.db");
            let Opened { engine, .. } = Engine::open(Config::for_file(path))?;
            instruct(&engine, &self.rules)?;
            self.learner = Some(engine);
        }
        self.learner.as_ref().ok_or(FillError::Store(CoreError::Internal))
    }
}

/// Has an engine take nothing in that the rules of others refuse.
fn instruct(engine: &Engine, rules: &Guard) -> Result<(), CoreError> {
    let rules = rules.clone();
    engine.call(move |owner| {
        owner.guard = rules;
        Ok(())
    })
}

impl From<PlacesError> for FillError {
    fn from(error: PlacesError) -> Self {
        match error {
            PlacesError::File(error) => Self::File(error),
            PlacesError::Pack(error) => Self::Pack(error),
        }
    }
}
