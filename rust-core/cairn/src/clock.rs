//! Time as the engine reads it: handed in, so that years can be replayed in seconds and a clock that jumps can be tested.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::model::Millis;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment, counting through sleep; never jumps. For pacing, leases within a process, pairing.
    fn mono(&self) -> Millis;
    /// Time since 1970 in UTC; the user and the network may set it at will. For records, and for what must outlive the process.
    fn utc(&self) -> Millis;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// The machine's clocks; monotonic time starts now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn mono(&self) -> Millis {
        Millis(i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    fn utc(&self) -> Millis {
        // Before 1970 only on a phone with a dead clock; zero then says "unknown" as well as any negative number would.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
