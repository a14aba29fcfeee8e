//! Why a file cannot be imported, in one line that names the file and never what is in it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::CoreError;

/// A file that cannot be imported, or not further than to a line. What went in before stays in, and the next import of the
/// file goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}:{} {fault}", .path.display(), .line.map(|n| format!("{n}:")).unwrap_or_default())]
pub struct ImportError {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The line, from 1, where the trouble has one.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The file may not be read.
    #[error("no permission to read it")]
    NotPermitted,
    /// A directory.
    #[error("this is a directory, not a file")]
    Directory,
    /// The medium or the system failed.
    #[error("cannot be read: {0}")]
    Unreadable(io::ErrorKind),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// None of the formats that are known.
    #[error("not a format that can be imported (WiGLE CSV, GPX, geosubmit JSON, plain or gzip)")]
    UnknownFormat,
    /// A zip archive.
    #[error("a zip archive: unpack it first")]
    Zip,
    /// The compressed data is damaged.
    #[error("the gzip data is damaged")]
    DamagedGzip,
    /// The file ends before its format does.
    #[error("the file ends early: it was cut off")]
    CutOff,
    /// One row of more than a mebibyte: no row of any format is.
    #[error("longer than 1 MiB without an end: this is no row of the format")]
    TooLong,
    /// The heading names no columns to read.
    #[error("the heading lacks a column: MAC, FirstSeen, CurrentLatitude, CurrentLongitude and Type are needed")]
    Heading,
    /// The format is broken in a way that leaves no next row to go on with.
    #[error("not well-formed {0}")]
    Malformed(&'static str),
    /// The file begins as one that was imported in part, but differs before the place that was reached.
    #[error("the file was changed since it was imported in part; import it again from its start to take it as a new one")]
    Changed,
    /// The import was stopped on request.
    #[error("stopped; the next import goes on from here")]
    Cancelled,
    /// The database did not take it.
    #[error("{0}")]
    Store(#[from] CoreError),
}

impl Fault {
    /// Names the file.
    pub(super) fn of(self, path: &Path) -> ImportError {
        ImportError { path: path.to_owned(), line: None, fault: self }
    }

    /// Names the file and the line, from 1.
    pub(super) fn at(self, path: &Path, line: u64) -> ImportError {
        ImportError { path: path.to_owned(), line: Some(line), fault: self }
    }

    /// Whether the content is what is wrong, rather than the way to it or to the database.
    pub fn is_about_content(&self) -> bool {
        !matches!(
            self,
            Self::NotFound | Self::NotPermitted | Self::Directory | Self::Unreadable(_) | Self::Cancelled | Self::Store(_)
        )
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::NotPermitted,
            io::ErrorKind::IsADirectory => Self::Directory,
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            io::ErrorKind::FileTooLarge => Self::TooLong,
            // flate2 says so of a broken header, a wrong checksum and a broken stream.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Self::DamagedGzip,
            kind => Self::Unreadable(kind),
        }
    }
}
