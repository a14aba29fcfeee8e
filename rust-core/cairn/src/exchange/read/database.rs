//! Databases of other programs, read row by row. Each is copied first, and the copy read as what nobody writes to: the program
//! it belongs to never notices. The only SQL outside `store`, for none of it is Cairn's.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{Format, Item, Onlooker, Reading, kismet, neostumbler_database};
use crate::exchange::packed::{self, Entry};
use crate::exchange::place::{FINGERPRINT, Mark, SourceId, is_tail};
use crate::exchange::{Fault, Place};
use crate::model::Millis;

/// How an `SQLite` file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// How a rollback journal begins that still has to be rolled back.
const HOT_JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// No value of these programs comes near; what is longer is not taken into memory.
const MAX_VALUE: i32 = 4 << 20;

/// How often it is looked whether a check of the whole copy is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Whether a file that begins so is an `SQLite` database.
pub(super) fn is_one(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// A row of the program's own, and what it makes.
pub(super) struct Found {
    /// Its number; later rows have greater ones.
    pub id: i64,
    pub item: Item,
    /// What tells it from the row of that number in another database.
    pub trace: Vec<u8>,
}

/// One program's tables.
pub(super) trait Tables: Send {
    /// The first row with a greater number than `after`.
    fn next(&mut self, db: &Connection, after: i64, now: Millis) -> rusqlite::Result<Option<Found>>;

    /// Forgets what was read ahead: reading goes on elsewhere.
    fn rewind(&mut self) {}

    /// What tells the row of a number from others, where it is there.
    fn trace(&self, db: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>>;

    /// The greatest number there is.
    fn last(&self, db: &Connection) -> rusqlite::Result<i64>;
}

/// A database being read.
pub(super) struct Database {
    db: Connection,
    tables: Box<dyn Tables>,
    now: Millis,
    reached: Mark,
    last: i64,
    size: u64,
    source: SourceId,
    _copy: Copy,
}

/// A copy that goes when it is no longer read; on systems that allow it, its name goes at once.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        // Gone already where open files keep their content without a name.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Database {
    /// Copies a database to where it may be, and opens the copy.
    pub fn open(path: &Path, entry: Option<&Entry>, reading: Reading<'_>) -> Result<(Format, Self), Fault> {
        if entry.is_none() {
            refuse_unfinished(path)?;
        }
        let mut unpacked = packed::unpack(path, entry)?;
        let (read, size) = (unpacked.read, unpacked.size);
        Self::copy(&mut *unpacked.bytes, reading, &|| (read.load(Ordering::Relaxed), size))
    }

    /// The same of bytes that a file would hold; `progress` tells how many of them are read, and of how many.
    pub fn copy(
        bytes: &mut dyn Read,
        reading: Reading<'_>,
        progress: &dyn Fn() -> (u64, u64),
    ) -> Result<(Format, Self), Fault> {
        let Reading { scratch, now, onlooker, .. } = reading;
        let copy = Copy(scratch.to_owned());
        let mut file = File::create(scratch).map_err(|e| Fault::Copy(e.kind()))?;
        let size = copy_all(bytes, &mut file, onlooker, progress)?;
        drop(file);
        let opened = match onlooker {
            Some(Onlooker { cancel, .. }) => open_copy(scratch, cancel),
            None => open_copy(scratch, &AtomicBool::new(false)),
        };
        let (format, db, tables, last) = opened.map_err(|e| e.unwrap_or(Fault::DamagedDatabase))?;
        let _ = std::fs::remove_file(scratch);
        let mut new =
            Self { db, tables, now, reached: Mark::default(), last, size, source: SourceId::of(&[], 0), _copy: copy };
        // Named by its first row: another database of the program begins with another.
        let first = new.tables.next(&new.db, i64::MIN, now).map_err(|_| Fault::DamagedDatabase)?;
        new.tables.rewind();
        new.source = SourceId::of(&first.map(|f| f.trace).unwrap_or_default(), 0);
        Ok((format, new))
    }

    pub fn source(&self) -> SourceId {
        self.source
    }

    pub fn next(&mut self) -> Result<Option<Item>, Fault> {
        let after = if self.reached.line == 0 { i64::MIN } else { self.reached.offset as i64 };
        let found = self.tables.next(&self.db, after, self.now).map_err(|_| Fault::DamagedDatabase)?;
        Ok(found.map(|Found { id, item, trace }| {
            self.reached = Mark { offset: id as u64, line: self.reached.line + 1, tail: trace };
            item
        }))
    }

    /// Whether the row at a place is there, and the one that was there.
    pub fn holds(&self, place: &Place) -> Result<bool, Fault> {
        let trace = self.tables.trace(&self.db, place.offset as i64).map_err(|_| Fault::DamagedDatabase)?;
        Ok(trace.is_some_and(|trace| is_tail(&trace, place)))
    }

    pub fn skip_to(&mut self, place: &Place) -> Result<bool, Fault> {
        let trace = self.tables.trace(&self.db, place.offset as i64).map_err(|_| Fault::DamagedDatabase)?;
        let Some(tail) = trace.filter(|trace| is_tail(trace, place)) else { return Ok(false) };
        self.reached = Mark { offset: place.offset, line: place.line, tail };
        self.tables.rewind();
        Ok(true)
    }

    /// The greatest row number there is.
    pub fn last_row(&self) -> u64 {
        self.last.max(0) as u64
    }

    pub fn reached(&self) -> &Mark {
        &self.reached
    }

    /// A share of its rows as the same share of its bytes.
    pub fn progress(&self) -> (u64, u64) {
        let share = self.reached.offset as f64 / (self.last.max(1) as f64);
        ((self.size as f64 * share.clamp(0.0, 1.0)) as u64, self.size)
    }
}

/// Refuses a database beside which a journal says that it is not all there is.
fn refuse_unfinished(path: &Path) -> Result<(), Fault> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let has_log = std::fs::metadata(beside("-wal")).is_ok_and(|about| about.len() > 0);
    let mut head = [0; HOT_JOURNAL.len()];
    let is_hot =
        File::open(beside("-journal")).and_then(|mut f| f.read_exact(&mut head)).is_ok() && head == HOT_JOURNAL;
    if has_log || is_hot { Err(Fault::DatabaseInUse) } else { Ok(()) }
}

fn copy_all(
    from: &mut dyn Read,
    to: &mut File,
    onlooker: Option<Onlooker<'_>>,
    progress: &dyn Fn() -> (u64, u64),
) -> Result<u64, Fault> {
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            return Ok(size);
        }
        to.write_all(&buffer[..n]).map_err(|e| Fault::Copy(e.kind()))?;
        size += n as u64;
        if let Some(Onlooker { progress: tell, cancel }) = onlooker {
            let (done, of) = progress();
            tell(done, of);
            if cancel.load(Ordering::Relaxed) {
                return Err(Fault::Cancelled);
            }
        }
    }
}

type Opened = (Format, Connection, Box<dyn Tables>, i64);

/// Opens the copy, and stops where `cancel` is set; `None` as an error stands for a database that cannot be read.
fn open_copy(path: &Path, cancel: &AtomicBool) -> Result<Opened, Option<Fault>> {
    let sql = |_: rusqlite::Error| cancel.load(Ordering::Relaxed).then_some(Fault::Cancelled);
    let mut db = open_immutable(path).map_err(sql)?;
    let check = || db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    let verdict: String = unless_cancelled(&db, cancel, check).map_err(sql)?;
    if cancel.load(Ordering::Relaxed) {
        return Err(Some(Fault::Cancelled));
    }
    if verdict != "ok" {
        return Err(None);
    }
    // Looked for row by row, what belongs to a report takes an index, or the whole of a table each time.
    let slow = neostumbler_database::without_index(&db).map_err(sql)?;
    if !slow.is_empty() {
        drop(db);
        index(path, &slow, cancel).map_err(sql)?;
        db = open_immutable(path).map_err(sql)?;
    }
    let known: Option<(Format, Box<dyn Tables>)> = if is_table(&db, "KISMET").map_err(sql)? {
        Some((Format::Kismet, Box::new(kismet::Kismet::of(&db).map_err(sql)?)))
    } else {
        neostumbler_database::Reports::of(&db)
            .map_err(sql)?
            .map(|reports| (Format::NeoStumblerDatabase, Box::new(reports) as Box<dyn Tables>))
    };
    let (format, tables) = known.ok_or(Some(Fault::UnknownDatabase))?;
    let last = tables.last(&db).map_err(sql)?;
    Ok((format, db, tables, last))
}

/// Opens the copy to read it.
fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            other => uri.extend(['%', hex(other >> 4), hex(other & 15)]),
        }
    }
    uri.push_str("?immutable=1&mode=ro");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(uri, flags)?;
    distrust(&db)?;
    Ok(db)
}

/// Adds an index to tables of the copy, by the column that says which report a row belongs to.
fn index(path: &Path, tables: &[&str], cancel: &AtomicBool) -> rusqlite::Result<()> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    distrust(&db)?;
    // It is a copy, thrown away whatever happens.
    db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    for table in tables {
        let sql = format!("CREATE INDEX cairn_{table} ON {table} (reportId)");
        unless_cancelled(&db, cancel, || db.execute(&sql, []))?;
    }
    Ok(())
}

/// Does what takes one statement and long; ends it with an error soon after `cancel` is set.
fn unless_cancelled<T>(
    db: &Connection,
    cancel: &AtomicBool,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let interrupt = db.get_interrupt_handle();
    let (done, is_done) = sync_channel::<()>(0);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while is_done.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                if cancel.load(Ordering::Relaxed) {
                    interrupt.interrupt();
                }
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// What others wrote is data, not code: nothing in it is run.
fn distrust(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    db.execute_batch("PRAGMA cell_size_check = ON; PRAGMA cache_size = -2048;")
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0')
}

/// Whether there is a table of that name, with its own rows: neither a view nor what a module makes up.
pub(super) fn is_table(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql: Option<String> = db
        .query_row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [name], |row| row.get(0))
        .optional()?;
    Ok(sql.is_some_and(|sql| !sql.trim_start().to_ascii_uppercase().starts_with("CREATE VIRTUAL")))
}

/// Whether a table has a column of that name.
pub(super) fn has_column(db: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    db.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ? COLLATE NOCASE")?.exists([table, column])
}

/// Numbers as one trace.
pub(super) fn trace_of(numbers: &[f64]) -> Vec<u8> {
    let mut trace: Vec<u8> = numbers.iter().flat_map(|n| n.to_bits().to_be_bytes()).collect();
    trace.truncate(FINGERPRINT);
    trace
}
