//! The engine: the one object that everything outside holds.
//!
//! One thread owns all state that changes; calls from outside send it messages on a bounded channel and read through read-only
//! connections. It lends the one connection that writes to a second thread to store a group, and goes on hearing meanwhile. No
//! lock is held across I/O, and the owner never waits for a network.

mod backup;
mod backup_service;
mod cache;
mod collect;
mod collection;
mod compare;
mod gather;
mod group;
mod import;
mod merge;
mod owner;
mod packs;
mod read;
mod services;
mod settings;
mod writer;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::model::{Fix, Scan, TripId};
use crate::outbox::ServiceId;
use crate::store::{self, Readers, Salvage};
use crate::{Clock, CoreError, SystemClock};
use owner::{Files, Message, Owner};

pub use backup::{BackupMade, Restored};
pub use backup_service::BackupStored;
pub use collection::{Collection, Reaction, Told};
pub use compare::{Compared, Comparing, CutShort};
pub use gather::{Gathered, Gatherer};
pub use merge::{MergeError, MergeProgress, MergeSummary};
pub use packs::{FillError, PackView};
pub use read::{LearnedEmitter, Soundness, Stats};
pub use settings::{Rules, ZoneAdded};

/// Messages that may wait for the owner: two minutes of fixes and scans at the fastest rates sensors have.
const QUEUE: usize = 512;

/// How an engine is opened.
pub struct Config {
    /// The database; made where there is none.
    pub path: PathBuf,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from (order of upload, jitter, shapes of zones): the system's entropy in use, a fixed number in tests.
    pub seed: u64,
}

impl Config {
    /// A database in use: the machine's clocks and the system's entropy.
    pub fn for_file(path: PathBuf) -> Self {
        // A fresh `RandomState` is keyed with the system's entropy.
        let seed = RandomState::new().hash_one(std::process::id());
        Self { path, clock: Arc::new(SystemClock::new()), seed }
    }
}

/// An opened engine, and what happened on the way.
pub struct Opened {
    /// The engine.
    pub engine: Engine,
    /// What was saved where the database was damaged.
    pub salvage: Option<Salvage>,
}

/// The engine. Clones are the same engine; it closes with the last one, or by [`Engine::close`].
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    /// Taken out on close, so that the owner sees the channel end.
    sender: Mutex<Option<SyncSender<Message>>>,
    owner: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
    clock: Arc<dyn Clock>,
    /// A file beside the database for what is needed for a moment.
    scratch: PathBuf,
    turned_away: Arc<AtomicU64>,
    /// Services that are being uploaded to: a batch in flight belongs to that upload alone.
    uploading: Mutex<BTreeSet<ServiceId>>,
    packs: packs::Shelf,
    /// A backup is being made or restored: there are files beside the database that belong to it alone.
    backing_up: AtomicBool,
}

impl Engine {
    /// Opens the database and starts the owner.
    ///
    /// # Errors
    /// [`CoreError::Locked`], [`CoreError::NewerData`], [`CoreError::Damaged`], [`CoreError::ReadOnly`], [`CoreError::DiskFull`].
    pub fn open(config: Config) -> Result<Opened, CoreError> {
        let store::Opened { writer, readers, salvage, lock } = store::open(&config.path)?;
        let turned_away = Arc::new(AtomicU64::new(0));
        let files = Files { db: writer, reader: readers.connect()?, lock };
        let mut owner = Owner::new(files, Arc::clone(&config.clock), config.seed, Arc::clone(&turned_away))?;
        let (sender, receiver): (_, Receiver<Message>) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("cairn.owner".to_owned())
            .spawn(move || owner.run(&receiver))
            .map_err(|_| CoreError::Internal)?;
        let packs = packs::Shelf::open(&readers)?;
        let shared = Shared {
            sender: Mutex::new(Some(sender)),
            owner: Mutex::new(Some(thread)),
            readers,
            clock: config.clock,
            scratch: scratch_beside(config.path),
            turned_away,
            uploading: Mutex::default(),
            packs,
            backing_up: AtomicBool::new(false),
        };
        Ok(Opened { engine: Self { shared: Arc::new(shared) }, salvage })
    }

    /// Tells a position. Returns at once; what it leads to is durable after the next commit or [`Engine::flush`].
    ///
    /// # Errors
    /// [`CoreError::Busy`] where the owner is behind (the call is counted), [`CoreError::Closed`].
    pub fn fix(&self, fix: Fix) -> Result<(), CoreError> {
        self.tell(Message::Fix(fix))
    }

    /// Tells what a radio heard. Returns at once, like [`Engine::fix`].
    ///
    /// # Errors
    /// [`CoreError::Busy`] where the owner is behind (the call is counted), [`CoreError::Closed`].
    pub fn scan(&self, scan: Scan) -> Result<(), CoreError> {
        self.tell(Message::Scan(scan))
    }

    /// Starts a trip; one that still runs is ended first.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn begin_trip(&self) -> Result<TripId, CoreError> {
        self.call(Owner::begin_trip)
    }

    /// The trip that runs; none between trips and before the first thing heard in one.
    ///
    /// # Errors
    /// [`CoreError::Closed`].
    pub fn trip(&self) -> Result<Option<TripId>, CoreError> {
        self.call(|owner| Ok(owner.trip))
    }

    /// Ends the trip: what waits for a position is paired with what there is, and all of it is made durable.
    ///
    /// # Errors
    /// As for [`Engine::flush`]; the trip then still runs.
    pub fn end_trip(&self) -> Result<(), CoreError> {
        self.call(Owner::end_trip)
    }

    /// Makes everything told before durable: afterwards it survives the end of the process and the loss of power.
    ///
    /// # Errors
    /// [`CoreError::DiskFull`], [`CoreError::Locked`], [`CoreError::ReadOnly`]: nothing is lost, it stays in memory and is
    /// tried again with the next commit.
    pub fn flush(&self) -> Result<(), CoreError> {
        self.call(Owner::flush)
    }

    /// How many fixes and scans were turned away because the owner was behind or could not store.
    pub fn turned_away(&self) -> u64 {
        self.shared.turned_away.load(Ordering::Relaxed)
    }

    /// Makes everything durable and closes the database; every later call answers [`CoreError::Closed`]. Unless something is
    /// being read, all of it is in the one file then, which may be copied.
    ///
    /// # Errors
    /// As for [`Engine::flush`]; closed all the same.
    pub fn close(&self) -> Result<(), CoreError> {
        let flushed = self.flush();
        self.shared.stop();
        flushed
    }

    fn tell(&self, message: Message) -> Result<(), CoreError> {
        let sender = self.shared.sender()?;
        sender.try_send(message).map_err(|e| match e {
            TrySendError::Full(_) => {
                self.shared.turned_away.fetch_add(1, Ordering::Relaxed);
                CoreError::Busy
            }
            TrySendError::Disconnected(_) => CoreError::Closed,
        })
    }

    /// Has the owner do something between messages and waits for the answer.
    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, CoreError> {
        let (answer, receiver) = sync_channel(1);
        let message = Message::Call(Box::new(move |owner| {
            // Nobody waits any more: nothing to tell.
            let _ = answer.send(work(owner));
        }));
        self.shared.sender()?.send(message).map_err(|_| CoreError::Closed)?;
        receiver.recv().map_err(|_| CoreError::Closed)?
    }
}

fn scratch_beside(path: PathBuf) -> PathBuf {
    let mut name = path.into_os_string();
    name.push(".import-copy");
    name.into()
}

impl Shared {
    fn sender(&self) -> Result<SyncSender<Message>, CoreError> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(CoreError::Closed)
    }

    fn stop(&self) {
        // Before the owner hears of it, so that its connection is the last to be closed.
        self.readers.close_idle();
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(owner) = self.owner.lock().unwrap_or_else(PoisonError::into_inner).take()
            && owner.join().is_err()
        {
            log::error!("engine: the owner thread panicked");
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod merge_tests;
#[cfg(test)]
mod outbox_tests;
#[cfg(test)]
mod pack_tests;
#[cfg(test)]
mod tests;
