//! Imports a large file of each format and says what that took: `cargo run --release --package cairn-tests --bin import-large --
//! 1000000 [FORMAT..]`. Needs some GB of room for temporary files.

use std::path::Path;
use std::process::{Command, ExitCode};

use cairn_tests::formats::{ALL, Made, Packing};

/// What a phone can spare for it.
const MAX_KB: u64 = 256 << 10;

/// What the others are compared with.
const YARDSTICK: &str = "wigle-1.6";

/// What an import took.
struct Took {
    rows: u64,
    peak_kb: u64,
    /// Of the processors, by all of its threads: what else runs on the machine matters less to it than to the time of day.
    processor_ms: u64,
    /// The longest time between two words of progress: after so long a cancel is heard.
    silent_ms: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().and_then(|n| n.parse().ok());
    let only: Vec<String> = arguments.collect();
    let victim = std::env::current_exe().map(|path| path.with_file_name("import-victim"));
    let (Some(rows), Ok(victim)) = (rows, victim) else {
        eprintln!("usage: import-large ROWS [FORMAT..]");
        return ExitCode::from(2);
    };
    println!("{:28} {:>10} {:>8} {:>6} {:>8} {:>10}", "format", "rows", "peak MB", "CPU s", "x WiGLE", "silent ms");
    let mut is_well = true;
    let mut yardstick = None;
    let wanted = |made: &&Made| made.name == YARDSTICK || only.is_empty() || only.iter().any(|name| name == made.name);
    let mut all: Vec<&Made> = ALL.iter().filter(wanted).collect();
    all.sort_by_key(|made| made.name != YARDSTICK);
    for made in all {
        for packing in [Packing::Plain, Packing::Zip] {
            let name = format!("{}{}", made.name, if packing == Packing::Zip { ", zip" } else { "" });
            match one(&victim, made, rows, packing) {
                Ok(took) => {
                    let per_row = took.processor_ms as f64 / rows as f64;
                    let times = per_row / *yardstick.get_or_insert(per_row);
                    let (peak_mb, seconds) = (took.peak_kb >> 10, took.processor_ms as f64 / 1e3);
                    println!(
                        "{name:28} {:>10} {peak_mb:>8} {seconds:>6.1} {times:>8.2} {:>10}",
                        took.rows, took.silent_ms
                    );
                    is_well &= took.rows == rows && took.peak_kb < MAX_KB;
                }
                Err(what) => {
                    println!("{name:28} {what}");
                    is_well = false;
                }
            }
        }
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(victim: &Path, made: &Made, rows: u64, packing: Packing) -> Result<Took, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let file = dir.path().join("file");
    made.write(&file, rows, packing)?;
    let ran = Command::new(victim)
        .arg("once")
        .args([&dir.path().join("db"), &file])
        .output()
        .map_err(|e| format!("the victim does not start: {e}"))?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let numbers: Option<Vec<u64>> = told.split_whitespace().map(|n| n.parse().ok()).collect();
    match numbers.as_deref() {
        Some([rows, peak_kb, processor_ms, silent_ms]) => {
            Ok(Took { rows: *rows, peak_kb: *peak_kb, processor_ms: *processor_ms, silent_ms: *silent_ms })
        }
        _ => Err(format!("{told}{}", String::from_utf8_lossy(&ran.stderr))),
    }
}
