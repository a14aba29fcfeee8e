//! Times as files write them.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::BadRow;
use crate::model::Millis;

/// 2000-01-01: before stumbling, and before what a receiver without a date says.
const EARLIEST: Millis = Millis(946_684_800_000);

/// A wrong time zone makes a time of today one of tomorrow, nothing makes it one of the day after.
const LATEST_AHEAD: Millis = Millis::from_days(2);

/// As C calls them, in every language.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads a date and time; UTC where the text names no offset.
pub(super) fn read(text: &str) -> Result<Millis, BadRow> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Millis(time.as_millisecond()));
    }
    text.parse().ok().and_then(of_utc).ok_or(BadRow::Time)
}

/// The moment of a date and time in UTC. By an offset: time zones would bring the rules of summer time along.
pub(super) fn of_utc(time: DateTime) -> Option<Millis> {
    Offset::UTC.to_timestamp(time).ok().map(|time| Millis(time.as_millisecond()))
}

/// Whether something can have been heard then, seen from `now`.
pub(super) fn plausible(time: Millis, now: Millis) -> Result<Millis, BadRow> {
    if (EARLIEST..=now + LATEST_AHEAD).contains(&time) { Ok(time) } else { Err(BadRow::Date) }
}

/// Reads a time as C's `ctime` writes it, `Sat Oct 24 09:05:35 2009`, in the writer's own zone: the day may be off by one.
///
/// By hand: the crate's own reading by pattern weighs as much as all else that is used of it.
pub(super) fn read_ctime(text: &str) -> Result<Millis, BadRow> {
    let [_, month, day, time, year] = text.split_whitespace().collect::<Vec<_>>()[..] else { return Err(BadRow::Time) };
    let month = MONTHS.iter().position(|name| *name == month).ok_or(BadRow::Time)? + 1;
    read(&format!("{year}-{month:02}-{day:0>2}T{time}"))
}

/// Whether a time is later than the one of a clock that was never set.
pub(super) fn is_set(time: Millis) -> bool {
    time >= EARLIEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        for text in
            ["2026-01-01 00:00:00", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00.000"]
        {
            assert_eq!(read(text), Ok(Millis(1_767_225_600_000)), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01 00:00:00", "1767225600000"] {
            assert_eq!(read(text), Err(BadRow::Time), "{text}");
        }
    }

    #[test]
    fn the_times_of_c_are_read() {
        assert_eq!(read_ctime("Thu Jan  1 00:00:00 2026"), Ok(Millis(1_767_225_600_000)));
        assert_eq!(read_ctime("Sat Oct 24 09:05:35 2009\n"), Ok(Millis(1_256_375_135_000)));
        for text in ["", "yesterday", "Sat Oct 24 09:05:35", "Sat Okt 24 09:05:35 2009", "Sat Feb 30 09:05:35 2009"] {
            assert_eq!(read_ctime(text), Err(BadRow::Time), "{text}");
        }
    }

    #[test]
    fn clocks_that_were_not_set_are_noticed() {
        let now = Millis(1_767_225_600_000);
        assert_eq!(plausible(Millis(0), now), Err(BadRow::Date));
        assert_eq!(plausible(now + Millis::from_days(3), now), Err(BadRow::Date));
        assert_eq!(plausible(now + Millis::from_days(1), now), Ok(now + Millis::from_days(1)));
    }
}
