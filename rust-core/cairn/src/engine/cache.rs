//! The emitters around the phone, in memory: a street's emitters are read once, not with every scan.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::Connection;

use crate::intake::{Emitters, Known};
use crate::model::EmitterKey;
use crate::store::{StoreError, emitters};

/// Emitters held: a dense city's worth of a day's walk, about 6 MB. When more come, those that are stored are let go.
const CAPACITY: usize = 20_000;

/// What was only counted teaches little more: it is written with the next flush, or when so many emitters wait.
const MAX_LAZY: usize = 2_048;

#[derive(Default)]
pub(super) struct Cache {
    known: HashMap<EmitterKey, Entry, BuildHasherDefault<KeyHasher>>,
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

struct Entry {
    known: Known,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// As in the store.
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
        for key in keys {
            if !self.known.contains_key(&key)
                && let Some(known) = emitters::read(db, key)?
            {
                self.known.insert(key, Entry { known, state: State::Stored });
            }
        }
        Ok(())
    }

    /// Whether the next commit writes what was lazily learned, too.
    fn writes_all(&self) -> bool {
        self.want_all || self.lazy > MAX_LAZY
    }

    /// Works out the places of what the next commit has to write.
    pub fn settle(&mut self) {
        let all = self.writes_all();
        for entry in self.known.values_mut().filter(|e| e.state.is_written(all)) {
            entry.known.learned = entry.known.learned.settled();
        }
    }

    /// What the next commit has to write.
    pub fn dirty(&self) -> impl Iterator<Item = (EmitterKey, &Known)> {
        let all = self.writes_all();
        self.known.iter().filter(move |(_, e)| e.state.is_written(all)).map(|(key, e)| (*key, &e.known))
    }

    /// Whether a commit has something to write.
    pub fn has_urgent(&self) -> bool {
        self.urgent > 0 || (self.writes_all() && self.lazy > 0)
    }

    /// Has the next commit write everything, lazily learned emitters too.
    pub fn want_all_written(&mut self) {
        self.want_all = true;
    }

    /// What [`Cache::dirty`] named has been committed.
    pub fn written(&mut self) {
        let all = self.writes_all();
        if self.urgent > 0 || all {
            for entry in self.known.values_mut() {
                if entry.state == State::Urgent || all {
                    entry.state = State::Stored;
                }
            }
        }
        self.urgent = 0;
        if all {
            self.lazy = 0;
            self.want_all = false;
        }
        if self.known.len() > CAPACITY {
            self.known.retain(|_, e| e.state != State::Stored);
        }
    }

    /// Forgets what was learned since the last commit: the group it belongs to was given up.
    pub fn forget_unwritten(&mut self) {
        self.known.retain(|_, e| e.state == State::Stored);
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
        self.known.get(&key).map(|e| &e.known)
    }

    fn put(&mut self, key: EmitterKey, known: Known, kept: bool) {
        let entry = self.known.entry(key).or_insert(Entry { known, state: State::Stored });
        let state = if kept || entry.state == State::Urgent { State::Urgent } else { State::Lazy };
        match (entry.state, state) {
            (State::Stored, State::Lazy) => self.lazy += 1,
            (State::Stored, State::Urgent) => self.urgent += 1,
            (State::Lazy, State::Urgent) => {
                self.lazy -= 1;
                self.urgent += 1;
            }
            _ => {}
        }
        *entry = Entry { known, state };
    }
}
