//! How a long step tells how far it is, and is told to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use super::VaultError;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The password is being stretched: most of a second, without progress.
    Stretching,
    /// The database is being copied at one moment of its life.
    Copying,
    /// It is being compressed and encrypted.
    Sealing,
    /// A vault is being decrypted and checked.
    Opening,
    /// What was in it is being looked over and taken in.
    Restoring,
    /// It is being merged into what is there; counted in rows.
    Merging,
    /// It is on its way to a service.
    Sending,
    /// It is on its way from a service.
    Fetching,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// Bytes done of it; rows where it says so.
    pub done: u64,
    /// Bytes of it in all; zero where unknown.
    pub of: u64,
}

/// Whom a long step tells, and who may stop it.
pub struct Watch<'a> {
    /// Told every few hundred kilobytes.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Set from another thread to stop: then nothing is changed.
    pub cancel: &'a AtomicBool,
}

impl Watch<'_> {
    /// Tells how far a step is.
    ///
    /// # Errors
    /// [`VaultError::Cancelled`] where it shall stop.
    pub fn tell(&mut self, step: Step, done: u64, of: u64) -> Result<(), VaultError> {
        (self.progress)(Progress { step, done, of });
        if self.cancel.load(Ordering::Relaxed) { Err(VaultError::Cancelled) } else { Ok(()) }
    }
}
