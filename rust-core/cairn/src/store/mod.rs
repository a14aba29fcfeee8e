//! The database: the only place with SQL. One connection writes, owned by the engine's thread; others only read.
//!
//! Functions here take a connection or transaction and do one thing each; what is to be done, and when to commit, is
//! decided outside.

pub(crate) mod asked;
pub(crate) mod check;
mod counts;
pub(crate) mod doctor;
pub(crate) mod emitters;
mod error;
pub(crate) mod estimates;
pub(crate) mod give;
pub(crate) mod guard;
pub(crate) mod imported;
pub(crate) mod imports;
pub mod ledger;
pub(crate) mod merge;
mod migrate;
mod open;
mod origin;
pub(crate) mod outbox;
mod packed;
pub(crate) mod packs;
pub(crate) mod reports;
mod salvage;
pub(crate) mod snapshot;

pub use error::StoreError;
pub use migrate::SCHEMA_VERSION;
pub use open::{Opened, Readers, open};
pub use salvage::Salvage;
