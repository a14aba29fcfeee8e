//! A small location service with the manners of BeaconDB or ichnaea: the tests' and the demo's counterpart, and a self-host for
//! a household.
//!
//! It shares no code with the client it is spoken to by, so that a mistake in one is not a mistake in both. Whatever the
//! network may do to a client can be scripted with a [`FaultScript`].
//!
//! ```
//! use cairn_service::{Mode, Service, Settings};
//!
//! let service = Service::start(Settings { mode: Mode::Ichnaea, ..Settings::default() })?;
//! println!("stumblers may send to {}", service.url());
//! service.stop();
//! # Ok::<(), cairn_service::ServiceError>(())
//! ```

mod desk;
mod faults;
mod http;
mod line;
pub mod model;
pub mod protocol;
mod requests;
mod service;
mod settings;
mod store;
mod vault;

pub use faults::{Fault, FaultScript, RetryAfter};
pub use requests::RequestRecord;
pub use service::{Running, Service};
pub use settings::{Mode, ServiceError, Settings};
pub use store::Accepted;
pub use vault::{Rate, VaultSettings};
