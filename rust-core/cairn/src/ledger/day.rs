//! Local days, and the weeks and months they make.
//!
//! A day is the date on the walls where something happened, whatever the date in UTC or at home.

use jiff::{ToSpan, civil::Date};

use crate::model::{LatLng, Millis};

/// A local date: days since 1970-01-01, up to 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

/// 9999-12-31, the last date that calendars agree to write.
const LAST: i32 = 2_932_896;

/// 1970-01-01.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Kiribati's clocks are 14 h ahead of UTC, none is further off: more is a mistake.
const MAX_OFFSET_MIN: u16 = 14 * 60;

impl Day {
    /// The day that many days after 1970-01-01, held between 1970 and 9999: no phone was anywhere outside of these.
    pub fn new(number: i32) -> Self {
        Self(number.clamp(0, LAST))
    }

    /// The date at a moment where clocks are `offset_min` minutes ahead of UTC.
    pub fn at(utc: Millis, offset_min: i16) -> Self {
        let local = utc + Millis::from_mins(i64::from(offset_min));
        Self(local.0.div_euclid(Millis::from_days(1).0).clamp(0, i64::from(LAST)) as i32)
    }

    /// The date on the walls of a place at a moment: by the wall clock's minutes ahead of UTC where they are known,
    /// otherwise by the place's nominal zone.
    pub fn local(utc: Millis, utc_offset_min: Option<i16>, place: LatLng) -> Self {
        Self::at(utc, offset_at(utc_offset_min, place))
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Days from `earlier` to this one; negative where that is the later one.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The date in the Gregorian calendar.
    pub fn date(self) -> Date {
        EPOCH.checked_add(self.0.days()).unwrap_or(Date::MAX)
    }

    /// The ISO week it belongs to.
    pub fn week(self) -> Week {
        // 1970-01-01 was a Thursday, three days after a Monday.
        Week(Self(self.0 - (self.0 + 3).rem_euclid(7)))
    }

    /// The calendar month it belongs to.
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }
}

/// Minutes that clocks are ahead of UTC at a place: as told, where that can be true, otherwise those of the nominal zone,
/// the nearest meridian of a whole hour.
pub(super) fn offset_at(told: Option<i16>, place: LatLng) -> i16 {
    match told {
        Some(minutes) if minutes.unsigned_abs() <= MAX_OFFSET_MIN => minutes,
        _ => (place.lon() / 15.0).round() as i16 * 60,
    }
}

/// An ISO 8601 week, Monday to Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Week(Day);

impl Week {
    /// Its Monday; for the week of 1970-01-01 three days before.
    pub const fn monday(self) -> Day {
        self.0
    }

    /// ISO year and number of the week in it, 1 to 53.
    pub fn iso(self) -> (i16, i8) {
        let week = self.0.date().iso_week_date();
        (week.year(), week.week())
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(i32);

impl Month {
    /// The month with that number, see [`Month::number`].
    pub fn new(number: i32) -> Self {
        Self(number.clamp(1970 * 12, 9999 * 12 + 11))
    }

    /// 12 × year + month - 1.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month of the year, 1 to 12.
    pub const fn month(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;
    use proptest::prelude::*;

    use super::*;

    fn day_of(date: Date) -> Day {
        Day::new(EPOCH.until(date).unwrap().get_days())
    }

    fn utc(text: &str) -> Millis {
        Millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn place(lon: f64) -> LatLng {
        LatLng::new(0.0, lon).unwrap()
    }

    #[test]
    fn the_same_moment_is_two_days_on_the_two_sides_of_the_date_line() {
        let noon = utc("2024-05-12T12:30:00Z");
        let west = Day::local(noon, None, place(-179.9));
        let east = Day::local(noon, None, place(179.9));
        assert_eq!(west.date(), Date::constant(2024, 5, 12));
        assert_eq!(east.date(), Date::constant(2024, 5, 13));
    }

    #[test]
    fn the_wall_clock_wins_over_the_meridian_and_nonsense_does_not() {
        // Vigo keeps Berlin's summer time, 2 h ahead, though its meridian is an hour behind.
        let late = utc("2024-05-12T22:30:00Z");
        assert_eq!(Day::local(late, Some(120), place(-8.7)).date(), Date::constant(2024, 5, 13));
        assert_eq!(Day::local(late, None, place(-8.7)).date(), Date::constant(2024, 5, 12));
        assert_eq!(offset_at(Some(i16::MIN + 1), place(-8.7)), -60);
        assert_eq!(offset_at(Some(i16::MIN), place(31.0)), 120);
    }

    #[test]
    fn the_hour_that_summer_time_repeats_stays_in_its_day() {
        let (first, second) = (utc("2024-10-27T00:30:00Z"), utc("2024-10-27T01:30:00Z"));
        assert_eq!(Day::at(first, 120), Day::at(second, 60));
        assert_eq!(Day::at(utc("2024-10-26T21:59:59Z"), 120).date(), Date::constant(2024, 10, 26));
    }

    #[test]
    fn a_week_may_belong_to_the_year_before_and_a_month_never_does() {
        let day = day_of(Date::constant(2027, 1, 1));
        assert_eq!(day.week().iso(), (2026, 53));
        assert_eq!((day.month().year(), day.month().month()), (2027, 1));
    }

    #[test]
    fn clocks_beyond_all_calendars_do_no_harm() {
        for utc in [i64::MIN, -1, i64::MAX] {
            for offset in [i16::MIN, i16::MAX] {
                let day = Day::at(Millis(utc), offset);
                assert!((1970..=9999).contains(&day.date().year()));
                assert!(day.week() <= Day::new(i32::MAX).week() && day.month().year() >= 1970);
            }
        }
    }

    proptest! {
        #[test]
        fn weeks_start_on_mondays_and_months_agree_with_the_calendar(number in 4..=LAST) {
            let day = Day::new(number);
            let monday = day.week().monday();
            prop_assert_eq!(monday.date().weekday(), Weekday::Monday);
            prop_assert!((0..7).contains(&day.since(monday)));
            prop_assert_eq!(Month::new(day.month().number()), day.month());
            prop_assert_eq!(i32::from(day.date().month()), day.month().month());
            prop_assert_eq!(day_of(day.date()), day);
        }
    }
}
