//! The engine's errors, as exceptions.

use engine::CoreError;
use engine::engine::MergeError;
use engine::exchange::{ExportError, Fault, ImportError};
use engine::outbox::TransportError;
use engine::vault::VaultError;
use engine::vault::service::ServiceFault;

/// What can go wrong, as far as a screen can say or do something about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CoreException {
    /// No room left: nothing is lost, the engine goes on as soon as there is.
    #[error("disk full")]
    DiskFull,
    /// The database, or a file to be written, cannot be written.
    #[error("read-only")]
    ReadOnly,
    /// Another process holds the database.
    #[error("locked")]
    Locked,
    /// Made by a newer Cairn; left untouched.
    #[error("data of version {found}, known up to {known}")]
    NewerData {
        /// The file's schema version.
        found: u32,
        /// The newest this build knows.
        known: u32,
    },
    /// The database is damaged or not one of Cairn's.
    #[error("damaged")]
    Damaged,
    /// What was handed in cannot be used; `what` says it in English, without values.
    #[error("{what}")]
    BadInput {
        /// What is wrong and where.
        what: String,
    },
    /// A file cannot be imported, or not further than to a line.
    #[error("{what}")]
    BadFile {
        /// What is wrong, in English.
        what: String,
        /// The line, from 1, where the trouble has one.
        line: Option<u64>,
    },
    /// The password does not open this backup.
    #[error("wrong password")]
    WrongPassword,
    /// The recovery code does not open this backup.
    #[error("wrong recovery code")]
    WrongCode,
    /// The service that keeps backups has not done its part; nothing was changed.
    #[error("{why:?}")]
    Service {
        /// What stands in the way.
        why: ServiceTrouble,
    },
    /// More was told than could be taken in, or the same is being done already.
    #[error("busy")]
    Busy,
    /// The user stopped it.
    #[error("cancelled")]
    Cancelled,
    /// The core has been closed.
    #[error("closed")]
    Closed,
    /// A defect of Cairn's; the log says where.
    #[error("internal error")]
    Internal,
}

/// What stands between a backup and the service that keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ServiceTrouble {
    /// There was no answer.
    Unreachable,
    /// Its certificate is not to be trusted.
    Untrusted,
    /// It has no such vault, or not for who asks: it does not tell which.
    Unknown,
    /// Another phone has stored something there meanwhile.
    Changed,
    /// More than it takes, or than it has room for.
    NoRoom,
    /// It wants to be left alone for a while.
    Later,
    /// What answers keeps no vaults.
    NotAService,
    /// It says no.
    Refused,
}

impl From<ServiceFault> for ServiceTrouble {
    fn from(fault: ServiceFault) -> Self {
        match fault {
            ServiceFault::Transport(TransportError::Untrusted) => Self::Untrusted,
            ServiceFault::Transport(_) => Self::Unreachable,
            ServiceFault::Unknown => Self::Unknown,
            ServiceFault::Changed => Self::Changed,
            ServiceFault::TooLarge | ServiceFault::NoRoom => Self::NoRoom,
            ServiceFault::Later(_) => Self::Later,
            ServiceFault::NotAService => Self::NotAService,
            ServiceFault::Refused(_) => Self::Refused,
        }
    }
}

impl From<CoreError> for CoreException {
    fn from(e: CoreError) -> Self {
        match e {
            CoreError::DiskFull => Self::DiskFull,
            CoreError::ReadOnly => Self::ReadOnly,
            CoreError::Locked => Self::Locked,
            CoreError::NewerData { found, known } => Self::NewerData { found, known },
            CoreError::Damaged => Self::Damaged,
            CoreError::BadInput(what) => Self::BadInput { what },
            CoreError::Busy => Self::Busy,
            CoreError::Closed => Self::Closed,
            CoreError::Internal => Self::Internal,
        }
    }
}

impl From<MergeError> for CoreException {
    fn from(e: MergeError) -> Self {
        match e {
            // What is wrong with the other file is no trouble of this database's.
            MergeError::Other(CoreError::Damaged) => {
                Self::BadFile { what: "no database of Cairn's, or damaged".to_owned(), line: None }
            }
            MergeError::Other(e) | MergeError::Own(e) => e.into(),
            MergeError::Cancelled => Self::Cancelled,
        }
    }
}

impl From<VaultError> for CoreException {
    fn from(e: VaultError) -> Self {
        match e {
            VaultError::WrongPassword => Self::WrongPassword,
            VaultError::WrongCode => Self::WrongCode,
            VaultError::Cancelled => Self::Cancelled,
            VaultError::BadInput(what) => Self::BadInput { what },
            VaultError::Newer { found, known } => Self::NewerData { found: found.into(), known: known.into() },
            VaultError::Service(fault) => Self::Service { why: fault.into() },
            VaultError::Store(e) => e.into(),
            VaultError::File(e) => e.into(),
            fault => Self::BadFile { what: fault.to_string(), line: None },
        }
    }
}

impl From<ImportError> for CoreException {
    fn from(e: ImportError) -> Self {
        match e.fault {
            Fault::Store(e) => e.into(),
            Fault::Cancelled => Self::Cancelled,
            // The path is one of the app's own, made for the import: it says nothing to the user.
            fault => Self::BadFile { what: fault.to_string(), line: e.line },
        }
    }
}

impl From<ExportError> for CoreException {
    fn from(e: ExportError) -> Self {
        match e {
            ExportError::Store(e) => e.into(),
            ExportError::Cancelled => Self::Cancelled,
            ExportError::Write(e) => e.into(),
        }
    }
}

impl From<std::io::Error> for CoreException {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::BadFile { what: kind.to_string(), line: None },
        }
    }
}
