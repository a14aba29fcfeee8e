//! Something long under way: looked at and stopped from another thread than the one that does it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far something long is, and the way to stop it. Make one, hand it to the call, and look at it meanwhile.
#[derive(Debug, Default, uniffi::Object)]
pub struct Work {
    done: AtomicU64,
    of: AtomicU64,
    rows: AtomicU64,
    pub(crate) cancel: AtomicBool,
}

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WorkProgress {
    /// Units done: bytes of an import, reports of an export.
    pub done: u64,
    /// All there are to do; zero where that is not known.
    pub of: u64,
    /// Rows taken in, or reports written.
    pub rows: u64,
}

#[uniffi::export]
impl Work {
    /// Nothing done yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Asks it to end as soon as it can; the call then throws `Cancelled`, and what was done stays done.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// How far it is.
    pub fn progress(&self) -> WorkProgress {
        let [done, of, rows] = [&self.done, &self.of, &self.rows].map(|n| n.load(Ordering::Relaxed));
        WorkProgress { done, of, rows }
    }
}

impl Work {
    pub(crate) fn set(&self, done: u64, of: u64, rows: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        self.rows.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
