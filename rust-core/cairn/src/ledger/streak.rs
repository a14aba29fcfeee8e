//! Days in a row, for somebody who travels.
//!
//! Two dates belong to one streak when the later one is the next date, or when one date lies between them and the clock was
//! put forward by [`LONG_FLIGHT_MIN`] or more on the way: that date was spent in the air, or flown over with the date line.
//! Flying west only repeats dates, which breaks nothing. Whoever stays in one zone is forgiven nothing.

use super::Day;
use crate::model::Millis;

/// Clocks put forward by this much, in minutes, mean a long flight east. With 6 h nobody who collects at least every 18 h
/// can lose a streak, whatever they fly: less than a whole date is then left between any two dates of theirs.
const LONG_FLIGHT_MIN: i32 = 6 * 60;

/// The clock at the two ends of a local day: when, and how many minutes ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) first_utc: Millis,
    pub(crate) first_offset: i16,
    pub(crate) last_utc: Millis,
    pub(crate) last_offset: i16,
}

impl Clock {
    /// Of a single moment.
    pub(crate) const fn at(utc: Millis, offset: i16) -> Self {
        Self { first_utc: utc, first_offset: offset, last_utc: utc, last_offset: offset }
    }

    /// Of this and other moments of the same day.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        let (first, last) = (
            (self.first_utc, self.first_offset).min((other.first_utc, other.first_offset)),
            (self.last_utc, self.last_offset).max((other.last_utc, other.last_offset)),
        );
        Self { first_utc: first.0, first_offset: first.1, last_utc: last.0, last_offset: last.1 }
    }
}

/// A day on which something was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreakDay {
    pub(crate) day: Day,
    pub(crate) clock: Clock,
    /// Its number in its streak: 1 on the first day.
    pub(crate) number: u32,
}

impl StreakDay {
    /// The day, numbered after the nearest day before it.
    pub(crate) fn after(previous: Option<Self>, day: Day, clock: Clock) -> Self {
        let number = previous.filter(|previous| previous.goes_on(day, clock)).map_or(1, |previous| previous.number + 1);
        Self { day, clock, number }
    }

    /// Whether its streak goes on with `day`, nothing having been heard between the two.
    fn goes_on(&self, day: Day, clock: Clock) -> bool {
        match day.since(self.day) {
            1 => true,
            2 => i32::from(clock.first_offset) - i32::from(self.clock.last_offset) >= LONG_FLIGHT_MIN,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The streaks of somebody heard at those moments (hours UTC) on those clocks (hours ahead).
    fn streaks(moments: &[(f64, i16)]) -> Vec<u32> {
        let mut days = BTreeMap::new();
        for &(hour, ahead) in moments {
            let (utc, offset) = (Millis((hour * 3_600_000.0) as i64), ahead * 60);
            let clock = Clock::at(utc, offset);
            days.entry(Day::at(utc, offset)).and_modify(|known: &mut Clock| *known = known.and(clock)).or_insert(clock);
        }
        let mut lengths = Vec::new();
        let mut previous = None;
        for (day, clock) in days {
            let this = StreakDay::after(previous, day, clock);
            if this.number > 1 {
                lengths.pop();
            }
            lengths.push(this.number);
            previous = Some(this);
        }
        lengths
    }

    /// Hours UTC at a local hour of a day on clocks `ahead` of UTC.
    fn local(day: i32, hour: f64, ahead: i16) -> (f64, i16) {
        (f64::from(day) * 24.0 + hour - f64::from(ahead), ahead)
    }

    #[test]
    fn a_date_flown_over_with_the_date_line_does_not_break_a_streak() {
        // Los Angeles on Saturday and Sunday, Sydney from Tuesday on.
        let flight = [local(101, 12.0, -7), local(102, 12.0, -7), local(104, 9.0, 10), local(105, 9.0, 10)];
        assert_eq!(streaks(&flight), [4]);
    }

    #[test]
    fn a_date_spent_in_the_air_does_not_break_a_streak() {
        // London on Sunday evening, Sydney on Tuesday morning.
        assert_eq!(streaks(&[local(102, 20.0, 0), local(104, 6.0, 10)]), [2]);
    }

    #[test]
    fn a_date_lived_twice_counts_once() {
        // Auckland on Monday and Tuesday, Los Angeles on Monday again and Tuesday.
        let flight = [local(102, 9.0, 12), local(103, 9.0, 12), local(102, 20.0, -7), local(103, 9.0, -7)];
        assert_eq!(streaks(&flight), [2]);
    }

    #[test]
    fn a_day_at_home_without_a_report_breaks_a_streak_even_if_summer_time_begins() {
        assert_eq!(streaks(&[local(100, 23.0, 1), local(102, 1.0, 2)]), [1, 1]);
    }

    #[test]
    fn two_skipped_dates_are_never_forgiven() {
        assert_eq!(streaks(&[local(100, 12.0, -12), local(103, 12.0, 14)]), [1, 1]);
    }

    proptest! {
        #[test]
        fn whoever_collects_every_eighteen_hours_never_loses_a_streak_wherever_they_fly(
            steps in prop::collection::vec((0.0_f64..18.0, -12_i16..=14), 1..60),
        ) {
            let mut hour = 1_000.0;
            let moments: Vec<_> = steps.iter().map(|&(wait, ahead)| { hour += wait; (hour, ahead) }).collect();
            prop_assert_eq!(streaks(&moments).len(), 1);
        }

        #[test]
        fn in_one_zone_streaks_are_runs_of_dates(days in prop::collection::btree_set(100_i32..160, 1..40), ahead in -12_i16..=14) {
            let moments: Vec<_> = days.iter().map(|&day| local(day, 12.0, ahead)).collect();
            let breaks = days.iter().zip(days.iter().skip(1)).filter(|(a, b)| *b - *a > 1).count();
            let lengths = streaks(&moments);
            prop_assert_eq!(lengths.len(), breaks + 1);
            prop_assert_eq!(lengths.iter().sum::<u32>() as usize, days.len());
        }
    }
}
