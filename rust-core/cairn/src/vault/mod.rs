//! The vault: everything the phone knows, in a file or on one's own service that nobody else can read.
//!
//! Streams in, streams out: no SQL, no database, and no cryptography of its own, only `RustCrypto`'s parts put together as
//! `schemas/vault/README.md` says byte by byte. Nothing here prints a password, a key or a byte of what it protects.
//!
//! A random master key protects the data; the password, stretched on the phone, only wraps that key. A file is a [`KeyBlock`]
//! followed by a data block, and a new password replaces the first and leaves the second as it is.

mod bytes;
mod code;
mod data;
mod error;
pub(crate) mod file;
mod frame;
mod head;
mod key_block;
mod keys;
mod seal;
mod secret;
pub mod service;
mod stretch;
mod watch;
mod wrap;

pub use code::{RecoveryCode, VaultId};
pub use data::{open, seal};
pub use error::VaultError;
pub use file::{KEPT_UNDER, create, look_over, read_key_block, rekey, replace, unseal, verify};
pub use head::{Described, Head};
pub use key_block::{KeyBlock, Locks, Unlocked};
pub use secret::{MIN_PASSWORD, Password, Unlock};
pub use stretch::Stretch;
pub use watch::{Progress, Step, Watch};

/// The newest version of the format that this build reads, and the one it writes.
pub const VERSION: u16 = 1;

#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
mod vectors;
