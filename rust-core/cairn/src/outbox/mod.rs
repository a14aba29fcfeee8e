//! Hands reports to location services: in batches, at random order, until each service has taken or refused each of them.
//!
//! What an answer means, when to try again and what a service can use are pure decisions; the loop in [`send`] carries them
//! out between a [`Transport`] and a store that only the engine's owner writes.

mod backoff;
mod policy;
mod preflight;
mod reason;
pub mod send;
mod settings;
mod transport;
pub mod wire;

pub use backoff::{MAX_WAIT, is_due, next_attempt};
pub use policy::{Outcome, Stop, judge};
pub use preflight::{NotUseful, useful};
pub use send::{Ended, Leased, OutboxStore, Sent, Settled, Settlement, UploadSummary};
pub use settings::{Conditions, Protocol, Service, ServiceId, ServiceSettings, Waits};
pub(crate) use transport::gzip;
pub use transport::{Answer, HttpTransport, Request, Transport, TransportError};

pub(crate) use settings::base_url;
pub(crate) use transport::{http_client, kind_of, retry_after};

use crate::model::{Millis, ReportId};

/// One service's share of the outbox, for the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxView {
    /// The service.
    pub service: Service,
    /// Reports still to be sent.
    pub waiting: u64,
    /// Reports it has taken.
    pub accepted: u64,
    /// Reports it refused one by one.
    pub quarantined: u64,
    /// Reports it could not use, which were not sent.
    pub not_useful: u64,
    /// When it is tried again; none for at the next occasion.
    pub next_attempt: Option<Millis>,
    /// What came of the last request.
    pub last_outcome: Option<String>,
}

/// A report that a service refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// By whom.
    pub service: ServiceId,
    /// Which.
    pub report: ReportId,
    /// Why, in the service's words as far as they give nothing away.
    pub reason: String,
}

/// One request of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// To whom.
    pub service: ServiceId,
    /// When, in UTC.
    pub utc: Millis,
    /// Reports in it.
    pub reports: u32,
    /// Bytes of its body as sent.
    pub bytes: u64,
    /// What came of it.
    pub outcome: String,
    /// Reports still waiting afterwards.
    pub waiting: u64,
}
