//! What is asked of vaults and what is answered: tokens, preconditions, limits. Waiting for disk and database is done on threads
//! where it holds nobody up.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::response::Builder;
use axum::http::{HeaderMap, Method, Request, Response, header};
use serde_json::{Value, json};

use super::Vaults;
use super::incoming::is_key_block;
use super::shelf::{After, Refusal, Shelf, Version, digest, hex};
use super::stream::{FileBody, drain, pipe, receive, small};
use super::token::{Locator, TokenHash};
use crate::http::now_ms;

/// Where all paths begin.
pub(super) const ROOT: &str = "/v1/vault/";

/// What a request costs of an address's rate, and what a stored vault and a wrong token cost besides.
const ASKING: u32 = 1;
const STORING: u32 = 10;
const WRONG: u32 = 10;

/// No key block is longer.
const MAX_KEYS: usize = 64 * 1024;

/// Seconds until an upload may have ended that stands in the way of another.
const UPLOAD_TAKES: u64 = 30;

type Answer = Response<Body>;

/// What a path names.
enum Part {
    Data(Option<i64>),
    Keys,
    Versions,
}

/// Answers a request.
pub(crate) async fn answer(vaults: Arc<Vaults>, peer: IpAddr, request: Request<Body>) -> Answer {
    let (parts, body) = request.into_parts();
    let answered = match asked(&vaults, peer, &parts.headers, parts.uri.path(), parts.uri.query()) {
        Ok((locator, part, token)) => {
            let asker = Asker { vaults: vaults.clone(), peer, locator, token };
            match (&parts.method, part) {
                (&Method::GET, Part::Keys) => asker.keys().await,
                (&Method::GET, Part::Versions) => asker.versions().await,
                (&Method::GET, Part::Data(number)) => asker.data(number).await,
                (&Method::PUT, Part::Keys) => asker.rewrap(&parts.headers, body).await,
                (&Method::PUT, Part::Data(None)) => asker.put(&parts.headers, body).await,
                _ => Err(says(405)),
            }
        }
        Err(no) => {
            drain(body).await;
            Err(no)
        }
    };
    let mut answer = answered.unwrap_or_else(Answer::from);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    // So that a client need not send what is not taken.
    headers.insert("vault-max-bytes", vaults.max_bytes.into());
    answer
}

/// What is asked for and with which token, if it may be asked at all.
fn asked(
    vaults: &Vaults,
    peer: IpAddr,
    headers: &HeaderMap,
    path: &str,
    query: Option<&str>,
) -> Result<(Locator, Part, TokenHash), No> {
    vaults.charge(peer, ASKING).map_err(later)?;
    let path = path.strip_prefix(ROOT).unwrap_or_default();
    let (locator, rest) = path.split_once('/').unwrap_or((path, ""));
    let version = query.and_then(|q| q.split('&').find_map(|pair| pair.strip_prefix("version=")));
    let part = match (rest, version) {
        ("", None) => Part::Data(None),
        ("", Some(number)) => Part::Data(Some(number.parse().map_err(|_| says(404))?)),
        ("keys", None) => Part::Keys,
        ("versions", None) => Part::Versions,
        _ => return Err(says(404)),
    };
    let locator = Locator::parse(locator).ok_or_else(|| says(404))?;
    // The same whether there is such a vault or not.
    let token = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        return Err(says(401));
    };
    Ok((locator, part, TokenHash::of(token)))
}

/// Whoever asks for one vault.
struct Asker {
    vaults: Arc<Vaults>,
    peer: IpAddr,
    locator: Locator,
    token: TokenHash,
}

impl Asker {
    async fn keys(self) -> Result<Answer, No> {
        let keys = self.on_shelf(Shelf::keys).await?;
        Ok(tagged(Response::builder(), &digest(&keys)).body(keys.into()).unwrap_or_default())
    }

    async fn versions(self) -> Result<Answer, No> {
        let versions = self.on_shelf(Shelf::versions).await?;
        let list: Vec<Value> = versions
            .iter()
            .map(|v| json!({"version": v.number, "bytes": v.bytes, "stored": v.stored, "digest": hex(&v.digest)}))
            .collect();
        let answer = Response::builder().header(header::CONTENT_TYPE, "application/json");
        Ok(answer.body(json!(list).to_string().into()).unwrap_or_default())
    }

    async fn data(self, number: Option<i64>) -> Result<Answer, No> {
        let (file, version) = self.on_shelf(move |shelf, locator, token| shelf.fetch(locator, token, number)).await?;
        let answer = numbered(Response::builder(), &version).header(header::CONTENT_TYPE, "application/octet-stream");
        Ok(answer.body(FileBody::of(file, version.bytes)).unwrap_or_default())
    }

    async fn rewrap(self, headers: &HeaderMap, body: Body) -> Result<Answer, No> {
        let after = if_match(headers).ok_or_else(|| says(428))?;
        let keys = small(body, MAX_KEYS).await.ok_or_else(|| says(400))?;
        if !is_key_block(&keys) {
            return Err(says(400));
        }
        let tag = digest(&keys);
        self.on_shelf(move |shelf, locator, token| shelf.rewrap(locator, token, &after, &keys)).await?;
        Ok(tagged(Response::builder().status(204), &tag).body(Body::empty()).unwrap_or_default())
    }

    async fn put(self, headers: &HeaderMap, body: Body) -> Result<Answer, No> {
        let after = match self.may_put(headers).await {
            Ok(after) => after,
            Err(no) => {
                drain(body).await;
                return Err(no);
            }
        };
        let version = self.receive(after, body).await?;
        Ok(numbered(Response::builder().status(201), &version).body(Body::empty()).unwrap_or_default())
    }

    /// Looks at everything that can be looked at before the body comes.
    async fn may_put(&self, headers: &HeaderMap) -> Result<After, No> {
        let length = text(headers, header::CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
        match length {
            None => return Err(says(411)),
            Some(length) if length > self.vaults.max_bytes => return Err(says(413)),
            Some(_) => {}
        }
        let claims = text(headers, header::IF_NONE_MATCH).is_some_and(|value| value.trim() == "*");
        let after = match (if_match(headers), claims) {
            (Some(digest), _) => After::Digest(digest),
            (None, true) => {
                let key_token = headers.get("vault-key-token").and_then(|value| value.to_str().ok());
                After::Nothing { key_token: TokenHash::of(key_token.ok_or_else(|| says(400))?) }
            }
            (None, false) => return Err(says(428)),
        };
        let wanted = after.clone();
        self.on_shelf(move |shelf, locator, token| shelf.may_put(locator, token, &wanted)).await?;
        self.vaults.charge(self.peer, STORING).map_err(later)?;
        Ok(after)
    }

    async fn receive(&self, after: After, body: Body) -> Result<Version, No> {
        let Ok(_turn) = self.vaults.uploads.try_acquire() else {
            drain(body).await;
            return Err(later(UPLOAD_TAKES));
        };
        let shelf = self.vaults.shelf.clone();
        let expected = after.expected();
        let (to, mut pieces) = pipe();
        let writing = tokio::task::spawn_blocking(move || {
            let mut incoming = shelf.begin(expected)?;
            while let Some(piece) = pieces.blocking_recv() {
                incoming.write(&piece)?;
            }
            Ok::<_, Refusal>(incoming)
        });
        let whole = receive(body, to).await;
        let incoming = writing.await.map_err(|_| says(500))?.map_err(|refusal| No::from(&refusal))?;
        if !whole {
            return Err(says(400));
        }
        self.on_shelf(move |shelf, locator, token| shelf.keep(locator, token, &after, incoming, now_ms())).await
    }

    /// Does something where it may wait for the disk.
    async fn on_shelf<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf, &Locator, TokenHash) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, No> {
        let (shelf, locator, token) = (self.vaults.shelf.clone(), self.locator.clone(), self.token);
        let done = tokio::task::spawn_blocking(move || work(&shelf, &locator, token)).await;
        done.map_err(|_| says(500))?.map_err(|refusal| {
            if matches!(refusal, Refusal::Unknown) {
                self.vaults.fine(self.peer, WRONG);
            }
            No::from(&refusal)
        })
    }
}

/// A request that is not done.
struct No {
    status: u16,
    /// Seconds.
    retry_after: Option<u64>,
}

impl From<&Refusal> for No {
    fn from(refusal: &Refusal) -> Self {
        says(match refusal {
            Refusal::Unknown => 404,
            Refusal::Changed => 412,
            Refusal::NotAVault => 400,
            Refusal::NoRoom => 507,
            Refusal::Failed => 500,
        })
    }
}

impl From<No> for Answer {
    fn from(no: No) -> Self {
        let mut answer = Response::builder().status(no.status);
        if let Some(seconds) = no.retry_after {
            answer = answer.header(header::RETRY_AFTER, seconds);
        }
        if no.status == 401 {
            answer = answer.header(header::WWW_AUTHENTICATE, "Bearer");
        }
        answer.body(Body::empty()).unwrap_or_default()
    }
}

const fn says(status: u16) -> No {
    No { status, retry_after: None }
}

const fn later(seconds: u64) -> No {
    No { status: 429, retry_after: Some(seconds) }
}

fn numbered(answer: Builder, version: &Version) -> Builder {
    tagged(answer, &hex(&version.digest)).header("vault-version", version.number)
}

fn tagged(answer: Builder, digest: &str) -> Builder {
    answer.header(header::ETAG, format!("\"{digest}\""))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The digest that a change is meant for. `*` would be a change of anything, which is what this header is to prevent.
fn if_match(headers: &HeaderMap) -> Option<String> {
    let tag = text(headers, header::IF_MATCH)?.trim();
    Some(tag.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}
