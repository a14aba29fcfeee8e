//! The thread that stores groups: the owner goes on pairing and learning while it writes and the disk syncs.
//!
//! There is one connection that writes. It is lent with the groups to store and comes back with the answer, so that the owner
//! cannot use it meanwhile, by construction; and it is taken back before anything but hearing is done.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::group::Group;
use crate::store::StoreError;

/// The connection that writes: here, or lent to the thread that stores.
pub(super) struct Writer {
    db: Option<Connection>,
    /// None only while it is ended.
    work: Option<SyncSender<Work>>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
}

struct Work {
    db: Connection,
    groups: Vec<Group>,
}

/// What comes back with the connection.
struct Done {
    work: Work,
    stored: Result<(), StoreError>,
}

impl Writer {
    /// Starts the thread.
    pub fn new(db: Connection) -> std::io::Result<Self> {
        let (work, to_do) = sync_channel::<Work>(1);
        let (answer, done) = sync_channel(1);
        let thread = std::thread::Builder::new().name("cairn.writer".to_owned()).spawn(move || {
            for mut work in to_do {
                let stored = begin(&mut work.db).and_then(|tx| store(tx, &work.groups, |_| Ok(())));
                // Nobody takes it back: the owner is gone, and with the connection the database is closed.
                let _ = answer.send(Done { work, stored });
            }
        })?;
        Ok(Self { db: Some(db), work: Some(work), done, thread: Some(thread) })
    }

    /// The connection.
    ///
    /// # Errors
    /// [`StoreError::Lent`] while groups are being stored.
    pub fn db(&self) -> Result<&Connection, StoreError> {
        self.db.as_ref().ok_or(StoreError::Lent)
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// [`StoreError::Lent`], and what `SQLite` says.
    pub fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        begin(self.db.as_mut().ok_or(StoreError::Lent)?)
    }

    /// Whether groups are being stored.
    pub fn is_lent(&self) -> bool {
        self.db.is_none()
    }

    /// Has the groups stored; what became of them is told by [`Writer::take_back`].
    ///
    /// # Errors
    /// The groups, where the thread cannot take them.
    pub fn lend(&mut self, groups: Vec<Group>) -> Result<(), Vec<Group>> {
        let (Some(sender), Some(db)) = (&self.work, self.db.take()) else { return Err(groups) };
        sender.send(Work { db, groups }).map_err(|refused| {
            self.db = Some(refused.0.db);
            refused.0.groups
        })
    }

    /// Waits until lent groups are stored, and answers them with what became of them; none where nothing is lent.
    pub fn take_back(&mut self) -> Option<(Vec<Group>, Result<(), StoreError>)> {
        if !self.is_lent() {
            return None;
        }
        let Ok(Done { work: Work { db, groups }, stored }) = self.done.recv() else {
            // It panicked, which is a fault of ours that the owner must not outlive: nothing can be stored any more.
            let thread = self.thread.take()?;
            return thread.join().err().and_then(|panic| std::panic::resume_unwind(panic));
        };
        self.db = Some(db);
        Some((groups, stored))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("engine: the writing thread panicked");
        }
    }
}

/// Takes the right to write at once: who only asks for it at the first row may find that another has it by then.
fn begin(db: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(db.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

/// Stores groups in their order and whatever `besides` adds, and ends the transaction: all of it or nothing.
pub(super) fn store(
    tx: Transaction<'_>,
    groups: &[Group],
    besides: impl FnOnce(&Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for group in groups {
        group.write(&tx)?;
    }
    besides(&tx)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Millis, TripId};
    use crate::store;

    fn group(trip: i64) -> Group {
        Group { trips: vec![(TripId(trip), Millis(0), None)], ..Group::default() }
    }

    fn trips(db: &Connection) -> i64 {
        db.query_row("SELECT count(*) FROM trip", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_connection_is_away_while_groups_are_stored_and_comes_back_with_what_became_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(store::open(&dir.path().join("cairn.db")).unwrap().writer).unwrap();
        assert!(writer.take_back().is_none());

        writer.lend(vec![group(1), group(2)]).map_err(|_| "refused").unwrap();
        assert!(writer.is_lent() && matches!(writer.db(), Err(StoreError::Lent)));
        let Some((_, Ok(()))) = writer.take_back() else { panic!("not stored") };
        assert_eq!(trips(writer.db().unwrap()), 2);

        // All or nothing: the second of these is there already.
        writer.lend(vec![group(3), group(2)]).map_err(|_| "refused").unwrap();
        let Some((groups, Err(StoreError::Sql(_)))) = writer.take_back() else { panic!("stored twice") };
        assert_eq!((groups.len(), trips(writer.db().unwrap())), (2, 2));
    }
}
