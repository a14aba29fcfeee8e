//! A simulated week in Helsinki and Denver, with a zone, lists and faults on, and how what it left behind is searched.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cairn::engine::{Config, Engine};
use cairn::exchange::Selection;
use cairn::model::{EmitterKey, LatLng, Mac, Millis};
use cairn::outbox::{Conditions, Ended, HttpTransport, Protocol, ServiceSettings};
use cairn::supervisor::{Settings, Supervisor};
use cairn::{CoreError, SystemClock};
use cairn_service::{Fault, FaultScript, Mode, Running, Service};
use cairn_tests::patiently;
use cairn_world::{Heard, Outings, Params, Phone, PhoneParams, World, drive, outings};
use rusqlite::Connection;
use serde_json::Value;

pub fn engine_on(path: &Path) -> Engine {
    Engine::open(Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 3 }).unwrap().engine
}

/// What a week left behind.
pub struct Week {
    pub dir: tempfile::TempDir,
    pub engine: Engine,
    pub services: Vec<Running>,
    /// Addresses that must be nowhere.
    pub forbidden: HashSet<Mac>,
    /// The one of them that the user put on the list.
    pub refused: Mac,
    pub home: LatLng,
    /// Somewhere on the way, far from home.
    pub on_the_way: LatLng,
}

/// Collects and uploads with a zone, lists and faults on.
pub fn live_through_it() -> Week {
    let Outings { journeys, sites, .. } =
        outings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tracks"), 3).unwrap();
    let world = World::build(3, &Params::default(), &sites);
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_on(&dir.path().join("cairn.db"));
    let journeys: Vec<_> =
        journeys.iter().filter(|j| j.name.starts_with("denver") || j.name.starts_with("helsinki-0")).collect();
    let home = journeys.iter().find(|j| j.name == "denver-3").unwrap().at(Millis(0)).place;
    engine.add_zone(home).unwrap();
    let mut forbidden: HashSet<Mac> =
        world.emitters().iter().filter(|e| e.is_private() || e.is_hidden()).filter_map(|e| e.key().mac()).collect();
    let on_the_way = journeys[0].at(Millis::from_secs(120)).place;
    // One that is sure to be heard, halfway along the same journey.
    let refused = world.poison().unwrap();
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
    Week { dir, engine, services, forbidden, refused, home, on_the_way }
}

impl Week {
    pub fn is_forbidden(&self, mac: &str) -> bool {
        self.forbidden.contains(&Mac::parse(mac).unwrap())
    }

    /// Nothing is recorded this near to the home; the zone reaches farther, in a shape of its own.
    pub fn is_home(&self, place: LatLng) -> bool {
        place.distance(self.home).0 < 150.0
    }

    /// Every table of a database that holds an emitter, a name or a place.
    pub fn check_database(&self, path: &Path) {
        let db = Connection::open(path).unwrap();
        for table in ["SELECT DISTINCT emitter FROM sighting", "SELECT key FROM emitter", "SELECT key FROM estimate"] {
            let mut rows = db.prepare(table).unwrap();
            for key in rows.query_map([], |r| r.get::<_, i64>(0)).unwrap() {
                let mac = EmitterKey::from_i64(key.unwrap()).unwrap().mac();
                assert!(mac.is_none_or(|m| !self.forbidden.contains(&m)), "{table}");
            }
        }
        let in_names = "SELECT count(*) FROM sighting WHERE ssid LIKE '%\\_nomap%' ESCAPE '\\' OR ssid LIKE '%\\_optout%' ESCAPE '\\' OR ssid = ''";
        assert_eq!(db.query_row(in_names, [], |r| r.get::<_, i64>(0)).unwrap(), 0);
    }

    /// What reports an engine would show or export.
    pub fn check_reports(&self, engine: &Engine) {
        engine
            .reports::<CoreError>(Selection::All, |_, report| {
                assert!(!self.is_home(report.fix.place), "inside the zone");
                Ok(())
            })
            .unwrap();
    }

    pub fn check_item(&self, item: &Value, from: &str) {
        let degrees = |name: &str| item["position"][name].as_f64().unwrap();
        let place = LatLng::new(degrees("latitude"), degrees("longitude")).unwrap();
        assert!(!self.is_home(place), "{from}: inside the zone");
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
