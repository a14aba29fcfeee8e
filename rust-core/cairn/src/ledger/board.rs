//! The personal leaderboard, as a screen or a command line shows it.

use super::{Counts, Day, Points, Score, Subject};

/// Everything on the leaderboard. Lists hold the best first, and nothing that earned no points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// All there is.
    pub totals: Totals,
    /// How today stands among all days.
    pub today: Standing,
    /// How this week stands among all weeks.
    pub week: Standing,
    /// How this month stands among all months.
    pub month: Standing,
    /// Days in a row.
    pub streak: Streak,
    /// The best days.
    pub days: Vec<Ranked>,
    /// The best weeks.
    pub weeks: Vec<Ranked>,
    /// The best months.
    pub months: Vec<Ranked>,
    /// The best trips.
    pub trips: Vec<Ranked>,
    /// The best areas.
    pub areas: Vec<Ranked>,
    /// All countries visited: those with a few reports, as a single one may be a stray fix or a simplified border.
    pub countries: Vec<Ranked>,
}

/// Everything counted since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What was counted.
    pub counts: Counts,
    /// What it earned.
    pub points: Points,
    /// Reports taken by services.
    pub accepted: u64,
    /// Different local days.
    pub days: u32,
    /// Countries visited, see [`Board::countries`].
    pub countries: u32,
    /// The first day and the last; none before the first passage.
    pub since: Option<(Day, Day)>,
}

/// A subject and its place among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// One more than there are better ones: equals share a rank.
    pub rank: u32,
    /// What is ranked.
    pub subject: Subject,
    /// What it reached.
    pub score: Score,
}

/// How a subject stands, and what it takes to climb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What stands.
    pub subject: Subject,
    /// What it earned so far.
    pub points: Points,
    /// Its rank; none without points.
    pub rank: Option<u32>,
    /// The next better one; none above the best.
    pub to_beat: Option<ToBeat>,
}

/// The next better one of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToBeat {
    /// Which, and the rank that is to be had.
    pub against: Ranked,
    /// How many points it is ahead.
    pub behind: Points,
}

impl ToBeat {
    /// Points that are missing to be better, not only equal.
    pub fn missing(&self) -> Points {
        self.behind + Points::whole(1)
    }
}

/// Days in a row on which something was heard; what counts as "in a row" for a traveller is said in `ledger/streak.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streak {
    /// Days of the present streak; zero when yesterday and today have nothing.
    pub current: u32,
    /// Whether today is among them already.
    pub today: bool,
    /// Days of the longest streak ever.
    pub best: u32,
    /// The day on which the longest streak ended, or stands.
    pub best_until: Option<Day>,
}

/// Gives ranks to scores that come best first.
pub(crate) fn ranked(scores: impl IntoIterator<Item = (Subject, Score)>) -> Vec<Ranked> {
    let mut list: Vec<Ranked> = Vec::new();
    for (subject, score) in scores {
        let rank = match list.last() {
            Some(last) if last.score.points == score.points => last.rank,
            _ => list.len() as u32 + 1,
        };
        list.push(Ranked { rank, subject, score });
    }
    list
}
