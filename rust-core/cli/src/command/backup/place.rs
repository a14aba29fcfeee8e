//! Where a vault is: in a file, or on one's own service.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cairn::vault::service::{HttpCourier, ServiceFault, VaultService};
use cairn::vault::{self, VaultError, VaultId};
use clap::Args;

use crate::failure::Failure;

#[derive(Args)]
pub struct Place {
    /// The vault file.
    #[arg(value_name = "VAULT", required_unless_present = "service", conflicts_with = "service")]
    file: Option<PathBuf>,
    /// The address of one's own service that keeps the vault, instead of a file.
    #[arg(long, value_name = "URL", visible_aliases = ["to", "from"])]
    service: Option<String>,
    /// The vault's id there.
    #[arg(long, requires = "service")]
    id: Option<String>,
    /// Speak to the service without TLS although it is not this machine: whoever is on the way cannot read the vault, but take and
    /// replace it.
    #[arg(long, requires = "service")]
    allow_http: bool,
}

/// Where a vault is.
pub enum At<'a> {
    File(&'a Path),
    Service(VaultService),
}

impl Place {
    /// Where the vault is.
    pub fn at(&self) -> Result<At<'_>, Failure> {
        match &self.file {
            Some(path) => Ok(At::File(path)),
            None => Ok(At::Service(self.service()?)),
        }
    }

    /// The service that keeps it.
    pub fn service(&self) -> Result<VaultService, Failure> {
        let id = self.id()?.ok_or_else(|| refused("give the vault's id on the service: --id"))?;
        self.service_with(id)
    }

    /// The service that is to keep a vault of this id.
    pub fn service_with(&self, id: VaultId) -> Result<VaultService, Failure> {
        let url = self.service.as_deref().ok_or_else(|| refused("only services keep lists: give --service"))?;
        VaultService::new(url, self.allow_http, id, Arc::new(HttpCourier::new()?)).map_err(Failure::Refused)
    }

    /// The id that was given.
    pub fn id(&self) -> Result<Option<VaultId>, Failure> {
        self.id.as_deref().map(VaultId::parse).transpose().map_err(Failure::vault_input)
    }

    /// The file, where it is to be one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// For results and errors.
    pub fn name(&self) -> String {
        match (&self.file, &self.service) {
            (Some(path), _) => path.display().to_string(),
            (None, url) => url.clone().unwrap_or_default(),
        }
    }

    pub fn failed(&self, error: VaultError) -> Failure {
        Failure::Vault { path: self.name(), error }
    }
}

impl At<'_> {
    /// Whether there is a vault that this version can read.
    pub fn look(&self) -> Result<(), VaultError> {
        match self {
            Self::File(path) => vault::read_key_block(path).map(|_| ()),
            Self::Service(service) => service.look()?.map(|_| ()).ok_or_else(|| ServiceFault::Unknown.into()),
        }
    }
}

fn refused(what: &str) -> Failure {
    Failure::Refused(cairn::CoreError::BadInput(what.to_owned()))
}
