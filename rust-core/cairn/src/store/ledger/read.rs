//! Reading the ledger: always some rows by an index, never a history.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{Kind, key_of, subject_of};
use crate::ledger::{
    Board, Clock, Country, Counts, Covered, Day, Hexagon, Points, Ranked, Score, Standing, Streak, StreakDay, Subject,
    ToBeat, Totals, View, ranked,
};
use crate::model::Millis;
use crate::store::StoreError;

/// How many of each kind the board lists: a screenful, and some to scroll.
const LISTED: usize = 20;

/// From this many reports on a country was visited: one stray fix, or one beside a simplified border, is none.
const VISITED_FROM: u32 = 5;

/// A row's columns in the order in which [`scored`] reads them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT key, points, reports, sightings, wifi, cells, beacons, ground, again, distance, took, days, accepted, ",
            "first_day, last_day, country, rule FROM ledger ",
            $rest
        )
    };
}

/// A day's columns in the order in which [`streak_day`] reads them.
macro_rules! clock {
    ($rest:literal) => {
        concat!("SELECT day, first_utc, first_offset, last_utc, last_offset, streak FROM ledger_clock ", $rest)
    };
}

pub(super) const BEST: &str = select!("WHERE kind = ?1 AND points > 0 ORDER BY points DESC, key DESC LIMIT ?2");
pub(super) const ONE: &str = select!("WHERE kind = ?1 AND key = ?2");
pub(super) const SPAN: &str = select!("WHERE kind = ?1 AND key BETWEEN ?2 AND ?3 ORDER BY key");
pub(super) const NEXT: &str = select!("WHERE kind = ?1 AND points > ?2 ORDER BY points, key LIMIT 1");
pub(super) const BETTER: &str = "SELECT count(*) FROM ledger WHERE kind = ?1 AND points > ?2";
pub(super) const LEVEL: &str = "SELECT count(*) FROM ledger WHERE kind = ?1 AND points = ?2";
pub(super) const VISITED: &str = "SELECT count(*) FROM ledger WHERE kind = ?1 AND reports >= ?2";
pub(super) const CLOCK_ON: &str = clock!("WHERE day = ?");
pub(super) const CLOCK_BEFORE: &str = clock!("WHERE day < ? ORDER BY day DESC LIMIT 1");
pub(super) const CLOCK_AFTER: &str = clock!("WHERE day > ? ORDER BY day LIMIT 1");
pub(super) const CLOCK_BY: &str = clock!("WHERE day <= ? ORDER BY day DESC LIMIT 1");
pub(super) const LONGEST: &str = "SELECT streak, day FROM ledger_clock ORDER BY streak DESC, day DESC LIMIT 1";
pub(super) const COVERED: &str =
    "SELECT cell, first_day, last_day, days, hexagons FROM ledger_ground WHERE cell BETWEEN ?1 AND ?2";

/// The leaderboard, seen from a local day.
///
/// # Errors
/// What `SQLite` said, or [`StoreError::Value`] for a row that Cairn does not write.
pub fn board(db: &Connection, today: Day) -> Result<Board, StoreError> {
    let list = |kind| Ok::<_, StoreError>(ranked(best(db, kind, LISTED)?));
    Ok(Board {
        totals: totals(db)?,
        today: standing(db, Subject::Day(today))?,
        week: standing(db, Subject::Week(today.week()))?,
        month: standing(db, Subject::Month(today.month()))?,
        streak: streak(db, today)?,
        days: list(Kind::Day)?,
        weeks: list(Kind::Week)?,
        months: list(Kind::Month)?,
        trips: list(Kind::Trip)?,
        areas: list(Kind::Area)?,
        // All there are: the world has some 250.
        countries: ranked(
            best(db, Kind::Country, 1_000)?
                .into_iter()
                .filter(|(_, score)| score.counts.reports >= VISITED_FROM.into()),
        ),
    })
}

/// Everything counted so far.
///
/// # Errors
/// What `SQLite` said, or [`StoreError::Value`] for a row that Cairn does not write.
pub fn totals(db: &Connection) -> Result<Totals, StoreError> {
    let (kind, key) = key_of(Subject::Everything);
    let Some((_, score)) = rows(db, ONE, kind, params![kind as i64, key])?.pop() else { return Ok(Totals::default()) };
    Ok(Totals {
        counts: score.counts,
        points: score.points,
        accepted: score.accepted,
        days: score.days,
        countries: db
            .prepare_cached(VISITED)?
            .query_row(params![Kind::Country as i64, VISITED_FROM], |row| row.get(0))?,
        since: Some((score.first, score.last)),
    })
}

/// The ground covered within a view and a little around it, in the finest cells of which about `limit` fill the view.
///
/// # Errors
/// What `SQLite` said, or [`StoreError::Value`] for a row that Cairn does not write.
pub fn coverage(db: &Connection, view: &View, limit: usize) -> Result<Vec<Covered>, StoreError> {
    let mut covered = Vec::new();
    let mut query = db.prepare_cached(COVERED)?;
    for range in view.ranges(limit) {
        let mut rows = query.query([range.first as i64, range.last as i64])?;
        while let Some(row) = rows.next()? {
            covered.push(Covered {
                cell: Hexagon::from_index(row.get::<_, i64>(0)? as u64)
                    .ok_or(StoreError::Value("ledger_ground.cell"))?,
                first: Day::new(row.get(1)?),
                last: Day::new(row.get(2)?),
                days: row.get(3)?,
                hexagons: row.get(4)?,
            });
        }
    }
    Ok(covered)
}

/// How each local day from `first` to `last` stands that has anything, in order.
///
/// # Errors
/// What `SQLite` said, or [`StoreError::Value`] for a row that Cairn does not write.
pub fn days(db: &Connection, first: Day, last: Day) -> Result<Vec<(Day, Score)>, StoreError> {
    let found = rows(db, SPAN, Kind::Day, params![Kind::Day as i64, first.number(), last.number()])?;
    let day = |(subject, score)| if let Subject::Day(day) = subject { Some((day, score)) } else { None };
    Ok(found.into_iter().filter_map(day).collect())
}

/// How one subject stands; none where it has nothing.
///
/// # Errors
/// What `SQLite` said, or [`StoreError::Value`] for a row that Cairn does not write.
pub fn score(db: &Connection, subject: Subject) -> Result<Option<Score>, StoreError> {
    let (kind, key) = key_of(subject);
    Ok(rows(db, ONE, kind, params![kind as i64, key])?.pop().map(|(_, score)| score))
}

fn best(db: &Connection, kind: Kind, limit: usize) -> Result<Vec<(Subject, Score)>, StoreError> {
    rows(db, BEST, kind, params![kind as i64, limit as i64])
}

fn standing(db: &Connection, subject: Subject) -> Result<Standing, StoreError> {
    let (kind, key) = key_of(subject);
    let own = rows(db, ONE, kind, params![kind as i64, key])?.pop();
    let points = own.map_or(Points::default(), |(_, score)| score.points);
    let count = |sql: &str, points: Points| -> Result<u32, StoreError> {
        Ok(db.prepare_cached(sql)?.query_row(params![kind as i64, points.tenths() as i64], |row| row.get(0))?)
    };
    // The one thing on the board that is counted and not looked up: once, for the next better one's rank follows from it.
    let better = count(BETTER, points)?;
    let next = rows(db, NEXT, kind, params![kind as i64, points.tenths() as i64])?.pop();
    let to_beat = match next {
        Some((subject, score)) => {
            let rank = better + 1 - count(LEVEL, score.points)?.min(better);
            Some(ToBeat { against: Ranked { rank, subject, score }, behind: score.points.above(points) })
        }
        None => None,
    };
    let rank = (points > Points::default()).then_some(better + 1);
    Ok(Standing { subject, points, rank, to_beat })
}

fn streak(db: &Connection, today: Day) -> Result<Streak, StoreError> {
    let longest =
        db.prepare_cached(LONGEST)?.query_row([], |row| Ok((row.get(0)?, Day::new(row.get(1)?)))).optional()?;
    let Some((best, best_until)) = longest else { return Ok(Streak::default()) };
    // Who has just flown back over the date line has collected tomorrow already.
    let tomorrow = Day::new(today.number() + 1);
    let last = streak_day(db, CLOCK_BY, tomorrow)?;
    let current = last.filter(|last| today.since(last.day) <= 1).map_or(0, |last| last.number);
    Ok(Streak { current, today: last.is_some_and(|last| last.day >= today), best, best_until: Some(best_until) })
}

/// A day of a streak, by one of the statements above.
pub(super) fn streak_day(db: &Connection, sql: &str, day: Day) -> Result<Option<StreakDay>, StoreError> {
    Ok(db.prepare_cached(sql)?.query_row([day.number()], read_streak_day).optional()?)
}

/// A day from its columns in the order of `clock!`.
pub(super) fn read_streak_day(row: &Row<'_>) -> rusqlite::Result<StreakDay> {
    let clock = Clock {
        first_utc: Millis(row.get(1)?),
        first_offset: row.get(2)?,
        last_utc: Millis(row.get(3)?),
        last_offset: row.get(4)?,
    };
    Ok(StreakDay { day: Day::new(row.get(0)?), clock, number: row.get(5)? })
}

fn rows(db: &Connection, sql: &str, kind: Kind, params: impl Params) -> Result<Vec<(Subject, Score)>, StoreError> {
    db.prepare_cached(sql)?
        .query_and_then(params, |row| {
            let subject = subject_of(kind, row.get(0)?).ok_or(StoreError::Value("ledger.key"))?;
            Ok((subject, scored(row)?))
        })?
        .collect()
}

fn scored(row: &Row<'_>) -> Result<Score, StoreError> {
    let count = |i| u64::try_from(row.get::<_, i64>(i)?).map_err(|_| StoreError::Value("ledger"));
    Ok(Score {
        points: Points::from_tenths(count(1)?),
        counts: Counts {
            reports: count(2)?,
            sightings: count(3)?,
            wifi: count(4)?,
            cells: count(5)?,
            beacons: count(6)?,
            ground: count(7)?,
            again: count(8)?,
            distance_cm: count(9)?,
            took_ms: count(10)?,
        },
        days: row.get(11)?,
        accepted: count(12)?,
        first: Day::new(row.get(13)?),
        last: Day::new(row.get(14)?),
        country: row.get_ref(15)?.as_str_or_null().map_err(rusqlite::Error::from)?.and_then(Country::from_code),
        rule: row.get(16)?,
    })
}
