//! `cairn backup`: vaults, in files or on one's own service, which nobody reads without the password.

mod create;
mod place;

use cairn::vault::{self, Described, Head, Locks, Progress, RecoveryCode, Step, Stretch, Watch};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::import::{interrupted, peak_memory_kb};
use super::merge;
use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::password::{self, Opening};
use create::Create;
use place::{At, Place};

#[derive(Args)]
pub struct Backup {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write everything into a vault that only its password opens.
    Create(Create),
    /// Take a vault in, with all that is in it.
    Restore(Restore),
    /// Give a vault a new password; its data stays as it is, byte by byte.
    Rekey(Rekey),
    /// Read all of a vault and check it; writes nothing.
    Verify(Verify),
    /// Show which versions of a vault a service keeps.
    List(List),
}

#[derive(Args)]
struct Restore {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    place: Place,
    /// An older version, by its number in the service's list, instead of the newest.
    #[arg(long, value_name = "N", requires = "service")]
    number: Option<u64>,
    #[command(flatten)]
    opening: Opening,
}

#[derive(Args)]
struct Rekey {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opening: Opening,
    /// A file whose first line is the new password. Without it, it is asked for.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<std::path::PathBuf>,
    /// Also print a new recovery code; an old one opens the vault no longer.
    #[arg(long)]
    recovery: bool,
}

#[derive(Args)]
struct Verify {
    #[command(flatten)]
    place: Place,
    /// An older version, by its number in the service's list, instead of the newest.
    #[arg(long, value_name = "N", requires = "service")]
    number: Option<u64>,
    #[command(flatten)]
    opening: Opening,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opening: Opening,
}

impl Backup {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        match &self.what {
            What::Create(command) => command.run(json),
            What::Restore(command) => command.run(json),
            What::Rekey(command) => command.run(json),
            What::Verify(command) => command.run(json),
            What::List(command) => command.run(json),
        }
    }
}

impl Restore {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let at = self.place.at()?;
        let unlock = self.opening.unlock()?;
        // A wrong file, version or id is told before a database is made.
        at.look().map_err(|e| self.place.failed(e))?;
        let is_new = !self.database.path().exists();
        let engine = self.database.open_or_make()?;
        let restored = watched(|watch| match &at {
            At::File(path) => engine.backup_restore(path, &unlock, watch),
            At::Service(service) => engine.backup_fetch(service, &unlock, self.number, watch),
        });
        let closed = engine.close().map_err(|e| self.database.failed(e));
        if restored.is_err() && is_new {
            self.database.remove();
        }
        let restored = restored.map_err(|e| self.place.failed(e))?;
        closed?;
        let name = self.place.name();
        if json {
            let mut told = described(&restored.described);
            told["merged"] = json!(restored.merged.as_ref().map(|merged| merge::as_json(&name, merged)));
            told["peakMemoryKb"] = json!(peak_memory_kb());
            output::json(&told)?;
        } else if let Some(merged) = &restored.merged {
            output::line(merge::words(&name, merged))?;
        } else {
            let (reports, into) = (restored.described.reports, self.database.path().display());
            output::line(format_args!("{name}: {reports} reports restored into {into}"))?;
        }
        Ok(Outcome::Well)
    }
}

impl Rekey {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let at = self.place.at()?;
        let unlock = self.opening.unlock()?;
        let password = password::choose(self.new_password_file.as_deref(), "New password: ")?;
        let locks = Locks { password, recovery: new_code(self.recovery)?, stretch: Stretch::USUAL };
        let done = watched(|watch| match &at {
            At::File(path) => vault::rekey(path, &unlock, &locks, watch),
            At::Service(service) => service.rekey(&unlock, &locks, watch),
        });
        done.map_err(|e| self.place.failed(e))?;
        let name = self.place.name();
        let told = json!({ "file": name });
        say(json, &told, &locks, format_args!("{name}: opens with the new password only"))
    }
}

impl Verify {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let at = self.place.at()?;
        let unlock = self.opening.unlock()?;
        let head = watched(|watch| match &at {
            At::File(path) => vault::verify(path, &unlock, watch),
            At::Service(service) => service.unseal(&unlock, self.number, &mut std::io::sink(), watch),
        });
        let head = head.map_err(|e| self.place.failed(e))?;
        let Head { described: inside, plain, .. } = &head;
        if json {
            let mut told = described(inside);
            told["file"] = json!(self.place.name());
            told["databaseBytes"] = json!(plain);
            told["peakMemoryKb"] = json!(peak_memory_kb());
            output::json(&told)?;
        } else {
            let label = if inside.label.is_empty() { String::new() } else { format!(" \"{}\"", inside.label) };
            output::line(format_args!(
                "{}:{label} whole and genuine, made {}; {} reports, a database of {plain} bytes, schema version {}",
                self.place.name(),
                when(inside.made.0),
                inside.reports,
                inside.schema
            ))?;
        }
        Ok(Outcome::Well)
    }
}

impl List {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let service = self.place.service()?;
        let unlock = self.opening.unlock()?;
        let versions = watched(|watch| service.list(&unlock, watch)).map_err(|e| self.place.failed(e))?;
        for version in versions {
            let (number, stored, bytes) = (version.version, when(version.stored), version.bytes);
            if json {
                output::json(&json!({ "number": number, "stored": stored, "bytes": bytes }))?;
            } else {
                output::line(format_args!("{number}: stored {stored}, {bytes} bytes"))?;
            }
        }
        Ok(Outcome::Well)
    }
}

fn new_code(wanted: bool) -> Result<Option<RecoveryCode>, Failure> {
    wanted.then(RecoveryCode::new).transpose().map_err(Failure::vault_input)
}

/// Prints what was done and, this once, the recovery code.
fn say(json: bool, told: &Value, locks: &Locks, words: std::fmt::Arguments<'_>) -> Result<Outcome, Failure> {
    let code = locks.recovery.as_ref().map(RecoveryCode::reveal);
    if json {
        let mut told = told.clone();
        told["recoveryCode"] = json!(code.as_ref().map(|code| code.as_str()));
        output::json(&told)?;
    } else {
        output::line(words)?;
        if let Some(code) = code {
            output::line(format_args!("Recovery code, to be written down and kept apart: {}", *code))?;
        }
    }
    Ok(Outcome::Well)
}

fn described(inside: &Described) -> Value {
    json!({ "made": when(inside.made.0), "reports": inside.reports, "schema": inside.schema, "label": inside.label })
}

/// A time in ms since 1970 UTC, in words.
fn when(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| "at an unknown time".to_owned(), |t| t.to_string())
}

/// Shows the progress of a long step. Interrupted, it ends at its next look: what was there before stays, and nothing half done.
pub fn watched<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{msg} [{wide_bar}] {bytes}/{total_bytes}") {
        bar.set_style(style);
    }
    let mut show = |Progress { step, done, of }: Progress| {
        bar.set_message(match step {
            Step::Stretching => "stretching the password",
            Step::Copying => "copying",
            Step::Sealing => "encrypting",
            Step::Opening => "decrypting",
            Step::Restoring => "restoring",
            Step::Merging => "merging",
            Step::Sending => "sending",
            Step::Fetching => "fetching",
        });
        bar.set_length(of);
        bar.set_position(done);
    };
    let answer = work(&mut Watch { progress: &mut show, cancel: &interrupted() });
    bar.finish_and_clear();
    answer
}
