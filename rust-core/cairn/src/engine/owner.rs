//! The thread that owns everything that changes: takes messages one by one and commits in groups.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;

use super::cache::Cache;
use super::group::Group;
use super::writer::Writer;
use crate::intake::{Guard, Intake, Passage};
use crate::model::{Fix, Millis, Scan, TripId};
use crate::store::{StoreError, guard as stored_guard, reports};
use crate::{Clock, CoreError};

/// What the owner is told.
pub(super) enum Message {
    Fix(Fix),
    Scan(Scan),
    Call(Box<dyn FnOnce(&mut Owner) + Send>),
    /// Takes long, and takes what else is told off the channel meanwhile.
    Long(Box<LongCall>),
}

/// What takes long, with the channel that it is to keep from filling.
pub(super) type LongCall = dyn FnOnce(&mut Owner, &Receiver<Message>) + Send;

/// Commits are at most this far apart while there is anything to commit: what a killed process may lose at most.
const COMMIT_EVERY: Millis = Millis(2_000);

/// A commit after so many scans at the latest: bounds the work of one transaction.
const COMMIT_SCANS: u32 = 256;

/// Reports held in memory while the store cannot take them (disk full, locked): some hours of collecting, about 50 MB.
const MAX_HELD: usize = 20_000;

/// An opened database, as its owner uses it.
pub(super) struct Files {
    /// The connection that writes.
    pub db: Connection,
    /// One that only reads.
    pub reader: Connection,
    /// Held while the database is open.
    pub lock: File,
}

/// All mutable state of the engine.
pub(super) struct Owner {
    /// For what is known of emitters, also while the writer stores. Closed before the connection that writes: the one closed last
    /// brings the log into the database.
    pub reader: Connection,
    pub writer: Writer,
    /// Held while the database is open, never read.
    _lock: File,
    pub clock: Arc<dyn Clock>,
    pub chance: ChaCha8Rng,
    pub intake: Intake,
    pub guard: Guard,
    pub cache: Cache,
    pub group: Group,
    /// Ended groups that are not stored yet: several only where that failed.
    pub sealed: Vec<Group>,
    /// Fixes and scans that could not be taken in.
    turned_away: Arc<AtomicU64>,
    pub trip: Option<TripId>,
    pub next_trip: TripId,
    /// Passages that wait for the database to be readable.
    pub unweighed: VecDeque<Passage>,
    /// Told while something long was done, still to be looked at.
    pub deferred: VecDeque<Message>,
    /// When a commit was last tried.
    pub last_commit: Millis,
}

impl Owner {
    pub fn new(
        Files { db, reader, lock }: Files,
        clock: Arc<dyn Clock>,
        seed: u64,
        turned_away: Arc<AtomicU64>,
    ) -> Result<Self, StoreError> {
        reports::close_open_trips(&db)?;
        let guard = stored_guard::load(&db)?;
        let last_commit = clock.mono();
        let next_trip = reports::next_trip(&db)?;
        Ok(Self {
            reader,
            writer: Writer::new(db)?,
            _lock: lock,
            clock,
            chance: ChaCha8Rng::seed_from_u64(seed),
            intake: Intake::default(),
            guard,
            cache: Cache::default(),
            group: Group::default(),
            sealed: Vec::new(),
            turned_away,
            trip: None,
            next_trip,
            unweighed: VecDeque::new(),
            deferred: VecDeque::new(),
            last_commit,
        })
    }

    /// Works until the channel ends, then makes what is left durable.
    pub fn run(&mut self, messages: &Receiver<Message>) {
        loop {
            match self.next(messages) {
                Ok(Message::Fix(fix)) => self.fix(fix),
                Ok(Message::Scan(scan)) => self.scan(scan),
                Ok(Message::Call(work)) => {
                    self.await_writer();
                    work(self);
                }
                Ok(Message::Long(work)) => {
                    self.await_writer();
                    work(self, messages);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.group.scans >= COMMIT_SCANS || self.until_commit().0 <= 0 {
                self.commit_meanwhile();
            }
        }
        if let Err(e) = self.end_trip() {
            log::error!("engine: closing left data behind: {e}");
        }
    }

    /// The next message; with nothing to commit it is waited for without an end, so that an idle phone is not woken.
    fn next(&mut self, messages: &Receiver<Message>) -> Result<Message, RecvTimeoutError> {
        if let Some(message) = self.deferred.pop_front() {
            return Ok(message);
        }
        if self.is_idle() {
            return messages.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        messages.recv_timeout(Duration::from_millis(self.until_commit().0.max(0) as u64))
    }

    /// Whether there is nothing to store, nor anything of which it is not known whether it was.
    fn is_idle(&self) -> bool {
        let is_stored = self.sealed.is_empty() && !self.writer.is_lent();
        is_stored && self.group.is_empty() && !self.cache.has_urgent() && self.unweighed.is_empty()
    }

    fn until_commit(&self) -> Millis {
        COMMIT_EVERY - (self.clock.mono() - self.last_commit)
    }

    fn fix(&mut self, fix: Fix) {
        if self.has_room() {
            let passages = self.intake.fix(fix);
            self.take(passages);
        }
    }

    fn scan(&mut self, scan: Scan) {
        if self.has_room() {
            self.group.scans += 1;
            let passages = self.intake.scan(scan, &self.guard);
            self.take(passages);
        }
    }

    /// Whether more may be taken in. While the store cannot be written, memory fills; what comes then is refused and counted.
    fn has_room(&mut self) -> bool {
        let sealed: usize = self.sealed.iter().map(|group| group.reports.len()).sum();
        let room = sealed + self.group.reports.len() + self.unweighed.len() < MAX_HELD;
        if !room {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
        }
        room
    }

    pub fn begin_trip(&mut self) -> Result<TripId, CoreError> {
        self.end_trip()?;
        Ok(self.running_trip())
    }

    pub fn end_trip(&mut self) -> Result<(), CoreError> {
        self.flush()?;
        if let Some(trip) = self.trip {
            reports::end_trip(self.writer.db()?, trip, self.clock.utc())?;
            self.trip = None;
        }
        self.intake = Intake::default();
        Ok(())
    }

    pub fn flush(&mut self) -> Result<(), CoreError> {
        let rest = self.intake.drain();
        self.take(rest);
        self.cache.want_all_written();
        Ok(self.commit()?)
    }

    /// Reads anew what is remembered of emitters, rules and numbers: it is from before the store was changed.
    pub fn reread(&mut self) -> Result<(), StoreError> {
        self.cache.clear();
        self.guard = stored_guard::load(self.writer.db()?)?;
        self.next_trip = reports::next_trip(self.writer.db()?)?;
        Ok(())
    }

    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.commit_with(|_| Ok(()))
    }
}
