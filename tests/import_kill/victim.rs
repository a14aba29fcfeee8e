//! A process that follows a log until it is killed: the victim of `tests/import_kill`.
//!
//! `import-victim DATABASE PATTERN` prints what is wrong with files, one line each.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cairn::engine::{Config, Engine};
use cairn::exchange::{self, Follow, Followed, ImportOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(database), Some(pattern)) = (arguments.next(), arguments.next()) else {
        return Err("usage: import-victim DATABASE PATTERN".into());
    };
    let engine = Engine::open(Config::for_file(PathBuf::from(database)))?.engine;
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
