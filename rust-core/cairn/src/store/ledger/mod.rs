//! The ledger's rows: posted with every commit group, read for the leaderboard and the coverage map.
//!
//! Neither side ever looks at reports or sightings: what is posted is all there is.

mod change;
mod post;
mod read;
#[cfg(test)]
mod tests;

pub(super) use change::{Sums, change, change_row};
pub use post::{Posted, accepted, forget_ground, post};
pub(super) use post::{renumber_streaks, unite_clock};
pub use read::{board, coverage, days, score, totals};

use crate::ledger::{Country, Day, Hexagon, Month, Subject};
use crate::model::TripId;

/// What tells kinds of subjects apart in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everything = 0,
    Day = 1,
    Week = 2,
    Month = 3,
    Trip = 4,
    Area = 5,
    Country = 6,
}

/// A subject as the table's primary key.
fn key_of(subject: Subject) -> (Kind, i64) {
    match subject {
        Subject::Everything => (Kind::Everything, 0),
        Subject::Day(day) => (Kind::Day, day.number().into()),
        Subject::Week(week) => (Kind::Week, week.monday().number().into()),
        Subject::Month(month) => (Kind::Month, month.number().into()),
        Subject::Trip(trip) => (Kind::Trip, trip.0),
        Subject::Area(hexagon) => (Kind::Area, hexagon.index() as i64),
        Subject::Country(country) => (Kind::Country, country_key(country)),
    }
}

/// The subject with that key; none where Cairn does not write such a key.
fn subject_of(kind: Kind, key: i64) -> Option<Subject> {
    let day = || i32::try_from(key).ok();
    Some(match kind {
        Kind::Everything => Subject::Everything,
        Kind::Day => Subject::Day(Day::new(day()?)),
        Kind::Week => Subject::Week(Day::new(day()?).week()),
        Kind::Month => Subject::Month(Month::new(day()?)),
        Kind::Trip => Subject::Trip(TripId(key)),
        Kind::Area => Subject::Area(Hexagon::from_index(key as u64)?),
        Kind::Country => {
            let letters = u16::try_from(key).ok()?.to_be_bytes();
            Subject::Country(Country::from_code(std::str::from_utf8(&letters).ok()?)?)
        }
    })
}

/// Two ASCII letters as a number, the first one highest.
fn country_key(country: Country) -> i64 {
    country.code().bytes().fold(0, |key, letter| key << 8 | i64::from(letter))
}
