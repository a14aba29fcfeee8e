//! The demo's clock: wall time is the simulated world's, waiting is real.

use std::sync::atomic::{AtomicI64, Ordering};

use cairn::model::Millis;
use cairn::{Clock, SystemClock};

/// Days pass in seconds, but commits still come every two real ones.
pub struct DemoClock {
    real: SystemClock,
    utc: AtomicI64,
}

impl DemoClock {
    pub fn new(utc: Millis) -> Self {
        Self { real: SystemClock::new(), utc: AtomicI64::new(utc.0) }
    }

    /// Sets the wall clock; it never goes back.
    pub fn set(&self, utc: Millis) {
        self.utc.fetch_max(utc.0, Ordering::Relaxed);
    }
}

impl Clock for DemoClock {
    fn mono(&self) -> Millis {
        self.real.mono()
    }

    fn utc(&self) -> Millis {
        Millis(self.utc.load(Ordering::Relaxed))
    }
}
