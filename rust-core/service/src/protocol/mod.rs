//! What a service says to a request: status, type and body, as strictly as the real one.
//!
//! Pure but for the model it holds; sockets are [`crate::http`]'s, files [`crate::store`]'s.

pub mod beacondb;
pub mod ichnaea;

use serde_json::{Value, json};

use crate::model::{Estimate, Source};

/// A request whose body has been read and unpacked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, without query.
    pub path: &'a str,
    /// The value of `?key=`.
    pub key: Option<&'a str>,
    /// The Content-Type header, if it is text.
    pub content_type: Option<&'a str>,
    /// Whether the User-Agent, if there is one, is ASCII.
    pub ascii_agent: bool,
    /// The body, or nothing if it could not be unpacked.
    pub body: Option<&'a [u8]>,
}

/// An answer before faults are put on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The Content-Type header.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: Some("application/json"), body: body.to_string() }
    }

    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: Some("text/plain; charset=utf-8"), body: body.into() }
    }

    pub(crate) const fn empty(status: u16) -> Self {
        Self { status, content_type: None, body: String::new() }
    }

    /// The error shape Google began and both services keep.
    pub(crate) fn error(status: u16, domain: &str, reason: &str, message: &str) -> Self {
        Self::json(status, &error_body(status, domain, reason, message))
    }

    /// No position, the usual answer of an empty service.
    pub(crate) fn not_found() -> Self {
        Self::error(404, "geolocation", "notFound", "Not found")
    }

    /// A position with its coordinates rounded to `decimals`.
    pub(crate) fn estimate(estimate: &Estimate, decimals: i32) -> Self {
        let scale = 10_f64.powi(decimals);
        let round = |value: f64| (value * scale).round() / scale;
        let location = json!({"lat": round(estimate.place.lat), "lng": round(estimate.place.lng)});
        let accuracy = round(estimate.accuracy);
        let accuracy = if accuracy.fract() == 0.0 { json!(accuracy as i64) } else { json!(accuracy) };
        let mut body = json!({"location": location, "accuracy": accuracy});
        if estimate.source == Source::Area {
            body["fallback"] = json!("lacf");
        }
        Self::json(200, &body)
    }
}

pub(crate) fn error_body(status: u16, domain: &str, reason: &str, message: &str) -> Value {
    let error = json!({"domain": domain, "reason": reason, "message": message});
    json!({"error": {"errors": [error], "code": status, "message": message}})
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/v2/geosubmit`
    Submit,
    /// `/v1/geolocate`
    Locate,
    /// `/v1/country`
    Country,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/v2/geosubmit" => Some(Self::Submit),
            "/v1/geolocate" => Some(Self::Locate),
            "/v1/country" => Some(Self::Country),
            _ => None,
        }
    }
}

/// A location service's manners, and the model behind them.
pub trait Protocol: Send {
    /// Where a request goes, or the answer to one that goes nowhere.
    ///
    /// # Errors
    /// The reply to send.
    fn route(&self, request: &Request) -> Result<Route, Reply>;

    /// All items of a submission, as sent, once it is known that the service would not refuse them.
    ///
    /// # Errors
    /// The reply that refuses the whole batch.
    fn read(&self, request: &Request) -> Result<Vec<Value>, Reply>;

    /// Whether an item that [`Protocol::read`] has let through is stored, rather than skipped in silence.
    fn keeps(&self, item: &Value) -> bool;

    /// Learns from stored items; answers how many emitters of each had an effect.
    fn learn(&mut self, items: &[Value], now_ms: i64) -> Vec<u32>;

    /// The answer to a submission that was taken.
    fn taken(&self) -> Reply;

    /// The answer to a batch whose item number `index` is at fault.
    fn refuse(&self, index: usize) -> Reply;

    /// Answers a position.
    fn locate(&self, request: &Request, now_ms: i64) -> Reply;

    /// Answers a country.
    fn country(&self, request: &Request, now_ms: i64) -> Reply;

    /// How many emitters are known.
    fn stations(&self) -> usize;
}
