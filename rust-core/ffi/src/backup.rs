//! Backups: vaults that only their password or their recovery code opens, in files or on one's own service.

use std::path::Path;
use std::sync::Arc;

use engine::vault::service::{HttpCourier, VaultService};
use engine::vault::{self, Locks, Password, Progress, RecoveryCode, Step, Stretch, Unlock, VaultError, VaultId, Watch};

use crate::error::CoreException;
use crate::object::NativeCore;
use crate::work::Work;

/// What opens a backup.
#[derive(Clone, uniffi::Enum)]
pub enum BackupKey {
    /// Its password.
    Typed {
        /// As it was typed.
        password: String,
    },
    /// The recovery code that was shown when it was made.
    Printed {
        /// As it was typed.
        code: String,
    },
}

/// A backup that was made.
#[derive(Clone, uniffi::Record)]
pub struct BackupMade {
    /// Reports in it.
    pub reports: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Opens it besides the password: to be shown once, and kept nowhere.
    pub recovery_code: String,
}

/// A backup that was brought in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BackupRestored {
    /// Reports that were in it.
    pub reports: u64,
    /// When it was made, ms since 1970 UTC.
    pub made_ms: i64,
}

/// Where a backup is.
#[derive(Clone, uniffi::Enum)]
pub enum BackupPlace {
    /// In a file.
    File {
        /// The file's path.
        path: String,
    },
    /// With one's own service.
    Service {
        /// Where there.
        vault: VaultPlace,
    },
}

/// Where a backup is kept by one's own service.
#[derive(Clone, uniffi::Record)]
pub struct VaultPlace {
    /// The service's address.
    pub url: String,
    /// The vault's id there, as it was typed or as [`new_vault_id`] made it.
    pub id: String,
    /// Go there although it is not encrypted on the way; the user has confirmed it.
    pub allow_http: bool,
}

/// A backup that a service has stored.
#[derive(Clone, uniffi::Record)]
pub struct BackupStored {
    /// Reports in it.
    pub reports: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Opens a new vault besides the password: to be shown once, and kept nowhere. Null where the vault was there before.
    pub recovery_code: Option<String>,
}

/// An id for a vault that no service has yet: its owner must keep it.
#[uniffi::export]
pub fn new_vault_id() -> Result<String, CoreException> {
    Ok(VaultId::new()?.reveal())
}

/// The fewest characters of a new password.
#[uniffi::export]
pub fn shortest_password() -> u32 {
    vault::MIN_PASSWORD as u32
}

#[uniffi::export]
impl NativeCore {
    /// Writes everything there is into a file that only the password, or the recovery code in the answer, opens. It appears
    /// when it is complete.
    pub fn create_backup(&self, path: &str, password: &str, work: &Arc<Work>) -> Result<BackupMade, CoreException> {
        let (locks, recovery_code) = locks(password)?;
        let made = watched(work, |watch| self.engine.backup_create(Path::new(path), &locks, "", watch))?;
        Ok(BackupMade { reports: made.described.reports, bytes: made.bytes, recovery_code })
    }

    /// Brings everything in that a backup holds; a phone that has data already keeps it, and nothing counts twice.
    pub fn restore_backup(
        &self,
        from: &BackupPlace,
        key: &BackupKey,
        work: &Arc<Work>,
    ) -> Result<BackupRestored, CoreException> {
        let unlock = key.read()?;
        let restored = watched(work, |watch| match from {
            BackupPlace::File { path } => self.engine.backup_restore(Path::new(path), &unlock, watch),
            BackupPlace::Service { vault } => self.engine.backup_fetch(&vault.service()?, &unlock, None, watch),
        })?;
        Ok(BackupRestored { reports: restored.described.reports, made_ms: restored.described.made.0 })
    }

    /// Gives a backup, and with a service all its versions, a new password, and answers the new recovery code; the old ones then
    /// open it no longer.
    pub fn rekey_backup(
        &self,
        at: &BackupPlace,
        key: &BackupKey,
        password: &str,
        work: &Arc<Work>,
    ) -> Result<String, CoreException> {
        let (locks, code) = locks(password)?;
        let unlock = key.read()?;
        watched(work, |watch| match at {
            BackupPlace::File { path } => vault::rekey(Path::new(path), &unlock, &locks, watch),
            BackupPlace::Service { vault } => vault.service()?.rekey(&unlock, &locks, watch),
        })?;
        Ok(code)
    }

    /// Stores everything there is as the newest version of a vault, which the password must open. Where the service has no vault
    /// with this id, that is an error, or it is a new one with this password if the user `may_begin` one.
    pub fn store_backup(
        &self,
        place: &VaultPlace,
        password: &str,
        may_begin: bool,
        work: &Arc<Work>,
    ) -> Result<BackupStored, CoreException> {
        let service = place.service()?;
        let (locks, code) = locks(password)?;
        let (stored, is_new) = watched(work, |watch| {
            let writable = service.open_or_begin(&locks, may_begin, watch)?;
            Ok((self.engine.backup_store(&service, &writable, "", watch)?, writable.is_new()))
        })?;
        let (reports, bytes) = (stored.described.reports, stored.version.bytes);
        Ok(BackupStored { reports, bytes, recovery_code: is_new.then_some(code) })
    }
}

impl VaultPlace {
    fn service(&self) -> Result<VaultService, VaultError> {
        let courier = Arc::new(HttpCourier::new()?);
        Ok(VaultService::new(&self.url, self.allow_http, VaultId::parse(&self.id)?, courier)?)
    }
}

impl BackupKey {
    fn read(&self) -> Result<Unlock, CoreException> {
        Ok(match self {
            Self::Typed { password } => Unlock::Password(Password::new(password)),
            Self::Printed { code } => Unlock::Recovery(RecoveryCode::parse(code)?),
        })
    }
}

fn locks(password: &str) -> Result<(Locks, String), VaultError> {
    let code = RecoveryCode::new()?;
    let text = code.reveal().to_string();
    let locks = Locks { password: Password::new(password), recovery: Some(code), stretch: Stretch::USUAL };
    Ok((locks, text))
}

fn watched<T>(work: &Work, run: impl FnOnce(&mut Watch<'_>) -> Result<T, VaultError>) -> Result<T, CoreException> {
    // The steps follow each other, and each has its own length: only the long ones are told.
    let mut progress = |p: Progress| match p.step {
        Step::Sealing | Step::Opening | Step::Restoring | Step::Sending => work.set(p.done, p.of, 0),
        _ => work.set(0, 0, 0),
    };
    Ok(run(&mut Watch { progress: &mut progress, cancel: &work.cancel })?)
}
