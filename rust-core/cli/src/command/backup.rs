//! `cairn backup`: vault files, which nobody reads without the password.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use cairn::vault::{self, Described, Head, Locks, Progress, RecoveryCode, Step, Stretch, VaultError, Watch};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::merge;
use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::password::{self, Opening};

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
}

#[derive(Args)]
struct Create {
    #[command(flatten)]
    database: Database,
    /// The vault file; an older one is kept until the new one is complete.
    #[arg(value_name = "VAULT")]
    file: PathBuf,
    /// What you call it; encrypted like all the rest.
    #[arg(long, default_value = "")]
    label: String,
    /// Also print a recovery code, which opens the vault should the password be forgotten.
    #[arg(long)]
    recovery: bool,
    /// A file whose first line is the password; - for stdin. Without it, it is asked for.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
struct Restore {
    #[command(flatten)]
    database: Database,
    /// The vault file.
    #[arg(value_name = "VAULT")]
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
}

#[derive(Args)]
struct Rekey {
    /// The vault file.
    #[arg(value_name = "VAULT")]
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// A file whose first line is the new password. Without it, it is asked for.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
    /// Also print a new recovery code; an old one opens the vault no longer.
    #[arg(long)]
    recovery: bool,
}

#[derive(Args)]
struct Verify {
    /// The vault file.
    #[arg(value_name = "VAULT")]
    file: PathBuf,
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
        }
    }
}

impl Create {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let password = password::choose(self.password_file.as_deref(), "Password for the backup: ")?;
        let recovery = new_code(self.recovery)?;
        let locks = Locks { password, recovery, stretch: Stretch::USUAL };
        let made = watched(|watch| engine.backup_create(&self.file, &locks, &self.label, watch));
        let made = made.map_err(|e| failed(&self.file, e))?;
        let mut told = described(&made.described);
        told["file"] = json!(self.file);
        told["bytes"] = json!(made.bytes);
        say(
            json,
            &told,
            &locks,
            format_args!("{}: {} reports in {} bytes", self.file.display(), made.described.reports, made.bytes),
        )
    }
}

impl Restore {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let unlock = self.opening.unlock()?;
        // A wrong file or version is told before a database is made.
        vault::read_key_block(&self.file).map_err(|e| failed(&self.file, e))?;
        let is_new = !self.database.path().exists();
        let engine = self.database.open_or_make()?;
        let restored = watched(|watch| engine.backup_restore(&self.file, &unlock, watch));
        let closed = engine.close().map_err(|e| self.database.failed(e));
        if restored.is_err() && is_new {
            self.database.remove();
        }
        let restored = restored.map_err(|e| failed(&self.file, e))?;
        closed?;
        let name = self.file.display().to_string();
        if json {
            let mut told = described(&restored.described);
            told["merged"] = json!(restored.merged.as_ref().map(|merged| merge::as_json(&name, merged)));
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
        let unlock = self.opening.unlock()?;
        let password = password::choose(self.new_password_file.as_deref(), "New password: ")?;
        let locks = Locks { password, recovery: new_code(self.recovery)?, stretch: Stretch::USUAL };
        watched(|watch| vault::rekey(&self.file, &unlock, &locks, watch)).map_err(|e| failed(&self.file, e))?;
        let told = json!({ "file": self.file });
        say(json, &told, &locks, format_args!("{}: opens with the new password only", self.file.display()))
    }
}

impl Verify {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let unlock = self.opening.unlock()?;
        let head = watched(|watch| vault::verify(&self.file, &unlock, watch)).map_err(|e| failed(&self.file, e))?;
        let Head { described: inside, plain, .. } = &head;
        if json {
            let mut told = described(inside);
            told["file"] = json!(self.file);
            told["databaseBytes"] = json!(plain);
            output::json(&told)?;
        } else {
            let label = if inside.label.is_empty() { String::new() } else { format!(" \"{}\"", inside.label) };
            output::line(format_args!(
                "{}:{label} whole and genuine, made {}; {} reports, a database of {plain} bytes, schema version {}",
                self.file.display(),
                when(inside),
                inside.reports,
                inside.schema
            ))?;
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
    json!({ "made": when(inside), "reports": inside.reports, "schema": inside.schema, "label": inside.label })
}

fn when(inside: &Described) -> String {
    jiff::Timestamp::from_millisecond(inside.made.0).map_or_else(|_| "at an unknown time".to_owned(), |t| t.to_string())
}

/// Shows the progress of a long step.
fn watched<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
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
    let answer = work(&mut Watch { progress: &mut show, cancel: &AtomicBool::new(false) });
    bar.finish_and_clear();
    answer
}

fn failed(path: &Path, error: VaultError) -> Failure {
    Failure::Vault { path: path.display().to_string(), error }
}
