//! Whether a sensor that failed may run again, and when: later after each failure, and no more when it flaps.

use std::collections::VecDeque;

use super::policy::{FLAP_FAILURES, FLAP_WINDOW, RESTART_FIRST, RESTART_GROWTH, RESTART_LONGEST, grown};
use crate::model::Millis;

/// One sensor's recent failures.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    failures: VecDeque<Millis>,
    failures_in_a_row: u32,
    restart_at: Option<Millis>,
    given_up: bool,
}

impl Health {
    /// It failed while running.
    pub(super) fn failed(&mut self, now: Millis) {
        self.failures.retain(|&before| now - before < FLAP_WINDOW);
        self.failures.push_back(now);
        self.given_up = self.failures.len() >= FLAP_FAILURES;
        let delay = grown(RESTART_FIRST, RESTART_GROWTH, self.failures_in_a_row, RESTART_LONGEST);
        self.restart_at = Some(now + delay);
        self.failures_in_a_row += 1;
    }

    /// It gave a result: the next failure is a new one. It still counts towards flapping.
    pub(super) fn worked(&mut self) {
        self.failures_in_a_row = 0;
    }

    /// Whether it may run now.
    pub(super) fn may_run(&self, now: Millis) -> bool {
        !self.given_up && self.restart_at.is_none_or(|at| at <= now)
    }

    /// Whether it has been given up.
    pub(super) const fn given_up(&self) -> bool {
        self.given_up
    }

    /// When it may run again, if it has to wait.
    pub(super) fn deadline(&self, now: Millis) -> Option<Millis> {
        self.restart_at.filter(|&at| at > now && !self.given_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_delays_the_restart_more() {
        let mut health = Health::default();
        let mut now = Millis(0);
        for delay in [2, 8, 32, 128, 512] {
            health.failed(now);
            assert_eq!(health.deadline(now), Some(now + Millis::from_secs(delay)));
            assert!(!health.may_run(now));
            now = now + Millis::from_secs(delay);
            assert!(health.may_run(now));
        }
        health.failed(now);
        assert!(health.given_up() && health.deadline(now).is_none());
        assert!(!health.may_run(now + Millis::from_days(1)));
    }

    #[test]
    fn one_that_works_in_between_restarts_soon_but_is_given_up_when_it_flaps() {
        let mut health = Health::default();
        for minute in 0..5 {
            let now = Millis::from_mins(minute);
            health.failed(now);
            assert_eq!(health.deadline(now), Some(now + RESTART_FIRST));
            health.worked();
        }
        health.failed(Millis::from_mins(5));
        assert!(health.given_up());
    }

    #[test]
    fn one_that_fails_now_and_then_is_never_given_up() {
        let mut health = Health::default();
        for failure in 0..100 {
            health.failed(Millis::from_mins(7 * failure));
            assert!(!health.given_up());
        }
        let now = Millis::from_mins(7 * 99);
        assert_eq!(health.deadline(now), Some(now + RESTART_LONGEST));
    }
}
