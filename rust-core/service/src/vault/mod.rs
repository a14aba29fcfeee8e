//! Vaults of their owners' phones, kept without being able to read them; `schemas/vault/README.md` has the wire.
//!
//! Nothing here has a key, a password or an id: what is kept is ciphertext, under a name worked out from the id, and the hashes of
//! two tokens. Whoever lacks the token learns nothing, not even which vaults there are.

mod door;
mod incoming;
mod rate;
mod shelf;
mod stream;
mod token;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::settings::ServiceError;
use rate::Buckets;
use shelf::Shelf;

pub(crate) use door::answer;
pub use rate::Rate;

/// How many versions of a vault are kept.
pub(crate) const KEPT_VERSIONS: usize = 3;

/// Uploads at a time: each may take the largest vault's room on the disk before it is known to be whole.
const UPLOADS: usize = 4;

/// Where vaults are kept, and how much.
#[derive(Clone, Debug)]
pub struct VaultSettings {
    /// The folder; it is made where there is none, and belongs to one service at a time.
    pub folder: PathBuf,
    /// Bytes of the largest vault taken.
    pub max_bytes: u64,
    /// How many vaults, of three versions each.
    pub max_vaults: u64,
    /// How often one address may ask.
    pub rate: Rate,
}

impl VaultSettings {
    /// The limits for a household or club: four gigabytes are a decade of stumbling.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, max_bytes: 4 << 30, max_vaults: 100, rate: Rate::default() }
    }
}

/// Everything that requests for vaults share.
pub(crate) struct Vaults {
    shelf: Arc<Shelf>,
    rate: Mutex<Buckets>,
    uploads: Semaphore,
    max_bytes: u64,
}

impl Vaults {
    pub fn open(settings: &VaultSettings) -> Result<Self, ServiceError> {
        Ok(Self {
            shelf: Arc::new(Shelf::open(&settings.folder, settings.max_vaults)?),
            rate: Mutex::new(Buckets::new(settings.rate)),
            uploads: Semaphore::new(UPLOADS),
            max_bytes: settings.max_bytes,
        })
    }

    /// Whether a path is one of theirs.
    pub fn owns(path: &str) -> bool {
        path.starts_with(door::ROOT)
    }

    /// Takes `cost` from what an address may ask for; where it has asked enough, answers the seconds to wait.
    fn charge(&self, peer: IpAddr, cost: u32) -> Result<(), u64> {
        crate::http::lock(&self.rate).take(peer, cost, Instant::now())
    }

    /// Has a wrong token cost an address what it may ask for.
    fn fine(&self, peer: IpAddr, cost: u32) {
        crate::http::lock(&self.rate).fine(peer, cost, Instant::now());
    }
}
