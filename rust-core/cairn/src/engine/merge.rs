//! Merges another database in: another phone's, or a backup of this one.
//!
//! The owner does it in one transaction, so that a kill leaves the old state or the new one. Between steps of some tens of
//! milliseconds it takes what the sensors tell off the channel and keeps it for afterwards: nothing is turned away.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use thiserror::Error;

use super::Engine;
use super::owner::{Message, Owner};
use crate::CoreError;
use crate::store::StoreError;
use crate::store::merge::{Ended, Other, merge};

pub use crate::store::merge::{MergeProgress, MergeSummary};

/// Why nothing was merged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MergeError {
    /// The other database cannot be used; it is left as it is.
    #[error(transparent)]
    Other(CoreError),
    /// This database could not be written; it is as it was.
    #[error(transparent)]
    Own(CoreError),
    /// The merge was stopped on request; this database is as it was.
    #[error("stopped")]
    Cancelled,
}

impl MergeError {
    /// The engine's error behind it; none where it was stopped.
    pub fn core(self) -> Option<CoreError> {
        match self {
            Self::Other(error) | Self::Own(error) => Some(error),
            Self::Cancelled => None,
        }
    }
}

impl From<StoreError> for MergeError {
    fn from(error: StoreError) -> Self {
        Self::Own(error.into())
    }
}

/// What is told while the owner merges may wait to this number, some ten minutes of the fastest sensors; then the channel fills.
const MAX_DEFERRED: usize = 4_096;

/// How often a caller that waits looks whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

enum Told {
    Progress(MergeProgress),
    Ended(Result<MergeSummary, MergeError>),
}

impl Engine {
    /// Brings in everything that is in the database at `other`: another phone's, a backup's, an older state of this one, made
    /// by this version of Cairn or an older one. Nothing counts twice, whichever way round and however often databases are
    /// merged; a report that either knows to be taken by a service is not sent again. Zones and lists are united. Services of
    /// the other are added, but off. `other` is only read, and must not be written meanwhile.
    ///
    /// `progress` is told now and then; `cancel`, once set, ends the merge and leaves everything as it was.
    ///
    /// # Errors
    /// [`MergeError`]; then nothing is changed.
    pub fn merge(
        &self,
        other: &Path,
        progress: &mut dyn FnMut(MergeProgress),
        cancel: &AtomicBool,
    ) -> Result<MergeSummary, MergeError> {
        let own = self.shared.readers.path();
        let unreadable = |e: StoreError| MergeError::Other(e.into());
        let same = || Ok::<_, std::io::Error>(own.canonicalize()? == other.canonicalize()?);
        if same().map_err(|e| unreadable(e.into()))? {
            // Everything in it is in it.
            return Ok(MergeSummary::default());
        }
        let other = Other::open(other, own).map_err(unreadable)?;
        // A short merge may be over before the first look from here.
        let stop = Arc::new(AtomicBool::new(cancel.load(Ordering::Relaxed)));
        let (tell, told) = sync_channel(1);
        let stopped = Arc::clone(&stop);
        let work = move |owner: &mut Owner, messages: &Receiver<Message>| {
            let ended = owner.merge(&other, messages, &stopped, &tell);
            // Nobody waits any more: nothing to tell.
            let _ = tell.send(Told::Ended(ended));
        };
        let sender = self.shared.sender().map_err(MergeError::Own)?;
        sender.send(Message::Long(Box::new(work))).map_err(|_| MergeError::Own(CoreError::Closed))?;
        loop {
            if cancel.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
            }
            match told.recv_timeout(LOOK_EVERY) {
                Ok(Told::Progress(reached)) => progress(reached),
                Ok(Told::Ended(ended)) => return ended,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(MergeError::Own(CoreError::Closed)),
            }
        }
    }
}

impl Owner {
    fn merge(
        &mut self,
        other: &Other,
        messages: &Receiver<Message>,
        stop: &AtomicBool,
        tell: &SyncSender<Told>,
    ) -> Result<MergeSummary, MergeError> {
        self.flush().map_err(MergeError::Own)?;
        other.attach(self.writer.db()?).map_err(|e| MergeError::Other(e.into()))?;
        let deferred = &mut self.deferred;
        let mut between = |progress| {
            defer(messages, deferred);
            // A caller who has not looked at the last one yet is told the next.
            let _ = tell.try_send(Told::Progress(progress));
            !stop.load(Ordering::Relaxed)
        };
        let merged = self.writer.begin().map_err(Ended::from).and_then(|tx| {
            let summary = merge(&tx, &mut between)?;
            tx.commit()?;
            Ok(summary)
        });
        let detached = Other::detach(self.writer.db()?);
        self.reread()?;
        detached?;
        merged.map_err(|ended| match ended {
            Ended::Cancelled => MergeError::Cancelled,
            Ended::Failed(error) => error.into(),
        })
    }
}

/// Takes what was told off the channel, for after the merge.
fn defer(messages: &Receiver<Message>, deferred: &mut VecDeque<Message>) {
    while deferred.len() < MAX_DEFERRED {
        let Ok(message) = messages.try_recv() else { break };
        deferred.push_back(message);
    }
}
