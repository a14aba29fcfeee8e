//! A journey through the world, with the supervisor deciding and the engine taking in.

use cairn::CoreError;
use cairn::engine::Engine;
use cairn::model::Millis;
use cairn::supervisor::{Settings, Supervisor};
use cairn_world::{Heard, Journey, Phone, PhoneParams, World, drive};

use super::clock::DemoClock;
use crate::failure::Failure;

/// What a journey cost and brought.
pub struct Collected {
    /// Distance of the true path, in kilometres.
    pub km: f64,
    /// Seconds that satellite positioning was on.
    pub gps_on: f64,
    /// Seconds of the journey.
    pub lasted: f64,
    /// WiFi scans asked for.
    pub wifi_scans: u64,
}

/// Travels once.
pub fn travel(
    world: &World,
    journey: &Journey,
    engine: &Engine,
    clock: &DemoClock,
    seed: u64,
) -> Result<Collected, Failure> {
    clock.set(journey.start_utc);
    engine.begin_trip()?;
    let mut phone = Phone::new(world, journey, PhoneParams { seed, ..PhoneParams::default() });
    let mut supervisor = Supervisor::new(Settings::default());
    let mut trouble = None;
    let counters = drive(
        &mut phone,
        |now, event| supervisor.on(now, event),
        |now, heard| {
            clock.set(PhoneParams::default().booted_utc + now);
            let told = match heard {
                Heard::Fix(fix) => patiently(|| engine.fix(fix.clone())),
                Heard::Scan(_, scan) => patiently(|| engine.scan(scan.clone())),
                Heard::Event(_) => Ok(()),
            };
            trouble = trouble.take().or(told.err());
        },
    );
    if let Some(e) = trouble {
        return Err(e.into());
    }
    clock.set(journey.start_utc + journey.duration() + Millis::from_mins(5));
    engine.end_trip()?;
    Ok(Collected {
        km: journey.length().0 / 1_000.0,
        gps_on: counters.gps_on.secs(),
        lasted: journey.duration().secs(),
        wifi_scans: u64::from(counters.wifi_scans),
    })
}

/// The world runs a thousand times faster than a sensor: wait where the engine is behind.
fn patiently(tell: impl Fn() -> Result<(), CoreError>) -> Result<(), CoreError> {
    loop {
        match tell() {
            Err(CoreError::Busy) => std::thread::sleep(std::time::Duration::from_micros(200)),
            other => return other,
        }
    }
}
