//! The database: the only place with SQL. One connection writes, owned by the engine's thread; others only read.
//!
//! Functions here take a connection or transaction and do one thing each; what is to be done, and when to commit, is
//! decided outside.

pub(crate) mod check;
pub(crate) mod emitters;
mod error;
pub(crate) mod guard;
pub(crate) mod imports;
pub mod ledger;
mod migrate;
mod open;
pub(crate) mod outbox;
mod packed;
pub(crate) mod reports;
mod salvage;

pub use error::StoreError;
pub use migrate::SCHEMA_VERSION;
pub use open::{Opened, Readers, open};
pub use salvage::Salvage;
