//! A vault on one's own service: an address, an id and the password are all that a new phone needs.
//!
//! The service is told a locator and two tokens, never the id, the password or a key, and what it answers is believed only as
//! far as the vault's own tags vouch for it. The wire is described in `schemas/vault/README.md`.

mod courier;
mod fault;
mod http;
mod load;

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Head, KeyBlock, Locks, Step, Unlock, Unlocked, VaultError, VaultId, Watch, data};
use crate::CoreError;
use crate::outbox::{TransportError, base_url};

pub use courier::{Courier, Errand, Precondition, Reply};
pub use fault::ServiceFault;
pub use http::HttpCourier;
pub use load::Load;

/// A list of three versions is far shorter.
const MAX_LIST: u64 = 64 * 1024;
/// How often a sender looks how far it is and whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);
/// An upload that stands still for so long will not go on.
const STALL: Duration = Duration::from_mins(2);
/// A service that has all of it may need so long to write gigabytes to a slow disk.
const SETTLE: Duration = Duration::from_mins(10);

/// One vault on one service.
#[derive(Clone)]
pub struct VaultService {
    courier: Arc<dyn Courier>,
    url: String,
    id: VaultId,
}

/// A version that a service keeps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// Its number, from 1; never given twice.
    pub version: u64,
    /// Bytes of its data block.
    pub bytes: u64,
    /// When the service stored it by its own clock, ms since 1970 UTC.
    pub stored: i64,
    /// SHA-256 of the data block, in hex.
    pub digest: String,
}

/// The key block that a service has, still locked.
#[derive(Debug)]
pub struct Kept {
    block: KeyBlock,
    digest: String,
}

/// A vault that may be written to: it is the one that the service has, or the service has none.
pub struct Writable {
    pub(crate) unlocked: Unlocked,
    after: Option<String>,
}

impl Writable {
    /// A new vault, for an id that the service does not know yet.
    ///
    /// # Errors
    /// As [`Unlocked::new`].
    pub fn new(locks: &Locks, watch: &mut Watch<'_>) -> Result<Self, VaultError> {
        Ok(Self { unlocked: Unlocked::new(locks, watch)?, after: None })
    }

    /// Whether the service has none: then what it is locked with opens it from now on.
    pub fn is_new(&self) -> bool {
        self.after.is_none()
    }

    /// What is to stand before the data block: the key block the first time, later nothing.
    pub(crate) fn preamble(&self) -> &[u8] {
        if self.is_new() { self.unlocked.block().bytes() } else { &[] }
    }
}

impl VaultService {
    /// The vault with this id on the service at this address, which must be https but on this very machine or where the user has
    /// said that it may be otherwise.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] says what is wrong with the address.
    pub fn new(url: &str, allow_http: bool, id: VaultId, courier: Arc<dyn Courier>) -> Result<Self, CoreError> {
        let mut url = base_url(url, allow_http, true)?;
        let path = format!("{}/v1/vault/{}", url.path().trim_end_matches('/'), id.locator());
        url.set_path(&path);
        url.set_query(None);
        Ok(Self { courier, url: url.into(), id })
    }

    /// The vault's id.
    pub fn id(&self) -> &VaultId {
        &self.id
    }

    /// The key block that the service has under this id; none where it has none.
    ///
    /// # Errors
    /// [`VaultError::Service`], and as [`KeyBlock::read`].
    pub fn look(&self) -> Result<Option<Kept>, VaultError> {
        let reply = match self.ask(Errand::get(format!("{}/keys", self.url), self.id.key_token())) {
            Err(VaultError::Service(ServiceFault::Unknown)) => return Ok(None),
            reply => reply?,
        };
        let mut input = Watched { body: reply.body, broke: false };
        let block = KeyBlock::read(&mut input);
        let block = block.map_err(|e| input.blame(e))?;
        Ok(Some(Kept { digest: HEXLOWER.encode(&Sha256::digest(block.bytes())), block }))
    }

    /// Opens the vault that the service has, to store a new version of it.
    ///
    /// # Errors
    /// As [`KeyBlock::unlock`], and [`VaultError::Service`].
    pub fn open(&self, kept: &Kept, with: &Unlock, watch: &mut Watch<'_>) -> Result<Writable, VaultError> {
        let unlocked = kept.block.unlock(with, watch)?;
        let newest = self.versions(&unlocked)?.into_iter().next().ok_or(ServiceFault::NotAService)?;
        Ok(Writable { unlocked, after: Some(newest.digest) })
    }

    /// Opens the vault that the service has with the password of `locks`; where it has none, begins one that all of them open,
    /// if the user `may_begin` one.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Writable::new`]; [`ServiceFault::Unknown`] where there is none and none may be begun.
    pub fn open_or_begin(&self, locks: &Locks, may_begin: bool, watch: &mut Watch<'_>) -> Result<Writable, VaultError> {
        match self.look()? {
            Some(kept) => self.open(&kept, &Unlock::Password(locks.password.clone()), watch),
            None if may_begin => Writable::new(locks, watch),
            None => Err(ServiceFault::Unknown.into()),
        }
    }

    /// What the service keeps of it, newest first.
    ///
    /// # Errors
    /// As [`KeyBlock::unlock`], and [`VaultError::Service`].
    pub fn list(&self, with: &Unlock, watch: &mut Watch<'_>) -> Result<Vec<Version>, VaultError> {
        let kept = self.look()?.ok_or(ServiceFault::Unknown)?;
        self.versions(&kept.block.unlock(with, watch)?)
    }

    fn versions(&self, unlocked: &Unlocked) -> Result<Vec<Version>, VaultError> {
        let reply = self.ask(Errand::get(format!("{}/versions", self.url), unlocked.server_token(&self.id)))?;
        let mut list = Vec::new();
        reply.body.take(MAX_LIST).read_to_end(&mut list).map_err(|_| TransportError::Broken)?;
        serde_json::from_slice(&list).map_err(|_| ServiceFault::NotAService.into())
    }

    /// Stores a sealed vault, of `length` bytes from the file's beginning, as the newest version. Where the answer is lost on the
    /// way, the service is asked what it has.
    ///
    /// # Errors
    /// [`VaultError::Service`], [`VaultError::Cancelled`]: then the service has what it had.
    pub fn store(
        &self,
        writable: &Writable,
        file: File,
        length: u64,
        watch: &mut Watch<'_>,
    ) -> Result<Version, VaultError> {
        self.check_room(length)?;
        let token = writable.unlocked.server_token(&self.id);
        let (load, moving) = Load::new(file, length, writable.preamble().len() as u64);
        let precondition = match &writable.after {
            Some(digest) => Precondition::Match(digest.clone()),
            None => Precondition::Nothing { key_token: self.id.key_token() },
        };
        let errand = Errand::put(self.url.clone(), token, precondition, load);
        let sent = match self.carry(errand, &moving, length, watch) {
            Err(VaultError::Service(ServiceFault::Transport(e))) => Err(e),
            other => Ok(other?),
        };
        let digest = moving.digest();
        match (sent, digest) {
            (Ok(reply), Some(digest)) if reply.digest.as_ref() == Some(&digest) => {
                let version = reply.version.ok_or(ServiceFault::NotAService)?;
                let bytes = length - writable.preamble().len() as u64;
                Ok(Version { version, bytes, stored: 0, digest })
            }
            (Ok(_), _) => Err(ServiceFault::NotAService.into()),
            // All of it went out, and no word came back: it may be there.
            (Err(error), Some(digest)) => match self.versions(&writable.unlocked).map(|v| v.into_iter().next()) {
                Ok(Some(newest)) if newest.digest == digest => Ok(newest),
                _ => Err(error.into()),
            },
            (Err(error), None) => Err(error.into()),
        }
    }

    /// Asks how much the service takes: a refusal in the middle of gigabytes is mostly lost with the connection.
    fn check_room(&self, length: u64) -> Result<(), VaultError> {
        let errand = Errand::get(format!("{}/keys", self.url), self.id.key_token());
        let reply = self.courier.run(errand).map_err(ServiceFault::from)?;
        if reply.max_bytes.is_some_and(|most| length > most) { Err(ServiceFault::TooLarge.into()) } else { Ok(()) }
    }

    /// Reads a version, the newest unless another is asked for, decrypts it and writes the database to `out`; that is whole only
    /// if this succeeds.
    ///
    /// # Errors
    /// Everything that [`VaultError`] tells apart.
    pub fn unseal(
        &self,
        with: &Unlock,
        version: Option<u64>,
        out: &mut dyn io::Write,
        watch: &mut Watch<'_>,
    ) -> Result<Head, VaultError> {
        let kept = self.look()?.ok_or(ServiceFault::Unknown)?;
        let unlocked = kept.block.unlock(with, watch)?;
        watch.tell(Step::Fetching, 0, 0)?;
        let url = version.map_or_else(|| self.url.clone(), |version| format!("{}?version={version}", self.url));
        let reply = self.ask(Errand::get(url, unlocked.server_token(&self.id)))?;
        let length = reply.length.ok_or(ServiceFault::NotAService)?;
        let mut input = Watched { body: reply.body, broke: false };
        let opened = data::open(&unlocked, &mut input, length, out, watch);
        opened.map_err(|e| input.blame(e))
    }

    /// Gives the vault a new password, for all versions at once.
    ///
    /// # Errors
    /// As [`KeyBlock::unlock`] and [`Unlocked::rewrap`], and [`VaultError::Service`]: then the old one still holds.
    pub fn rekey(&self, with: &Unlock, locks: &Locks, watch: &mut Watch<'_>) -> Result<(), VaultError> {
        let kept = self.look()?.ok_or(ServiceFault::Unknown)?;
        let unlocked = kept.block.unlock(with, watch)?;
        let rewrapped = unlocked.rewrap(locks, watch)?;
        let new = rewrapped.block().bytes();
        let (url, token) = (format!("{}/keys", self.url), unlocked.server_token(&self.id));
        let errand = Errand::put_bytes(url, token, Precondition::Match(kept.digest), new.to_vec());
        match self.ask(errand) {
            // No word came back: it may have been done.
            Err(VaultError::Service(ServiceFault::Transport(error))) => match self.look() {
                Ok(Some(now)) if now.block.bytes() == new => Ok(()),
                _ => Err(error.into()),
            },
            other => other.map(|_| ()),
        }
    }

    fn ask(&self, errand: Errand) -> Result<Reply, VaultError> {
        judge(self.courier.run(errand).map_err(ServiceFault::from)?)
    }

    /// Sends something long on a thread of its own, so that it can be given up although the network holds that thread.
    fn carry(
        &self,
        errand: Errand,
        moving: &load::Moving,
        length: u64,
        watch: &mut Watch<'_>,
    ) -> Result<Reply, VaultError> {
        let courier = Arc::clone(&self.courier);
        let (done, ended) = std::sync::mpsc::sync_channel(1);
        std::thread::Builder::new().name("cairn.vault".to_owned()).spawn(move || {
            // Nobody waits any more: nothing to tell.
            let _ = done.send(courier.run(errand));
        })?;
        let mut last = (0, Instant::now());
        loop {
            let moved = moving.moved.load(Ordering::Relaxed);
            if moved != last.0 {
                last = (moved, Instant::now());
            }
            let patience = if moved < length { STALL } else { SETTLE };
            let told = watch.tell(Step::Sending, moved, length);
            if told.is_err() || last.1.elapsed() > patience {
                moving.stop.store(true, Ordering::Relaxed);
                return told.and(Err(ServiceFault::from(TransportError::Timeout).into()));
            }
            match ended.recv_timeout(LOOK) {
                Ok(reply) => return judge(reply.map_err(ServiceFault::from)?),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return Err(CoreError::Internal.into()),
            }
        }
    }
}

/// What an answer means where it is not the one that was hoped for.
fn judge(reply: Reply) -> Result<Reply, VaultError> {
    match ServiceFault::of(&reply) {
        Some(fault) => Err(fault.into()),
        None => Ok(reply),
    }
}

/// A body that remembers whether the connection broke: what comes of that must not be taken for a damaged vault.
struct Watched {
    body: Box<dyn Read + Send>,
    broke: bool,
}

impl Watched {
    fn blame(&self, error: VaultError) -> VaultError {
        if self.broke { ServiceFault::from(TransportError::Broken).into() } else { error }
    }
}

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(bytes);
        self.broke |= read.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::Interrupted);
        read
    }
}

impl From<TransportError> for VaultError {
    fn from(error: TransportError) -> Self {
        ServiceFault::from(error).into()
    }
}

/// A token on its way.
pub(crate) type Token = Zeroizing<String>;
