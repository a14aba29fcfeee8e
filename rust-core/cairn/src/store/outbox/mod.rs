//! The outbox's rows: services, which report each of them has or wants, batches, and what came of each request.

mod batches;
mod rows;
mod services;

pub(crate) use batches::{lease, recover, settle};
pub(crate) use rows::{Enqueuer, attempts, enqueue_stored, forget, note_pruned, prunable, quarantined, resend, view};
pub(crate) use services::{add, all, by_id, reconsider_private, remove, resume, set};

/// A report's state at a service.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
enum State {
    Waiting = 0,
    Accepted = 1,
    Quarantined = 2,
    NotUseful = 3,
}
