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
    /// A directory without files.
    #[error("a directory without files")]
    NoFiles,
    /// No file has a name like the pattern's.
    #[error("no file has such a name")]
    NoMatch,
    /// Brackets that do not close, more than two asterisks.
    #[error("not a pattern of names: see `cairn import --help`")]
    Pattern,
    /// A pipe, a device, a socket.
    #[error("not a regular file: it cannot be read from where an import was left")]
    NotRegular,
    /// The medium or the system failed.
    #[error("cannot be read: {0}")]
    Unreadable(io::ErrorKind),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// None of the formats that are known.
    #[error("not a format that can be imported (`cairn import --help` lists them)")]
    UnknownFormat,
    /// A spreadsheet saved it with its own separators.
    #[error(
        "its columns are separated by semicolons or tabs, as spreadsheets save them, which damages numbers and dates: import the file as it was exported"
    )]
    Spreadsheet,
    /// Text of two bytes a letter.
    #[error("UTF-16 text, as spreadsheets save it: import the file as it was exported")]
    Utf16,
    /// Packed, but not in a way that is read.
    #[error("packed ({0}): unpack it first, or pack it with gzip, zstd or zip")]
    OtherPacking(&'static str),
    /// An archive within a packed file.
    #[error("a zip archive within a packed file: unpack it first")]
    NestedZip,
    /// Packed, and the packed file packed again.
    #[error("packed twice: unpack it once first")]
    PackedTwice,
    /// A zip archive with a password.
    #[error("the zip archive needs a password: unpack it first")]
    Encrypted,
    /// The archive's directory cannot be read.
    #[error("the zip archive is damaged or cut off")]
    DamagedZip,
    /// An archive of more files than anybody exports.
    #[error("more than 10000 files in the zip archive")]
    TooManyFiles,
    /// No file in the archive is of a format that can be imported.
    #[error("no file in the zip archive is of a format that can be imported")]
    NothingInside,
    /// The compressed data is damaged.
    #[error("the packed data is damaged")]
    Damaged,
    /// Out of a small file came more than can be in it.
    #[error("unpacks to more than 200 times its size: this is no export")]
    TooMuch,
    /// A database that cannot be read to its end.
    #[error("the database is damaged")]
    DamagedDatabase,
    /// A database that another program has not finished writing.
    #[error("another program has this database open, or left it unfinished: close it there first")]
    DatabaseInUse,
    /// A database of some other program.
    #[error("a database, but of no program whose data can be imported (NeoStumbler, Kismet)")]
    UnknownDatabase,
    /// No room, or no permission, for the copy that a database is read from.
    #[error("the copy to read it from cannot be written: {0}")]
    Copy(io::ErrorKind),
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
    /// The file is not what it was up to the place that was reached.
    #[error(
        "changed since it was imported up to byte {reached}: bytes {from} to {reached} are in doubt and nothing was taken; --doubtful takes what stands there now, --again takes the file as a new one"
    )]
    Changed {
        /// The last place up to which it is known to be the same.
        from: u64,
        /// The place that was reached.
        reached: u64,
    },
    /// The file ends before the place that was reached.
    #[error("shorter than what was imported of it: bytes {from} to {reached} are in and no longer in the file")]
    Shorter {
        /// The last place up to which it is known to be the same.
        from: u64,
        /// The place that was reached.
        reached: u64,
    },
    /// A database without the rows that were imported last: an older state of it.
    #[error(
        "an older state of a database that is in up to row {reached}, and this one ends at row {last}: nothing was taken; --doubtful takes what is not in yet"
    )]
    FewerRows {
        /// The last row there is.
        last: u64,
        /// The row that was reached.
        reached: u64,
    },
    /// A database that begins as one that was imported and goes on with other rows.
    #[error(
        "begins as a database that is in up to row {reached}, but that row is another here: nothing was taken; --doubtful takes what is not in yet"
    )]
    OtherRows {
        /// The row that was reached.
        reached: u64,
    },
    /// The import was stopped on request.
    #[error("stopped; the next import goes on from here")]
    Cancelled,
    /// The database did not take it.
    #[error("{0}")]
    Store(#[from] CoreError),
}

impl Fault {
    /// Names the file.
    pub(crate) fn of(self, path: &Path) -> ImportError {
        ImportError { path: path.to_owned(), line: None, fault: self }
    }

    /// Names the file and the line, from 1.
    pub(super) fn at(self, path: &Path, line: u64) -> ImportError {
        ImportError { path: path.to_owned(), line: Some(line), fault: self }
    }

    /// Whether there is no use in going on with other files.
    pub(super) fn ends_all(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Store(_) | Self::Copy(_))
    }

    /// Whether the content is what is wrong, rather than the way to it or to the database.
    pub fn is_about_content(&self) -> bool {
        !matches!(
            self,
            Self::NotFound
                | Self::NotPermitted
                | Self::Directory
                | Self::NotRegular
                | Self::NoFiles
                | Self::NoMatch
                | Self::Pattern
                | Self::Copy(_)
                | Self::Unreadable(_)
                | Self::Cancelled
                | Self::Store(_)
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
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Self::Damaged,
            io::ErrorKind::QuotaExceeded => Self::TooMuch,
            kind => Self::Unreadable(kind),
        }
    }
}
