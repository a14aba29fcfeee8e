//! What can be wrong with a pack, in words that name the part and never what is in it.

use std::io;

use thiserror::Error;

use super::FORMAT_VERSION;

/// Why a pack cannot be opened, read or made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The medium or the system failed.
    #[error("cannot be read or written: {0}")]
    File(io::ErrorKind),
    /// Something else than a pack.
    #[error("not a region pack")]
    NotAPack,
    /// Made by a newer Cairn.
    #[error(
        "a region pack of format version {0}, made by a newer Cairn; this one knows versions up to {FORMAT_VERSION}"
    )]
    Newer(u16),
    /// The file ends before its content does, or goes on after it.
    #[error(
        "the region pack is {found} bytes long where it should be {expected}: it was cut off, or something was added"
    )]
    Length {
        /// Bytes that its headers promise.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// A checksum does not fit, or a part contradicts another.
    #[error("the region pack is damaged: its {0} cannot be trusted")]
    Damaged(&'static str),
    /// Another process is writing a pack of this name.
    #[error("another region pack of this name is being written")]
    Busy,
    /// Making it was stopped on request.
    #[error("stopped")]
    Cancelled,
    /// Nothing that could go into a pack.
    #[error("nothing to put into a region pack: no cell, and no place where enough access points are known")]
    Nothing,
    /// More than a pack can hold.
    #[error("too much for one region pack: {0}")]
    TooMuch(&'static str),
}

impl PackError {
    /// Whether the same step may work later with nothing but time or room gained.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::File(_) | Self::Busy | Self::Cancelled)
    }
}

impl From<io::Error> for PackError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            kind => Self::File(kind),
        }
    }
}
