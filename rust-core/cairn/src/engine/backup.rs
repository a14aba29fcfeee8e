//! Backup and restore: the database's way into a vault and back.
//!
//! A copy of one moment is taken beside the owner, who goes on collecting; a restored one is checked as a whole before the
//! owner's database is touched, and then goes in by one transaction.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;

use rusqlite::Connection;

use super::owner::Owner;
use super::{Engine, MergeError, MergeProgress, MergeSummary};
use crate::CoreError;
use crate::store::reports;
use crate::store::snapshot::{self, Passing};
use crate::vault::{self, Described, Head, Locks, Progress, Step, Unlock, Unlocked, VaultError, Watch};

/// A backup that has been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupMade {
    /// What is in it.
    pub described: Described,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A backup that has been restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was in it.
    pub described: Described,
    /// What it brought into a database that was in use already; none where it became the whole of a new one.
    pub merged: Option<MergeSummary>,
}

impl Engine {
    /// Writes everything this database holds into a vault file with a master key of its own. Collecting goes on meanwhile; what
    /// was told before is in it. The file appears when it is complete, and an older one is kept until then.
    ///
    /// # Errors
    /// [`VaultError::BadInput`] for a password that is too short, [`CoreError::Busy`] while another backup is made or restored,
    /// [`VaultError::File`], [`VaultError::Cancelled`].
    pub fn backup_create(
        &self,
        path: &Path,
        locks: &Locks,
        label: &str,
        watch: &mut Watch<'_>,
    ) -> Result<BackupMade, VaultError> {
        let unlocked = Unlocked::new(locks, watch)?;
        let mut copy = self.snapshot(label, watch)?;
        let bytes = vault::create(&unlocked, &copy.described, &mut copy.file, copy.length, path, watch)?;
        Ok(BackupMade { described: copy.described, bytes })
    }

    /// Takes a vault file in, with its zones and lists. All of it is decrypted and checked first; then it goes in as a whole or
    /// not at all. A new database becomes what the vault holds; one in use has it merged in, as [`Engine::merge`] does, so that nothing
    /// counts twice.
    ///
    /// # Errors
    /// Everything that [`VaultError`] tells apart; [`CoreError::NewerData`] where a newer Cairn made the database in it,
    /// [`CoreError::Busy`] while another backup is made or restored.
    pub fn backup_restore(&self, path: &Path, with: &Unlock, watch: &mut Watch<'_>) -> Result<Restored, VaultError> {
        let mut restoring = self.begin_restoring()?;
        let head = vault::unseal(path, with, &mut restoring.file, watch)?;
        self.end_restoring(restoring, head, watch)
    }

    /// Copies the database as it is now.
    pub(super) fn snapshot(&self, label: &str, watch: &mut Watch<'_>) -> Result<Snapshot<'_>, VaultError> {
        let alone = Alone::begin(self)?;
        self.flush()?;
        let readers = &self.shared.readers;
        let copy = Passing::beside(readers.path(), "snapshot").map_err(CoreError::from)?;
        watch.tell(Step::Copying, 0, 0)?;
        let whole = snapshot::take(readers, copy.path(), |done, of| watch.tell(Step::Copying, done, of).is_ok());
        if !whole.map_err(CoreError::from)? {
            return Err(VaultError::Cancelled);
        }
        let (schema, reports) = snapshot::describe(copy.path()).map_err(CoreError::from)?;
        let described = Described { made: self.shared.clock.utc(), schema, reports, label: label.to_owned() };
        let file = File::open(copy.path())?;
        // Where the system allows it, the copy in clear is gone from the folder before it is read.
        drop(copy);
        let length = file.metadata()?.len();
        Ok(Snapshot { file, length, described, _alone: alone })
    }

    /// Makes room for a database that is to be restored.
    pub(super) fn begin_restoring(&self) -> Result<Restoring<'_>, VaultError> {
        let alone = Alone::begin(self)?;
        let copy = Passing::beside(self.shared.readers.path(), "restored").map_err(CoreError::from)?;
        Ok(Restoring { file: File::create(copy.path())?, copy, _alone: alone })
    }

    /// Takes in what has been written there.
    pub(super) fn end_restoring(
        &self,
        restoring: Restoring<'_>,
        head: Head,
        watch: &mut Watch<'_>,
    ) -> Result<Restored, VaultError> {
        let Restoring { _alone, copy, mut file } = restoring;
        file.flush()?;
        drop(file);
        watch.tell(Step::Restoring, 0, head.plain)?;
        let merged = self.take_in(copy.path(), watch)?;
        Ok(Restored { described: head.described, merged })
    }

    fn take_in(&self, copy: &Path, watch: &mut Watch<'_>) -> Result<Option<MergeSummary>, VaultError> {
        let mut source = snapshot::open_copy(copy).map_err(CoreError::from)?;
        if self.put_in_place(&mut source, watch)? {
            return Ok(None);
        }
        drop(source);
        let Watch { progress, cancel } = watch;
        let mut tell = |MergeProgress { done, of }| progress(Progress { step: Step::Merging, done, of });
        let merged = self.merge(copy, &mut tell, cancel).map_err(|e| match e {
            MergeError::Cancelled => VaultError::Cancelled,
            MergeError::Other(e) | MergeError::Own(e) => e.into(),
        });
        merged.map(Some)
    }

    /// Puts a copy in the place of a database that has never been used; answers whether this one is such.
    fn put_in_place(&self, source: &mut Connection, watch: &mut Watch<'_>) -> Result<bool, VaultError> {
        // The owner waits, with everything stored and nothing open, while the copy is put in its place.
        let (ready, is_ready) = sync_channel(1);
        let (done, is_done) = sync_channel::<()>(0);
        let owner = self.clone();
        let waiting = std::thread::Builder::new().name("cairn.restore".to_owned()).spawn(move || {
            owner.call(move |owner| {
                let unused = owner.stand_by()?;
                // Whoever asked has gone where this fails: then there is nothing to wait for.
                let _ = ready.send(unused);
                let _ = is_done.recv();
                owner.start_over()
            })
        })?;
        // Where the owner could not stand by, its own answer says why.
        let unused = is_ready.recv().unwrap_or(false);
        let put = if unused {
            let told = |done, of| watch.tell(Step::Restoring, done, of).is_ok();
            match snapshot::put(source, self.shared.readers.path(), told) {
                Ok(true) => Ok(true),
                Ok(false) => Err(VaultError::Cancelled),
                Err(e) => Err(CoreError::from(e).into()),
            }
        } else {
            Ok(false)
        };
        drop(done);
        let started = waiting.join().map_err(|_| CoreError::Internal)?;
        started.map_err(VaultError::from).and(put)
    }
}

impl Owner {
    /// Stores everything and answers whether the database has never been used.
    fn stand_by(&mut self) -> Result<bool, CoreError> {
        self.flush()?;
        Ok(snapshot::is_unused(self.writer.db()?)?)
    }

    /// Forgets what was read from a database that is now another.
    fn start_over(&mut self) -> Result<(), CoreError> {
        reports::close_open_trips(self.writer.db()?)?;
        Ok(self.reread()?)
    }
}

/// The database as it was at one moment, to be read once.
pub(super) struct Snapshot<'a> {
    pub file: File,
    pub length: u64,
    pub described: Described,
    _alone: Alone<'a>,
}

/// A database on its way in, written to beside the one that is in use.
pub(super) struct Restoring<'a> {
    pub file: File,
    copy: Passing,
    _alone: Alone<'a>,
}

/// The right to be the only backup that is made or restored, given back when dropped.
struct Alone<'a>(&'a Engine);

impl<'a> Alone<'a> {
    fn begin(engine: &'a Engine) -> Result<Self, CoreError> {
        if engine.shared.backing_up.swap(true, Ordering::AcqRel) { Err(CoreError::Busy) } else { Ok(Self(engine)) }
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.shared.backing_up.store(false, Ordering::Release);
    }
}
