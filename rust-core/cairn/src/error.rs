//! The few kinds of failure that everything outside has to tell apart. Inner errors are rich; what crosses the edge is small
//! and never carries an address, a network name or a coordinate.

use thiserror::Error;

/// What can go wrong, as far as a caller can act on it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoreError {
    /// No room left: nothing is lost, the engine goes on as soon as there is.
    #[error("the disk is full; what is not stored yet is kept in memory until there is room")]
    DiskFull,
    /// The database or its folder cannot be written.
    #[error("the database cannot be written: its file or folder is read-only or not permitted")]
    ReadOnly,
    /// Another process holds the database.
    #[error("another program is using the database")]
    Locked,
    /// Made by a newer Cairn; left untouched.
    #[error("the database is of version {found}, made by a newer Cairn; this one knows versions up to {known}")]
    NewerData {
        /// The file's schema version.
        found: u32,
        /// The newest this build knows.
        known: u32,
    },
    /// The file is damaged or no database of Cairn's.
    #[error("the database is damaged or is not one of Cairn's")]
    Damaged,
    /// What was handed in cannot be used; the text says what and where.
    #[error("{0}")]
    BadInput(String),
    /// More was told than could be taken in; the call was counted and not queued.
    #[error("the engine is too busy to take this in")]
    Busy,
    /// The engine has been closed.
    #[error("the engine is closed")]
    Closed,
    /// A defect of Cairn's; details, without values, are in the log.
    #[error("internal error; the log says where")]
    Internal,
}
