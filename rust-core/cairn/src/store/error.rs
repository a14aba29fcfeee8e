//! What can go wrong with the database, rich inside and small outside.

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::CoreError;

/// A failure of the store. Texts carry `SQLite`'s codes and never values.
#[derive(Debug, Error)]
pub enum StoreError {
    /// `SQLite` refused something.
    #[error("sqlite: {}", code_of(.0))]
    Sql(#[from] rusqlite::Error),
    /// The file or its folder could not be opened, locked or renamed.
    #[error("file: {}", .0.kind())]
    File(#[from] std::io::Error),
    /// Made by a newer Cairn.
    #[error("schema version {found}, this build knows up to {known}")]
    Newer {
        /// The file's version.
        found: u32,
        /// The newest this build knows.
        known: u32,
    },
    /// A database, but another program's.
    #[error("not a database of Cairn's")]
    Foreign,
    /// `SQLite` found the file's structure damaged.
    #[error("the file's structure is damaged")]
    Damaged,
    /// A path that is no text: `SQLite` takes only such.
    #[error("the path is not UTF-8")]
    Path,
    /// Another process has the database open.
    #[error("in use by another process")]
    InUse,
    /// The connection that writes is storing something just now.
    #[error("being written to")]
    Lent,
    /// A stored value is outside what Cairn writes.
    #[error("column {0} holds a value that Cairn does not write")]
    Value(&'static str),
}

impl StoreError {
    /// Whether the same step may work later with nothing but time or room gained.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Sql(e) => matches!(
                e.sqlite_error_code(),
                Some(
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::DiskFull
                        | ErrorCode::ReadOnly
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::CannotOpen
                )
            ),
            Self::InUse | Self::Lent => true,
            Self::File(_) | Self::Newer { .. } | Self::Foreign | Self::Damaged | Self::Path | Self::Value(_) => false,
        }
    }

    /// Whether the file itself is broken: the short list of codes for which it may be set aside.
    /// Anything else may pass, and taking a passing error for a broken file would be the loss.
    pub(super) fn is_corruption(&self) -> bool {
        matches!(self, Self::Sql(e) if matches!(e.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)))
    }
}

/// `SQLite`'s words for a failure, without the statement or its values.
fn code_of(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(e, _) => {
            format!("{} (code {})", rusqlite::ffi::code_to_str(e.extended_code), e.extended_code)
        }
        rusqlite::Error::InvalidColumnType(i, name, found) => format!("column {i} ({name}) holds {found}"),
        rusqlite::Error::QueryReturnedNoRows => "no such row".to_owned(),
        _ => "misuse".to_owned(),
    }
}

impl From<StoreError> for CoreError {
    fn from(error: StoreError) -> Self {
        log::warn!("store: {error}");
        match error {
            StoreError::Newer { found, known } => Self::NewerData { found, known },
            StoreError::Foreign | StoreError::Damaged | StoreError::Value(_) => Self::Damaged,
            StoreError::Path => Self::BadInput("the path of the database is not UTF-8".to_owned()),
            StoreError::InUse | StoreError::Lent => Self::Locked,
            StoreError::File(e) if e.kind() == std::io::ErrorKind::StorageFull => Self::DiskFull,
            StoreError::File(_) => Self::ReadOnly,
            StoreError::Sql(e) => match e.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => Self::DiskFull,
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::ReadOnly,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
                _ => Self::Internal,
            },
        }
    }
}
