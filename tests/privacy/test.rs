//! What must not leave, stays: a simulated week, and everything it left behind, gave away or took in searched for what is private.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod files;
mod week;

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use cairn::intake::Drop;
use cairn_service::Running;
use cairn_tests::leaks::leaks;
use cairn_tests::schema::violations;
use serde_json::Value;

/// Everything that anything in this process logs, at the most talkative level.
#[derive(Default)]
struct Listener(Mutex<String>);

static LOG: Listener = Listener(Mutex::new(String::new()));

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(text, "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

#[test]
fn nothing_private_is_stored_exported_sent_or_logged() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let week = week::live_through_it();
    let dropped = week.engine.stats().unwrap().counts.dropped;
    for why in [Drop::Hidden, Drop::OptedOut, Drop::Zone, Drop::Refused] {
        assert!(dropped.get(&why).is_some_and(|n| *n > 0), "the week had something of {why:?} in it");
    }

    let mut said = String::new();
    week.check_database(&week.dir.path().join("cairn.db"));
    week.check_reports(&week.engine);

    // What is given away, and what comes in.
    files::exports(&week, &mut said);
    files::hostile_imports(&week, &mut said);
    files::a_merge(&week, &mut said);
    files::a_vault(&week, &mut said);
    files::a_pack(&week, &mut said);

    // What was sent: bodies hold what the schema names and nothing else, headers what HTTP needs and the program's name.
    let schema: Value = serde_json::from_str(include_str!("../../schemas/json/geosubmit.schema.json")).unwrap();
    let mut bodies = 0;
    for request in week.services.iter().flat_map(Running::requests) {
        for (name, value) in &request.headers {
            let expected = match name.as_str() {
                "user-agent" => value == concat!("Cairn/", env!("CARGO_PKG_VERSION")),
                "content-type" => value == "application/json",
                "content-encoding" => value == "gzip",
                "accept" => value == "*/*",
                "host" | "content-length" => true,
                _ => false,
            };
            assert!(expected, "a header that could tell one phone from another: {name}");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else { continue };
        assert_eq!(violations(&schema, &body), Vec::<String>::new());
        body["items"].as_array().unwrap().iter().for_each(|item| week.check_item(item, "request"));
        bodies += 1;
    }
    assert!(bodies >= 2);

    // What was said: the log at its most talkative, errors and summaries, and the reasons kept with refused reports.
    let quarantined = week.engine.quarantined().unwrap();
    assert!(!quarantined.is_empty(), "the service refused something");
    said.extend(quarantined.into_iter().map(|q| q.reason + "\n"));
    assert!(said.lines().count() > 30, "much was said");
    assert_eq!(leaks(&said), Vec::<String>::new());
    let log = LOG.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.lines().count() > 20, "the log was listened to");
    assert_eq!(leaks(&log), Vec::<String>::new());
}
