//! Databases whose opening is looked on, and stopped.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A database of a few hundred kilobytes, of no known program.
fn database(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("large.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE t (x BLOB);
         WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO t SELECT zeroblob(1000) FROM n;",
    )
    .unwrap();
    path
}

/// Opens it and stops when `stop` says so of what is copied; answers what came of it, and how much was copied by then.
fn open_until(stop: impl Fn(u64, u64) -> bool) -> (Fault, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let scratch = folder.path().join("copy");
    let (cancel, told) = (AtomicBool::new(false), Cell::new((0, 0)));
    let tell = |done, of| {
        told.set((done, of));
        cancel.store(stop(done, of), Ordering::Relaxed);
    };
    let onlooker = Some(Onlooker { progress: &tell, cancel: &cancel });
    let reading = Reading { scratch: &scratch, onlooker, ..reading() };
    let part = &crate::exchange::parts(&path).unwrap()[0];
    let fault = Reader::open(part, reading).map(|_| ()).unwrap_err().fault;
    assert!(!scratch.exists(), "the copy is gone");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), told.get().1);
    (fault, told.get().0, told.get().1)
}

#[test]
fn copying_a_database_tells_how_far_it_is_and_stops_when_it_is_to() {
    let (fault, done, of) = open_until(|done, _| done > 100_000);
    assert_eq!(fault, Fault::Cancelled);
    assert!(done > 100_000 && done < of, "{done} of {of}");
}

#[test]
fn the_check_of_a_copy_stops_too() {
    let (fault, done, of) = open_until(|done, of| done == of);
    assert_eq!((fault, done), (Fault::Cancelled, of));
    // Left alone it ends, and says what is the matter.
    assert_eq!(open_until(|_, _| false).0, Fault::UnknownDatabase);
}
