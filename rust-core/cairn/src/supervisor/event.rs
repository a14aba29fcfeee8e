//! What the supervisor is told, and what it answers.

use crate::model::{LatLng, Metres, Millis};

/// A source of data on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SensorKind {
    /// Satellite positions.
    Gnss,
    /// WiFi scans.
    Wifi,
    /// Cells of all SIMs.
    Cells,
    /// Bluetooth beacons.
    Beacons,
    /// Significant motion: wakes the phone without GPS.
    Motion,
}

impl SensorKind {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Self; 5] = [Self::Gnss, Self::Wifi, Self::Cells, Self::Beacons, Self::Motion];
}

/// How hot the phone says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heat {
    /// Nothing to do.
    Normal,
    /// Work should be spaced out.
    Warm,
    /// Collecting must stop until it cools.
    Hot,
}

/// What happens on the phone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// The user starts collecting; while results of a trip just stopped are awaited, the new one begins after its
    /// [`Command::Finished`].
    Start,
    /// The user stops; results already asked for are still awaited (see [`Command::Finished`]).
    Stop,
    /// The user pauses until the next [`Event::Start`]: the trip goes on, nothing is heard meanwhile.
    Pause,
    /// A position came in.
    Fix {
        /// Where.
        place: LatLng,
        /// 68 % radius.
        accuracy: Option<Metres>,
        /// Metres per second.
        speed: Option<f64>,
    },
    /// A scan's results came in, asked for or caused by another app.
    Scanned {
        /// Of which radio.
        sensor: SensorKind,
        /// How many emitters it holds.
        heard: usize,
    },
    /// The system refused a scan because there were too many.
    Throttled(SensorKind),
    /// A sensor stopped working or threw an error.
    Failed(SensorKind),
    /// Permission for a sensor was given or taken away.
    Permission {
        /// Which.
        sensor: SensorKind,
        /// Whether it may be used now.
        granted: bool,
    },
    /// The user switched a sensor on or off in the system's settings (location off, WiFi off, airplane mode).
    Provider {
        /// Which.
        sensor: SensorKind,
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
    Heat(Heat),
    /// The system's power saver was switched.
    PowerSave(bool),
    /// The moment asked for by [`Command::WakeAt`] has come (or any other occasion to look at the time).
    Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Switch a sensor on; for [`SensorKind::Gnss`] with a fix at least this often.
    StartSensor {
        /// Which.
        sensor: SensorKind,
        /// Desired time between results, where the sensor has such a thing.
        interval: Millis,
    },
    /// Switch a sensor off.
    StopSensor(SensorKind),
    /// Ask a radio for one scan now.
    ScanNow(SensorKind),
    /// Tell [`Event::Tick`] at this monotonic time, unless a later command names another.
    WakeAt(Millis),
    /// Show this to the user.
    Show(Status),
    /// Everything asked for has come in or timed out after a stop: the trip can be closed.
    Finished,
}

/// What the collection is doing, with the reason; `since` is monotonic time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not collecting: the user has not started or has stopped.
    Stopped,
    /// Collecting.
    Collecting,
    /// Started but waiting for a first position.
    WaitingForFix {
        /// Since when.
        since: Millis,
    },
    /// Paused, and why.
    Paused {
        /// The reason.
        why: Pause,
        /// Since when.
        since: Millis,
    },
    /// Looking whether a wake-up was a real move.
    CheckingMove {
        /// Since when.
        since: Millis,
    },
    /// Stopping: results under way are awaited.
    Draining {
        /// Since when.
        since: Millis,
    },
}

/// Why a collection is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pause {
    /// The user wants a break.
    User,
    /// The phone has not moved.
    Still,
    /// No satellite has been seen for a while: indoors, underground.
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
