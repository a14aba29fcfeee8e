//! What goes wrong between a phone and a service, by script or by seeded chance.
//!
//! It only says which fault is next; [`crate::http`] carries it out.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// One thing that goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers this status, with an optional Retry-After, and processes nothing.
    Status(u16, Option<RetryAfter>),
    /// Answers rightly, but so much later.
    Delay(Duration),
    /// Resets the connection once the headers are in; nothing is processed.
    ResetBeforeBody,
    /// Processes the request and resets the connection instead of answering: the client cannot know.
    ResetAfterAccepting,
    /// Processes the request, promises a long answer and ends the connection in the middle of it.
    Truncated,
    /// A hotel's log-in page, with status 200.
    CaptivePortal,
    /// A 302 to this address.
    Redirect(String),
}

/// The two ways to write a Retry-After header (RFC 9110, 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds from now, as a number.
    Seconds(u32),
    /// So many seconds from now, as a date.
    DateIn(u32),
}

impl RetryAfter {
    /// The header's value at `now`.
    pub fn header(self, now: SystemTime) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::DateIn(seconds) => httpdate::fmt_http_date(now + Duration::from_secs(seconds.into())),
        }
    }
}

type Poison = Arc<dyn Fn(&Value) -> bool + Send + Sync>;

/// Which faults the next requests meet. `/health` never meets any.
#[derive(Clone, Default)]
pub struct FaultScript {
    next: VecDeque<Option<Fault>>,
    chance: Option<Chance>,
    rules: Rules,
}

/// What is refused however often it is sent.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    pub poison: Option<Poison>,
    pub max_bytes: Option<usize>,
    pub max_items: Option<usize>,
}

#[derive(Clone)]
struct Chance {
    rng: ChaCha8Rng,
    probability: f64,
    kinds: Vec<Fault>,
}

impl FaultScript {
    /// A service that does what it should.
    pub fn none() -> Self {
        Self::default()
    }

    /// The next requests meet these, in order; `None` goes well, and so does everything after the last.
    #[must_use]
    pub fn then(mut self, faults: impl IntoIterator<Item = Option<Fault>>) -> Self {
        self.next.extend(faults);
        self
    }

    /// Once the script is over, each request meets one of `kinds` with this probability (0 to 1), the same for the same seed.
    #[must_use]
    pub fn random(mut self, seed: u64, probability: f64, kinds: Vec<Fault>) -> Self {
        self.chance =
            Some(Chance { rng: ChaCha8Rng::seed_from_u64(seed), probability: probability.clamp(0.0, 1.0), kinds });
        self
    }

    /// Refuses every batch that has an item for which `poisoned` holds, in the words of the mode.
    #[must_use]
    pub fn poison(mut self, poisoned: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.rules.poison = Some(Arc::new(poisoned));
        self
    }

    /// Answers 413 to bodies of more bytes than this, counted as sent.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.rules.max_bytes = Some(bytes);
        self
    }

    /// Answers 413 to batches of more items than this.
    #[must_use]
    pub const fn max_items(mut self, items: usize) -> Self {
        self.rules.max_items = Some(items);
        self
    }

    /// What applies to every request.
    pub(crate) fn rules(&self) -> Rules {
        self.rules.clone()
    }

    /// The fault of the next request.
    pub(crate) fn next_fault(&mut self) -> Option<Fault> {
        if let Some(scripted) = self.next.pop_front() {
            return scripted;
        }
        let chance = self.chance.as_mut()?;
        if chance.kinds.is_empty() || !chance.rng.random_bool(chance.probability) {
            return None;
        }
        let kind = chance.rng.random_range(0..chance.kinds.len());
        Some(chance.kinds[kind].clone())
    }
}

impl fmt::Debug for FaultScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultScript")
            .field("next", &self.next)
            .field("random", &self.chance.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_runs_once_and_then_all_is_well() {
        let mut script = FaultScript::none().then([Some(Fault::Truncated), None, Some(Fault::CaptivePortal)]);
        let met: Vec<_> = (0..4).map(|_| script.next_fault()).collect();
        assert_eq!(met, [Some(Fault::Truncated), None, Some(Fault::CaptivePortal), None]);
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed_and_about_as_frequent_as_asked() {
        let draw = |seed| {
            let mut script = FaultScript::none().random(seed, 0.3, vec![Fault::Truncated, Fault::ResetBeforeBody]);
            (0..1000).map(|_| script.next_fault()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let faults = draw(7).iter().flatten().count();
        assert!((250..350).contains(&faults), "{faults} of 1000");
    }

    #[test]
    fn retry_after_is_written_as_number_or_date() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(RetryAfter::Seconds(90).header(now), "90");
        assert_eq!(RetryAfter::DateIn(90).header(now), "Thu, 01 Jan 1970 00:01:30 GMT");
    }
}
