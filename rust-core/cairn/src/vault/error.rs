//! What can be wrong with a vault, told apart as far as cryptography allows; where it does not, the text says both.

use std::io;

use thiserror::Error;

use super::service::ServiceFault;
use crate::CoreError;

/// Why a vault could not be made, opened or changed. No text carries a secret or a name.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The file is something else.
    #[error("not a vault of Cairn's")]
    Foreign,
    /// The file is whole, and of a version that this build does not read.
    #[error("made by a newer Cairn: format version {found}, this one reads up to {known}")]
    Newer {
        /// The file's version.
        found: u16,
        /// The newest this build reads.
        known: u16,
    },
    /// The file is whole as far as can be told, and this password does not open it. Whoever changes both the password's part of a
    /// vault and its checksum gets the same answer: without the right password nobody can tell.
    #[error("wrong password")]
    WrongPassword,
    /// The same of a recovery code.
    #[error("wrong recovery code")]
    WrongCode,
    /// The vault was made without one.
    #[error("this vault has no recovery code")]
    NoCode,
    /// The vault opens with the recovery code only.
    #[error("this vault has no password")]
    NoPassword,
    /// The file ends before its end.
    #[error("cut off: the vault ends early")]
    Truncated,
    /// Something in it is not as it was made; by accident or on purpose cannot be told.
    #[error("damaged or tampered with: the {0} is not as it was made")]
    Tampered(&'static str),
    /// Opening it would take more memory or time than a phone can be asked for.
    #[error("asks for more memory or time than this Cairn gives to stretch a password")]
    TooCostly,
    /// The user stopped it; nothing was changed.
    #[error("cancelled")]
    Cancelled,
    /// What was handed in cannot be used.
    #[error("{0}")]
    BadInput(String),
    /// A file cannot be read or written.
    #[error("{}", kind_of(.0))]
    File(#[from] io::Error),
    /// The service did not do its part.
    #[error(transparent)]
    Service(#[from] ServiceFault),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] CoreError),
}

fn kind_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        kind => kind.to_string(),
    }
}

impl VaultError {
    /// Whether the same call may work later with nothing but time or room gained.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Cancelled => true,
            Self::File(e) => matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::Interrupted),
            Self::Service(fault) => fault.is_retryable(),
            Self::Store(e) => matches!(e, CoreError::DiskFull | CoreError::Locked | CoreError::Busy),
            _ => false,
        }
    }
}
