//! What things are worth.
//!
//! New ground and new emitters earn, repetition hardly does. Points are stored where they were earned and never worked out
//! again, so a new rule leaves old days as they are.

use std::fmt;
use std::ops::{Add, AddAssign};

use super::Counts;

/// Version of the rule below; to be raised with every change of it.
pub const RULE: u16 = 1;

/// An access point or beacon this phone had never heard: ichnaea's `new_wifi` score.
const EMITTER: u64 = 10;
/// A cell this phone had never heard: ichnaea's `new_cell` score; cells are some ten times rarer on the way than access points.
const CELL: u64 = 100;
/// A hexagon first walked: rewards going where one has not been, even where nothing new is heard.
const GROUND: u64 = 50;
/// The same hexagon after 90 days: access points come and go, services want to hear it again.
const AGAIN: u64 = 10;

/// Points, in tenths: what a service's taking a report is worth is less than one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Points(u64);

impl Points {
    /// From tenths.
    pub const fn from_tenths(tenths: u64) -> Self {
        Self(tenths)
    }

    /// Whole points.
    pub const fn whole(points: u64) -> Self {
        Self(points.saturating_mul(10))
    }

    /// In tenths.
    pub const fn tenths(self) -> u64 {
        self.0
    }

    /// How far `self` is above `other`; nothing where it is not.
    #[must_use]
    pub const fn above(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// What reports taken by a service are worth: a tenth each. Shown apart, as it waits for the network, not for the walker.
    pub const fn of_accepted(reports: u64) -> Self {
        Self(reports)
    }
}

impl Counts {
    /// What was counted is worth, by the rule of version [`RULE`].
    pub const fn points(&self) -> Points {
        Points((self.wifi + self.beacons) * EMITTER + self.cells * CELL + self.ground * GROUND + self.again * AGAIN)
    }
}

impl Add for Points {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{tenth}", self.0 / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_through_a_new_quarter_earns_what_the_table_says() {
        let walk = Counts { wifi: 31, beacons: 4, cells: 2, ground: 3, again: 1, sightings: 400, ..Counts::default() };
        assert_eq!(walk.points(), Points::whole(31 + 4 + 20 + 15 + 1));
    }

    #[test]
    fn repetition_earns_nothing() {
        let again = Counts { reports: 100, sightings: 5_000, distance_cm: 1_000_000, ..Counts::default() };
        assert_eq!(again.points(), Points::default());
    }

    #[test]
    fn tenths_are_written_only_where_there_are_any() {
        assert_eq!(Points::whole(240).to_string(), "240");
        assert_eq!(Points::of_accepted(7).to_string(), "0.7");
    }
}
