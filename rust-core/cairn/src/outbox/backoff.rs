//! When to try again after a failure.

use rand::{Rng, RngExt};

use crate::model::Millis;

/// No service is left alone for longer; and a next attempt farther off than this was set by a wrong clock.
pub const MAX_WAIT: Millis = Millis::from_hours(6);

/// The longest wait after a first failure: services ask for "a couple of minutes" (ichnaea's documentation).
const FIRST: Millis = Millis::from_mins(2);

/// The shortest wait, so that chance does not make a hammer of us.
const LEAST: Millis = Millis::from_secs(5);

/// The time of the next attempt after so many failures in a row (at least one): at random between nothing and a limit that
/// doubles each time, so that the phones of a city do not come back together ("full jitter"). What the service asked for wins.
pub fn next_attempt(now: Millis, failures: u32, asked: Option<Millis>, chance: &mut impl Rng) -> Millis {
    let limit = FIRST.0.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(MAX_WAIT.0);
    let wait = asked.map_or_else(|| chance.random_range(0..=limit), |a| a.0).clamp(LEAST.0, MAX_WAIT.0);
    now + Millis(wait)
}

/// Whether a service may be asked now. The wall clock may have been set since the time was chosen: one that lies beyond the
/// longest wait is as good as past.
pub fn is_due(next_attempt: Option<Millis>, now: Millis) -> bool {
    next_attempt.is_none_or(|at| at <= now || at - now > MAX_WAIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn a_clock_set_back_a_day_does_not_make_it_wait_a_day() {
        let now = Millis::from_days(20_000);
        let at = next_attempt(now, 3, None, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(!is_due(Some(at), at - Millis(1)));
        assert!(is_due(Some(at), at));
        assert!(is_due(Some(at), now - Millis::from_days(1)));
        assert!(is_due(Some(at), now + Millis::from_days(1)));
    }

    #[test]
    fn what_the_service_asks_for_wins_within_bounds() {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        let mut wait = |asked| next_attempt(Millis(0), 9, Some(asked), &mut chance);
        assert_eq!(wait(Millis::from_secs(90)), Millis::from_secs(90));
        assert_eq!(wait(Millis::from_days(9)), MAX_WAIT);
        assert_eq!(wait(Millis(0)), LEAST);
    }

    proptest! {
        #[test]
        fn waits_stay_within_their_limits_and_grow_with_failures(failures in 1_u32..100, seed in any::<u64>()) {
            let at = next_attempt(Millis(0), failures, None, &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert!(at >= LEAST && at <= MAX_WAIT);
            if failures == 1 {
                prop_assert!(at <= FIRST);
            }
        }
    }
}
