//! The other database: looked over before anything is done, and only ever read.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::super::{SCHEMA_VERSION, StoreError, migrate, salvage};

/// A database that can be merged from.
#[derive(Debug)]
pub(crate) struct Other {
    path: PathBuf,
    /// The database is a copy of ours, made to bring an older schema to the newest: to be removed again.
    is_copy: bool,
}

impl Other {
    /// Looks the database at `path` over. One with an older schema is copied beside `own`, and the copy migrated.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`] and what `SQLite` says of a damaged file; it is left as it is.
    pub fn open(path: &Path, own: &Path) -> Result<Self, StoreError> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let version = migrate::check(&db)?;
        if version == 0 {
            return Err(StoreError::Foreign);
        }
        // Any fault at all: what is merged cannot be taken out again.
        let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Damaged);
        }
        if version == SCHEMA_VERSION {
            return Ok(Self { path: path.canonicalize()?, is_copy: false });
        }
        let mut copy = Self { path: salvage::beside(own, "merging"), is_copy: true };
        // Left by a death in the middle of an earlier merge.
        copy.remove()?;
        db.execute("VACUUM INTO ?", [copy.path.to_str().ok_or(StoreError::Path)?])?;
        migrate::migrate(&mut Connection::open(&copy.path)?)?;
        copy.path = copy.path.canonicalize()?;
        Ok(copy)
    }

    /// Attaches it to a connection as `other`, read-only. Outside of any transaction.
    pub fn attach(&self, db: &Connection) -> Result<(), StoreError> {
        let mut name = String::from("file:");
        for c in self.path.to_str().ok_or(StoreError::Path)?.chars() {
            match c {
                '%' => name.push_str("%25"),
                '?' => name.push_str("%3f"),
                '#' => name.push_str("%23"),
                c => name.push(c),
            }
        }
        name.push_str("?mode=ro");
        db.execute("ATTACH ? AS other", [name])?;
        Ok(())
    }

    /// Detaches it again.
    pub fn detach(db: &Connection) -> Result<(), StoreError> {
        db.execute_batch("DETACH other")?;
        Ok(())
    }

    fn remove(&self) -> Result<(), StoreError> {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            match std::fs::remove_file(name) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next merge.
        if self.is_copy && self.remove().is_err() {
            log::warn!("store: the copy that was made for merging could not be removed");
        }
    }
}
