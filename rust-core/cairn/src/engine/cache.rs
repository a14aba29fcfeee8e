//! The emitters around the phone, in memory: a street's emitters are read once, not with every scan.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::Connection;

use crate::intake::{Emitters, Known, Verdict};
use crate::model::EmitterKey;
use crate::store::{StoreError, emitters};

/// Emitters held: a dense city's worth of a day's walk, about 6 MB. When more come, those that are stored are let go.
const CAPACITY: usize = 20_000;

/// What was only counted teaches little more: it is written with the next flush, or when so many emitters wait.
const MAX_LAZY: usize = 2_048;

#[derive(Default)]
pub(super) struct Cache {
    known: HashMap<EmitterKey, Held, BuildHasherDefault<KeyHasher>>,
    /// Who was learned from since the last commit, each once and in no order: a commit looks at no others.
    news: Vec<EmitterKey>,
    lazy: usize,
    urgent: usize,
    want_all: bool,
}

/// Keys are single numbers and looked up several times a sighting: mixed by one multiplication (Fibonacci hashing), not by
/// the standard library's cipher.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_i64(i64::from(byte));
        }
    }

    fn write_i64(&mut self, key: i64) {
        self.0 = (self.0 ^ key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

struct Held {
    known: Known,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// As in the store, or on the way to it.
    Stored,
    /// Learned from a sighting that was not kept.
    Lazy,
    /// Learned from a sighting that is kept in this group: goes with it.
    Urgent,
}

impl State {
    /// Whether the next commit writes it; `all` where it writes what was lazily learned, too.
    fn is_written(self, all: bool) -> bool {
        self == Self::Urgent || (all && self == Self::Lazy)
    }
}

impl Cache {
    /// Makes sure that what is known of these emitters is here.
    pub fn load(&mut self, db: &Connection, keys: impl Iterator<Item = EmitterKey>) -> Result<(), StoreError> {
        let mut unknown = keys.filter(|key| !self.known.contains_key(key)).peekable();
        if unknown.peek().is_none() {
            return Ok(());
        }
        // One look at the database for all of them: each by itself would be locked and unlocked.
        let seen = db.unchecked_transaction()?;
        let mut reader = emitters::Reader::new(&seen)?;
        let mut found = Vec::new();
        for key in unknown {
            found.extend(reader.read(key)?.map(|known| (key, Held { known, state: State::Stored })));
        }
        self.known.extend(found);
        Ok(())
    }

    /// Whether the next commit writes what was lazily learned, too.
    fn writes_all(&self) -> bool {
        self.want_all || self.lazy > MAX_LAZY
    }

    /// What is to be stored now, with its place worked out where that never happened. It counts as stored from here on; whoever
    /// takes it keeps it until it is.
    pub fn take_news(&mut self) -> Vec<(EmitterKey, Known)> {
        let all = self.writes_all();
        let mut taken = Vec::with_capacity(self.urgent);
        let known = &mut self.known;
        self.news.retain(|key| {
            let Some(held) = known.get_mut(key) else { return false };
            let is_written = held.state.is_written(all);
            if is_written {
                held.known.learned.settle_to_store();
                held.state = State::Stored;
                taken.push((*key, held.known));
            }
            !is_written
        });
        self.urgent = 0;
        if all {
            self.lazy = 0;
            self.want_all = false;
        }
        taken
    }

    /// Whether a commit has something to write.
    pub fn has_urgent(&self) -> bool {
        self.urgent > 0 || (self.writes_all() && self.lazy > 0)
    }

    /// Has the next commit write everything, lazily learned emitters too.
    pub fn want_all_written(&mut self) {
        self.want_all = true;
    }

    /// Lets go of what is stored where there is too much. Only when all that was taken to be stored is.
    pub fn trim(&mut self) {
        if self.known.len() > CAPACITY {
            self.known.retain(|_, held| held.state != State::Stored);
        }
    }

    /// Forgets emitters whose news was taken but could not be stored.
    pub fn forget(&mut self, keys: impl Iterator<Item = EmitterKey>) {
        for key in keys {
            self.known.remove(&key);
        }
    }

    /// Forgets what was learned since the last commit: the group it belongs to was given up.
    pub fn forget_unwritten(&mut self) {
        for key in self.news.drain(..) {
            self.known.remove(&key);
        }
        self.lazy = 0;
        self.urgent = 0;
    }

    /// Forgets everything: the store was changed behind it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Emitters for Cache {
    fn get(&self, key: EmitterKey) -> Option<&Known> {
        self.known.get(&key).map(|held| &held.known)
    }

    fn put(&mut self, key: EmitterKey, known: Known) {
        self.known.insert(key, Held { known, state: State::Urgent });
        self.news.push(key);
        self.urgent += 1;
    }

    fn teach(&mut self, key: EmitterKey, lesson: impl FnOnce(&mut Known) -> Verdict) -> Option<Verdict> {
        let held = self.known.get_mut(&key)?;
        let verdict = lesson(&mut held.known);
        if held.state == State::Stored {
            held.state = State::Lazy;
            self.lazy += 1;
            self.news.push(key);
        }
        if verdict == Verdict::Keep && held.state == State::Lazy {
            held.state = State::Urgent;
            self.lazy -= 1;
            self.urgent += 1;
        }
        Some(verdict)
    }
}
