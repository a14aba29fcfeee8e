//! What must not leave, stays: a simulated week in Helsinki, and everything it left behind searched for what is private.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use cairn::engine::{Config, Engine};
use cairn::exchange::{ExportFormat, ExportOptions, Selection, export};
use cairn::intake::Drop;
use cairn::model::{LatLng, Mac, Millis};
use cairn::outbox::{Conditions, Ended, HttpTransport, Protocol, ServiceSettings};
use cairn::supervisor::{Settings, Supervisor};
use cairn::{CoreError, SystemClock};
use cairn_service::{Fault, FaultScript, Mode, Running, Service};
use cairn_tests::leaks::leaks;
use cairn_tests::patiently;
use cairn_tests::schema::violations;
use cairn_world::{Heard, Outings, Params, Phone, PhoneParams, World, drive, outings};
use rusqlite::Connection;
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

struct Week {
    _dir: tempfile::TempDir,
    path: std::path::PathBuf,
    engine: Engine,
    services: Vec<Running>,
    /// Addresses that must be nowhere.
    forbidden: HashSet<Mac>,
    home: LatLng,
}

/// Collects and uploads with a zone, lists and faults on.
fn live_through_it() -> Week {
    let Outings { journeys, sites, .. } =
        outings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tracks"), 3).unwrap();
    let world = World::build(3, &Params::default(), &sites);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cairn.db");
    let engine =
        Engine::open(Config { path: path.clone(), clock: Arc::new(SystemClock::new()), seed: 3 }).unwrap().engine;
    let journeys: Vec<_> =
        journeys.iter().filter(|j| j.name.starts_with("denver") || j.name.starts_with("helsinki-0")).collect();
    let home = journeys.iter().find(|j| j.name == "denver-3").unwrap().at(Millis(0)).place;
    engine.add_zone(home).unwrap();
    let mut forbidden: HashSet<Mac> =
        world.emitters().iter().filter(|e| e.is_private() || e.is_hidden()).filter_map(|e| e.key().mac()).collect();
    let on_the_way = journeys[0].at(Millis::from_secs(120)).place;
    let nearest = world
        .emitters()
        .iter()
        .filter(|e| !e.is_private() && !e.is_hidden() && !e.is_mobile())
        .filter_map(|e| Some((e.key().mac()?, e.place(journeys[0].start_utc)?)))
        .min_by(|a, b| a.1.distance(on_the_way).0.total_cmp(&b.1.distance(on_the_way).0));
    let refused = nearest.unwrap().0;
    engine.refuse_mac(refused).unwrap();
    forbidden.insert(refused);
    for journey in journeys {
        engine.begin_trip().unwrap();
        let mut supervisor = Supervisor::new(Settings::default());
        let mut phone = Phone::new(&world, journey, PhoneParams::default());
        drive(
            &mut phone,
            |now, event| supervisor.on(now, event),
            |_, heard| match heard {
                Heard::Fix(fix) => patiently(|| engine.fix(fix.clone())).unwrap(),
                Heard::Scan(_, scan) => patiently(|| engine.scan(scan.clone())).unwrap(),
                Heard::Event(_) => {}
            },
        );
        engine.end_trip().unwrap();
    }
    let faults = [Fault::Status(500, None), Fault::CaptivePortal, Fault::ResetBeforeBody].map(Some);
    let start = |mode, faults| Service::start(cairn_service::Settings { mode, faults, ..Default::default() }).unwrap();
    let services = vec![
        start(
            Mode::BeaconDb,
            FaultScript::none().then(faults).poison(|r| r["cellTowers"].as_array().is_some_and(|c| c.len() > 4)),
        ),
        start(Mode::Ichnaea, FaultScript::none()),
    ];
    let transport = HttpTransport::new().unwrap();
    for (service, protocol) in services.iter().zip([Protocol::BeaconDb, Protocol::Ichnaea]) {
        let id = engine
            .add_service(ServiceSettings { allow_http: true, ..ServiceSettings::new(service.url(), protocol) })
            .unwrap();
        for _ in 0..10 {
            let ended =
                engine.upload(id, &transport, Conditions::default(), true, &AtomicBool::new(false)).unwrap().ended;
            if !matches!(ended, Ended::Later(_)) {
                break;
            }
        }
    }
    Week { _dir: dir, path, engine, services, forbidden, home }
}

impl Week {
    fn is_forbidden(&self, mac: &str) -> bool {
        self.forbidden.contains(&Mac::parse(mac).unwrap())
    }

    /// Nothing is recorded this near to the home; the zone reaches farther, in a shape of its own.
    fn is_home(&self, lat: &Value, lon: &Value) -> bool {
        LatLng::new(lat.as_f64().unwrap(), lon.as_f64().unwrap()).unwrap().distance(self.home).0 < 150.0
    }

    fn check_item(&self, item: &Value, from: &str) {
        let position = &item["position"];
        assert!(!self.is_home(&position["latitude"], &position["longitude"]), "{from}: inside the zone");
        for wifi in item["wifiAccessPoints"].as_array().into_iter().flatten() {
            assert!(
                !self.is_forbidden(wifi["macAddress"].as_str().unwrap()),
                "{from}: an address that must not be there"
            );
            let name = wifi["ssid"].as_str().unwrap();
            assert!(
                !name.is_empty() && !name.contains("_nomap") && !name.contains("_optout"),
                "{from}: a name that opts out"
            );
        }
    }
}

#[test]
fn nothing_private_is_stored_exported_sent_or_logged() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let week = live_through_it();
    let dropped = week.engine.stats().unwrap().counts.dropped;
    for why in [Drop::Hidden, Drop::OptedOut, Drop::Zone, Drop::Refused] {
        assert!(dropped.get(&why).is_some_and(|n| *n > 0), "the week had something of {why:?} in it");
    }

    // The database, every table that holds an emitter, a name or a place.
    let db = Connection::open(&week.path).unwrap();
    for table in ["SELECT DISTINCT emitter FROM sighting", "SELECT key FROM emitter"] {
        let mut rows = db.prepare(table).unwrap();
        for key in rows.query_map([], |r| r.get::<_, i64>(0)).unwrap() {
            let mac = cairn::model::EmitterKey::from_i64(key.unwrap()).unwrap().mac();
            assert!(mac.is_none_or(|m| !week.forbidden.contains(&m)), "{table}");
        }
    }
    let in_names = "SELECT count(*) FROM sighting WHERE ssid LIKE '%\\_nomap%' ESCAPE '\\' OR ssid LIKE '%\\_optout%' ESCAPE '\\' OR ssid = ''";
    assert_eq!(db.query_row(in_names, [], |r| r.get::<_, i64>(0)).unwrap(), 0);
    week.engine
        .reports::<CoreError>(Selection::All, |_, report| {
            assert!(report.fix.place.distance(week.home).0 > 150.0);
            Ok(())
        })
        .unwrap();

    // Exports.
    let mut json = Vec::new();
    let options = ExportOptions::new(ExportFormat::Geosubmit);
    export(&week.engine, options, &mut json, &mut |_| true).unwrap();
    let exported: Value = serde_json::from_slice(&json).unwrap();
    assert!(!exported["items"].as_array().unwrap().is_empty());
    exported["items"].as_array().unwrap().iter().for_each(|item| week.check_item(item, "export"));

    // What was sent: bodies hold what the schema names and nothing else, headers what HTTP needs and the program's name.
    let schema: Value = serde_json::from_str(include_str!("../schemas/json/geosubmit.schema.json")).unwrap();
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

    // What was said: the log at its most talkative, and the reasons kept with refused reports.
    let quarantined = week.engine.quarantined().unwrap();
    assert!(!quarantined.is_empty(), "the service refused something");
    let reasons: String = quarantined.into_iter().map(|q| q.reason + "\n").collect();
    assert_eq!(leaks(&reasons), Vec::<String>::new());
    let log = LOG.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.lines().count() > 20, "the log was listened to");
    assert_eq!(leaks(&log), Vec::<String>::new());
}
