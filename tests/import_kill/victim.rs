//! A process that imports until it ends or is killed: the victim of `tests/import_kill`, and what `tests/formats.rs` measures.
//!
//! `import-victim follow DATABASE PATTERN` prints what is wrong with files, one line each. `import-victim once DATABASE FILE` does
//! the same of one file and prints `ROWS PEAK_KB` at its end, `import-victim read FILE` only reads it, without a database.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cairn::engine::{Config, Engine};
use cairn::exchange::{self, Follow, Followed, ImportOptions};

type Ended = Result<(), Box<dyn std::error::Error>>;

fn main() -> Ended {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["follow", database, pattern] => follow(database, pattern),
        ["once", database, file] => once(database, Path::new(file)),
        ["read", file] => read(Path::new(file)),
        _ => Err("usage: import-victim follow DATABASE PATTERN | once DATABASE FILE | read FILE".into()),
    }
}

fn open(database: &str) -> Result<Engine, Box<dyn std::error::Error>> {
    Ok(Engine::open(Config::for_file(PathBuf::from(database)))?.engine)
}

fn follow(database: &str, pattern: &str) -> Ended {
    let engine = open(database)?;
    let follow = Follow { every: Duration::from_millis(1), until: None, idle: None };
    let mut told = |followed: Followed<'_>| match followed {
        Followed::Read(_) => {}
        Followed::Failed(error) => println!("{error}"),
        Followed::Lost(stream) => println!("{}: lost", stream.name.display()),
    };
    let never = AtomicBool::new(false);
    exchange::follow(&engine, &[PathBuf::from(pattern)], ImportOptions::default(), follow, &mut told, &never)?;
    engine.close()?;
    Ok(())
}

fn once(database: &str, file: &Path) -> Ended {
    let engine = open(database)?;
    match exchange::run(&engine, file, ImportOptions::default(), &mut |_| (), &AtomicBool::new(false)) {
        Ok(summary) => println!("{} {}", summary.rows() + summary.estimates(), peak_kb()),
        Err(error) => println!("{error}"),
    }
    engine.close()?;
    Ok(())
}

fn read(file: &Path) -> Ended {
    let mut rows = 0_u64;
    let mut copy = file.as_os_str().to_owned();
    copy.push(".copy");
    cairn_tests::exchange::read_all(file, Path::new(&copy), &mut |_| rows += 1)?;
    println!("{rows} {}", peak_kb());
    Ok(())
}

/// The most memory that this process has used at once; 0 where the system does not tell (other systems than Linux).
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
