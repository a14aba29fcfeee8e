//! Region packs: which are used, and what the engine's own knowledge gives to one.
//!
//! Their paths are kept in the database and opened with it. A pack that is missing or damaged is told, and estimates go on
//! without it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use thiserror::Error;

use super::{Engine, LearnedEmitter};
use crate::CoreError;
use crate::exchange::ImportError;
use crate::locate::{Known, Query};
use crate::model::EmitterKind;
use crate::pack::{
    self, Beside, Builder, CellSource, Pack, PackError, PackInfo, Packs, Phase, Progress, StationSource, Watch,
};
use crate::store::{Readers, StoreError, packs};

/// A pack that the user has chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct PackView {
    /// The file.
    pub path: PathBuf,
    /// The pack in numbers, where it could be opened.
    pub info: Option<PackInfo>,
    /// Why it is not used.
    pub fault: Option<PackError>,
}

/// Why a pack could not be filled.
#[derive(Debug, Error)]
pub enum FillError {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] CoreError),
    /// The pack could not be written, or its making was stopped.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A file for it could not be read.
    #[error(transparent)]
    File(#[from] ImportError),
}

/// The packs of an engine.
pub(super) struct Shelf(RwLock<Vec<Kept>>);

struct Kept {
    path: PathBuf,
    pack: Result<Arc<Pack>, PackError>,
}

impl Kept {
    /// Of the pack that much at most is kept in memory as it is read.
    fn open(path: PathBuf, keeping: u64) -> Self {
        let pack = Pack::open(&path).map(|pack| Arc::new(pack.keeping(keeping)));
        if let Err(fault) = &pack {
            log::warn!("engine: a region pack is not used: {fault}");
        }
        Self { path, pack }
    }
}

impl Shelf {
    pub fn open(readers: &Readers) -> Result<Self, StoreError> {
        Ok(Self(RwLock::new(readers.read(packs::list)?.into_iter().map(|path| Kept::open(path, 0)).collect())))
    }

    /// What is known otherwise, with the packs beside it.
    pub fn beside<K: Known>(&self, query: &Query, own: K) -> Beside<K> {
        // The packs are read without the lock.
        let packs: Vec<Arc<Pack>> = self.read().iter().filter_map(|k| k.pack.clone().ok()).collect();
        let (known, faults) = Packs::new(packs.clone()).beside(query, own);
        for (index, fault) in faults {
            log::warn!("engine: a region pack could not be read: {fault}");
            // What cannot be read now may be read later; what is damaged stays so.
            if !fault.is_retryable() {
                self.set_aside(&packs[index], &fault);
            }
        }
        known
    }

    fn set_aside(&self, pack: &Arc<Pack>, fault: &PackError) {
        for kept in self.0.write().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if kept.pack.as_ref().is_ok_and(|p| Arc::ptr_eq(p, pack)) {
                kept.pack = Err(fault.clone());
            }
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Vec<Kept>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, kept: Kept) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match all.iter_mut().find(|k| k.path == kept.path) {
            Some(old) => *old = kept,
            None => all.push(kept),
        }
    }

    fn take(&self, path: &Path) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|k| k.path != path);
    }
}

/// A pack that is lent may take so much memory, little by little, as it is asked: one of twenty million access points does.
const LENT_KEEPS: u64 = 256 << 20;

/// Emitters between two looks at a [`Watch`]: some milliseconds.
const WATCH_EVERY: u64 = 2_000;

impl Engine {
    /// Has estimates use a pack, from now on and after every start. One that is used already is opened again.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] names what is wrong with the pack; it is then not used. Else as for [`Engine::flush`].
    pub fn add_pack(&self, path: &Path) -> Result<PackView, CoreError> {
        let kept = opened(path, 0)?;
        let (path, now) = (kept.path.clone(), self.shared.clock.utc());
        self.call(move |owner| Ok(packs::add(owner.writer.db()?, &path, now)?))?;
        let view = view(&kept);
        self.shared.packs.put(kept);
        Ok(view)
    }

    /// Has estimates use a pack until the engine is closed. What is read of it stays in memory: who lends one asks much.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] names what is wrong with the pack.
    pub fn lend_pack(&self, path: &Path) -> Result<PackView, CoreError> {
        let kept = opened(path, LENT_KEEPS)?;
        let view = view(&kept);
        self.shared.packs.put(kept);
        Ok(view)
    }

    /// Uses a pack no more. The file stays.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn remove_pack(&self, path: &Path) -> Result<(), CoreError> {
        let path = absolute(path)?;
        let removed = path.clone();
        self.call(move |owner| Ok(packs::remove(owner.writer.db()?, &removed)?))?;
        self.shared.packs.take(&path);
        Ok(())
    }

    /// The packs there are, and what is wrong with those that are not used.
    pub fn packs(&self) -> Vec<PackView> {
        self.shared.packs.read().iter().map(view).collect()
    }

    /// Looks over every pack that was chosen, reading all of each. Those that cannot be used now are looked at again.
    pub fn check_packs(&self) -> Vec<pack::Report> {
        let paths: Vec<PathBuf> = self.shared.packs.read().iter().map(|k| k.path.clone()).collect();
        paths.iter().map(|path| pack::check(path)).collect()
    }

    /// Gives a pack what this phone knows and may pass on: access points and cells whose places are settled, that do not travel,
    /// lie in no zone and are on none of the user's lists. Answers how many.
    ///
    /// # Errors
    /// [`FillError`].
    pub fn fill_pack(&self, builder: &mut Builder, watch: Watch<'_>) -> Result<u64, FillError> {
        let (mut given, mut seen) = (0, 0);
        for kind in [EmitterKind::Wifi, EmitterKind::Cell] {
            self.learned::<FillError>(kind, |LearnedEmitter { key, cell, learned, .. }| {
                seen += 1;
                if seen % WATCH_EVERY == 0 && !watch(Progress { phase: Phase::Reading, done: seen, total: seen }) {
                    return Err(PackError::Cancelled.into());
                }
                if !learned.is_settled() || learned.is_mobile() {
                    return Ok(());
                }
                match (cell, key.mac()) {
                    (Some(cell), _) => builder.add_cell(&CellSource::learned(cell, &learned))?,
                    (None, Some(mac)) => builder.add_station(&StationSource::learned(mac, &learned))?,
                    (None, None) => return Ok(()),
                }
                given += 1;
                Ok(())
            })?;
        }
        Ok(given)
    }
}

fn opened(path: &Path, keeping: u64) -> Result<Kept, CoreError> {
    let kept = Kept::open(absolute(path)?, keeping);
    match &kept.pack {
        Ok(_) => Ok(kept),
        Err(fault) => Err(CoreError::BadInput(format!("{}: {fault}", path.display()))),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, CoreError> {
    std::path::absolute(path).map_err(|_| CoreError::BadInput("a path cannot be empty".to_owned()))
}

fn view(kept: &Kept) -> PackView {
    PackView {
        path: kept.path.clone(),
        info: kept.pack.as_ref().ok().map(|p| p.info()),
        fault: kept.pack.as_ref().err().cloned(),
    }
}
