//! What the supervisor is told and what it answers.

use engine::CoreError;
use engine::engine::Reaction;
use engine::model::{Metres, Millis};
use engine::supervisor::{Command, Event, Heat, Pause, SensorKind, Settings, Status};

/// A source of data on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Sensor {
    /// Satellite positions.
    Gnss,
    /// WiFi scans.
    Wifi,
    /// Cells of all SIMs.
    Cells,
    /// Bluetooth beacons.
    Beacons,
    /// Significant motion.
    Motion,
}

/// How hot the phone says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Warmth {
    /// Nothing to do.
    Normal,
    /// Work is spaced out.
    Warm,
    /// Collecting pauses.
    Hot,
}

/// What happens on the phone, besides positions and scans.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Enum)]
pub enum PhoneEvent {
    /// The user starts collecting.
    Start,
    /// The user stops.
    Stop,
    /// The user pauses until the next start.
    Pause,
    /// The system refused a scan because there were too many.
    Throttled {
        /// Of which radio.
        sensor: Sensor,
    },
    /// A sensor stopped working or threw an error.
    Failed {
        /// Which.
        sensor: Sensor,
    },
    /// Permission for a sensor was given or taken away.
    Permission {
        /// Which.
        sensor: Sensor,
        /// Whether it may be used now.
        granted: bool,
    },
    /// A sensor was switched on or off in the system's settings.
    Provider {
        /// Which.
        sensor: Sensor,
        /// Whether it works now.
        on: bool,
    },
    /// The phone began to move.
    Moved,
    /// State of the battery.
    Battery {
        /// 0 to 100.
        percent: u8,
        /// Whether it is being charged.
        charging: bool,
    },
    /// Temperature.
    Heat {
        /// How hot.
        warmth: Warmth,
    },
    /// The system's power saver was switched.
    PowerSave {
        /// Whether it is on.
        on: bool,
    },
    /// The moment asked for by [`SensorCommand::WakeAt`] has come.
    Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SensorCommand {
    /// Switch a sensor on.
    Start {
        /// Which.
        sensor: Sensor,
        /// Desired time between results, in ms.
        interval_ms: i64,
    },
    /// Switch a sensor off.
    Stop {
        /// Which.
        sensor: Sensor,
    },
    /// Ask a radio for one scan now.
    ScanNow {
        /// Which.
        sensor: Sensor,
    },
    /// Tell [`PhoneEvent::Tick`] at this `elapsedRealtime`, unless a later command names another.
    WakeAt {
        /// In ms.
        mono_ms: i64,
    },
    /// Show this to the user.
    Show {
        /// The status.
        status: CollectingStatus,
    },
    /// The trip can be closed and the service ended.
    Finished,
}

/// What the collection is doing, with the reason; times are `elapsedRealtime` in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CollectingStatus {
    /// The user has not started or has stopped.
    Stopped,
    /// Collecting.
    Collecting,
    /// Started, but waiting for a first position.
    WaitingForFix {
        /// Since when.
        since_ms: i64,
    },
    /// Paused.
    Paused {
        /// Why.
        why: PauseReason,
        /// Since when.
        since_ms: i64,
    },
    /// Looking whether a wake-up was a real move.
    CheckingMove {
        /// Since when.
        since_ms: i64,
    },
    /// Stopping: results under way are awaited.
    Draining {
        /// Since when.
        since_ms: i64,
    },
}

/// Why a collection is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PauseReason {
    /// The user wants a break.
    User,
    /// The phone has not moved.
    Still,
    /// No satellite in view for a while.
    NoSky,
    /// The battery is low.
    BatteryLow,
    /// The phone is too hot.
    Hot,
    /// The system saves power.
    PowerSave,
    /// Location permission is missing.
    NoPermission,
    /// Location is switched off.
    LocationOff,
    /// The position sensor does not work.
    GnssFailed,
}

/// Why something could not be taken in or stored. It was counted, or is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Trouble {
    /// More was told than could be taken in.
    Busy,
    /// No room left.
    DiskFull,
    /// The database cannot be written.
    ReadOnly,
    /// Another process holds the database.
    Locked,
    /// The core has been closed.
    Closed,
    /// Anything else; the log says where.
    Internal,
}

/// What is to be done, and what went wrong on the way. Do the commands in any case.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SensorReaction {
    /// In order.
    pub commands: Vec<SensorCommand>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// What the user chooses about collecting; null leaves a thing out.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CollectingSettings {
    /// Metres between WiFi scans.
    pub wifi_every_m: Option<f64>,
    /// Metres between cell scans.
    pub cells_every_m: Option<f64>,
    /// Whether beacons are listened to.
    pub beacons: bool,
    /// Whether scan throttling is off in the developer options.
    pub wifi_unthrottled: bool,
    /// Pause after so many seconds in one place.
    pub still_after_s: Option<i64>,
    /// Pause at this charge in percent and below.
    pub battery_low_percent: Option<u8>,
    /// Whether the power saver pauses collecting.
    pub pause_in_power_save: bool,
}

/// What suits a walk, a ride and a drive.
#[uniffi::export]
pub fn default_collecting_settings() -> CollectingSettings {
    let settings = Settings::default();
    CollectingSettings {
        wifi_every_m: settings.wifi_every.map(|m| m.0),
        cells_every_m: settings.cells_every.map(|m| m.0),
        beacons: settings.beacons,
        wifi_unthrottled: settings.wifi_unthrottled,
        still_after_s: settings.still_after.map(|m| m.0 / 1_000),
        battery_low_percent: settings.battery_low,
        pause_in_power_save: settings.pause_in_power_save,
    }
}

impl From<CollectingSettings> for Settings {
    fn from(chosen: CollectingSettings) -> Self {
        Self {
            wifi_every: chosen.wifi_every_m.map(Metres),
            cells_every: chosen.cells_every_m.map(Metres),
            beacons: chosen.beacons,
            wifi_unthrottled: chosen.wifi_unthrottled,
            still_after: chosen.still_after_s.map(Millis::from_secs),
            battery_low: chosen.battery_low_percent,
            pause_in_power_save: chosen.pause_in_power_save,
        }
    }
}

impl From<Sensor> for SensorKind {
    fn from(sensor: Sensor) -> Self {
        match sensor {
            Sensor::Gnss => Self::Gnss,
            Sensor::Wifi => Self::Wifi,
            Sensor::Cells => Self::Cells,
            Sensor::Beacons => Self::Beacons,
            Sensor::Motion => Self::Motion,
        }
    }
}

impl From<SensorKind> for Sensor {
    fn from(sensor: SensorKind) -> Self {
        match sensor {
            SensorKind::Gnss => Self::Gnss,
            SensorKind::Wifi => Self::Wifi,
            SensorKind::Cells => Self::Cells,
            SensorKind::Beacons => Self::Beacons,
            SensorKind::Motion => Self::Motion,
        }
    }
}

impl From<PhoneEvent> for Event {
    fn from(event: PhoneEvent) -> Self {
        match event {
            PhoneEvent::Start => Self::Start,
            PhoneEvent::Stop => Self::Stop,
            PhoneEvent::Pause => Self::Pause,
            PhoneEvent::Throttled { sensor } => Self::Throttled(sensor.into()),
            PhoneEvent::Failed { sensor } => Self::Failed(sensor.into()),
            PhoneEvent::Permission { sensor, granted } => Self::Permission { sensor: sensor.into(), granted },
            PhoneEvent::Provider { sensor, on } => Self::Provider { sensor: sensor.into(), on },
            PhoneEvent::Moved => Self::Moved,
            PhoneEvent::Battery { percent, charging } => Self::Battery { percent, charging },
            PhoneEvent::Heat { warmth } => Self::Heat(match warmth {
                Warmth::Normal => Heat::Normal,
                Warmth::Warm => Heat::Warm,
                Warmth::Hot => Heat::Hot,
            }),
            PhoneEvent::PowerSave { on } => Self::PowerSave(on),
            PhoneEvent::Tick => Self::Tick,
        }
    }
}

impl From<Status> for CollectingStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Stopped => Self::Stopped,
            Status::Collecting => Self::Collecting,
            Status::WaitingForFix { since } => Self::WaitingForFix { since_ms: since.0 },
            Status::Paused { why, since } => Self::Paused { why: why.into(), since_ms: since.0 },
            Status::CheckingMove { since } => Self::CheckingMove { since_ms: since.0 },
            Status::Draining { since } => Self::Draining { since_ms: since.0 },
        }
    }
}

impl From<Pause> for PauseReason {
    fn from(why: Pause) -> Self {
        match why {
            Pause::User => Self::User,
            Pause::Still => Self::Still,
            Pause::NoSky => Self::NoSky,
            Pause::BatteryLow => Self::BatteryLow,
            Pause::Hot => Self::Hot,
            Pause::PowerSave => Self::PowerSave,
            Pause::NoPermission => Self::NoPermission,
            Pause::LocationOff => Self::LocationOff,
            Pause::GnssFailed => Self::GnssFailed,
        }
    }
}

impl From<Command> for SensorCommand {
    fn from(command: Command) -> Self {
        match command {
            Command::StartSensor { sensor, interval } => Self::Start { sensor: sensor.into(), interval_ms: interval.0 },
            Command::StopSensor(sensor) => Self::Stop { sensor: sensor.into() },
            Command::ScanNow(sensor) => Self::ScanNow { sensor: sensor.into() },
            Command::WakeAt(at) => Self::WakeAt { mono_ms: at.0 },
            Command::Show(status) => Self::Show { status: status.into() },
            Command::Finished => Self::Finished,
        }
    }
}

impl From<Reaction> for SensorReaction {
    fn from(reaction: Reaction) -> Self {
        Self {
            commands: reaction.commands.into_iter().map(Into::into).collect(),
            trouble: reaction.trouble.map(|trouble| match trouble {
                CoreError::Busy => Trouble::Busy,
                CoreError::DiskFull => Trouble::DiskFull,
                CoreError::ReadOnly => Trouble::ReadOnly,
                CoreError::Locked => Trouble::Locked,
                CoreError::Closed => Trouble::Closed,
                _ => Trouble::Internal,
            }),
        }
    }
}
