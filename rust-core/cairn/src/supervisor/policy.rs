//! The supervisor's constants, each with the reason for its value.
//!
//! Names in brackets are stumblers that proved a value: see reference/stumblers.md, 1.2, 1.3 and 5.

use super::SensorKind;
use crate::model::{Metres, Millis};

/// Android refuses an app in the foreground its fifth WiFi scan within two minutes.
pub(super) const WIFI_SCANS_PER_WINDOW: usize = 4;
/// Android's two minutes, and one second because it stamps a request later than we made it.
pub(super) const WIFI_WINDOW: Millis = Millis::from_secs(121);
/// First wait after a refusal: the share of the window that one scan takes. Doubles while refusals go on.
pub(super) const THROTTLED_FIRST: Millis = Millis::from_secs(30);
/// Longest wait after refusals: other apps' bursts are over by then, and a drive has not yet lost a whole town.
pub(super) const THROTTLED_LONGEST: Millis = Millis::from_mins(8);

/// Shortest time between WiFi scans under Android's limit: a quarter of the window. Fast travel is heard evenly,
/// instead of four scans at once and a gap of two minutes.
pub(super) const WIFI_SHORTEST: Millis = Millis(30_250);
/// Shortest time between WiFi scans without the limit: a scan of all channels takes about this long (NeoStumbler).
pub(super) const WIFI_SHORTEST_UNTHROTTLED: Millis = Millis(1_500);
/// Shortest time between cell scans: modems refresh their cell list no faster.
pub(super) const CELLS_SHORTEST: Millis = Millis::from_secs(5);
/// Longest time between scans while moving however slowly: confirms what is heard and shows that we are alive.
pub(super) const SCAN_LONGEST: Millis = Millis::from_secs(60);
/// Weight of the newest speed in the smoothed one (NeoStumbler): a traffic light does not stop the scans.
pub(super) const SPEED_WEIGHT: f64 = 0.15;
/// Faster than any vehicle on the ground or airliner; a speed above it is an error (Mozilla).
pub(super) const SPEED_LIMIT: f64 = 340.0;
/// How much further apart scans are when the phone is warm or saves power.
pub(super) const STRAINED: i64 = 2;

/// A scan takes 2 to 6 s; what has not come by now was swallowed by the system.
pub(super) const SCAN_TIMEOUT: Millis = Millis::from_secs(10);
/// Android silently downgrades a Bluetooth scan that has run for 30 minutes; a restart before that keeps it alive.
pub(super) const BEACONS_RESTART: Millis = Millis::from_mins(25);

/// A position every 2 s: at 30 m/s still one every 60 m, as often as intake needs to interpolate.
pub(super) const FIX_INTERVAL: Millis = Millis::from_secs(2);
/// Several fixes in a row missed: satellites are lost, not late.
pub(super) const FIX_FRESH: Millis = Millis::from_secs(15);
/// Scans go on for this long after the last fix. Intake pairs what is heard up to 20 s before the *next* one, and most
/// street tunnels and arcades are passed within a minute; beyond, scans would only cost.
pub(super) const FIX_BRIDGE: Millis = Millis::from_secs(60);
/// Satellites are searched for this long before it is taken for being indoors; a cold start takes 1 to 2 minutes.
pub(super) const SEARCH_SKY: Millis = Millis::from_mins(5);

/// Less than this, while [`super::Settings::still_after`] passes, is not moving (Mozilla): above GNSS drift, below a stroll.
pub(super) const STILL_WITHIN: Metres = Metres(50.0);
/// This far from where the pause began is a real move: phones lifted from a table stay below it (Mozilla: 10 m; drift
/// right after waking is worse than that).
pub(super) const MOVED_BEYOND: Metres = Metres(20.0);
/// GPS is on for at most this long to tell a real move from a false wake-up (Mozilla).
pub(super) const CHECK_MOVE: Millis = Millis::from_secs(30);
/// The same when the sky was lost: a search from cold takes longer than a look from warm.
pub(super) const CHECK_SKY: Millis = Millis::from_secs(60);
/// Unused for this long GNSS is cold, so that a short check would miss a real move: a wake-up is believed (Mozilla).
pub(super) const LONG_PAUSE: Millis = Millis::from_hours(2);
/// Wake-ups this soon after a pause began wait; doubles with each false one (Mozilla's ramp).
pub(super) const WAKE_FIRST: Millis = Millis::from_secs(20);
/// Longest wait for a wake-up, however often it was false.
pub(super) const WAKE_LONGEST: Millis = Millis::from_mins(5);
/// Time to the first look of one's own accord, where no motion sensor can wake or the sky was lost; doubles with each in vain.
pub(super) const LOOK_FIRST: Millis = Millis::from_mins(5);
/// Longest time between such looks: half a minute of GPS in half an hour is under 2 %.
pub(super) const LOOK_LONGEST: Millis = Millis::from_mins(30);

/// Charge above the low mark at which collecting resumes: a reading swings by some percent under load.
pub(super) const BATTERY_RECOVERY: u8 = 5;
/// A phone that was hot and is only warm rests this long, or it would be hot again at once.
pub(super) const COOL_DOWN: Millis = Millis::from_mins(5);

/// First delay before a failed sensor is started again: long enough for a driver to reset.
pub(super) const RESTART_FIRST: Millis = Millis::from_secs(2);
/// Growth of that delay with each failure in a row: 2 s, 8 s, 32 s, 2 min, 9 min.
pub(super) const RESTART_GROWTH: i64 = 4;
/// Longest delay before a restart.
pub(super) const RESTART_LONGEST: Millis = Millis::from_mins(10);
/// Failures within [`FLAP_WINDOW`] after which a sensor is left alone: it costs more than it hears.
pub(super) const FLAP_FAILURES: usize = 6;
/// See [`FLAP_FAILURES`].
pub(super) const FLAP_WINDOW: Millis = Millis::from_mins(30);

/// Time between results that a sensor is started with.
pub(super) const fn interval(sensor: SensorKind, wifi_unthrottled: bool) -> Millis {
    match sensor {
        SensorKind::Gnss => FIX_INTERVAL,
        SensorKind::Wifi if wifi_unthrottled => WIFI_SHORTEST_UNTHROTTLED,
        SensorKind::Wifi => WIFI_SHORTEST,
        SensorKind::Cells => CELLS_SHORTEST,
        // As it happens.
        SensorKind::Beacons | SensorKind::Motion => Millis(0),
    }
}

/// `first` doubled `times` times, at most `longest`.
pub(super) fn doubled(first: Millis, times: u32, longest: Millis) -> Millis {
    grown(first, 2, times, longest)
}

/// `first` multiplied by `factor` as often as `times`, at most `longest`.
pub(super) fn grown(first: Millis, factor: i64, times: u32, longest: Millis) -> Millis {
    Millis(first.0.saturating_mul(factor.saturating_pow(times))).min(longest)
}
