//! The loop between store and service: lease a batch, send it, settle it.
//!
//! It holds nothing that would be lost with it: what it works on is durable before the first byte leaves, so that a process
//! that dies here is taken up where it was.

use std::sync::atomic::{AtomicBool, Ordering};

use super::policy::{Outcome, Stop, judge};
use super::settings::{Conditions, Service, ServiceId, Waits};
use super::transport::{Request, Transport, gzip};
use super::wire::{self, Metadata};
use crate::CoreError;
use crate::model::{Millis, Report, ReportId};

/// Front proxies refuse bodies over a megabyte (nginx's default).
const MAX_BODY: usize = 1_000_000;

/// A batch that is ours until it is settled.
#[derive(Clone, Debug)]
pub struct Leased {
    /// Its number.
    pub batch: i64,
    /// Its reports, as far as the service can use them; never empty.
    pub reports: Vec<(ReportId, Report)>,
}

/// What was sent of a batch: while it was on its way a new zone may have deleted some of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Reports in the body.
    pub reports: u32,
    /// Bytes of the body.
    pub bytes: u64,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Taken.
    Accepted,
    /// Refused, with the reason: halved, or quarantined where it is a single report.
    Refused(String),
    /// Too large to be sent at all: halved without having been refused.
    TooLarge,
    /// Failed for now, with what happened and how long the service asks to be left alone.
    Later(String, Option<Millis>),
    /// The service is not to be used until the user has acted.
    Stop(Stop),
}

impl Settlement {
    /// What to say of it in the history.
    pub fn describe(&self) -> String {
        match self {
            Self::Accepted => "taken".to_owned(),
            Self::Refused(reason) => format!("refused: {reason}"),
            Self::TooLarge => "too large, halved".to_owned(),
            Self::Later(what, _) => format!("failed for now: {what}"),
            Self::Stop(stop) => format!("stopped: {}", stop.describe()),
        }
    }
}

/// What settling did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Reports that the service has taken.
    pub accepted: u64,
    /// Reports that were put into quarantine.
    pub quarantined: u64,
    /// Why the service was stopped, where it was.
    pub stopped: Option<Stop>,
    /// When to try again, where it failed for now.
    pub next_attempt: Option<Millis>,
}

/// What the loop asks of whoever owns the store. Every call is one transaction.
pub trait OutboxStore {
    /// The service, and when it may be asked next.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] where there is no such service, else as the engine's.
    fn service(&self, service: ServiceId) -> Result<(Service, Option<Millis>), CoreError>;

    /// The next batch to send; none where nothing waits. Durable when it returns.
    ///
    /// # Errors
    /// As the engine's.
    fn lease(&self, service: ServiceId) -> Result<Option<Leased>, CoreError>;

    /// Records what became of a batch.
    ///
    /// # Errors
    /// As the engine's. The batch then stays in flight until the next start and is sent again: twice rather than never.
    fn settle(&self, service: ServiceId, batch: i64, settlement: Settlement, sent: Sent) -> Result<Settled, CoreError>;
}

/// How an upload went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadSummary {
    /// Requests made.
    pub requests: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// Reports taken.
    pub accepted: u64,
    /// Reports put into quarantine.
    pub quarantined: u64,
    /// Why it ended.
    pub ended: Ended,
}

/// Why an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is left to send.
    Done,
    /// It waits for the network or power that the user asked for.
    Waits(Waits),
    /// The service failed for now; when to try again.
    Later(Millis),
    /// The service is not to be used until the user has acted.
    Stopped(Stop),
    /// The user switched the service off.
    Disabled,
    /// It was cancelled.
    Cancelled,
}

/// Sends what waits for a service, until nothing is left or something stands in the way. One failure ends the run: the next
/// one comes at the time in [`Ended::Later`]. `hurry` asks a service that failed before its time, for a user who pressed "now".
///
/// # Errors
/// As the engine's, and [`CoreError::BadInput`] for settings that cannot work.
pub fn run(
    store: &impl OutboxStore,
    service: ServiceId,
    transport: &dyn Transport,
    now: Millis,
    conditions: Conditions,
    hurry: bool,
    cancel: &AtomicBool,
) -> Result<UploadSummary, CoreError> {
    let mut summary = UploadSummary { requests: 0, bytes: 0, accepted: 0, quarantined: 0, ended: Ended::Done };
    loop {
        if cancel.load(Ordering::Relaxed) {
            summary.ended = Ended::Cancelled;
            return Ok(summary);
        }
        // Asked before each batch: what the user changes meanwhile holds from the next one on.
        let (Service { settings, stopped, .. }, next_attempt) = store.service(service)?;
        let url = settings.submit_url()?;
        let waits = conditions.lacking(&settings).map(Ended::Waits);
        let early = next_attempt.filter(|at| !hurry && !super::is_due(Some(*at), now)).map(Ended::Later);
        let disabled = (!settings.enabled).then_some(Ended::Disabled);
        if let Some(ended) = disabled.or(stopped.map(Ended::Stopped)).or(waits).or(early) {
            summary.ended = ended;
            return Ok(summary);
        }
        let metadata = if settings.full_metadata { Metadata::Full } else { Metadata::Reduced };
        let Some(leased) = store.lease(service)? else { return Ok(summary) };
        let reports: Vec<Report> = leased.reports.into_iter().map(|(_, r)| r).collect();
        let body = gzip(&wire::encode(&reports, metadata));
        let bytes = body.len() as u64;
        let settlement = if body.len() > MAX_BODY && reports.len() > 1 {
            Settlement::TooLarge
        } else {
            summary.requests += 1;
            summary.bytes += bytes;
            match judge(&transport.post(&Request { url, body })) {
                Outcome::Accepted => Settlement::Accepted,
                Outcome::Refused(reason) => Settlement::Refused(reason),
                Outcome::Later(what, asked) => Settlement::Later(what, asked),
                Outcome::Stop(stop) => Settlement::Stop(stop),
            }
        };
        log::debug!("outbox: batch of {}: {}", reports.len(), settlement.describe());
        let sent = Sent { reports: reports.len() as u32, bytes };
        let settled = store.settle(service, leased.batch, settlement, sent)?;
        summary.accepted += settled.accepted;
        summary.quarantined += settled.quarantined;
        if let Some(ended) = settled.stopped.map(Ended::Stopped).or(settled.next_attempt.map(Ended::Later)) {
            summary.ended = ended;
            return Ok(summary);
        }
    }
}
