//! A copy of the database as it is at one moment, and the way of such a copy back into a database.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use super::{StoreError, check, migrate, open::Readers, origin, reports};

/// How often progress is told and cancellation looked for while `SQLite` copies.
const LOOK: Duration = Duration::from_millis(100);

/// Pages per step on the way back: 4 MB, some tens of milliseconds.
const PAGES: i32 = 1_024;

/// A file that goes with the value.
#[derive(Debug)]
pub(crate) struct Passing(PathBuf);

impl Passing {
    /// A name beside the database; what a killed process left there is removed.
    pub fn beside(database: &Path, suffix: &str) -> Result<Self, StoreError> {
        let passing = Self(super::salvage::beside(database, suffix));
        match std::fs::remove_file(&passing.0) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
            _ => Ok(passing),
        }
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // What is not there any more need not go; what cannot be removed is removed by the next that wants the name.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Copies the database without its free pages, in which deleted rows would live on, into a new file. `watch` is told the bytes
/// written and those in use, and answers whether to go on; answers whether it went to its end.
pub(crate) fn take(readers: &Readers, to: &Path, mut watch: impl FnMut(u64, u64) -> bool) -> Result<bool, StoreError> {
    let db = readers.connect()?;
    let of = db.query_row(
        "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        [],
        |row| row.get::<_, i64>(0),
    )? as u64;
    let name = to.to_string_lossy().into_owned();
    let interrupt = db.get_interrupt_handle();
    let (done, waiting) = sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // The receiver waits until this is sent.
            let _ = done.send(db.execute("VACUUM INTO ?", [name]));
        });
        let mut wanted = true;
        loop {
            match waiting.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {
                    let written = std::fs::metadata(to).map_or(0, |file| file.len());
                    wanted = wanted && watch(written, of);
                    if !wanted {
                        interrupt.interrupt();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
                Ok(Err(e)) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => return Ok(false),
                Ok(copied) => return Ok(copied.map(|_| wanted)?),
            }
        }
    })
}

/// What a snapshot says of itself: the schema's version and how many reports are in it.
pub(crate) fn describe(path: &Path) -> Result<(u32, u64), StoreError> {
    let db = Connection::open(path)?;
    Ok((migrate::version(&db)?, reports::count(&db)?.0))
}

/// Opens a copy that came from elsewhere, checks all of it, and brings it to the newest schema.
///
/// # Errors
/// [`StoreError::Newer`], [`StoreError::Foreign`], [`StoreError::Damaged`].
pub(crate) fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    if migrate::check(&db)? == 0 {
        return Err(StoreError::Foreign);
    }
    if check::file_faults(&db)? != (0, 0) {
        return Err(StoreError::Damaged);
    }
    migrate::migrate(&mut db)?;
    // What running counts there are only an up-to-date one tells.
    if check::faults(&db)? == (0, 0) { Ok(db) } else { Err(StoreError::Damaged) }
}

/// Whether nobody has used the database yet: then a copy may take its place, else it must be merged.
pub(crate) fn is_unused(db: &Connection) -> Result<bool, StoreError> {
    let used = ["trip", "report", "emitter", "estimate", "ledger", "import", "pack", "service", "zone_cell", "refused"]
        .map(|table| format!("EXISTS (SELECT 1 FROM {table})"));
    Ok(!db.query_row(&format!("SELECT {}", used.join(" OR ")), [], |row| row.get::<_, bool>(0))?)
}

/// Puts a copy in the place of all that is in the database at `path`: in one transaction, so a death of the process leaves it
/// as it was. It gets a name of its own among databases: whoever it is a copy of may be in use still. `watch` as for [`take`].
/// Nobody else may write meanwhile.
pub(crate) fn put(
    copy: &mut Connection,
    path: &Path,
    mut watch: impl FnMut(u64, u64) -> bool,
) -> Result<bool, StoreError> {
    origin::settle(copy, path, true)?;
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    let page: i64 = copy.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    {
        let backup = Backup::new(copy, &mut db)?;
        loop {
            let step = backup.step(PAGES)?;
            let progress = backup.progress();
            let of = progress.pagecount as u64 * page as u64;
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(StoreError::InUse),
            }
            // Given up before its end, the transaction is taken back.
            if !watch(of - progress.remaining as u64 * page as u64, of) {
                return Ok(false);
            }
        }
    }
    // The log has grown as large as the database.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open;

    #[test]
    fn what_was_deleted_is_not_in_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let opened = open(&path).unwrap();
        opened
            .writer
            .execute("INSERT INTO refused (pattern, is_mac) VALUES (?, 0)", [b"a secret name".repeat(900)])
            .unwrap();
        opened.writer.execute("DELETE FROM refused", []).unwrap();
        let copy = Passing::beside(&path, "copy").unwrap();
        assert!(take(&opened.readers, copy.path(), |_, _| true).unwrap());
        let holds = |path: &Path| std::fs::read(path).unwrap().windows(13).any(|w| w == b"a secret name");
        assert!(
            holds(&path) || holds(&dir.path().join("db-wal")),
            "the database itself still has it in its free pages"
        );
        assert!(!holds(copy.path()));
        let gone = copy.path().to_owned();
        drop(copy);
        assert!(!gone.exists());
    }

    #[test]
    fn a_copy_that_is_no_database_of_cairns_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copy");
        std::fs::write(&path, b"junk").unwrap();
        assert!(open_copy(&path).is_err());
        std::fs::write(&path, b"").unwrap();
        assert!(matches!(open_copy(&path), Err(StoreError::Foreign)));
    }
}
