//! A process that imports until it ends or is killed: the victim of `tests/import_kill`, and what `tests/formats.rs` measures.
//!
//! `import-victim follow DATABASE PATTERN` prints what is wrong with files, one line each. `import-victim once DATABASE FILE` does
//! the same of one file and prints `ROWS PEAK_KB CPU_MS SILENT_MS` at its end, `import-victim read FILE` only reads it, without a
//! database, and prints the first two.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

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
    let (mut last, mut silent) = (Instant::now(), Duration::ZERO);
    let mut progress = |_| {
        silent = silent.max(last.elapsed());
        last = Instant::now();
    };
    match exchange::run(&engine, file, ImportOptions::default(), &mut progress, &AtomicBool::new(false)) {
        Ok(summary) => {
            engine.close()?;
            let rows = summary.rows() + summary.estimates();
            println!("{rows} {} {} {}", peak_kb(), processor_ms(), silent.as_millis());
        }
        Err(error) => println!("{error}"),
    }
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

/// What all threads of this process have taken of the processors, in steps of 10 ms; 0 where the system does not tell.
fn processor_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name that may hold spaces; the 14th and 15th count hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() * 10
}
