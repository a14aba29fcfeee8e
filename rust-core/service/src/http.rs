//! The service's door: reads and unpacks a request, puts the fault on it that is due, and sends what the desk answers.

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Request as HttpRequest, Response, Uri, header, request::Parts};
use flate2::read::MultiGzDecoder;

use crate::desk::{Desk, Handled, too_large};
use crate::faults::{Fault, FaultScript, Rules};
use crate::line::Grip;
use crate::protocol::{Reply, Request};
use crate::requests::{RequestLog, RequestRecord};
use crate::vault::{self, Vaults};

/// What all requests share.
pub(crate) struct App {
    pub desk: Mutex<Desk>,
    pub log: Mutex<RequestLog>,
    pub faults: Mutex<FaultScript>,
    pub max_body: usize,
    pub max_unpacked: usize,
    pub vaults: Option<Arc<Vaults>>,
}

/// A panicking request must not take the others along: what it leaves is as good as what it found.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// White space a truncated answer promises, and how much of the answer is sent: all headers and some of the rest.
const TRUNCATED_PROMISE: usize = 4096;
const TRUNCATED_AFTER: usize = 1024;

const PORTAL: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in to go online.</body></html>";

/// All paths go through one handler: a service's manners, not a router's, say what is not found.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new().fallback(handle).with_state(app)
}

async fn handle(
    State(app): State<Arc<App>>,
    ConnectInfo(grip): ConnectInfo<Grip>,
    request: HttpRequest<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let faulty = parts.uri.path() != "/health";
    let fault = if faulty { lock(&app.faults).next_fault() } else { None };
    let mut record = record(lock(&app.log).count(), &parts, fault.clone());
    if fault == Some(Fault::ResetBeforeBody) {
        grip.reset();
        lock(&app.log).push(record);
        return Response::default();
    }
    let vaults = app.vaults.as_ref().filter(|_| Vaults::owns(parts.uri.path()));
    let answer = match (vaults, fault.as_ref().and_then(scripted)) {
        // Gigabytes: neither held in memory nor remembered.
        (Some(vaults), None) => vault::answer(vaults.clone(), grip.peer(), HttpRequest::from_parts(parts, body)).await,
        (Some(_), Some(scripted)) => scripted,
        (None, _) => match to_bytes(body, app.max_body).await {
            Ok(body) => answer(&app, parts, &body, fault.as_ref(), &mut record).await,
            Err(_) => plain(too_large()),
        },
    };
    record.status = Some(answer.status().as_u16());
    if faulty {
        lock(&app.log).push(record);
    }
    match fault {
        Some(Fault::ResetAfterAccepting) => grip.reset(),
        Some(Fault::Truncated) => grip.end_after(TRUNCATED_AFTER),
        Some(Fault::Delay(wait)) => tokio::time::sleep(wait).await,
        _ => {}
    }
    answer
}

/// The answer to a request whose body has come; a fault that answers for the service is given here.
async fn answer(
    app: &Arc<App>,
    parts: Parts,
    body: &Bytes,
    fault: Option<&Fault>,
    record: &mut RequestRecord,
) -> Response<Body> {
    record.wire_bytes = body.len();
    let unpacked = unpack(&parts.headers, body, app.max_unpacked);
    if let Ok(unpacked) = &unpacked {
        record.body.clone_from(unpacked);
    }
    if let Some(scripted) = fault.and_then(scripted) {
        return scripted;
    }
    let rules = lock(&app.faults).rules();
    let too_long = rules.max_bytes.is_some_and(|max| body.len() > max);
    let unpacked = match unpacked {
        Err(Unpacking::TooLarge) => return plain(too_large()),
        _ if too_long => return plain(too_large()),
        Err(Unpacking::Corrupt) => None,
        Ok(body) => Some(body),
    };
    let mut handled = at_desk(app.clone(), parts, unpacked, rules).await;
    record.batch = handled.batch;
    if fault == Some(&Fault::Truncated) {
        handled.reply.body.push_str(&" ".repeat(TRUNCATED_PROMISE));
    }
    plain(handled.reply)
}

/// The answer of a fault that answers for the service.
fn scripted(fault: &Fault) -> Option<Response<Body>> {
    let mut response;
    match fault {
        Fault::Status(status, retry_after) => {
            response = plain(Reply::text(*status, "unavailable by script"));
            if let Some(after) = retry_after.and_then(|after| after.header(SystemTime::now()).parse().ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, after);
            }
        }
        Fault::CaptivePortal => {
            response =
                plain(Reply { status: 200, content_type: Some("text/html; charset=utf-8"), body: PORTAL.into() });
        }
        Fault::Redirect(to) => {
            response = plain(Reply::empty(302));
            response.headers_mut().extend(to.parse().ok().map(|to| (header::LOCATION, to)));
        }
        _ => return None,
    }
    Some(response)
}

/// Runs the desk, which waits for the disk, where waiting holds nobody up.
async fn at_desk(app: Arc<App>, parts: Parts, body: Option<Vec<u8>>, rules: Rules) -> Handled {
    let handled = tokio::task::spawn_blocking(move || {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let key = key(&parts.uri);
        let request = Request {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            key,
            content_type: text(header::CONTENT_TYPE),
            ascii_agent: parts.headers.get(header::USER_AGENT).is_none_or(|agent| agent.as_bytes().is_ascii()),
            body: body.as_deref(),
        };
        lock(&app.desk).handle(&request, &rules, now_ms())
    });
    handled.await.unwrap_or_else(|_| Reply::empty(500).into())
}

pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis() as i64
}

/// The value of `key` in the query. A well-formed key has nothing that would be escaped.
fn key(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key="))
}

enum Unpacking {
    Corrupt,
    TooLarge,
}

/// The body without its gzip coat, which must be whole.
fn unpack(headers: &HeaderMap, body: &[u8], max: usize) -> Result<Vec<u8>, Unpacking> {
    if headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
        return Ok(body.to_vec());
    }
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(body).take(max as u64 + 1);
    reader.read_to_end(&mut unpacked).map_err(|_| Unpacking::Corrupt)?;
    if unpacked.len() > max { Err(Unpacking::TooLarge) } else { Ok(unpacked) }
}

fn record(number: u64, parts: &Parts, fault: Option<Fault>) -> RequestRecord {
    // A vault's tokens are kept as hashes only, here too.
    let told = parts.headers.iter().filter(|(n, _)| *n != header::AUTHORIZATION && *n != "vault-key-token");
    let headers = told.filter_map(|(n, v)| Some((n.to_string(), v.to_str().ok()?.to_owned())));
    RequestRecord {
        number,
        at: SystemTime::now(),
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: headers.collect(),
        wire_bytes: 0,
        body: Vec::new(),
        fault,
        status: None,
        batch: None,
    }
}

fn plain(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    if let Some(content_type) = reply.content_type {
        response = response.header(header::CONTENT_TYPE, content_type);
    }
    response.body(reply.body.into()).unwrap_or_default()
}
