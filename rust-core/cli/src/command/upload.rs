//! `cairn upload`: sends what waits for one service, and says what came of it.

use std::sync::atomic::AtomicBool;

use cairn::outbox::{Conditions, Ended, HttpTransport, Protocol, ServiceSettings};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Clone, Copy, ValueEnum)]
enum Rules {
    /// What BeaconDB would silently ignore is not sent.
    Beacondb,
    /// What ichnaea would silently ignore is not sent.
    Ichnaea,
    /// Everything is sent.
    Open,
}

#[derive(Args)]
pub struct Upload {
    #[command(flatten)]
    database: Database,
    /// The service's base address.
    #[arg(long)]
    url: String,
    /// The key, where the service wants one.
    #[arg(long)]
    key: Option<String>,
    /// Whose rules the service follows.
    #[arg(long, default_value = "beacondb")]
    protocol: Rules,
    /// Speak to it without TLS: whoever is on the way can read what is sent.
    #[arg(long)]
    allow_http: bool,
}

impl Upload {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let protocol = match self.protocol {
            Rules::Beacondb => Protocol::BeaconDb,
            Rules::Ichnaea => Protocol::Ichnaea,
            Rules::Open => Protocol::Open,
        };
        let settings = ServiceSettings {
            key: self.key.clone(),
            allow_http: self.allow_http,
            ..ServiceSettings::new(&self.url, protocol)
        };
        let sent = engine.add_service(settings).and_then(|service| {
            let transport = HttpTransport::new()?;
            engine.upload(service, &transport, AT_HOME, true, &AtomicBool::new(false))
        });
        let sent = sent.map_err(|e| self.database.failed(e))?;
        if json {
            output::json(&json!({
                "requests": sent.requests,
                "bytes": sent.bytes,
                "accepted": sent.accepted,
                "quarantined": sent.quarantined,
                "done": sent.ended == Ended::Done,
            }))?;
        } else {
            output::line(format_args!(
                "{} reports sent in {} requests ({} bytes), {} refused",
                sent.accepted, sent.requests, sent.bytes, sent.quarantined
            ))?;
        }
        match sent.ended {
            Ended::Done if sent.quarantined > 0 => Ok(Outcome::BadData),
            Ended::Stopped(stop) => Err(Failure::Network(format!("{}: {}", self.url, stop.describe()))),
            Ended::Later(_) => Err(Failure::Network(format!("{}: does not take reports now; try again later", self.url))),
            Ended::Done | Ended::Waits(_) | Ended::Disabled | Ended::Cancelled => Ok(Outcome::Well),
        }
    }
}

/// Whoever types the command has decided about network and power.
const AT_HOME: Conditions = Conditions { metered: false, roaming: false, charging: true };
