//! What can be ranked, and how it stands.

use super::{Country, Counts, Day, Hexagon, Month, Points, Week};
use crate::model::TripId;

/// Something with a row of its own in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// All there is.
    Everything,
    /// A local day.
    Day(Day),
    /// A week.
    Week(Week),
    /// A month.
    Month(Month),
    /// A trip.
    Trip(TripId),
    /// A piece of country of [`AREA`](super::AREA) size.
    Area(Hexagon),
    /// A country.
    Country(Country),
}

impl Subject {
    /// All subjects that a day belongs to.
    pub fn of_day(day: Day) -> [Self; 4] {
        [Self::Everything, Self::Day(day), Self::Week(day.week()), Self::Month(day.month())]
    }
}

/// What a subject has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// What was counted.
    pub counts: Counts,
    /// What it earned, under the rules of its time.
    pub points: Points,
    /// Reports taken by services; kept for everything, days, weeks and months.
    pub accepted: u64,
    /// Different local days on which it was added to.
    pub days: u32,
    /// The first of them.
    pub first: Day,
    /// The last of them.
    pub last: Day,
    /// Where it began; none at sea.
    pub country: Option<Country>,
    /// Newest version of the points' rule that its points were earned under.
    pub rule: u16,
}

impl Score {
    /// Points for reports taken by services, to be shown apart from [`Score::points`].
    pub const fn accepted_points(&self) -> Points {
        Points::of_accepted(self.accepted)
    }
}
