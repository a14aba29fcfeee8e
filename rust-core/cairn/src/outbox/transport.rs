//! The way to a service and back: one POST, one answer, nothing that names the phone or its user.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::fmt::rfc2822::DateTimeParser;
use thiserror::Error;

use crate::CoreError;
use crate::model::Millis;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whole address, key included.
    pub url: String,
    /// JSON, compressed with gzip.
    pub body: Vec<u8>,
}

/// What came back, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// How long the service asks to be left alone.
    pub retry_after: Option<Millis>,
    /// Type of the body.
    pub content_type: Option<String>,
    /// Beginning of the body, as far as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether it is a web page: by its type, or by its look where a portal lies about the type.
    pub fn is_html(&self) -> bool {
        let by_type = self.content_type.as_deref().is_some_and(|t| t.to_ascii_lowercase().contains("html"));
        by_type || self.body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
    }
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// No connection came about.
    #[error("no connection")]
    Unreachable,
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// The service's certificate is not to be trusted.
    #[error("certificate not trusted")]
    Untrusted,
    /// The connection broke: whether the service took the batch is unknown.
    #[error("connection broke")]
    Broken,
}

/// Something that carries requests.
pub trait Transport: Send + Sync {
    /// Posts a request and waits for the answer.
    ///
    /// # Errors
    /// [`TransportError`] where there was none.
    fn post(&self, request: &Request) -> Result<Answer, TransportError>;
}

/// Compresses a body.
pub(crate) fn gzip(json: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 4), Compression::default());
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(json);
    encoder.finish().unwrap_or_default()
}

/// A network that has not connected by then has changed or is gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A megabyte over a slow mobile network takes a minute.
const TIMEOUT: Duration = Duration::from_mins(2);

/// Reasons are at the beginning of a body; the rest is not worth the bytes.
const MAX_ANSWER: u64 = 64 * 1024;

/// HTTP over TLS, as the phone trusts it.
pub struct HttpTransport {
    client: reqwest::blocking::Client,
}

impl HttpTransport {
    /// A transport with the usual patience.
    ///
    /// # Errors
    /// [`CoreError::Internal`] where TLS cannot be set up.
    pub fn new() -> Result<Self, CoreError> {
        Self::with_timeout(TIMEOUT)
    }

    /// A transport that waits at most so long for an answer.
    ///
    /// # Errors
    /// As [`HttpTransport::new`].
    pub fn with_timeout(timeout: Duration) -> Result<Self, CoreError> {
        Ok(Self { client: http_client(timeout)? })
    }
}

/// A client that names Cairn and nothing else, and follows nobody elsewhere.
pub(crate) fn http_client(timeout: Duration) -> Result<reqwest::blocking::Client, CoreError> {
    // A second transport finds the provider in place: that is not an error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder()
        // Programs that use a service must say who they are, people need not: name and version, as a browser's is shared by all.
        .user_agent(concat!("Cairn/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry reports to a stranger.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .build()
        .map_err(|e| {
            log::error!("outbox: no HTTP client: timeout {}, builder {}", e.is_timeout(), e.is_builder());
            CoreError::Internal
        })
}

impl Transport for HttpTransport {
    fn post(&self, request: &Request) -> Result<Answer, TransportError> {
        let answer = self
            .client
            .post(&request.url)
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .body(request.body.clone())
            .send()
            .map_err(|e| kind_of(&e))?;
        let header = |name| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (status, content_type) = (answer.status().as_u16(), header("content-type"));
        let retry_after = header("retry-after").and_then(|v| retry_after(&v, header("date").as_deref()));
        let mut body = Vec::new();
        // Where it is cut off, what came before stays: the status decides, but half a portal's page tells it from a service.
        let _ = answer.take(MAX_ANSWER).read_to_end(&mut body);
        Ok(Answer { status, retry_after, content_type, body })
    }
}

/// `Retry-After` is a number of seconds, or a date, which is compared with the service's own clock and not with ours.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Millis> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(Millis::from_secs(i64::from(seconds)));
    }
    let parse = |text: &str| DateTimeParser::new().parse_timestamp(text.trim()).ok();
    let (until, now) = (parse(value)?, parse(date?)?);
    Some(Millis((until.as_millisecond() - now.as_millisecond()).max(0)))
}

/// What a failure comes down to.
pub(crate) fn kind_of(error: &reqwest::Error) -> TransportError {
    if is_tls(error) {
        TransportError::Untrusted
    } else if error.is_timeout() {
        TransportError::Timeout
    } else if error.is_connect() {
        TransportError::Unreachable
    } else {
        TransportError::Broken
    }
}

/// Whether TLS is at the bottom of it; I/O errors hide what they were made of from `source`.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let hidden = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || hidden.is_some_and(|e| is_tls(e)) || error.source().is_some_and(is_tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_come_back_is_read_against_the_services_own_clock() {
        let date = Some("Mon, 23 Nov 2026 10:00:00 GMT");
        assert_eq!(retry_after("120", None), Some(Millis(120_000)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 10:01:30 GMT", date), Some(Millis(90_000)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 09:00:00 GMT", date), Some(Millis(0)));
        assert_eq!(retry_after("Mon, 23 Nov 2026 10:01:30 GMT", None), None);
        assert_eq!(retry_after("soon", date), None);
    }

    #[test]
    fn half_a_portals_page_is_still_known_for_one() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let portal = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n<html><title>Welcome").unwrap();
        });
        let request = Request { url: format!("http://{address}/v2/geosubmit"), body: gzip(b"{}") };
        let answer = HttpTransport::new().unwrap().post(&request).unwrap();
        portal.join().unwrap();
        assert!(answer.is_html() && answer.status == 200, "{answer:?}");
    }

    #[test]
    fn nobody_there_is_unreachable() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let request = Request { url: format!("http://{closed}/v2/geosubmit"), body: gzip(b"{}") };
        assert_eq!(HttpTransport::new().unwrap().post(&request), Err(TransportError::Unreachable));
    }

    #[test]
    fn a_server_that_speaks_no_tls_is_not_asked_in_clear() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut first = [0; 1];
            stream.read_exact(&mut first).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            first[0]
        });
        let request = Request { url: format!("https://{address}/v2/geosubmit"), body: gzip(b"{}") };
        let answer = HttpTransport::new().unwrap().post(&request);
        assert_eq!(server.join().unwrap(), 0x16, "a TLS handshake, no request");
        assert_eq!(answer, Err(TransportError::Untrusted));
    }
}
