//! What the app weighs, and what it weighed before: android/sizes.csv, a line for each time somebody wrote it down.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::build::Build;

const HEADER: &str = "commit,library,apk";
/// What a person on a metered network may be asked to load, and what a phone has to map.
const LIBRARY_LIMIT: u64 = 4_000_000;
const APK_LIMIT: u64 = 7_000_000;
/// Growth that somebody should have meant, in percent.
const NOTABLE: u64 = 5;

/// Bytes of the Rust library and of the APK it lies in, for one kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub library: u64,
    pub apk: u64,
}

/// # Errors
/// Where a limit is passed, or something grew by more than 5 % since it was last written down.
pub fn check(build: &Build, now: Sizes) -> Result<()> {
    let text = fs::read_to_string(ledger(build)).context("android/sizes.csv cannot be read")?;
    let faults = faults(last(&text)?, now);
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Appends a line with the commit that is checked out.
pub fn record(build: &Build, now: Sizes) -> Result<()> {
    let commit = cmd!(build.sh, "git rev-parse --short HEAD").quiet().read()?;
    let path = ledger(build);
    let mut text = fs::read_to_string(&path).unwrap_or_else(|_| format!("{HEADER}\n"));
    writeln!(text, "{commit},{},{}", now.library, now.apk)?;
    Ok(fs::write(path, text)?)
}

fn ledger(build: &Build) -> PathBuf {
    build.root.join("android/sizes.csv")
}

fn last(text: &str) -> Result<Option<Sizes>> {
    let mut lines = text.lines();
    ensure!(lines.next() == Some(HEADER), "android/sizes.csv does not begin with {HEADER}");
    let Some(line) = lines.next_back() else { return Ok(None) };
    let fields: Vec<_> = line.split(',').collect();
    let [_, library, apk] = fields[..] else { anyhow::bail!("a line of android/sizes.csv has not three fields") };
    Ok(Some(Sizes { library: library.parse()?, apk: apk.parse()? }))
}

fn faults(before: Option<Sizes>, now: Sizes) -> Vec<String> {
    let mut faults = Vec::new();
    for (what, limit, then, bytes) in [
        ("Rust library", LIBRARY_LIMIT, before.map(|sizes| sizes.library), now.library),
        ("APK", APK_LIMIT, before.map(|sizes| sizes.apk), now.apk),
    ] {
        if bytes >= limit {
            faults.push(format!("the {what} has {bytes} bytes: {limit} is the limit"));
        }
        if let Some(then) = then.filter(|then| bytes * 100 > then * (100 + NOTABLE)) {
            faults.push(format!(
                "the {what} has grown from {then} to {bytes} bytes; if that is meant: cargo xtask android sizes --record"
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Sizes = Sizes { library: 2_000_000, apk: 4_000_000 };

    #[test]
    fn growth_of_five_percent_passes_and_one_byte_more_is_named() {
        assert!(faults(Some(BEFORE), Sizes { library: 2_100_000, apk: 4_200_000 }).is_empty());
        let grown = faults(Some(BEFORE), Sizes { library: 2_100_001, apk: 4_000_000 });
        assert_eq!(grown.len(), 1);
        assert!(grown[0].contains("Rust library has grown from 2000000 to 2100001"), "{grown:?}");
    }

    #[test]
    fn before_anything_was_written_down_only_the_limits_hold() {
        assert!(faults(None, BEFORE).is_empty());
        assert_eq!(faults(None, Sizes { library: 4_000_000, apk: 1 }).len(), 1);
    }

    #[test]
    fn a_limit_holds_even_where_growth_was_written_down() {
        let heavy = Sizes { library: 3_999_999, apk: 7_000_000 };
        assert_eq!(faults(Some(heavy), heavy), ["the APK has 7000000 bytes: 7000000 is the limit"]);
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(last("commit,library,apk\na,1,2\nb,2000000,4000000\n").expect("read"), Some(BEFORE));
        assert_eq!(last("commit,library,apk\n").expect("read"), None);
        assert!(last("a,1,2\n").is_err());
    }

    #[test]
    fn the_committed_ledger_can_be_read() {
        last(include_str!("../../../android/sizes.csv")).expect("read");
    }
}
