//! Cairn's engine: it turns what a phone hears and where it was into reports, keeps them, hands them to location services,
//! counts what its user contributed and answers "where am I?" without network or GPS.
//!
//! Plain Rust, no JNI and no unsafe code. Data flows one way through the modules below; [`Engine`](engine::Engine) wires them
//! and is the one object that everything outside holds.

pub mod clock;
pub mod doctor;
pub mod engine;
pub mod error;
pub mod exchange;
pub mod intake;
pub mod ledger;
pub mod locate;
pub mod model;
pub mod outbox;
pub mod pack;
pub mod store;
pub mod supervisor;
pub mod vault;

pub use clock::{Clock, SystemClock};
pub use error::CoreError;
