//! Services and what becomes of the reports there.

use engine::outbox::{
    Attempt, Conditions, Ended, OutboxView, Protocol, Quarantined, ServiceId, ServiceSettings, Stop, UploadSummary,
    Waits,
};

/// Whose rules a service follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ServiceProtocol {
    /// `BeaconDB`.
    BeaconDb,
    /// ichnaea.
    Ichnaea,
    /// Any other that speaks geosubmit.
    Open,
}

/// What the user chooses about a service.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the screen")]
pub struct ServiceChoice {
    /// Base address.
    pub url: String,
    /// Key, where the service wants one.
    pub key: Option<String>,
    /// Whose rules it follows.
    pub protocol: ServiceProtocol,
    /// Sends times, speeds and pressure as measured.
    pub full_metadata: bool,
    /// The user has confirmed that it may be spoken to without TLS.
    pub allow_http: bool,
    /// Only where the network costs nothing by volume.
    pub unmetered_only: bool,
    /// Only while charging.
    pub charging_only: bool,
    /// Also while roaming.
    pub roaming: bool,
    /// Whether it is used at all.
    pub enabled: bool,
}

/// Why nothing is sent to a service until the user acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum StopReason {
    /// It refuses access.
    Forbidden,
    /// There is no such service at the address.
    WrongAddress,
    /// It answers like no location service does.
    Unexpected,
    /// It refused one report after the other.
    RefusesAll,
}

/// One service's share of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OutboxRow {
    /// The service's number.
    pub id: i64,
    /// What the user chose.
    pub choice: ServiceChoice,
    /// Why it is stopped.
    pub stopped: Option<StopReason>,
    /// Reports still to be sent.
    pub waiting: u64,
    /// Reports it has taken.
    pub accepted: u64,
    /// Reports it refused one by one.
    pub quarantined: u64,
    /// Reports it could not use.
    pub not_useful: u64,
    /// When it is tried again, ms since 1970; null for at the next occasion.
    pub next_attempt_ms: Option<i64>,
    /// What came of the last request, in English.
    pub last_outcome: Option<String>,
}

/// A report that a service refused.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct QuarantinedRow {
    /// By whom.
    pub service: i64,
    /// Which.
    pub report: i64,
    /// The service's words, as far as they give nothing away.
    pub reason: String,
}

/// One request of the past.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AttemptRow {
    /// To whom.
    pub service: i64,
    /// When, ms since 1970.
    pub utc_ms: i64,
    /// Reports in it.
    pub reports: u32,
    /// Bytes of its body as sent.
    pub bytes: u64,
    /// What came of it, in English.
    pub outcome: String,
    /// Reports still waiting afterwards.
    pub waiting: u64,
}

/// The phone's network and power at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UploadConditions {
    /// The network costs by volume.
    pub metered: bool,
    /// The network is a foreign operator's.
    pub roaming: bool,
    /// The phone is being charged.
    pub charging: bool,
}

/// Why an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum UploadEnd {
    /// Nothing is left to send.
    Done,
    /// It waits for a network that costs nothing by volume.
    WaitsForUnmetered,
    /// It waits for a charger.
    WaitsForCharger,
    /// It waits for the home network.
    WaitsForHome,
    /// The service failed for now.
    Later {
        /// When to try again, ms since 1970.
        at_ms: i64,
    },
    /// The service is not used until the user has acted.
    Stopped {
        /// Why.
        why: StopReason,
    },
    /// The user switched the service off.
    Disabled,
    /// It was cancelled.
    Cancelled,
}

/// What came of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UploadResult {
    /// Requests made.
    pub requests: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// Reports taken.
    pub accepted: u64,
    /// Reports put into quarantine.
    pub quarantined: u64,
    /// Why it ended.
    pub end: UploadEnd,
}

impl From<ServiceChoice> for ServiceSettings {
    fn from(choice: ServiceChoice) -> Self {
        Self {
            url: choice.url,
            key: choice.key,
            protocol: match choice.protocol {
                ServiceProtocol::BeaconDb => Protocol::BeaconDb,
                ServiceProtocol::Ichnaea => Protocol::Ichnaea,
                ServiceProtocol::Open => Protocol::Open,
            },
            full_metadata: choice.full_metadata,
            allow_http: choice.allow_http,
            unmetered_only: choice.unmetered_only,
            charging_only: choice.charging_only,
            roaming: choice.roaming,
            enabled: choice.enabled,
        }
    }
}

impl From<ServiceSettings> for ServiceChoice {
    fn from(settings: ServiceSettings) -> Self {
        Self {
            url: settings.url,
            key: settings.key,
            protocol: match settings.protocol {
                Protocol::BeaconDb => ServiceProtocol::BeaconDb,
                Protocol::Ichnaea => ServiceProtocol::Ichnaea,
                Protocol::Open => ServiceProtocol::Open,
            },
            full_metadata: settings.full_metadata,
            allow_http: settings.allow_http,
            unmetered_only: settings.unmetered_only,
            charging_only: settings.charging_only,
            roaming: settings.roaming,
            enabled: settings.enabled,
        }
    }
}

impl From<Stop> for StopReason {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Forbidden => Self::Forbidden,
            Stop::WrongAddress => Self::WrongAddress,
            Stop::Unexpected => Self::Unexpected,
            Stop::RefusesAll => Self::RefusesAll,
        }
    }
}

impl From<OutboxView> for OutboxRow {
    fn from(view: OutboxView) -> Self {
        let ServiceId(id) = view.service.id;
        Self {
            id,
            choice: view.service.settings.into(),
            stopped: view.service.stopped.map(Into::into),
            waiting: view.waiting,
            accepted: view.accepted,
            quarantined: view.quarantined,
            not_useful: view.not_useful,
            next_attempt_ms: view.next_attempt.map(|at| at.0),
            last_outcome: view.last_outcome,
        }
    }
}

impl From<Quarantined> for QuarantinedRow {
    fn from(row: Quarantined) -> Self {
        Self { service: row.service.0, report: row.report.0, reason: row.reason }
    }
}

impl From<Attempt> for AttemptRow {
    fn from(attempt: Attempt) -> Self {
        Self {
            service: attempt.service.0,
            utc_ms: attempt.utc.0,
            reports: attempt.reports,
            bytes: attempt.bytes,
            outcome: attempt.outcome,
            waiting: attempt.waiting,
        }
    }
}

impl From<UploadConditions> for Conditions {
    fn from(now: UploadConditions) -> Self {
        Self { metered: now.metered, roaming: now.roaming, charging: now.charging }
    }
}

impl From<UploadSummary> for UploadResult {
    fn from(summary: UploadSummary) -> Self {
        Self {
            requests: summary.requests,
            bytes: summary.bytes,
            accepted: summary.accepted,
            quarantined: summary.quarantined,
            end: match summary.ended {
                Ended::Done => UploadEnd::Done,
                Ended::Waits(Waits::Unmetered) => UploadEnd::WaitsForUnmetered,
                Ended::Waits(Waits::Charging) => UploadEnd::WaitsForCharger,
                Ended::Waits(Waits::Home) => UploadEnd::WaitsForHome,
                Ended::Later(at) => UploadEnd::Later { at_ms: at.0 },
                Ended::Stopped(stop) => UploadEnd::Stopped { why: stop.into() },
                Ended::Disabled => UploadEnd::Disabled,
                Ended::Cancelled => UploadEnd::Cancelled,
            },
        }
    }
}
