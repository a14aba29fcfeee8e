//! `cairn serve`: a small location service, until the process is ended.

use std::net::SocketAddr;
use std::path::PathBuf;

use cairn_service::{Mode, Service, Settings, VaultSettings};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Clone, Copy, ValueEnum)]
enum Manners {
    Beacondb,
    Ichnaea,
}

#[derive(Args)]
pub struct Serve {
    /// The service's own database; without one everything is forgotten at the end.
    #[arg(long, value_name = "DB")]
    db: Option<PathBuf>,
    /// Whose rules it follows.
    #[arg(long, default_value = "beacondb")]
    mode: Manners,
    /// Where it listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: SocketAddr,
    /// A key that queries may use; may be given several times. Without any, every well-formed key may.
    #[arg(long)]
    key: Vec<String>,
    /// Also keep vaults, which it cannot read, in this folder.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "vaults")]
    vault: Option<PathBuf>,
    /// The largest vault it takes, in megabytes.
    #[arg(long, value_name = "MB", default_value_t = 4_096, requires = "vault")]
    vault_max: u64,
    /// How many vaults it keeps, of three versions each.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "vault")]
    vaults: u64,
}

impl Serve {
    pub fn run(self, json: bool) -> Result<Outcome, Failure> {
        let mode = match self.mode {
            Manners::Beacondb => Mode::BeaconDb,
            Manners::Ichnaea => Mode::Ichnaea,
        };
        let keys = (!self.key.is_empty()).then_some(self.key);
        let vault = self.vault.map(|folder| VaultSettings {
            max_bytes: self.vault_max.saturating_mul(1_000_000),
            max_vaults: self.vaults,
            ..VaultSettings::in_folder(folder)
        });
        // A service that runs for years remembers no requests.
        let settings =
            Settings { db: self.db, mode, address: self.address, keys, vault, requests_kept: 0, ..Settings::default() };
        let running = Service::start(settings)?;
        if json {
            output::json(&json!({ "url": running.url() }))?;
        } else {
            output::line(format_args!("listening on {}", running.url()))?;
        }
        running.wait();
        Ok(Outcome::Well)
    }
}
