//! Which region packs the user has chosen: their paths, not the files.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::StoreError;
use crate::model::Millis;

/// The packs, in the order in which they were added.
pub(crate) fn list(db: &Connection) -> Result<Vec<PathBuf>, StoreError> {
    let mut select = db.prepare_cached("SELECT path FROM pack ORDER BY added, path")?;
    let paths = select.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    Ok(paths.map(|path| path.map(|bytes| OsString::from_vec(bytes).into())).collect::<Result<_, _>>()?)
}

/// Adds one; one that is there stays where it is.
pub(crate) fn add(db: &Connection, path: &Path, now: Millis) -> Result<(), StoreError> {
    let added = "INSERT INTO pack (path, added) VALUES (?, ?) ON CONFLICT DO NOTHING";
    db.execute(added, params![path.as_os_str().as_bytes(), now.0])?;
    Ok(())
}

/// Removes one.
pub(crate) fn remove(db: &Connection, path: &Path) -> Result<(), StoreError> {
    db.execute("DELETE FROM pack WHERE path = ?", params![path.as_os_str().as_bytes()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_come_back_in_the_order_in_which_they_were_added() {
        let mut db = Connection::open_in_memory().unwrap();
        super::super::migrate::migrate(&mut db).unwrap();
        let odd = PathBuf::from(OsString::from_vec(b"/a\xff".to_vec()));
        for (path, at) in [(Path::new("/b"), 1), (&odd, 2), (Path::new("/b"), 3)] {
            add(&db, path, Millis(at)).unwrap();
        }
        assert_eq!(list(&db).unwrap(), [PathBuf::from("/b"), odd]);
        remove(&db, Path::new("/b")).unwrap();
        assert_eq!(list(&db).unwrap().len(), 1);
    }
}
