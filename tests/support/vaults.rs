//! Backups that are killed in the middle.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use cairn::engine::{Config, Engine, Opened};
use cairn::vault::{self, Locks, Password, Stretch, Unlock, VaultError, Watch};
use cairn::{CoreError, SystemClock, doctor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{numbered_fix, numbered_scan, patiently};

/// The password of every backup here.
pub const PASSWORD: &str = "correct horse battery";
const NEW_PASSWORD: &str = "a staple instead of it";

/// An engine on a database.
///
/// # Errors
/// As the engine's.
pub fn engine_on(path: &Path) -> Result<Engine, CoreError> {
    let config = Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 1 };
    Ok(Engine::open(config)?.engine)
}

/// A password that costs nothing to stretch, so that kills meet everything else.
pub fn locks(password: &str) -> Locks {
    Locks { password: Password::new(password), recovery: None, stretch: Stretch::CHEAP }
}

/// What opens them.
pub fn unlock(password: &str) -> Unlock {
    Unlock::Password(Password::new(password))
}

/// What so many kills did: how often the old state was found, and how often the new one.
#[derive(Debug, Default)]
pub struct Killed {
    /// Processes that were alive when they were killed.
    pub alive: u32,
    /// Creations: the old vault, the new one.
    pub created: [u32; 2],
    /// Restores into a database that was never used: nothing, everything.
    pub put: [u32; 2],
    /// Restores into one in use: as it was, merged.
    pub merged: [u32; 2],
    /// New passwords: the old one, the new one.
    pub rekeyed: [u32; 2],
}

pub(crate) fn said<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> String {
    move |e| format!("{what}: {e}")
}

fn walk(engine: &Engine, range: std::ops::Range<u64>) -> Result<(), CoreError> {
    engine.begin_trip()?;
    for n in range {
        patiently(|| engine.fix(numbered_fix(n)))?;
        patiently(|| engine.scan(numbered_scan(n)))?;
    }
    engine.end_trip()
}

/// How many reports are in a vault, all of which is read and checked.
fn reports_in(vault: &Path, password: &str) -> Result<u64, VaultError> {
    let mut watch = Watch { progress: &mut |_| (), cancel: &AtomicBool::new(false) };
    Ok(vault::verify(vault, &unlock(password), &mut watch)?.described.reports)
}

/// The number of reports in a database, which must be sound.
fn reports_of(database: &Path) -> Result<u64, String> {
    let config = Config { path: database.to_owned(), clock: Arc::new(SystemClock::new()), seed: 1 };
    let Opened { engine, salvage } = Engine::open(config).map_err(said("the database does not open"))?;
    if salvage.is_some() {
        return Err("the database was damaged".to_owned());
    }
    let reports = engine.stats().map_err(said("the database"))?.reports;
    engine.close().map_err(said("the database"))?;
    let examined = doctor::examine(database).map_err(said("the doctor"))?;
    let broken = examined.found.iter().find(|f| f.is_fault());
    broken.map_or(Ok(reports), |fault| Err(format!("the database is damaged: {}", fault.describe())))
}

struct Victim<'a> {
    program: &'a Path,
    chance: ChaCha8Rng,
    alive: u32,
}

impl Victim<'_> {
    fn command(&self, arguments: &[&Path]) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs it to its end; answers how long that took.
    fn whole(&self, arguments: &[&Path]) -> Result<Duration, String> {
        let start = Instant::now();
        let ended = self.command(arguments).status().map_err(said("the victim does not start"))?;
        if ended.success() { Ok(start.elapsed()) } else { Err(format!("the victim failed unkilled: {arguments:?}")) }
    }

    /// Kills it at some moment of what it usually takes.
    fn killed(&mut self, arguments: &[&Path], usual: Duration) -> Result<(), String> {
        let mut child = self.command(arguments).spawn().map_err(said("the victim does not start"))?;
        std::thread::sleep(usual.mul_f64(self.chance.random_range(0.05..1.1)));
        self.alive += u32::from(child.try_wait().map_err(said("the victim"))?.is_none());
        child.kill().map_err(said("the victim cannot be killed"))?;
        child.wait().map(|_| ()).map_err(said("the victim cannot be awaited"))
    }
}

fn one_of(found: u64, old: u64, new: u64, seen: &mut [u32; 2], what: &str) -> Result<(), String> {
    if found != old && found != new {
        return Err(format!("{what}: {found} reports, neither {old} nor {new}"));
    }
    seen[usize::from(found == new)] += 1;
    Ok(())
}

pub(crate) fn removed(database: &Path) {
    for part in ["", "-wal", "-shm", ".lock", ".restored", ".snapshot"] {
        let mut name = database.as_os_str().to_owned();
        name.push(part);
        // Most of them are not there.
        let _ = std::fs::remove_file(name);
    }
}

/// Kills creation, restore into a new and a used database, and re-keying, each `rounds` times at random moments, and looks each
/// time whether there is the old state, whole, or the new one, whole.
///
/// # Errors
/// A sentence that says what was lost, or what could not be done.
pub fn kill_again_and_again(program: &Path, rounds: u32, seed: u64) -> Result<Killed, String> {
    let dir = tempfile::tempdir().map_err(said("no folder"))?;
    let at = |name: &str| dir.path().join(name);
    let mut victim = Victim { program, chance: ChaCha8Rng::seed_from_u64(seed), alive: 0 };
    let mut killed = Killed::default();

    let (database, file) = (at("cairn.db"), at("vault"));
    let engine = engine_on(&database).map_err(said("no engine"))?;
    walk(&engine, 0..2_000).map_err(said("no walk"))?;
    engine.close().map_err(said("no engine"))?;
    victim.whole(&[Path::new("create"), &database, &file])?;
    let old = reports_in(&file, PASSWORD).map_err(said("the first vault"))?;
    let first = std::fs::read(&file).map_err(said("the first vault"))?;
    let engine = engine_on(&database).map_err(said("no engine"))?;
    walk(&engine, 5_000..6_000).map_err(said("no walk"))?;
    engine.close().map_err(said("no engine"))?;
    let new = reports_of(&database)?;

    let create = [Path::new("create"), &database, &file];
    let usual = victim.whole(&create)?;
    for round in 0..rounds {
        std::fs::write(&file, &first).map_err(said("the first vault"))?;
        victim.killed(&create, usual)?;
        let found = reports_in(&file, PASSWORD).map_err(|e| format!("round {round}: the vault does not open: {e}"))?;
        one_of(found, old, new, &mut killed.created, "creating")?;
        if reports_of(&database)? != new {
            return Err(format!("round {round}: making a backup changed the database"));
        }
    }
    victim.whole(&create)?;

    let (work, used) = (at("work.db"), at("used.db"));
    let engine = engine_on(&used).map_err(said("no engine"))?;
    walk(&engine, 20_000..20_050).map_err(said("no walk"))?;
    engine.close().map_err(said("no engine"))?;
    let own = reports_of(&used)?;
    let restore = [Path::new("restore"), &work, &file];
    for (seed_database, before, seen) in [(None, 0, &mut killed.put), (Some(&used), own, &mut killed.merged)] {
        let prepare = || {
            removed(&work);
            seed_database.map_or(Ok(()), |used: &PathBuf| doctor::copy(used, &work).map_err(said("no copy")))
        };
        prepare()?;
        let usual = victim.whole(&restore)?;
        for _ in 0..rounds {
            prepare()?;
            victim.killed(&restore, usual)?;
            one_of(reports_of(&work)?, before, before + new, seen, "restoring")?;
        }
        prepare()?;
        victim.whole(&restore)?;
        one_of(reports_of(&work)?, before + new, before + new, &mut [0; 2], "restoring after kills")?;
    }

    let mut passwords = [PASSWORD, NEW_PASSWORD];
    let rekey = |[from, to]: [&'static str; 2]| [Path::new("rekey"), file.as_path(), Path::new(from), Path::new(to)];
    let usual = victim.whole(&rekey(passwords))?;
    passwords.swap(0, 1);
    for round in 0..rounds {
        victim.killed(&rekey(passwords), usual)?;
        let opens = passwords.map(|password| reports_in(&file, password).is_ok_and(|reports| reports == new));
        match opens {
            [true, false] => killed.rekeyed[0] += 1,
            [false, true] => {
                killed.rekeyed[1] += 1;
                passwords.swap(0, 1);
            }
            _ => return Err(format!("round {round}: opens with old and new password: {opens:?}")),
        }
    }
    victim.whole(&rekey(passwords))?;

    let left = std::fs::read_dir(dir.path()).map_err(said("the folder"))?.map_while(Result::ok);
    let left = left.map(|f| f.file_name().to_string_lossy().into_owned());
    let left: Vec<_> = left.filter(|f| ["snapshot", "restored", "part"].iter().any(|part| f.ends_with(part))).collect();
    if !left.is_empty() {
        return Err(format!("left behind after whole runs: {left:?}"));
    }
    killed.alive = victim.alive;
    Ok(killed)
}
