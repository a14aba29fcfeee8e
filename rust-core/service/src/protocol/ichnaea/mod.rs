//! ichnaea's manners at efe73300: JSON errors that name the culprit, keys for queries, and no feedback on what it drops.
//!
//! Source: `reference/location-services.md`, A.1 to A.4.

mod read;
mod schema;

use serde_json::{Value, json};

use self::schema::Culprit;
use super::{Protocol, Reply, Request, Route, error_body};
use crate::model::Estimate;
use crate::model::ichnaea::{Day, Model, Query, Report, land};

const MS_PER_DAY: i64 = 86_400_000;

/// The service.
#[derive(Default)]
pub struct Ichnaea {
    model: Model,
    keys: Option<Vec<String>>,
}

impl Ichnaea {
    /// A service that knows nothing yet and answers queries with one of `keys`, or, if that is `None`, with any well-formed key.
    pub fn new(keys: Option<Vec<String>>) -> Self {
        Self { model: Model::default(), keys }
    }

    fn estimate(&self, request: &Request, now_ms: i64) -> Result<Estimate, Reply> {
        let key = request.key.filter(|key| well_formed(key));
        if !key.is_some_and(|key| self.keys.as_ref().is_none_or(|keys| keys.iter().any(|k| k == key))) {
            return Err(Reply::error(400, "usageLimits", "keyInvalid", "Missing or invalid API key."));
        }
        let empty = request.body.is_some_and(<[u8]>::is_empty);
        let query = if request.method == "GET" || empty {
            Query::default()
        } else {
            read::query(&parse(request)?).map_err(|culprit| refusal(&culprit))?
        };
        self.model.geolocate(&query, day(now_ms)).ok_or_else(Reply::not_found)
    }
}

impl Protocol for Ichnaea {
    fn route(&self, request: &Request) -> Result<Route, Reply> {
        let route = Route::of(request.path).ok_or_else(|| Reply::text(404, "404 Not Found"))?;
        match request.method {
            "GET" | "HEAD" | "POST" => Ok(route),
            _ => Err(Reply::text(405, "405 Method Not Allowed")),
        }
    }

    fn read(&self, request: &Request) -> Result<Vec<Value>, Reply> {
        let mut body = parse(request)?;
        read::submission(&body).map_err(|culprit| refusal(&culprit))?;
        match body["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    /// Items without any network say nothing.
    fn keeps(&self, item: &Value) -> bool {
        matches!(read::stored(item), Ok(Some(_)))
    }

    fn learn(&mut self, items: &[Value], now_ms: i64) -> Vec<u32> {
        let reports: Vec<Report> = items.iter().map(|item| report(item).unwrap_or_default()).collect();
        self.model.observe(&reports, day(now_ms))
    }

    fn taken(&self) -> Reply {
        Reply::json(200, &json!({}))
    }

    fn refuse(&self, index: usize) -> Reply {
        refusal(&Culprit { path: format!("items.{index}"), problem: "is not valid" })
    }

    fn locate(&self, request: &Request, now_ms: i64) -> Reply {
        self.estimate(request, now_ms).map_or_else(|refused| refused, |found| Reply::estimate(&found, 7))
    }

    /// The country of the estimate. The original has a table of names; here the code stands for the name.
    fn country(&self, request: &Request, now_ms: i64) -> Reply {
        let country = self
            .estimate(request, now_ms)
            .and_then(|estimate| land::country(estimate.place).ok_or_else(Reply::not_found));
        country.map_or_else(|refused| refused, |c| Reply::json(200, &json!({"country_code": c, "country_name": c})))
    }

    fn stations(&self) -> usize {
        self.model.stations()
    }
}

/// The report in one item of a submission, if the schema takes it and it has a network.
pub fn report(item: &Value) -> Option<Report> {
    read::stored(item).ok().flatten()
}

fn day(now_ms: i64) -> Day {
    now_ms.div_euclid(MS_PER_DAY)
}

/// A key that is not well-formed counts as absent.
fn well_formed(key: &str) -> bool {
    (4..=40).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn parse(request: &Request) -> Result<Value, Reply> {
    let body = request.body.ok_or_else(|| parse_error(&json!({"decode": "Truncated or corrupt gzip data"})))?;
    serde_json::from_slice(body).map_err(|e| parse_error(&json!({"decode": e.to_string()})))
}

fn refusal(culprit: &Culprit) -> Reply {
    parse_error(&json!({"validation": {&culprit.path: culprit.problem}}))
}

fn parse_error(details: &Value) -> Reply {
    let mut body = error_body(400, "global", "parseError", "Parse Error");
    body["details"] = details.clone();
    Reply::json(400, &body)
}
