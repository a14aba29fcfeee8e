//! Keeps our WiFi scans within what Android allows, and learns from being refused. Knows no cadence: only when the next may be.

use std::collections::VecDeque;

use super::policy::{THROTTLED_FIRST, THROTTLED_LONGEST, WIFI_SCANS_PER_WINDOW, WIFI_WINDOW, doubled};
use crate::model::Millis;

/// A sliding window over the scans we asked for. Scans of other apps do not count against us.
#[derive(Clone, Debug, Default)]
pub(super) struct Limiter {
    asked: VecDeque<Millis>,
    refusals_in_a_row: u32,
    blocked_until: Option<Millis>,
    ever_refused: bool,
}

impl Limiter {
    /// The limiter of a process that does not know what its dead predecessor has asked for: as if just refused.
    pub(super) fn after_restart(now: Millis) -> Self {
        Self { blocked_until: Some(now + THROTTLED_FIRST), ..Self::default() }
    }

    /// Earliest time for the next scan. `unthrottled` is believed until the system has refused once.
    pub(super) fn free_at(&self, unthrottled: bool) -> Millis {
        let window = if self.unlimited(unthrottled) || self.asked.len() < WIFI_SCANS_PER_WINDOW {
            None
        } else {
            self.asked.front().map(|&oldest| oldest + WIFI_WINDOW)
        };
        window.max(self.blocked_until).unwrap_or(Millis(i64::MIN))
    }

    /// Whether the limit does not apply.
    pub(super) const fn unlimited(&self, unthrottled: bool) -> bool {
        unthrottled && !self.ever_refused
    }

    /// A scan was asked for.
    pub(super) fn asked(&mut self, now: Millis) {
        if self.asked.len() == WIFI_SCANS_PER_WINDOW {
            self.asked.pop_front();
        }
        self.asked.push_back(now);
    }

    /// The system refused a scan: somebody's requests count that we do not know of.
    pub(super) fn refused(&mut self, now: Millis) {
        self.ever_refused = true;
        self.blocked_until = Some(now + doubled(THROTTLED_FIRST, self.refusals_in_a_row, THROTTLED_LONGEST));
        self.refusals_in_a_row += 1;
    }

    /// A scan that we asked for was carried out.
    pub(super) fn granted(&mut self) {
        self.refusals_in_a_row = 0;
        self.blocked_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_scan_waits_until_the_first_has_left_the_window() {
        let mut limiter = Limiter::default();
        for second in [0, 10, 20, 30] {
            assert!(limiter.free_at(false) <= Millis::from_secs(second));
            limiter.asked(Millis::from_secs(second));
        }
        assert_eq!(limiter.free_at(false), WIFI_WINDOW);
        limiter.asked(WIFI_WINDOW);
        assert_eq!(limiter.free_at(false), Millis::from_secs(10) + WIFI_WINDOW);
    }

    #[test]
    fn refusals_lengthen_the_wait_until_a_scan_is_granted() {
        let mut limiter = Limiter::default();
        for wait in [30, 60, 120, 240, 480, 480] {
            limiter.refused(Millis(0));
            assert_eq!(limiter.free_at(false), Millis::from_secs(wait));
        }
        limiter.granted();
        limiter.refused(Millis(0));
        assert_eq!(limiter.free_at(false), Millis::from_secs(30));
    }

    #[test]
    fn a_phone_said_to_be_unthrottled_is_believed_until_it_refuses() {
        let mut limiter = Limiter::default();
        (0..100).for_each(|ms| limiter.asked(Millis(ms)));
        assert!(limiter.free_at(true) <= Millis(100));
        limiter.refused(Millis(100));
        limiter.granted();
        assert!(limiter.free_at(true) > Millis::from_mins(2));
    }
}
