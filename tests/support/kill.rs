//! Kills a collecting and uploading process again and again, and looks for what it had confirmed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use cairn::engine::{Config, Engine};
use cairn::outbox::{Conditions, Ended, HttpTransport};
use cairn::{CoreError, SystemClock};
use cairn_service::{Service, Settings};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::{numbered_mac, open_service};

/// A victim that has confirmed nothing for so long is not slow but broken.
const STARTED: Duration = Duration::from_mins(1);

/// What so many kills did.
#[derive(Debug)]
pub struct Killed {
    /// Reports that were confirmed before a kill, over all rounds.
    pub confirmed: u64,
    /// Reports in the database at the end.
    pub stored: u64,
    /// Reports that the service took more than once: each from a batch in flight when its process died.
    pub repeated: u64,
}

/// Runs `victim` against a database and a real service, kills it at random moments `rounds` times, and checks after each kill
/// that the database is whole and holds every confirmed report; in the end that the service has every stored one.
///
/// # Errors
/// A sentence that says what was lost, or what could not be done.
pub fn kill_again_and_again(victim: &Path, rounds: u32, seed: u64) -> Result<Killed, String> {
    let said = |what: &'static str| move |e: &dyn std::fmt::Display| format!("{what}: {e}");
    let dir = tempfile::tempdir().map_err(|e| said("no folder")(&e))?;
    let path = dir.path().join("cairn.db");
    let service =
        Service::start(Settings { requests_kept: 0, ..Settings::default() }).map_err(|e| said("no service")(&e))?;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut confirmed, mut next) = (0, 0_u64);
    for round in 0..rounds {
        let mut child = Command::new(victim)
            .args([path.as_os_str(), service.url().as_ref(), next.to_string().as_ref()])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| said("the victim does not start")(&e))?;
        let output = child.stdout.take().ok_or("the victim has no output")?;
        let (confirms, confirmed_first) = sync_channel(1);
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            // Told once, when the first line comes: nobody listens to the rest.
            lines.inspect(|_| _ = confirms.try_send(())).last()
        });
        // One in four is killed while it starts and takes up what the one before left; the others once they have confirmed
        // something, however slow the machine is.
        if round % 4 != 0 && confirmed_first.recv_timeout(STARTED).is_err() {
            // Nothing more can come of it; the error below is what counts.
            _ = child.kill();
            return Err(format!("round {round}: the victim confirms nothing"));
        }
        std::thread::sleep(Duration::from_micros(chance.random_range(5_000..250_000)));
        child.kill().map_err(|e| said("the victim cannot be killed")(&e))?;
        child.wait().map_err(|e| said("the victim cannot be awaited")(&e))?;
        let last = reader.join().map_err(|_| "the reader panicked")?;
        let last = last.and_then(|line| line.parse::<u64>().ok());
        check(&path, next, last).map_err(|e| format!("round {round}: {e}"))?;
        confirmed += last.map_or(0, |n| n + 1 - next);
        // Beyond anything the victim may have told without confirming it.
        next = last.unwrap_or(next) + 100_000;
    }
    let stored = send_the_rest(&path, service.url())?;
    let mut taken = BTreeMap::<u64, u64>::new();
    for accepted in service.accepted().map_err(|e| said("the service's list")(&e))? {
        *taken.entry(number(&accepted.report).ok_or("a report without its number")?).or_default() += 1;
    }
    if taken.len() as u64 != stored {
        return Err(format!("{stored} reports are stored, the service has {}", taken.len()));
    }
    Ok(Killed { confirmed, stored, repeated: taken.values().filter(|n| **n > 1).count() as u64 })
}

/// Whether the database is whole and holds the reports from `first` to `last`; killed early there may be no database yet.
fn check(path: &Path, first: u64, last: Option<u64>) -> Result<(), String> {
    if last.is_none() && !path.exists() {
        return Ok(());
    }
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|e| format!("does not open: {e}"))?;
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(|e| e.to_string())?;
    if verdict != "ok" {
        return Err(format!("the database is damaged: {verdict}"));
    }
    let Some(last) = last else { return Ok(()) };
    let (from, to) = (numbered_mac(first) as i64, numbered_mac(last) as i64);
    let found: i64 = db
        .query_row("SELECT count(DISTINCT emitter) FROM sighting WHERE emitter BETWEEN ? AND ?", [from, to], |row| {
            row.get(0)
        })
        .map_err(|e| e.to_string())?;
    let wanted = (last - first + 1) as i64;
    if found == wanted { Ok(()) } else { Err(format!("{wanted} reports were confirmed, {found} are there")) }
}

fn send_the_rest(path: &Path, url: &str) -> Result<u64, String> {
    let core = |e: CoreError| e.to_string();
    let config = Config { path: path.to_owned(), clock: std::sync::Arc::new(SystemClock::new()), seed: 0 };
    let engine = Engine::open(config).map_err(core)?.engine;
    let service = open_service(&engine, url).map_err(core)?;
    let transport = HttpTransport::new().map_err(core)?;
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let summary = engine.upload(service, &transport, Conditions::default(), true, &cancel).map_err(core)?;
    if summary.ended != Ended::Done {
        return Err(format!("the last upload ended with {:?}", summary.ended));
    }
    Ok(engine.stats().map_err(core)?.reports)
}

fn number(report: &Value) -> Option<u64> {
    let mac = report["wifiAccessPoints"][0]["macAddress"].as_str()?.replace(':', "");
    u64::from_str_radix(&mac, 16).ok()?.checked_sub(numbered_mac(0))
}
