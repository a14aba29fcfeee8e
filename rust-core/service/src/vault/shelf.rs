//! Where vaults lie: one SQLite file for what is known of them, one file each for their versions' bytes.
//!
//! A version is written under a passing name, made durable and renamed before the transaction that makes it the newest, and a
//! file that no row speaks of is removed at the next start: a death at any moment leaves the old state or the new one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use super::KEPT_VERSIONS;
use super::incoming::{Arrived, Expected, Incoming, NotAVault};
use super::token::{Locator, TokenHash};
use crate::http::lock;
use crate::settings::ServiceError;

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS vault (
  locator    BLOB PRIMARY KEY,  -- 16 bytes worked out from the id, which is not known here
  token      BLOB NOT NULL,     -- SHA-256 of the token that reads data and changes anything
  key_token  BLOB NOT NULL,     -- SHA-256 of the token that reads the key block
  keys       BLOB NOT NULL,     -- the key block
  newest     INTEGER NOT NULL   -- number of the newest version: never given twice
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (
  locator  BLOB NOT NULL REFERENCES vault (locator),
  number   INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,    -- of the data block, whose file bears locator and number
  digest   BLOB NOT NULL,       -- SHA-256 of it
  stored   INTEGER NOT NULL,    -- ms since 1970 UTC
  PRIMARY KEY (locator, number)
) STRICT, WITHOUT ROWID;
";

/// A stored version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub number: i64,
    pub bytes: u64,
    pub digest: Vec<u8>,
    pub stored: i64,
}

/// Why something is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No such vault, or not with this token: the same to whoever asks.
    Unknown,
    /// The vault is not, or no more, in the state that the change was meant for.
    Changed,
    /// There are as many vaults as there may be, or the disk is full.
    NoRoom,
    /// What came is not a vault's.
    NotAVault,
    /// The disk or the database failed.
    Failed,
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        log::error!("service: the vaults' database failed: {code:?}");
        if code == Some(rusqlite::ErrorCode::DiskFull) { Self::NoRoom } else { Self::Failed }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        log::error!("service: the vaults' folder failed: {}", error.kind());
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Failed,
        }
    }
}

/// What a new version is to come after.
#[derive(Clone)]
pub(super) enum After {
    /// Nothing: it claims the locator, for this token and that of the key block.
    Nothing { key_token: TokenHash },
    /// The version with this digest, in hex.
    Digest(String),
}

impl After {
    pub fn expected(&self) -> Expected {
        match self {
            Self::Nothing { .. } => Expected::Whole,
            Self::Digest(_) => Expected::Data,
        }
    }
}

pub(super) struct Shelf {
    folder: PathBuf,
    db: Mutex<Connection>,
    arriving: AtomicU64,
    max_vaults: u64,
    _lock: File,
}

impl Shelf {
    pub fn open(folder: &Path, max_vaults: u64) -> Result<Self, ServiceError> {
        let failed = |source| ServiceError::Vaults { folder: folder.to_owned(), source };
        for part in ["data", "incoming"] {
            fs::create_dir_all(folder.join(part)).map_err(failed)?;
        }
        let lock = File::create(folder.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|e| {
            failed(match e {
                TryLockError::WouldBlock => io::ErrorKind::ResourceBusy.into(),
                TryLockError::Error(e) => e,
            })
        })?;
        let db = Connection::open(folder.join("vaults.db"))?;
        db.execute_batch(SCHEMA)?;
        let shelf = Self {
            folder: folder.to_owned(),
            db: Mutex::new(db),
            arriving: AtomicU64::new(0),
            max_vaults,
            _lock: lock,
        };
        shelf.sweep().map_err(failed)?;
        Ok(shelf)
    }

    /// Removes what a death of the process left behind.
    fn sweep(&self) -> io::Result<()> {
        for file in fs::read_dir(self.folder.join("incoming"))? {
            fs::remove_file(file?.path())?;
        }
        let mut known = Vec::new();
        {
            let db = lock(&self.db);
            let names = db.prepare("SELECT lower(hex(locator)) || '-' || number FROM version").and_then(|mut names| {
                names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()
            });
            known.extend(names.map_err(io::Error::other)?);
        }
        for file in fs::read_dir(self.folder.join("data"))? {
            let file = file?;
            if !file.file_name().to_str().is_some_and(|name| known.iter().any(|k| k == name)) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    /// The key block, for whoever has the id.
    pub fn keys(&self, locator: &Locator, key_token: TokenHash) -> Result<Vec<u8>, Refusal> {
        let db = lock(&self.db);
        let found: Option<(Vec<u8>, Vec<u8>)> = db
            .query_row("SELECT key_token, keys FROM vault WHERE locator = unhex(?)", [locator.hex()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        match found {
            Some((kept, keys)) if key_token.is(&kept) => Ok(keys),
            _ => Err(Refusal::Unknown),
        }
    }

    /// What is kept of a vault, newest first.
    pub fn versions(&self, locator: &Locator, token: TokenHash) -> Result<Vec<Version>, Refusal> {
        let db = lock(&self.db);
        admit(&db, locator, token)?;
        Ok(versions(&db, locator)?)
    }

    /// A version's bytes: the newest, or the one asked for.
    pub fn fetch(&self, locator: &Locator, token: TokenHash, number: Option<i64>) -> Result<(File, Version), Refusal> {
        let db = lock(&self.db);
        admit(&db, locator, token)?;
        let wanted = versions(&db, locator)?.into_iter().find(|v| number.is_none_or(|number| v.number == number));
        let version = wanted.ok_or(Refusal::Unknown)?;
        // Opened while nobody can replace it; a file that is removed afterwards is read to its end all the same.
        Ok((File::open(self.path_of(locator, version.number))?, version))
    }

    /// Whether a change could be made now: told before gigabytes are sent for nothing.
    pub fn may_put(&self, locator: &Locator, token: TokenHash, after: &After) -> Result<(), Refusal> {
        let db = lock(&self.db);
        self.check(&db, locator, token, after)
    }

    fn check(&self, db: &Connection, locator: &Locator, token: TokenHash, after: &After) -> Result<(), Refusal> {
        match (after, admit(db, locator, token)) {
            (After::Nothing { .. }, Ok(())) => Err(Refusal::Changed),
            (After::Nothing { .. }, Err(Refusal::Unknown)) => {
                let taken = "SELECT EXISTS (SELECT 1 FROM vault WHERE locator = unhex(?))";
                if db.query_row(taken, [locator.hex()], |row| row.get(0))? {
                    return Err(Refusal::Unknown);
                }
                let vaults: i64 = db.query_row("SELECT count(*) FROM vault", [], |row| row.get(0))?;
                if vaults as u64 >= self.max_vaults { Err(Refusal::NoRoom) } else { Ok(()) }
            }
            (After::Digest(wanted), Ok(())) => {
                let newest = versions(db, locator)?.into_iter().next().ok_or(Refusal::Failed)?;
                if hex(&newest.digest) == *wanted { Ok(()) } else { Err(Refusal::Changed) }
            }
            (_, Err(refusal)) => Err(refusal),
        }
    }

    /// A file for what is coming.
    pub fn begin(&self, expected: Expected) -> Result<Incoming, Refusal> {
        let number = self.arriving.fetch_add(1, Ordering::Relaxed);
        Ok(Incoming::begin(self.folder.join("incoming").join(number.to_string()), expected)?)
    }

    /// Makes what has come the newest version, and removes the oldest of more than three.
    pub fn keep(
        &self,
        locator: &Locator,
        token: TokenHash,
        after: &After,
        mut incoming: Incoming,
        now_ms: i64,
    ) -> Result<Version, Refusal> {
        let Arrived { digest, bytes, keys } = incoming.finish()?.map_err(|NotAVault| Refusal::NotAVault)?;
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.check(&tx, locator, token, after)?;
        if let After::Nothing { key_token } = after {
            let keys = keys.ok_or(Refusal::NotAVault)?;
            let claim = "INSERT INTO vault (locator, token, key_token, keys, newest) VALUES (unhex(?), ?, ?, ?, 0)";
            tx.execute(claim, params![locator.hex(), token.bytes(), key_token.bytes(), keys])?;
        }
        let number: i64 = tx.query_row(
            "UPDATE vault SET newest = newest + 1 WHERE locator = unhex(?) RETURNING newest",
            [locator.hex()],
            |row| row.get(0),
        )?;
        let version = Version { number, bytes, digest: digest.to_vec(), stored: now_ms };
        tx.execute(
            "INSERT INTO version (locator, number, bytes, digest, stored) VALUES (unhex(?), ?, ?, ?, ?)",
            params![locator.hex(), number, bytes as i64, version.digest, now_ms],
        )?;
        let gone = forget_oldest(&tx, locator)?;
        incoming.keep_as(&self.path_of(locator, number))?;
        tx.commit()?;
        for number in gone {
            // One that stays is removed at the next start.
            let _ = fs::remove_file(self.path_of(locator, number));
        }
        Ok(version)
    }

    /// Replaces the key block, where it still is the one with the digest `after`, in hex.
    pub fn rewrap(&self, locator: &Locator, token: TokenHash, after: &str, keys: &[u8]) -> Result<(), Refusal> {
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        admit(&tx, locator, token)?;
        let now: Vec<u8> =
            tx.query_row("SELECT keys FROM vault WHERE locator = unhex(?)", [locator.hex()], |row| row.get(0))?;
        if digest(&now) != after {
            return Err(Refusal::Changed);
        }
        tx.execute("UPDATE vault SET keys = ? WHERE locator = unhex(?)", params![keys, locator.hex()])?;
        Ok(tx.commit()?)
    }

    fn path_of(&self, locator: &Locator, number: i64) -> PathBuf {
        self.folder.join("data").join(format!("{}-{number}", locator.hex()))
    }
}

/// Whether there is such a vault and this is its token.
fn admit(db: &Connection, locator: &Locator, token: TokenHash) -> Result<(), Refusal> {
    let kept: Option<Vec<u8>> = db
        .query_row("SELECT token FROM vault WHERE locator = unhex(?)", [locator.hex()], |row| row.get(0))
        .optional()?;
    if kept.is_some_and(|kept| token.is(&kept)) { Ok(()) } else { Err(Refusal::Unknown) }
}

fn versions(db: &Connection, locator: &Locator) -> rusqlite::Result<Vec<Version>> {
    let sql = "SELECT number, bytes, digest, stored FROM version WHERE locator = unhex(?) ORDER BY number DESC";
    let mut rows = db.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        let bytes: i64 = row.get(1)?;
        Ok(Version { number: row.get(0)?, bytes: bytes as u64, digest: row.get(2)?, stored: row.get(3)? })
    };
    rows.query_map([locator.hex()], read)?.collect()
}

fn forget_oldest(tx: &Transaction<'_>, locator: &Locator) -> rusqlite::Result<Vec<i64>> {
    let gone: Vec<i64> = versions(tx, locator)?.iter().skip(KEPT_VERSIONS).map(|v| v.number).collect();
    for number in &gone {
        tx.execute("DELETE FROM version WHERE locator = unhex(?) AND number = ?", params![locator.hex(), number])?;
    }
    Ok(gone)
}

/// SHA-256 in hex: what an `ETag` has between its quotes.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
