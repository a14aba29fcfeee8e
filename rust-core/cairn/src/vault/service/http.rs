//! Vaults by HTTP, as the phone trusts it: streamed either way, so that gigabytes pass through little memory.

use std::time::Duration;

use reqwest::blocking::{Body, Client, Response};

use super::courier::{Cargo, Courier, Errand, Precondition, Reply};
use crate::CoreError;
use crate::outbox::{TransportError, http_client, kind_of, retry_after};

/// How long an answer may be in coming, and each piece of its body.
const PATIENCE: Duration = Duration::from_mins(2);

/// The slowest network that a vault is sent over, bytes a second: below, the sender has long lost patience.
const SLOWEST: u64 = 4 * 1024;

/// HTTP, over TLS but where the user or loopback allows otherwise.
pub struct HttpCourier(Client);

impl HttpCourier {
    /// A courier with the usual patience.
    ///
    /// # Errors
    /// [`CoreError::Internal`] where TLS cannot be set up.
    pub fn new() -> Result<Self, CoreError> {
        Ok(Self(http_client(PATIENCE)?))
    }
}

impl Courier for HttpCourier {
    fn run(&self, errand: Errand) -> Result<Reply, TransportError> {
        let Errand { url, token, put } = errand;
        let mut request = if put.is_some() { self.0.put(&url) } else { self.0.get(&url) };
        request = request.bearer_auth(&*token);
        if let Some((on, cargo)) = put {
            request = match on {
                Precondition::Match(digest) => request.header("if-match", format!("\"{digest}\"")),
                Precondition::Nothing { key_token } => {
                    request.header("if-none-match", "*").header("vault-key-token", &*key_token)
                }
            };
            request = request.header("content-type", "application/octet-stream");
            request = match cargo {
                Cargo::Bytes(bytes) => request.body(bytes),
                Cargo::Load(load) => {
                    // The whole of a body has to go in this time; whether it moves at all is watched by who waits.
                    let length = load.length();
                    let enough = PATIENCE + Duration::from_secs(length / SLOWEST);
                    request.timeout(enough).body(Body::sized(load, length))
                }
            };
        }
        request.send().map(reply).map_err(|e| kind_of(&e))
    }
}

fn reply(answer: Response) -> Reply {
    let header = |name| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let etag = header("etag");
    let digest = etag.and_then(|tag| Some(tag.strip_prefix('"')?.strip_suffix('"')?.to_owned()));
    Reply {
        status: answer.status().as_u16(),
        digest,
        version: header("vault-version").and_then(|v| v.parse().ok()),
        retry_after: header("retry-after").and_then(|v| retry_after(&v, header("date").as_deref())),
        max_bytes: header("vault-max-bytes").and_then(|v| v.parse().ok()),
        content_type: header("content-type"),
        length: answer.content_length(),
        body: Box::new(answer),
    }
}
