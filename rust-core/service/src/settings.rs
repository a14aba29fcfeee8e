//! How a service is to be run, and why it may not start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::faults::FaultScript;
use crate::protocol::{Protocol, beacondb::BeaconDb, ichnaea::Ichnaea};
use crate::vault::VaultSettings;

/// Whose manners the service has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// BeaconDB at bdc0d36.
    #[default]
    BeaconDb,
    /// ichnaea at efe73300.
    Ichnaea,
}

impl Mode {
    /// The word for it in `/health` and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BeaconDb => "beacondb",
            Self::Ichnaea => "ichnaea",
        }
    }
}

/// Everything a service can be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database file; `None` keeps everything in memory.
    pub db: Option<PathBuf>,
    /// Whose manners it has.
    pub mode: Mode,
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Keys that ichnaea's queries may use; `None` takes any well-formed key. BeaconDB ignores keys.
    pub keys: Option<Vec<String>>,
    /// What goes wrong on purpose.
    pub faults: FaultScript,
    /// Bytes of the largest body taken, as sent.
    pub max_body: usize,
    /// Bytes of the largest body taken, unpacked: a small gzip file can hold gigabytes.
    pub max_unpacked: usize,
    /// How many requests [`crate::Running::requests`] remembers, with their bodies.
    pub requests_kept: usize,
    /// Where vaults are kept; `None` keeps none.
    pub vault: Option<VaultSettings>,
}

impl Default for Settings {
    /// A BeaconDB on loopback that forgets everything when it stops; bodies up to 10 MB, to which Mozilla's proxy was set.
    fn default() -> Self {
        Self {
            db: None,
            mode: Mode::default(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            keys: None,
            faults: FaultScript::none(),
            max_body: 10_000_000,
            max_unpacked: 100_000_000,
            requests_kept: 10_000,
            vault: None,
        }
    }
}

impl Settings {
    pub(crate) fn protocol(&self) -> Box<dyn Protocol> {
        match self.mode {
            Mode::BeaconDb => Box::<BeaconDb>::default(),
            Mode::Ichnaea => Box::new(Ichnaea::new(self.keys.clone())),
        }
    }
}

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database cannot be opened, made or read.
    #[error("cannot use the database: {0}")]
    Store(#[from] rusqlite::Error),
    /// The folder for vaults cannot be used.
    #[error("{}: cannot keep vaults there: {}", .folder.display(), .source.kind())]
    Vaults {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gives no thread or event queue.
    #[error("cannot run: {0}")]
    Run(#[source] std::io::Error),
}
