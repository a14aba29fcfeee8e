//! What to do with a damaged database: keep it, and save every row that can still be read into a new one.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::StoreError;

/// What became of a damaged database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged file was put; it is never deleted.
    pub set_aside: PathBuf,
    /// Rows that were saved, over all tables.
    pub rows: u64,
    /// Tables of which at least a part could not be read.
    pub damaged_tables: u32,
}

/// The database's path with something appended to its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// A name beside the database under which nothing is kept yet.
pub(super) fn free_name(path: &Path) -> PathBuf {
    (1..u32::MAX)
        .map(|n| beside(path, &format!("damaged-{n}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| beside(path, "damaged"))
}

/// Renames the damaged file (and its journal), makes a new one with `create` and copies what is readable.
pub(super) fn set_aside_and_save(
    path: &Path,
    create: impl FnOnce(&Path) -> Result<Connection, StoreError>,
) -> Result<(Connection, Salvage), StoreError> {
    let set_aside = free_name(path);
    for part in ["-wal", "-shm"] {
        let mut from = path.as_os_str().to_owned();
        from.push(part);
        let mut to = set_aside.as_os_str().to_owned();
        to.push(part);
        match std::fs::rename(from, to) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    std::fs::rename(path, &set_aside)?;
    let fresh = create(path)?;
    let (rows, damaged_tables) = copy_readable(&set_aside, &fresh)?;
    log::warn!("store: {rows} rows saved from the damaged database, {damaged_tables} tables incomplete");
    Ok((fresh, Salvage { set_aside, rows, damaged_tables }))
}

fn copy_readable(from: &Path, to: &Connection) -> Result<(u64, u32), StoreError> {
    let tables: Vec<String> = to
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    // Not even the header may be readable: then nothing is saved, and the file is still kept.
    let Ok(old) = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Ok((0, tables.len() as u32));
    };
    let (mut rows, mut damaged) = (0, 0);
    to.execute_batch("BEGIN IMMEDIATE")?;
    for table in tables {
        // From both ends: damage in the middle then costs only what lies in the damaged pages.
        let forward = copy_table(&old, to, &table, "")?;
        rows += forward.rows;
        if !forward.whole {
            damaged += 1;
            rows += copy_table(&old, to, &table, "ORDER BY 1 DESC")?.rows;
        }
    }
    super::counts::recount(to)?;
    to.execute_batch("COMMIT")?;
    Ok((rows, damaged))
}

struct Copied {
    rows: u64,
    whole: bool,
}

/// Copies rows until the table ends or a page cannot be read. Failures to read end the copy, failures to write are errors.
fn copy_table(old: &Connection, to: &Connection, table: &str, order: &str) -> Result<Copied, StoreError> {
    let mut copied = Copied { rows: 0, whole: false };
    let Ok(mut select) = old.prepare(&format!("SELECT * FROM \"{table}\" {order}")) else {
        return Ok(copied);
    };
    let columns: Vec<String> = select.column_names().map(|c| format!("\"{c}\"")).collect();
    let marks = vec!["?"; columns.len()].join(",");
    let mut insert =
        to.prepare(&format!("INSERT OR IGNORE INTO \"{table}\" ({}) VALUES ({marks})", columns.join(",")))?;
    let Ok(mut rows) = select.query([]) else { return Ok(copied) };
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let values: Result<Vec<Value>, _> = (0..columns.len()).map(|i| row.get(i)).collect();
                let Ok(values) = values else { continue };
                // A torn row may hold what STRICT refuses: it is left out, its neighbours are not.
                copied.rows += insert.execute(params_from_iter(values)).unwrap_or(0) as u64;
            }
            Ok(None) => {
                copied.whole = true;
                return Ok(copied);
            }
            Err(_) => return Ok(copied),
        }
    }
}
