//! The leaderboard's values.

use engine::ledger::{Board, Country, Day, Ranked, Score, Standing, Streak, Subject, Totals};

/// What can be ranked.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum RankedSubject {
    /// All there is.
    Everything,
    /// A local day.
    Day {
        /// Days since 1970-01-01.
        day: i32,
    },
    /// A week.
    Week {
        /// Its Monday, in days since 1970-01-01.
        monday: i32,
    },
    /// A month.
    Month {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: i32,
    },
    /// A trip.
    Trip {
        /// Its number.
        id: i64,
    },
    /// A piece of country, some 250 km² large.
    Area {
        /// Degrees north of its middle.
        lat: f64,
        /// Degrees east of its middle.
        lon: f64,
    },
    /// A country.
    Country {
        /// ISO 3166-1 alpha-2.
        code: String,
    },
}

/// What a subject has reached.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct Reached {
    /// Tenths of points.
    pub points_tenths: u64,
    /// Tenths of points for reports that services have taken: shown apart.
    pub accepted_points_tenths: u64,
    /// Reports stored.
    pub reports: u64,
    /// Sightings heard, stored or only counted.
    pub sightings: u64,
    /// Access points this phone had never heard.
    pub wifi: u64,
    /// Cells this phone had never heard.
    pub cells: u64,
    /// Beacons this phone had never heard.
    pub beacons: u64,
    /// Hexagons of ground first walked.
    pub ground: u64,
    /// Hexagons walked again after 90 days.
    pub again: u64,
    /// Metres.
    pub distance_m: f64,
    /// Milliseconds.
    pub took_ms: u64,
    /// Reports taken by services.
    pub accepted: u64,
    /// Different local days.
    pub days: u32,
    /// The first of them, in days since 1970-01-01.
    pub first_day: i32,
    /// The last of them.
    pub last_day: i32,
    /// Where it began: ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// A subject and its place among its kind.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RankedRow {
    /// One more than there are better ones.
    pub rank: u32,
    /// What is ranked.
    pub subject: RankedSubject,
    /// What it reached.
    pub reached: Reached,
}

/// How a subject stands, and what it takes to climb.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StandingRow {
    /// What stands.
    pub subject: RankedSubject,
    /// Tenths of points so far.
    pub points_tenths: u64,
    /// Its rank; null without points.
    pub rank: Option<u32>,
    /// The next better one; null above the best.
    pub next: Option<RankedRow>,
    /// Tenths of points by which that one is ahead.
    pub behind_tenths: u64,
    /// Tenths of points that are missing to be better than it.
    pub missing_tenths: u64,
}

/// Days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StreakRow {
    /// Days of the present streak.
    pub current: u32,
    /// Whether today is among them already.
    pub today: bool,
    /// Days of the longest ever.
    pub best: u32,
    /// The day on which it ended, or stands, in days since 1970-01-01.
    pub best_until: Option<i32>,
}

/// Everything on the leaderboard; lists hold the best first.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Leaderboard {
    /// All there is; its days are zero before the first.
    pub totals: Reached,
    /// Countries visited.
    pub countries_visited: u32,
    /// How today stands among all days.
    pub today: StandingRow,
    /// How this week stands.
    pub week: StandingRow,
    /// How this month stands.
    pub month: StandingRow,
    /// Days in a row.
    pub streak: StreakRow,
    /// The best days.
    pub days: Vec<RankedRow>,
    /// The best weeks.
    pub weeks: Vec<RankedRow>,
    /// The best months.
    pub months: Vec<RankedRow>,
    /// The best trips.
    pub trips: Vec<RankedRow>,
    /// The best areas.
    pub areas: Vec<RankedRow>,
    /// All countries visited.
    pub countries: Vec<RankedRow>,
}

/// One day of a chart.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct DayRow {
    /// Days since 1970-01-01.
    pub day: i32,
    /// What it reached.
    pub reached: Reached,
}

impl From<Subject> for RankedSubject {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Everything => Self::Everything,
            Subject::Day(day) => Self::Day { day: day.number() },
            Subject::Week(week) => Self::Week { monday: week.monday().number() },
            Subject::Month(month) => Self::Month { year: month.year(), month: month.month() },
            Subject::Trip(trip) => Self::Trip { id: trip.0 },
            Subject::Area(area) => Self::Area { lat: area.centre().lat(), lon: area.centre().lon() },
            Subject::Country(country) => Self::Country { code: country.code().to_owned() },
        }
    }
}

impl From<Score> for Reached {
    fn from(score: Score) -> Self {
        let counts = score.counts;
        Self {
            points_tenths: score.points.tenths(),
            accepted_points_tenths: score.accepted_points().tenths(),
            reports: counts.reports,
            sightings: counts.sightings,
            wifi: counts.wifi,
            cells: counts.cells,
            beacons: counts.beacons,
            ground: counts.ground,
            again: counts.again,
            distance_m: counts.distance_cm as f64 / 100.0,
            took_ms: counts.took_ms,
            accepted: score.accepted,
            days: score.days,
            first_day: score.first.number(),
            last_day: score.last.number(),
            country: score.country.as_ref().map(Country::code).map(str::to_owned),
        }
    }
}

impl From<Totals> for Reached {
    fn from(totals: Totals) -> Self {
        let (first, last) = totals.since.unwrap_or((Day::new(0), Day::new(0)));
        let score = Score {
            counts: totals.counts,
            points: totals.points,
            accepted: totals.accepted,
            days: totals.days,
            first,
            last,
            country: None,
            rule: engine::ledger::RULE,
        };
        score.into()
    }
}

impl From<Ranked> for RankedRow {
    fn from(ranked: Ranked) -> Self {
        Self { rank: ranked.rank, subject: ranked.subject.into(), reached: ranked.score.into() }
    }
}

impl From<Standing> for StandingRow {
    fn from(standing: Standing) -> Self {
        let tenths = |points: Option<engine::ledger::Points>| points.unwrap_or_default().tenths();
        Self {
            subject: standing.subject.into(),
            points_tenths: standing.points.tenths(),
            rank: standing.rank,
            behind_tenths: tenths(standing.to_beat.map(|next| next.behind)),
            missing_tenths: tenths(standing.to_beat.map(|next| next.missing())),
            next: standing.to_beat.map(|next| next.against.into()),
        }
    }
}

impl From<Streak> for StreakRow {
    fn from(streak: Streak) -> Self {
        Self {
            current: streak.current,
            today: streak.today,
            best: streak.best,
            best_until: streak.best_until.map(Day::number),
        }
    }
}

impl From<Board> for Leaderboard {
    fn from(board: Board) -> Self {
        let list = |ranked: Vec<Ranked>| ranked.into_iter().map(Into::into).collect();
        Self {
            totals: board.totals.into(),
            countries_visited: board.totals.countries,
            today: board.today.into(),
            week: board.week.into(),
            month: board.month.into(),
            streak: board.streak.into(),
            days: list(board.days),
            weeks: list(board.weeks),
            months: list(board.months),
            trips: list(board.trips),
            areas: list(board.areas),
            countries: list(board.countries),
        }
    }
}
