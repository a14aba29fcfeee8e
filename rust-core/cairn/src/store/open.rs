//! Opening: lock, check, set a damaged file aside, migrate, settings of `SQLite` with their reasons.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Salvage, StoreError, migrate, origin, salvage};

/// How long a statement waits for another connection: our own writes take milliseconds, so more means a foreign lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// A database ready for use.
#[derive(Debug)]
pub struct Opened {
    /// The one connection that writes.
    pub writer: Connection,
    /// Where read-only connections come from.
    pub readers: Readers,
    /// What was saved from a damaged file, where one was found and set aside.
    pub salvage: Option<Salvage>,
    /// Held as long as the database is open: keeps a second process from writing with caches of its own.
    pub lock: File,
}

/// Opens the database at `path`, making it where there is none.
///
/// # Errors
/// [`StoreError::InUse`] where another process has it, [`StoreError::Newer`] and [`StoreError::Foreign`] where it is not
/// for this build (the file is left untouched), otherwise what `SQLite` or the file system said.
pub fn open(path: &Path) -> Result<Opened, StoreError> {
    let lock = lock(path)?;
    let mut salvage = None;
    let mut writer = match open_checked(path) {
        Err(e) if e.is_corruption() => {
            log::error!("store: the database is damaged ({e}); it is set aside and its readable rows are saved");
            let (db, saved) = salvage::set_aside_and_save(path, open_checked)?;
            salvage = Some(saved);
            db
        }
        other => other?,
    };
    // Rows may be lost with a damaged file, and their numbers given anew: what comes is another origin's.
    origin::settle(&mut writer, path, salvage.is_some())?;
    Ok(Opened { writer, readers: Readers::new(path), salvage, lock })
}

/// Takes the lock that whoever has the database open holds.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::options().create(true).truncate(false).write(true).open(super::salvage::beside(path, "lock"))?;
    match try_lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(e)) => Err(e.into()),
    }
}

#[cfg(not(target_os = "android"))]
fn try_lock(file: &File) -> Result<(), TryLockError> {
    file.try_lock()
}

/// The standard library refuses to lock files on Android, though Android can: without this no phone could open its database.
#[cfg(target_os = "android")]
fn try_lock(file: &File) -> Result<(), TryLockError> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    flock(file, FlockOperation::NonBlockingLockExclusive).map_err(|e| match e {
        Errno::WOULDBLOCK => TryLockError::WouldBlock,
        other => TryLockError::Error(other.into()),
    })
}

/// Sets a damaged database aside and saves its readable rows into a new one. Whoever calls has the lock.
pub(super) fn save(path: &Path) -> Result<Salvage, StoreError> {
    let (mut db, saved) = salvage::set_aside_and_save(path, open_checked)?;
    origin::settle(&mut db, path, true)?;
    Ok(saved)
}

fn open_checked(path: &Path) -> Result<Connection, StoreError> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    // Before the first write to it: a database that is not for us must stay as it is, down to its journal mode.
    let version = migrate::check(&db)?;
    if version > 0 {
        quick_check(&db)?;
    }
    // Readers go on while the owner writes, and a commit is one sequential write.
    db.pragma_update(None, "journal_mode", "WAL")?;
    // Each commit is synced to the disk: what `flush` has confirmed survives the loss of power. With a commit every two
    // seconds one sync each is cheap; NORMAL would sync only at checkpoints.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "journal_size_limit", 4 << 20)?;
    // Twenty scans' worth of pages: the tables of one commit fit, and nothing is read twice.
    db.pragma_update(None, "cache_size", -8_192)?;
    // Android has no folder for temporary files where SQLite looks for one.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.set_prepared_statement_cache_capacity(64);
    keep_plans(&db)?;
    migrate::migrate(&mut db)?;
    Ok(db)
}

/// Finds damage that opening alone does not: the newest pages are the likeliest to be torn, and the first reads would
/// otherwise fail in the middle of a trip. Reads the schema and each table's root; a full check is `doctor`'s work.
fn quick_check(db: &Connection) -> Result<(), StoreError> {
    let names: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        db.query_row(&format!("SELECT count(*) FROM (SELECT 1 FROM \"{name}\" LIMIT 1)"), [], |_| Ok(()))?;
    }
    Ok(())
}

/// Read-only connections, opened as needed and kept for the next reader.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    /// The database's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lends a connection for one read; each sees one state of the database from its first statement to its end.
    ///
    /// # Errors
    /// What `SQLite` or `read` said.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut db = match idle {
            Some(db) => db,
            None => self.connect()?,
        };
        let tx = db.transaction()?;
        let result = read(&tx);
        tx.finish()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        result
    }

    /// Closes the connections that nobody reads with. `SQLite` brings the log into the database only when the connection that
    /// is closed last may write: the owner's, once these are gone.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags)?;
        db.busy_timeout(BUSY_TIMEOUT)?;
        db.pragma_update(None, "temp_store", "MEMORY")?;
        keep_plans(&db)?;
        Ok(db)
    }
}

/// Plans are made once for each statement. Left alone, SQLite makes most of them anew after each binding, to see whether the new
/// values ask for another plan: that cost several times what reading a report does, and no statement here gains by it.
fn keep_plans(db: &Connection) -> Result<(), StoreError> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
