//! Kills imports of files of every format, packed and not, while the files are grown, cut, packed and renamed, and compares what is
//! in with one clean run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::formats::{ALL, Made, Packing};
use crate::import_kill::{pace, said, totals};

/// What so many rounds did.
#[derive(Debug, Default)]
pub struct Done {
    /// Files that were imported to their end after some kills.
    pub files: u32,
    /// Runs that were alive when they were killed.
    pub killed: u32,
    /// Times a file was made longer between two runs.
    pub grown: u32,
    /// Times it was made shorter, and longer again later.
    pub cut: u32,
    /// Times it was packed otherwise.
    pub packed: u32,
    /// Times a run said that something it had read was gone.
    pub told: u32,
    /// Rows of all files.
    pub rows: u64,
}

/// Kills that each file sees: a start, a middle and an end.
const KILLS: u32 = 4;

/// Runs `victim` on files of one format after the other and kills it `rounds` times.
///
/// # Errors
/// A sentence that says what was lost or counted twice, or what could not be done.
pub fn import_all_formats_again_and_again(victim: &Path, rounds: u32, seed: u64) -> Result<Done, String> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut done = Done::default();
    for made in ALL.iter().cycle().take(rounds.div_ceil(KILLS) as usize) {
        let kills = KILLS.min(rounds - done.files * KILLS);
        one_file(victim, made, kills, &mut chance, &mut done).map_err(|what| format!("{}: {what}", made.name))?;
        done.files += 1;
    }
    Ok(done)
}

fn one_file(victim: &Path, made: &Made, kills: u32, chance: &mut ChaCha8Rng, done: &mut Done) -> Result<(), String> {
    let dir = tempfile::tempdir().map_err(said("no folder"))?;
    let (database, output) = (dir.path().join("killed.db"), dir.path().join("output"));
    let pace = pace(victim)?;
    let (mut rows, mut packing, mut longest) = (0, Packing::Plain, 0);
    let mut file = PathBuf::new();
    for round in 0..kills {
        let is_cut = round > 0 && chance.random_range(0..5) == 0;
        if is_cut {
            rows = chance.random_range(1..=rows);
            done.cut += 1;
        } else {
            rows = longest + chance.random_range(2_000..12_000);
            done.grown += u32::from(round > 0);
        }
        longest = longest.max(rows);
        if chance.random_range(0..2) == 0 {
            packing = Packing::ALL[chance.random_range(0..4)];
            done.packed += 1;
        }
        // Under another name each time: a file is known by what is in it.
        file = dir.path().join(format!("file {round}"));
        made.write(&file, rows, packing)?;
        let told = File::create(&output).map_err(said("no output"))?;
        let mut child = Command::new(victim)
            .arg("once")
            .args([&database, &file])
            .stdout(told)
            .stderr(Stdio::null())
            .spawn()
            .map_err(said("the victim does not start"))?;
        std::thread::sleep(pace.mul_f64(chance.random_range(0.0..4.0)));
        done.killed += u32::from(child.try_wait().map_err(said("the victim"))?.is_none());
        child.kill().map_err(said("the victim cannot be killed"))?;
        child.wait().map_err(said("the victim cannot be awaited"))?;
        for line in fs::read_to_string(&output).map_err(said("the output"))?.lines() {
            let is_told = line.contains("no longer in the file") || line.contains("an older state of a database");
            let is_end = line.split(' ').all(|word| word.parse::<u64>().is_ok());
            if !(is_end || is_cut && is_told) {
                return Err(format!("a run complained of a file of {rows} rows, {packing:?}: {line}"));
            }
            done.told += u32::from(!is_end);
        }
    }
    made.write(&file, longest, packing)?;
    done.rows += longest;
    let killed = totals(&database, std::slice::from_ref(&file))?;
    let clean = totals(&dir.path().join("clean.db"), &[file])?;
    if killed == clean { Ok(()) } else { Err(format!("one clean run counts {clean:?}, this one {killed:?}")) }
}
