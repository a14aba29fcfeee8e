//! What an import reads: a file, or each file of a zip archive, in a stated order.

use std::path::{Path, PathBuf};

use super::packed::{self, Entry};
use super::{Fault, ImportError};

/// One file to read: on its own, or in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    path: PathBuf,
    entry: Option<Entry>,
}

/// What a file is to be read as: itself, or the files of the archive that it is, in the order of their names as people number
/// them.
///
/// # Errors
/// [`ImportError`] where the file cannot be read, or is an archive that cannot.
pub fn parts(path: &Path) -> Result<Vec<Part>, ImportError> {
    list(path).map_err(|fault| fault.of(path))
}

fn list(path: &Path) -> Result<Vec<Part>, Fault> {
    let (mut file, _) = packed::open(path)?;
    if !packed::is_zip(&packed::first(&mut file, 4)?) {
        return Ok(vec![Part { path: path.to_owned(), entry: None }]);
    }
    let entries = packed::entries(file)?;
    if entries.is_empty() {
        return Err(Fault::Empty);
    }
    Ok(entries.into_iter().map(|entry| Part { path: path.to_owned(), entry: Some(entry) }).collect())
}

impl Part {
    /// The file, or the archive that it is in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called: in an archive, as if that were a folder.
    pub fn label(&self) -> PathBuf {
        self.entry.as_ref().map_or_else(|| self.path.clone(), |entry| self.path.join(&entry.name))
    }

    /// Whether it is one of an archive's.
    pub fn is_packed_with_others(&self) -> bool {
        self.entry.is_some()
    }

    pub(super) fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// Bytes that are in no file.
    pub(super) fn nameless() -> Self {
        Self { path: PathBuf::from("-"), entry: None }
    }
}
