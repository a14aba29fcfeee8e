//! What is asked of a service that keeps vaults, and what it answers, without saying how that travels.

use std::io::Read;

use super::Token;
use super::load::Load;
use crate::model::Millis;
use crate::outbox::TransportError;

/// Something that carries vaults and keys to a service and back.
pub trait Courier: Send + Sync {
    /// Goes there and comes back with an answer, of whatever status.
    ///
    /// # Errors
    /// [`TransportError`] where there was none.
    fn run(&self, errand: Errand) -> Result<Reply, TransportError>;
}

/// What must be so for a change to be made.
pub enum Precondition {
    /// The service has nothing there yet; it is claimed for the bearer's token and for this one of the key block.
    Nothing {
        /// The right to read the key block from then on.
        key_token: Token,
    },
    /// The service has there what has this SHA-256, in hex.
    Match(String),
}

/// What is put there.
pub enum Cargo {
    /// A few bytes.
    Bytes(Vec<u8>),
    /// A file.
    Load(Load),
}

/// One request.
pub struct Errand {
    /// Whole address.
    pub url: String,
    /// The right to it, a bearer token.
    pub token: Token,
    /// What is put there and on which condition; nothing where something is fetched.
    pub put: Option<(Precondition, Cargo)>,
}

impl Errand {
    pub(super) fn get(url: String, token: Token) -> Self {
        Self { url, token, put: None }
    }

    pub(super) fn put(url: String, token: Token, on: Precondition, load: Load) -> Self {
        Self { url, token, put: Some((on, Cargo::Load(load))) }
    }

    pub(super) fn put_bytes(url: String, token: Token, on: Precondition, bytes: Vec<u8>) -> Self {
        Self { url, token, put: Some((on, Cargo::Bytes(bytes))) }
    }

    /// Whether it is a first version.
    pub fn claims(&self) -> bool {
        matches!(self.put, Some((Precondition::Nothing { .. }, _)))
    }
}

/// What came back, as far as it matters.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The SHA-256 in its `ETag`.
    pub digest: Option<String>,
    /// The version it is about.
    pub version: Option<u64>,
    /// How long the service asks to be left alone.
    pub retry_after: Option<Millis>,
    /// The most bytes that the service takes.
    pub max_bytes: Option<u64>,
    /// Type of the body.
    pub content_type: Option<String>,
    /// Bytes of the body, where they were said.
    pub length: Option<u64>,
    /// The body, as it comes.
    pub body: Box<dyn Read + Send>,
}
