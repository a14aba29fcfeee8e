//! Backup and restore by way of one's own service.

use std::fs::File;

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
        let mut copy = self.snapshot(label, watch)?;
        let sealed = Passing::beside(self.shared.readers.path(), "sealed").map_err(CoreError::from)?;
        let file = File::options().create(true).truncate(true).read(true).write(true).open(sealed.path())?;
        let (preamble, unlocked) = (writable.preamble(), &writable.unlocked);
        let bytes = vault::file::seal(&file, preamble, unlocked, &copy.described, &mut copy.file, copy.length, watch)?;
        // Its room on the disk need not wait for the network.
        drop(copy.file);
        let version = service.store(writable, file, bytes, watch)?;
        Ok(BackupStored { described: copy.described, version })
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
        let mut restoring = self.begin_restoring()?;
        let head = service.unseal(with, version, &mut restoring.file, watch)?;
        self.end_restoring(restoring, head, watch)
    }
}
