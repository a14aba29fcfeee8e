//! How a command ends: the exit codes that `cairn --help` promises.

use std::io;
use std::process::ExitCode;

use cairn::CoreError;
use cairn::exchange::{ExportError, ImportError};
use cairn::vault::VaultError;
use cairn_service::ServiceError;
use thiserror::Error;

/// How a command ended that did its work; worse ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All of it.
    Well = 0,
    /// But for some data.
    BadData = 1,
    /// The command line cannot be used.
    Usage = 2,
    /// Something cannot be read or written.
    Files = 3,
    /// The network or a service stands in the way.
    Network = 4,
}

impl Outcome {
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Why a command ended early. Each is one line.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("{path}: {error}")]
    Database { path: String, error: CoreError },
    #[error("{path}: there is no such database")]
    NoDatabase { path: String },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("{path}: {error}")]
    Export { path: String, error: ExportError },
    #[error("{path}: cannot be read: {}", .error.kind())]
    Read { path: String, error: io::Error },
    #[error("{path}: cannot be written: {}", .error.kind())]
    Write { path: String, error: io::Error },
    #[error("the output cannot be written: {}", .0.kind())]
    Output(#[from] io::Error),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("{0}")]
    File(String),
    #[error("{0}")]
    Engine(#[from] CoreError),
    #[error("{0}")]
    Refused(CoreError),
    #[error("{0}")]
    Network(String),
    #[error("{path}: {error}")]
    Vault { path: String, error: VaultError },
}

impl Failure {
    /// A password or code that cannot be used.
    pub fn vault_input(error: VaultError) -> Self {
        match error {
            VaultError::BadInput(what) => Self::Refused(CoreError::BadInput(what)),
            other => Self::File(other.to_string()),
        }
    }

    /// Whether whoever read the output has read enough, as `head` does: no reason to complain.
    pub fn is_reader_gone(&self) -> bool {
        matches!(self, Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<&Failure> for Outcome {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Import(error) if error.fault.is_about_content() => Self::BadData,
            Failure::Refused(_) => Self::Usage,
            Failure::Vault { error, .. } => match error {
                VaultError::BadInput(_) => Self::Usage,
                VaultError::Service(_) => Self::Network,
                VaultError::File(_) | VaultError::Store(_) | VaultError::Cancelled => Self::Files,
                _ => Self::BadData,
            },
            Failure::Service(ServiceError::Listen { .. }) | Failure::Network(_) => Self::Network,
            gone if gone.is_reader_gone() => Self::Well,
            _ => Self::Files,
        }
    }
}
