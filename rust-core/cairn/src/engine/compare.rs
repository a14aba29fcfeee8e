//! What a location service answers where reports were made, beside what the phone knows itself.
//!
//! Nothing is asked unless the user says so. A question holds addresses, cells and signals of one report that zones and lists
//! allow out, and neither its place nor its time; questions are few, drawn by chance, and spaced. When a service may be asked again
//! stands in the database, so that no second run comes too early.

use std::ops::ControlFlow;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Engine;
use crate::CoreError;
use crate::exchange::Selection;
use crate::locate::{Estimate, HeardKey, HeardMac, Query};
use crate::model::{LatLng, Metres, Millis, Radio, Report};
use crate::outbox::{Answer, Request, ServiceSettings, Transport, TransportError, gzip};
use crate::store::asked;

/// How much of what is stored a service is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparing {
    /// Questions at most.
    pub questions: usize,
    /// Where chance comes from.
    pub seed: u64,
}

/// The longest time from one question to the next that a caller can want. Who has to wait longer was told so by the service.
const LONGEST_PAUSE: Millis = Millis::from_mins(1);

/// How long a service that refuses is left alone where it does not say: a limit is often one of an hour or a day.
const REFUSED_FOR: Millis = Millis::from_mins(10);

/// No service is left alone for longer, whatever it or a clock says that was set back since.
const AT_MOST: Millis = Millis::from_hours(6);

/// One question and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Where the report was made, by satellites.
    pub truth: LatLng,
    /// What the service answered, and the radius it claims; none where it knows too little.
    pub service: Option<(LatLng, Metres)>,
    /// What the phone knows without it. It has learned from this very report.
    pub own: Option<Estimate>,
}

/// Why a comparison ended before its last question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutShort {
    /// The caller did not wait any longer.
    Cancelled,
    /// The service refuses: key, address or limit; its HTTP status, and for how long it is not asked again.
    Refused(u16, Millis),
    /// It has refused before and is left alone for so much longer: nothing was asked.
    TooEarly(Millis),
    /// What answers is not the service: a web page, or nothing that can be understood.
    Misunderstood,
    /// There was no answer.
    NoAnswer(TransportError),
}

impl Engine {
    /// The reports that a service would be asked about, and nothing more: drawn evenly from those that hear two access points
    /// or a cell.
    ///
    /// # Errors
    /// As [`Engine::reports`].
    pub fn sample(&self, comparing: &Comparing) -> Result<Vec<Report>, CoreError> {
        let mut chance = ChaCha8Rng::seed_from_u64(comparing.seed);
        let (mut drawn, mut seen) = (Vec::new(), 0_usize);
        self.reports(Selection::All, |_, report| -> Result<(), CoreError> {
            let query = Query::from(&report);
            if query.wifi.len() < 2 && query.cells.is_empty() {
                return Ok(());
            }
            seen += 1;
            // Each report is as likely to be in it, however many follow.
            if drawn.len() < comparing.questions {
                drawn.push(report);
            } else {
                let place = chance.random_range(0..seen);
                if let Some(slot) = drawn.get_mut(place) {
                    *slot = report;
                }
            }
            Ok(())
        })?;
        // In the order of the walk, the questions would tell it.
        drawn.shuffle(&mut chance);
        Ok(drawn)
    }

    /// Asks a service where these reports were made, one question every `pause` at most, counted from the last one of whatever run.
    /// `wait` lets time pass, for services of volunteers have no limit of their own, and may end it all. A service that refuses is
    /// left alone for as long as its `Retry-After` says.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] for an address or key that cannot work, else as [`Engine::locate`].
    pub fn compare(
        &self,
        reports: &[Report],
        service: &ServiceSettings,
        transport: &dyn Transport,
        pause: Millis,
        wait: &mut dyn FnMut(Millis) -> ControlFlow<()>,
    ) -> Result<(Vec<Compared>, Option<CutShort>), CoreError> {
        service.check()?;
        let url = service.locate_url()?;
        let mut all = Vec::new();
        for report in reports {
            while let Some(left) = self.ask_after(&service.url, pause)? {
                if left > LONGEST_PAUSE {
                    return Ok((all, Some(CutShort::TooEarly(left))));
                }
                if wait(left).is_break() {
                    return Ok((all, Some(CutShort::Cancelled)));
                }
            }
            let query = Query::from(report);
            let body = gzip(question(&query).to_string().as_bytes());
            let answer = match transport.post(&Request { url: url.clone(), body }) {
                Ok(answer) => understand(&answer),
                Err(error) => Err(CutShort::NoAnswer(error)),
            };
            match answer {
                Ok(service) => {
                    all.push(Compared { truth: report.fix.place, service, own: self.locate(&query)? });
                }
                Err(why) => {
                    if let CutShort::Refused(_, left_alone) = why {
                        self.leave_alone(&service.url, left_alone)?;
                    }
                    return Ok((all, Some(why)));
                }
            }
        }
        Ok((all, None))
    }

    /// How long it still is until a service may be asked; none where it may be now, and then the next question comes `pause` later.
    /// That is stored before the question leaves, so that who is killed in between does not ask twice.
    fn ask_after(&self, url: &str, pause: Millis) -> Result<Option<Millis>, CoreError> {
        let (url, now) = (url.to_owned(), self.shared.clock.utc());
        self.call(move |owner| {
            owner.in_transaction(|db, _| {
                // A time farther away than any that is written was so before the clock was set back.
                let left = asked::not_before(db, &url)?.map(|at| at - now).filter(|left| *left <= AT_MOST);
                let left = left.filter(|left| *left > Millis(0));
                if left.is_none() {
                    asked::set_not_before(db, &url, now + pause.min(LONGEST_PAUSE))?;
                }
                Ok(left)
            })
        })
    }

    fn leave_alone(&self, url: &str, how_long: Millis) -> Result<(), CoreError> {
        let (url, until) = (url.to_owned(), self.shared.clock.utc() + how_long);
        self.call(move |owner| owner.in_transaction(|db, _| asked::set_not_before(db, &url, until)))
    }
}

/// The body of a question. Where the phone's IP address would place it is of no interest, nor is a guess by the area.
fn question(query: &Query) -> Value {
    let heard = |h: &HeardMac| {
        let mut entry = json!({ "macAddress": h.mac.to_wire() });
        if let Some(signal) = h.signal {
            entry["signalStrength"] = signal.0.into();
        }
        entry
    };
    let tower = |c: &HeardKey| {
        let mut entry = json!({
            "radioType": c.key.radio().wire(),
            "mobileCountryCode": c.key.mcc(),
            "mobileNetworkCode": c.key.mnc(),
            "locationAreaCode": c.key.area(),
            "cellId": c.key.cell(),
        });
        if let Some(signal) = c.signal {
            entry["signalStrength"] = signal.0.into();
        }
        entry
    };
    // ichnaea refuses the whole question for a radio it does not know (location-services.md, A.4).
    let cells: Vec<Value> = query.cells.iter().filter(|c| c.key.radio() != Radio::Nr).map(tower).collect();
    let mut body = json!({ "considerIp": false, "fallbacks": { "lacf": false, "ipf": false } });
    // One alone never answers, and need not be told.
    if query.wifi.len() > 1 {
        body["wifiAccessPoints"] = query.wifi.iter().map(heard).collect();
    }
    if !cells.is_empty() {
        body["cellTowers"] = cells.into();
    }
    body
}

/// What an answer says: a place with its radius, that none is known, or why there is no sense in asking on.
fn understand(answer: &Answer) -> Result<Option<(LatLng, Metres)>, CutShort> {
    #[derive(Deserialize)]
    struct Found {
        location: Place,
        accuracy: f64,
    }
    #[derive(Deserialize)]
    struct Place {
        lat: f64,
        lng: f64,
    }
    match answer.status {
        // A service that knows no place says so in JSON; a page that is not there is not the service.
        404 if !answer.is_html() => Ok(None),
        200 if !answer.is_html() => {
            let found: Found = serde_json::from_slice(&answer.body).map_err(|_| CutShort::Misunderstood)?;
            let place = LatLng::new(found.location.lat, found.location.lng).map_err(|_| CutShort::Misunderstood)?;
            if !found.accuracy.is_finite() || found.accuracy < 0.0 {
                return Err(CutShort::Misunderstood);
            }
            Ok(Some((place, Metres(found.accuracy))))
        }
        200 | 300..=399 | 404 => Err(CutShort::Misunderstood),
        status => Err(CutShort::Refused(status, answer.retry_after.unwrap_or(REFUSED_FOR).min(AT_MOST))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{CellKey, Dbm, Mac};

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, retry_after: None, content_type: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_question_tells_what_is_heard_and_nothing_of_where_or_when() {
        let mac = |n| HeardMac { mac: Mac::from_u64(n).unwrap(), signal: Some(Dbm(-60)) };
        let cell = |radio, cell| HeardKey { key: CellKey::new(radio, 244, 5, 7, cell).unwrap(), signal: None };
        let query = Query {
            wifi: vec![mac(0x1a), mac(0x1b)],
            beacons: vec![mac(9)],
            cells: vec![cell(Radio::Lte, 9), cell(Radio::Nr, 8)],
        };
        let expected = json!({
            "considerIp": false,
            "fallbacks": { "lacf": false, "ipf": false },
            "wifiAccessPoints": [
                { "macAddress": "00:00:00:00:00:1a", "signalStrength": -60 },
                { "macAddress": "00:00:00:00:00:1b", "signalStrength": -60 },
            ],
            "cellTowers": [{ "radioType": "lte", "mobileCountryCode": 244, "mobileNetworkCode": 5, "locationAreaCode": 7, "cellId": 9 }],
        });
        assert_eq!(question(&query), expected);
        let alone = question(&Query { wifi: vec![mac(1)], ..Query::default() });
        assert_eq!(alone.get("wifiAccessPoints"), None, "one alone is not told");
    }

    #[test]
    fn answers_are_places_or_that_none_is_known_or_a_reason_to_stop() {
        let place = (LatLng::new(60.0, 25.0).unwrap(), Metres(30.0));
        let waiting = |seconds| Answer { retry_after: Some(Millis::from_secs(seconds)), ..answer(429, "") };
        let cases = [
            (answer(200, r#"{"location":{"lat":60.0,"lng":25.0},"accuracy":30,"more":1}"#), Ok(Some(place))),
            (answer(404, r#"{"error":{"code":404}}"#), Ok(None)),
            (answer(404, "<html>not here"), Err(CutShort::Misunderstood)),
            (answer(200, "<html>pay here"), Err(CutShort::Misunderstood)),
            (answer(200, "{}"), Err(CutShort::Misunderstood)),
            (answer(200, r#"{"location":{"lat":95.0,"lng":25.0},"accuracy":30}"#), Err(CutShort::Misunderstood)),
            (answer(302, ""), Err(CutShort::Misunderstood)),
            (answer(403, "{}"), Err(CutShort::Refused(403, REFUSED_FOR))),
            (waiting(30), Err(CutShort::Refused(429, Millis::from_secs(30)))),
            (waiting(1_000_000), Err(CutShort::Refused(429, AT_MOST))),
            (answer(503, ""), Err(CutShort::Refused(503, REFUSED_FOR))),
        ];
        for (answer, expected) in cases {
            assert_eq!(understand(&answer), expected, "{}", answer.status);
        }
    }

    proptest! {
        #[test]
        fn whatever_answers_is_understood_or_ends_the_asking(status in any::<u16>(), body in ".{0,60}") {
            let _ = understand(&answer(status, &body));
        }
    }
}
