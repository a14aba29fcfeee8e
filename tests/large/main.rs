//! Imports a large file of each format and says how much memory that took:
//! `cargo run --package cairn-tests --bin import-large -- 1000000 [FORMAT]`. Needs some GB of room for temporary files.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use cairn_tests::formats::{ALL, Made, Packing};

/// What a phone can spare for it.
const MAX_KB: u64 = 256 << 10;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().and_then(|n| n.parse().ok());
    let only = arguments.next();
    let victim = std::env::current_exe().map(|path| path.with_file_name("import-victim"));
    let (Some(rows), Ok(victim)) = (rows, victim) else {
        eprintln!("usage: import-large ROWS [FORMAT]");
        return ExitCode::from(2);
    };
    println!("{:28} {:>10} {:>9} {:>8}", "format", "rows", "peak MB", "seconds");
    let mut is_well = true;
    for made in ALL.iter().filter(|made| only.as_ref().is_none_or(|name| name == made.name)) {
        for packing in [Packing::Plain, Packing::Zip] {
            match one(&victim, made, rows, packing) {
                Ok((read, peak_kb, seconds)) => {
                    println!("{:28} {read:>10} {:>9} {seconds:>8.1}", name(made, packing), peak_kb >> 10);
                    is_well &= read == rows && peak_kb < MAX_KB;
                }
                Err(what) => {
                    println!("{:28} {what}", name(made, packing));
                    is_well = false;
                }
            }
        }
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn name(made: &Made, packing: Packing) -> String {
    format!("{}{}", made.name, if packing == Packing::Zip { ", zip" } else { "" })
}

fn one(victim: &Path, made: &Made, rows: u64, packing: Packing) -> Result<(u64, u64, f64), String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let file = dir.path().join("file");
    made.write(&file, rows, packing)?;
    let begun = Instant::now();
    let ran = Command::new(victim)
        .arg("once")
        .args([&dir.path().join("db"), &file])
        .output()
        .map_err(|e| format!("the victim does not start: {e}"))?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let numbers: Option<Vec<u64>> = told.split_whitespace().map(|n| n.parse().ok()).collect();
    match numbers.as_deref() {
        Some([read, peak_kb]) => Ok((*read, *peak_kb, begun.elapsed().as_secs_f64())),
        _ => Err(format!("{told}{}", String::from_utf8_lossy(&ran.stderr))),
    }
}
