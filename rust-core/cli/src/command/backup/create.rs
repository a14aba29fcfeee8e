//! `cairn backup create`.

use std::path::{Path, PathBuf};

use cairn::engine::Engine;
use cairn::vault::service::Writable;
use cairn::vault::{Locks, Password, RecoveryCode, Stretch, Unlock, VaultId};
use clap::Args;
use serde_json::json;

use super::place::Place;
use super::{described, new_code, say, watched};
use crate::command::import::peak_memory_kb;
use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::{output, password};

#[derive(Args)]
pub struct Create {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    place: Place,
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

impl Create {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        match self.place.file() {
            Some(path) => self.in_file(&engine, path, json),
            None => self.on_service(&engine, json),
        }
    }

    fn in_file(&self, engine: &Engine, path: &Path, json: bool) -> Result<Outcome, Failure> {
        let locks = self.locks()?;
        let made = watched(|watch| engine.backup_create(path, &locks, &self.label, watch));
        let made = made.map_err(|e| self.place.failed(e))?;
        let mut told = described(&made.described);
        told["file"] = json!(path);
        told["bytes"] = json!(made.bytes);
        told["peakMemoryKb"] = json!(peak_memory_kb());
        let (reports, bytes) = (made.described.reports, made.bytes);
        say(json, &told, &locks, format_args!("{}: {reports} reports in {bytes} bytes", path.display()))
    }

    /// A new version of the vault with the id that was given, or a new vault.
    fn on_service(&self, engine: &Engine, json: bool) -> Result<Outcome, Failure> {
        let known = self.place.id()?;
        let is_new_id = known.is_none();
        let service = self.place.service_with(match known {
            Some(id) => id,
            None => VaultId::new().map_err(Failure::vault_input)?,
        })?;
        let kept = if is_new_id { None } else { service.look().map_err(|e| self.place.failed(e))? };
        let (writable, locks) = if let Some(kept) = kept {
            if self.recovery {
                return Err(Failure::Refused(cairn::CoreError::BadInput(
                    "this vault has its locks already: give it a recovery code with rekey --recovery".to_owned(),
                )));
            }
            let password = password::ask(self.password_file.as_deref())?;
            let unlock = Unlock::Password(password.clone());
            (watched(|watch| service.open(&kept, &unlock, watch)), Locks::password(password))
        } else {
            let locks = self.locks()?;
            (watched(|watch| Writable::new(&locks, watch)), locks)
        };
        let stored = writable
            .and_then(|writable| watched(|watch| engine.backup_store(&service, &writable, &self.label, watch)))
            .map_err(|e| self.place.failed(e))?;
        let id = service.id().reveal();
        let mut told = described(&stored.described);
        told["service"] = json!(self.place.name());
        told["id"] = json!(id);
        told["number"] = json!(stored.version.version);
        told["bytes"] = json!(stored.version.bytes);
        told["peakMemoryKb"] = json!(peak_memory_kb());
        let (name, number) = (self.place.name(), stored.version.version);
        let (reports, bytes) = (stored.described.reports, stored.version.bytes);
        let said =
            say(json, &told, &locks, format_args!("{name}: version {number}, {reports} reports in {bytes} bytes"))?;
        if is_new_id && !json {
            output::line(format_args!("The vault's id, to be written down: {id}"))?;
        }
        Ok(said)
    }

    fn locks(&self) -> Result<Locks, Failure> {
        let password: Password = password::choose(self.password_file.as_deref(), "Password for the backup: ")?;
        let recovery: Option<RecoveryCode> = new_code(self.recovery)?;
        Ok(Locks { password, recovery, stretch: Stretch::USUAL })
    }
}
