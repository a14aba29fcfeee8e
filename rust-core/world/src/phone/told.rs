//! What goes into a simulated phone and what comes out of it.

use cairn::model::{Fix, Metres, Millis, Scan};
use cairn::supervisor::{Event, SensorKind};

/// What one phone is like, and what befalls it.
#[derive(Clone, Debug)]
pub struct PhoneParams {
    /// Decides everything random about it.
    pub seed: u64,
    /// What this model hears more than others, in dB: models differ by up to 10.
    pub device_offset_db: f64,
    /// Whether Android's limit on WiFi scans is in force.
    pub throttled: bool,
    /// When it was switched on, in UTC: where its monotonic clock is zero.
    pub booted_utc: Millis,
    /// Charge at the start, in percent.
    pub battery: f64,
    /// What befalls it: sensors that fail, permissions withdrawn, heat; each at a time since the journey's start.
    pub script: Vec<(Millis, Event)>,
}

impl Default for PhoneParams {
    fn default() -> Self {
        Self {
            seed: 1,
            device_offset_db: 0.0,
            throttled: true,
            booted_utc: crate::FIRST_DAY,
            battery: 100.0,
            script: Vec::new(),
        }
    }
}

/// Something that a phone tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// For the supervisor.
    Event(Event),
    /// A position, told to the supervisor as well.
    Fix(Fix),
    /// Results of one radio, told to the supervisor as well.
    Scan(SensorKind, Scan),
}

/// What a journey cost and brought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Time with GPS switched on.
    pub gps_on: Millis,
    /// WiFi scans begun at our wish.
    pub wifi_scans: u32,
    /// Fixes told.
    pub fixes: u32,
    /// Emitters in all results, before any of them is judged.
    pub sightings: u64,
    /// Way travelled.
    pub travelled: Metres,
}
