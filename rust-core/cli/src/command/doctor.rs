//! `cairn doctor`: whether database, packs and vaults are sound, what stands in the outbox's way, and mending.

use std::path::{Path, PathBuf};

use cairn::doctor::{self, Examined, Finding};
use cairn::{CoreError, pack, vault};
use clap::Args;
use serde_json::{Value, json};

use super::backup;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::password;

#[derive(Args)]
pub struct Doctor {
    /// The database, with the packs it uses.
    #[arg(long, value_name = "DB", required_unless_present_any = ["pack", "vault"])]
    db: Option<PathBuf>,
    /// A region pack; may be given several times.
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
    /// A vault file; may be given several times.
    #[arg(long, value_name = "FILE")]
    vault: Vec<PathBuf>,
    /// A file whose first line is the vaults' password; - for stdin. Without it they are looked at from outside only.
    #[arg(long, value_name = "FILE", requires = "vault")]
    password_file: Option<PathBuf>,
    /// Mend in the database what can be mended without loss.
    #[arg(long, requires = "db")]
    mend: bool,
    /// Leave the database alone: copy it there, and look at and mend the copy.
    #[arg(long, value_name = "FILE", requires = "db")]
    copy: Option<PathBuf>,
}

/// One thing that was looked at.
struct Looked {
    sound: bool,
    lines: Vec<String>,
    told: Value,
}

impl Doctor {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let mut packs = self.pack.clone();
        let mut database = None;
        if let Some(db) = &self.db {
            let (looked, used) = self.database(db)?;
            packs.extend(used.into_iter().filter(|path| !self.pack.contains(path)));
            database = Some(looked);
        }
        let packs: Vec<Looked> = packs.iter().map(|path| pack_at(path)).collect();
        let vaults = self.vault.iter().map(|path| self.vault(path)).collect::<Result<Vec<_>, _>>()?;
        let all = || database.iter().chain(&packs).chain(&vaults);
        let sound = all().all(|looked| looked.sound);
        if json {
            let list = |of: &[Looked]| of.iter().map(|l| l.told.clone()).collect::<Vec<_>>();
            output::json(&json!({
                "sound": sound,
                "database": database.as_ref().map(|l| &l.told),
                "packs": list(&packs),
                "vaults": list(&vaults),
            }))?;
        } else {
            for line in all().flat_map(|looked| &looked.lines) {
                output::line(line)?;
            }
        }
        Ok(if sound { Outcome::Well } else { Outcome::BadData })
    }

    /// Looks the database or its copy over, mends it if that is wanted, and answers which packs it uses.
    fn database(&self, db: &Path) -> Result<(Looked, Vec<PathBuf>), Failure> {
        let name = |path: &Path| path.display().to_string();
        if !db.exists() {
            return Err(Failure::NoDatabase { path: name(db) });
        }
        let failed = |error| match error {
            CoreError::BadInput(_) => Failure::Refused(error),
            _ => Failure::Database { path: name(db), error },
        };
        let path = match &self.copy {
            Some(copy) => {
                doctor::copy(db, copy).map_err(failed)?;
                copy
            }
            None => db,
        };
        let examined = doctor::examine(path).map_err(failed)?;
        let mends = self.mend && examined.found.iter().any(Finding::can_be_mended);
        let mended = mends.then(|| doctor::mend(path, &examined)).transpose().map_err(failed)?;
        let used = doctor::packs(path).unwrap_or_default();
        let now = mended.as_ref().map_or(&examined, |mended| &mended.now);
        let kept = mended.as_ref().and_then(|mended| mended.kept.as_ref());
        let looked = Looked {
            sound: now.is_sound(),
            lines: words(&name(path), &examined, mended.as_ref().map(|m| &m.now), kept.map(|k| name(k))),
            told: json!({
                "path": path,
                "sound": now.is_sound(),
                "schema": now.schema,
                "inUse": now.in_use,
                "found": examined.found.iter().map(|f| as_json(f, now)).collect::<Vec<_>>(),
                "kept": kept,
            }),
        };
        Ok((looked, used))
    }

    fn vault(&self, path: &Path) -> Result<Looked, Failure> {
        let checked = match &self.password_file {
            Some(file) => {
                let unlock = vault::Unlock::Password(password::ask(Some(file))?);
                backup::watched(|watch| vault::verify(path, &unlock, watch)).map(|_| "whole and genuine")
            }
            None => vault::look_over(path).map(|()| "whole as far as can be told without its password"),
        };
        Ok(file_looked("vault", path, &checked.map_err(|e| e.to_string())))
    }
}

fn pack_at(path: &Path) -> Looked {
    let report = pack::check(path);
    file_looked("pack", path, &report.fault.map_or(Ok("whole"), |fault| Err(fault.to_string())))
}

fn file_looked(what: &str, path: &Path, checked: &Result<&str, String>) -> Looked {
    let name = path.display();
    let line = match checked {
        Ok(words) => format!("{what} {name}: {words}"),
        Err(fault) => format!("{what} {name}: {fault}"),
    };
    let told = json!({ "path": path, "sound": checked.is_ok(), "fault": checked.as_ref().err() });
    Looked { sound: checked.is_ok(), lines: vec![line], told }
}

/// What was found, what became of it, and the verdict.
fn words(name: &str, before: &Examined, after: Option<&Examined>, kept: Option<String>) -> Vec<String> {
    let now = after.unwrap_or(before);
    let mut lines: Vec<String> = before
        .found
        .iter()
        .map(|finding| {
            let ended = match after {
                Some(after) if !after.found.contains(finding) => "mended: ",
                _ if finding.is_fault() => "fault: ",
                _ => "note: ",
            };
            format!("{name}: {ended}{}", finding.describe())
        })
        .collect();
    lines.extend(now.found.iter().filter(|f| !before.found.contains(f)).map(|f| format!("{name}: {}", f.describe())));
    lines.extend(kept.map(|kept| format!("{name}: as it was, it is kept in {kept}")));
    if now.in_use {
        lines.push(format!("{name}: another program is using it; its uploads were not looked at"));
    }
    let schema = now.schema.map_or_else(String::new, |schema| format!(", schema version {schema}"));
    let can_mend = after.is_none() && now.found.iter().any(|f| f.is_fault() && f.can_be_mended());
    lines.push(match (now.is_sound(), can_mend) {
        (true, _) => format!("{name}: the database is sound{schema}"),
        (false, true) => {
            format!("{name}: the database is not sound{schema}; --mend mends it, --copy FILE --mend a copy of it")
        }
        (false, false) => format!("{name}: the database is not sound{schema}"),
    });
    lines
}

fn as_json(finding: &Finding, now: &Examined) -> Value {
    json!({
        "what": finding.word(),
        "fault": finding.is_fault(),
        "mended": !now.found.contains(finding),
        "words": finding.describe(),
    })
}
