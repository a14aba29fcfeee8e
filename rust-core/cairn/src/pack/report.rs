//! Whether a pack can be trusted, every byte of it, in words for its owner.
//!
//! Reads and tells; mends nothing: a damaged pack is made or fetched anew.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Pack, PackError, PackInfo};

/// What came of looking a pack over.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The file.
    pub path: PathBuf,
    /// The pack in numbers, where it opens.
    pub info: Option<PackInfo>,
    /// What is wrong with it.
    pub fault: Option<PackError>,
}

/// Looks a pack over: reads all of it and compares every checksum. Some seconds for a large one.
pub fn check(path: &Path) -> Report {
    let (info, fault) = match Pack::open(path) {
        Ok(pack) => (Some(pack.info()), pack.verify().err()),
        Err(fault) => (None, Some(fault)),
    };
    Report { path: path.to_owned(), info, fault }
}

impl Report {
    /// Whether estimates may rest on it.
    pub const fn is_sound(&self) -> bool {
        self.fault.is_none()
    }

    /// What its owner can do about it; nothing where it is sound.
    pub const fn advice(&self) -> Option<&'static str> {
        match &self.fault {
            None => None,
            Some(PackError::NotFound) => Some("put it back where it was, or take it off the list"),
            Some(PackError::NotAPack) => Some("take it off the list"),
            Some(PackError::Newer(_)) => Some("update Cairn"),
            Some(PackError::File(_)) => Some("see whether the file can be read, then look again"),
            Some(_) => Some("make it again, or get it again from who made it"),
        }
    }
}

/// One line: the file, whether it is sound, and what to do where it is not.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match (&self.info, &self.fault) {
            (_, Some(fault)) => write!(f, "{path}: {fault}; {}", self.advice().unwrap_or_default()),
            (Some(info), None) => {
                write!(f, "{path}: sound, {} access points and {} cells", info.stations, info.cells)
            }
            (None, None) => write!(f, "{path}: sound"),
        }
    }
}
