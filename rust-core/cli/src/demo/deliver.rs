//! Two services on loopback: one with every kind of fault and a report it cannot bear, and one of one's own that works.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use cairn::engine::Engine;
use cairn::model::{Mac, Millis};
use cairn::outbox::{Conditions, Ended, HttpTransport, Protocol, ServiceId, ServiceSettings};
use cairn_service::{Fault, FaultScript, Mode, RetryAfter, Running, Service, Settings};
use serde_json::Value;

use super::clock::DemoClock;
use super::scene::Scene;
use crate::failure::Failure;

/// A service, and what the engine knows it by.
pub struct Party {
    pub name: &'static str,
    pub id: ServiceId,
    pub service: Running,
}

/// The services and the way to them.
pub struct Delivery {
    pub parties: Vec<Party>,
    clock: Arc<DemoClock>,
    transport: HttpTransport,
    /// Whether the uploading process was killed while a batch was in flight.
    pub killed_in_flight: bool,
}

/// One request in three goes wrong in some way.
const FAULT_RATE: f64 = 0.33;

/// Rounds of waiting and trying again before the demo gives up on a service.
const MAX_ROUNDS: u32 = 200;

impl Delivery {
    pub fn start(engine: &Engine, scene: &Scene, clock: Arc<DemoClock>, seed: u64) -> Result<Self, Failure> {
        let started = |settings| Service::start(settings).map_err(|e| Failure::Network(e.to_string()));
        let poison = scene.world.poison().map(Mac::to_wire);
        let faults = FaultScript::none()
            .random(seed, FAULT_RATE, faults())
            .poison(move |report: &Value| poison.as_deref().is_some_and(|mac| holds(report, mac)));
        let commons = started(Settings { faults, ..Settings::default() })?;
        let own = started(Settings { mode: Mode::Ichnaea, ..Settings::default() })?;
        let join = |name, service: Running, protocol| {
            let settings = ServiceSettings { allow_http: true, ..ServiceSettings::new(service.url(), protocol) };
            engine.add_service(settings).map(|id| Party { name, id, service })
        };
        let parties = vec![
            join("The commons, on a bad network", commons, Protocol::BeaconDb)?,
            join("One's own, at home", own, Protocol::Ichnaea)?,
        ];
        let transport = HttpTransport::with_timeout(Duration::from_millis(800))?;
        Ok(Self { parties, clock, transport, killed_in_flight: false })
    }

    /// One run for each service, as a phone makes it when it comes home.
    pub fn in_the_evening(&self, engine: &Engine) -> Result<(), Failure> {
        for party in &self.parties {
            engine.upload(party.id, &self.transport, Conditions::default(), false, &AtomicBool::new(false))?;
        }
        Ok(())
    }

    /// Tries again whenever a service may be asked, until it has everything.
    pub fn until_done(&self, engine: &Engine) -> Result<(), Failure> {
        for party in &self.parties {
            for _ in 0..MAX_ROUNDS {
                let upload =
                    engine.upload(party.id, &self.transport, Conditions::default(), false, &AtomicBool::new(false))?;
                match upload.ended {
                    Ended::Later(at) => self.clock.set(at + Millis(1)),
                    Ended::Stopped(stop) => return Err(Failure::Network(stop.describe().to_owned())),
                    _ => break,
                }
            }
        }
        Ok(())
    }

    /// Has another process upload, and kills it while a batch is in flight. The engine is closed meanwhile.
    pub fn be_killed(&mut self, database: &Path) -> Result<(), Failure> {
        let party = &self.parties[1];
        let before = party.service.requests().len();
        party.service.set_faults(FaultScript::none().then([Some(Fault::Delay(Duration::from_secs(5)))]));
        let program = std::env::current_exe().map_err(|e| Failure::File(format!("cairn itself: {}", e.kind())))?;
        let mut child = Command::new(program)
            .args(["upload", "--allow-http", "--protocol", "ichnaea", "--url", party.service.url(), "--db"])
            .arg(database)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Failure::File(format!("cairn itself: {}", e.kind())))?;
        let patience = Instant::now() + Duration::from_secs(5);
        while party.service.requests().len() == before && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.killed_in_flight = party.service.requests().len() > before;
        child.kill().and_then(|()| child.wait()).map_err(|e| Failure::File(format!("cairn itself: {}", e.kind())))?;
        party.service.set_faults(FaultScript::none());
        Ok(())
    }
}

fn faults() -> Vec<Fault> {
    vec![
        Fault::Status(500, None),
        Fault::Status(503, Some(RetryAfter::Seconds(300))),
        Fault::Status(429, Some(RetryAfter::DateIn(600))),
        Fault::Delay(Duration::from_millis(20)),
        Fault::ResetBeforeBody,
        Fault::ResetAfterAccepting,
        Fault::Truncated,
        Fault::CaptivePortal,
        Fault::Redirect("http://127.0.0.1:9/login".to_owned()),
    ]
}

fn holds(report: &Value, mac: &str) -> bool {
    report["wifiAccessPoints"].as_array().into_iter().flatten().any(|wifi| wifi["macAddress"] == mac)
}
