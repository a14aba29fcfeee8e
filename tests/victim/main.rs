//! A process that collects and uploads until it is killed: the victim of `tests/kill.rs`.
//!
//! `victim DATABASE SERVICE_URL FIRST` tells one report after the other, each with an access point of its own, and prints the
//! number of the last one that `flush` has confirmed.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::outbox::{Conditions, HttpTransport};
use cairn_tests::{numbered_fix, numbered_scan, open_service, patiently};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(url), Some(first)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: victim DATABASE SERVICE_URL FIRST".into());
    };
    let first: u64 = first.parse()?;
    let config = Config { path: PathBuf::from(path), clock: Arc::new(SystemClock::new()), seed: first };
    let engine = Engine::open(config)?.engine;
    let service = open_service(&engine, &url)?;
    let uploader = engine.clone();
    let transport = HttpTransport::new()?;
    std::thread::spawn(move || {
        while uploader.upload(service, &transport, Conditions::default(), true, &AtomicBool::new(false)).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    });
    let mut out = std::io::stdout().lock();
    engine.begin_trip()?;
    for n in first.. {
        patiently(|| engine.fix(numbered_fix(n)))?;
        patiently(|| engine.scan(numbered_scan(n)))?;
        if n % 7 == 0 {
            engine.flush()?;
            writeln!(out, "{n}")?;
            out.flush()?;
        }
    }
    Ok(())
}
