//! Ranks in English words that a person likes. Screens in other languages make theirs from the same values.

use super::{Board, Day, Month, Ranked, Standing, Streak, Subject};

/// Words for the first ranks; further ones are numbers.
const ORDINALS: [&str; 10] = [
    "best",
    "second best",
    "third best",
    "fourth best",
    "fifth best",
    "sixth best",
    "seventh best",
    "eighth best",
    "ninth best",
    "tenth best",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Board {
    /// What the board has to say in sentences, most personal first; `today` as the board was asked for.
    pub fn words(&self, today: Day) -> Vec<String> {
        let mut words = vec![self.today.words(today)];
        words.extend([self.week, self.month].iter().filter(|s| s.rank.is_some()).map(|s| s.words(today)));
        words.extend(self.streak.words(today));
        words
    }
}

impl Standing {
    /// "Your third best day ever, 240 points behind 12 May in Portugal; 241 more make it second best."
    pub fn words(&self, today: Day) -> String {
        let kind = kind(self.subject);
        match (self.rank, &self.to_beat) {
            (Some(rank), Some(next)) => {
                let better = ordinal(next.against.rank);
                let (behind, missing) = (next.behind, next.missing());
                let against = name(&next.against, today);
                format!(
                    "Your {} {kind} ever, {behind} points behind {against}; {missing} more make it {better}.",
                    ordinal(rank)
                )
            }
            (Some(rank), None) => format!("Your {} {kind} ever.", ordinal(rank)),
            (None, Some(next)) => {
                format!("No points yet; {} are better than {}.", next.missing(), name(&next.against, today))
            }
            (None, None) => "No points yet; the first ones make a record.".to_owned(),
        }
    }
}

impl Streak {
    /// "12 days in a row, your longest streak is 30 days, until 3 June."; nothing before the first day.
    pub fn words(&self, today: Day) -> Option<String> {
        let until = self.best_until?;
        let days = |n: u32| if n == 1 { "1 day".to_owned() } else { format!("{n} days") };
        let longest = format!("your longest streak is {}, until {}", days(self.best), date(until, today));
        Some(match (self.current, self.today) {
            (0, _) => format!("No streak now; {longest}."),
            (n, true) if n == self.best => format!("{} in a row, your longest streak.", days(n)),
            (n, true) => format!("{} in a row; {longest}.", days(n)),
            (n, false) => format!("{} in a row until yesterday, today keeps it alive; {longest}.", days(n)),
        })
    }
}

/// "best", "third best", "21st best".
fn ordinal(rank: u32) -> String {
    if let Some(word) = (rank as usize).checked_sub(1).and_then(|i| ORDINALS.get(i)) {
        return (*word).to_owned();
    }
    let ending = match (rank % 10, rank % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{rank}{ending} best")
}

fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Everything => "total",
        Subject::Day(_) => "day",
        Subject::Week(_) => "week",
        Subject::Month(_) => "month",
        Subject::Trip(_) => "trip",
        Subject::Area(_) => "area",
        Subject::Country(_) => "country",
    }
}

/// "12 May in Portugal", "the week of 6 May in Spain", "May 2023 in Spain", "an area in Spain", "Spain".
fn name(ranked: &Ranked, today: Day) -> String {
    let what = match ranked.subject {
        Subject::Everything => "everything".to_owned(),
        Subject::Day(day) => date(day, today),
        Subject::Week(week) => format!("the week of {}", date(week.monday(), today)),
        Subject::Month(month) => month_name(month, today),
        Subject::Trip(_) => format!("the trip of {}", date(ranked.score.first, today)),
        Subject::Area(_) => "an area".to_owned(),
        Subject::Country(country) => return country.english().to_owned(),
    };
    match ranked.score.country {
        Some(country) => format!("{what} in {}", country.english()),
        None => what,
    }
}

/// "12 May", with the year where it is not this one.
fn date(day: Day, today: Day) -> String {
    format!("{} {}", day.date().day(), month_name(day.month(), today))
}

fn month_name(month: Month, today: Day) -> String {
    let word = MONTHS[(month.month() - 1) as usize];
    if month.year() == today.month().year() { word.to_owned() } else { format!("{word} {}", month.year()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Country, Counts, Points, RULE, ToBeat};

    /// 2024-05-12, a Sunday.
    const MAY_12: i32 = 19_855;

    fn day(rank: u32, number: i32, points: u64, country: Option<&str>) -> Ranked {
        let day = Day::new(number);
        let score = crate::ledger::Score {
            counts: Counts::default(),
            points: Points::whole(points),
            accepted: 0,
            days: 1,
            first: day,
            last: day,
            country: country.and_then(Country::from_code),
            rule: RULE,
        };
        Ranked { rank, subject: Subject::Day(day), score }
    }

    fn today(points: u64, rank: Option<u32>, to_beat: Option<ToBeat>) -> String {
        let today = Day::new(MAY_12 + 30);
        Standing { subject: Subject::Day(today), points: Points::whole(points), rank, to_beat }.words(today)
    }

    #[test]
    fn a_rank_is_told_with_who_is_ahead_and_what_is_missing() {
        let next = ToBeat { against: day(2, MAY_12, 700, Some("PT")), behind: Points::whole(240) };
        assert_eq!(
            today(460, Some(3), Some(next)),
            "Your third best day ever, 240 points behind 12 May in Portugal; 241 more make it second best."
        );
    }

    #[test]
    fn the_best_day_has_nobody_ahead() {
        assert_eq!(today(900, Some(1), None), "Your best day ever.");
    }

    #[test]
    fn a_day_that_has_not_begun_is_told_what_it_takes() {
        let next = ToBeat { against: day(7, MAY_12 - 365, 4, None), behind: Points::whole(4) };
        assert_eq!(today(0, None, Some(next)), "No points yet; 5 are better than 13 May 2023.");
        assert_eq!(today(0, None, None), "No points yet; the first ones make a record.");
    }

    #[test]
    fn a_streak_says_whether_today_is_still_missing() {
        let now = Day::new(MAY_12);
        let words = |current, today, best| {
            Streak { current, today, best, best_until: Some(Day::new(MAY_12 - 20)) }.words(now).unwrap()
        };
        assert_eq!(words(12, true, 12), "12 days in a row, your longest streak.");
        assert_eq!(words(1, true, 3), "1 day in a row; your longest streak is 3 days, until 22 April.");
        assert!(words(2, false, 3).starts_with("2 days in a row until yesterday, today keeps it alive;"));
        assert!(words(0, false, 3).starts_with("No streak now;"));
        assert_eq!(Streak::default().words(now), None);
    }

    #[test]
    fn ranks_beyond_ten_are_numbers() {
        assert_eq!(
            [1, 10, 11, 21, 22, 113, 103].map(ordinal),
            ["best", "tenth best", "11th best", "21st best", "22nd best", "113th best", "103rd best"]
        );
    }
}
