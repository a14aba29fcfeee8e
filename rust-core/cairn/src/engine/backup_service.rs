//! Backup and restore by way of one's own service.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use super::{Engine, Restored};
use crate::CoreError;
use crate::store::snapshot::Passing;
use crate::vault::service::{VaultService, Version, Writable};
use crate::vault::{self, Described, Unlock, VaultError, Watch};

/// A backup that a service has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupStored {
    /// What is in it.
    pub described: Described,
    /// Which version of the vault it is.
    pub version: Version,
}

impl Engine {
    /// Stores everything this database holds on a service, as the newest version of a vault. It is sealed into a file beside the
    /// database first, so that the network need not keep up; collecting goes on meanwhile.
    ///
    /// # Errors
    /// [`VaultError::Service`], [`VaultError::File`], [`VaultError::Cancelled`]: then the service has what it had.
    /// [`CoreError::Busy`] while another backup is made or restored.
    pub fn backup_store(
        &self,
        service: &VaultService,
        writable: &Writable,
        label: &str,
        watch: &mut Watch<'_>,
    ) -> Result<BackupStored, VaultError> {
        self.with_snapshot(label, watch, |copy, length, described, watch| {
            let sealed = Passing::beside(self.shared.readers.path(), "sealed").map_err(CoreError::from)?;
            let file = File::options().create(true).truncate(true).read(true).write(true).open(sealed.path())?;
            let mut out = BufWriter::new(&file);
            out.write_all(writable.preamble())?;
            vault::seal(&writable.unlocked, &described, copy, length, &mut out, watch)?;
            drop(out);
            let bytes = file.metadata()?.len();
            let version = service.store(writable, file, bytes, watch)?;
            Ok(BackupStored { described, version })
        })
    }

    /// Takes in what a service has of a vault, the newest version unless another is asked for, as [`Engine::backup_restore`] does
    /// a file.
    ///
    /// # Errors
    /// As [`Engine::backup_restore`], and [`VaultError::Service`].
    pub fn backup_fetch(
        &self,
        service: &VaultService,
        with: &Unlock,
        version: Option<u64>,
        watch: &mut Watch<'_>,
    ) -> Result<Restored, VaultError> {
        self.restore_with(watch, |out, watch| service.unseal(with, version, out, watch))
    }
}
