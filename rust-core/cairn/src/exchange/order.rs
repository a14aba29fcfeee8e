//! In which order files are read: as people number them, and rotated logs from the oldest on.

use std::cmp::Ordering;
use std::path::Path;

/// Compares names as people do: `part-2` comes before `part-10`.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (text_a, text_b) = (until(a, |c| c.is_ascii_digit()), until(b, |c| c.is_ascii_digit()));
        let order = a[..text_a].cmp(&b[..text_b]);
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[text_a..], &b[text_b..]);
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let (digits_a, digits_b) = (until(a, |c| !c.is_ascii_digit()), until(b, |c| !c.is_ascii_digit()));
        let (number_a, number_b) = (a[..digits_a].trim_start_matches('0'), b[..digits_b].trim_start_matches('0'));
        let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[digits_a..], &b[digits_b..]);
    }
}

/// Where the first byte is of which `is_end` holds; the length where there is none.
fn until(text: &str, is_end: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(is_end).unwrap_or(text.len())
}

/// A file's name without what rotation adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rotated {
    /// The log's own name.
    pub log: String,
    /// `N` of `NAME.N`: the higher, the older.
    number: Option<u64>,
    /// `DATE` of `NAME-DATE`: the higher, the newer.
    date: Option<u64>,
}

impl Rotated {
    /// Takes a name apart: `NAME`, `NAME.N` and `NAME-YYYYMMDD`, each with `.gz` or `.zst` where it was packed.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let base = [".gz", ".zst"].iter().find_map(|ext| name.strip_suffix(ext)).unwrap_or(&name);
        if let Some((log, number)) = base.rsplit_once('.')
            && number.len() <= 9
            && let Ok(number) = number.parse()
        {
            return Self { log: log.to_owned(), number: Some(number), date: None };
        }
        if let Some((log, date)) = base.rsplit_once('-')
            && matches!(date.len(), 8 | 10)
            && log.contains('.')
            && let Ok(date) = date.parse()
        {
            return Self { log: log.to_owned(), number: None, date: Some(date) };
        }
        Self { log: base.to_owned(), number: None, date: None }
    }

    /// Oldest first; the log itself is the newest.
    pub fn order(&self, other: &Self) -> Ordering {
        let rank = |r: &Self| match (r.number, r.date) {
            (Some(number), _) => (0, u64::MAX - number),
            (_, Some(date)) => (0, date),
            _ => (1, 0),
        };
        natural(&self.log, &other.log).then_with(|| rank(self).cmp(&rank(other)))
    }

    /// Whether it is what a rotation left behind.
    pub fn is_old(&self) -> bool {
        self.number.is_some() || self.date.is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["walk-10.csv", "walk-9.csv", "walk-009b.csv", "a", "walk.csv", ""];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "a", "walk-9.csv", "walk-009b.csv", "walk-10.csv", "walk.csv"]);
    }

    #[test]
    fn a_rotated_log_is_read_from_its_oldest_file_on() {
        let mut files = [
            "b.csv",
            "log.csv",
            "log.csv.1",
            "log.csv.10.gz",
            "log.csv.2.zst",
            "log.csv-20250601",
            "log.csv-20250602.gz",
        ];
        files.sort_by(|a, b| Rotated::of(Path::new(a)).order(&Rotated::of(Path::new(b))));
        assert_eq!(files[0], "b.csv");
        assert_eq!(files.last(), Some(&"log.csv"));
        let numbered: Vec<_> = files.iter().filter(|f| f.starts_with("log.csv.")).collect();
        assert_eq!(numbered, [&"log.csv.10.gz", &"log.csv.2.zst", &"log.csv.1"]);
        let dated: Vec<_> = files.iter().filter(|f| f.starts_with("log.csv-")).collect();
        assert_eq!(dated, [&"log.csv-20250601", &"log.csv-20250602.gz"]);
        assert!(!Rotated::of(Path::new("walk-20250601.csv")).is_old(), "a date before the kind is a name of its own");
    }

    proptest! {
        #[test]
        fn the_order_is_one(a in "[a-c0-3.]{0,6}", b in "[a-c0-3.]{0,6}", c in "[a-c0-3.]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
