//! Backups: vault files that only their password or their recovery code opens.

use std::path::Path;
use std::sync::Arc;

use engine::vault::{self, Locks, Password, Progress, RecoveryCode, Step, Stretch, Unlock, VaultError, Watch};

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
        path: &str,
        key: &BackupKey,
        work: &Arc<Work>,
    ) -> Result<BackupRestored, CoreException> {
        let unlock = key.read()?;
        let restored = watched(work, |watch| self.engine.backup_restore(Path::new(path), &unlock, watch))?;
        Ok(BackupRestored { reports: restored.described.reports, made_ms: restored.described.made.0 })
    }

    /// Gives a backup a new password, and answers the new recovery code; the old ones then open it no longer.
    pub fn rekey_backup(
        &self,
        path: &str,
        key: &BackupKey,
        password: &str,
        work: &Arc<Work>,
    ) -> Result<String, CoreException> {
        let (locks, code) = locks(password)?;
        let unlock = key.read()?;
        watched(work, |watch| vault::rekey(Path::new(path), &unlock, &locks, watch))?;
        Ok(code)
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

fn locks(password: &str) -> Result<(Locks, String), CoreException> {
    let code = RecoveryCode::new()?;
    let text = code.reveal().to_string();
    let locks = Locks { password: Password::new(password), recovery: Some(code), stretch: Stretch::USUAL };
    Ok((locks, text))
}

fn watched<T>(work: &Work, run: impl FnOnce(&mut Watch<'_>) -> Result<T, VaultError>) -> Result<T, CoreException> {
    // The steps follow each other, and each has its own length: only the long ones are told.
    let mut progress = |p: Progress| match p.step {
        Step::Sealing | Step::Opening | Step::Restoring => work.set(p.done, p.of, 0),
        _ => work.set(0, 0, 0),
    };
    Ok(run(&mut Watch { progress: &mut progress, cancel: &work.cancel })?)
}
