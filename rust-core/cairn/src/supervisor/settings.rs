//! What the user may choose about collecting. Everything else is in [`super::policy`], with its reasons.

use super::SensorKind;
use crate::model::{Metres, Millis};

/// What the user may choose about collecting; [`Settings::default`] suits a walk, a ride and a drive.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Way between WiFi scans; none leaves WiFi out.
    pub wifi_every: Option<Metres>,
    /// Way between cell scans; none leaves cells out.
    pub cells_every: Option<Metres>,
    /// Whether Bluetooth beacons are listened to.
    pub beacons: bool,
    /// Whether the phone's developer option against scan throttling is off, so that Android's limit does not apply.
    pub wifi_unthrottled: bool,
    /// Pause when the phone has stayed in one place for this long; none never does.
    pub still_after: Option<Millis>,
    /// Pause at this charge, in percent, and below; none never does.
    pub battery_low: Option<u8>,
    /// Whether the system's power saver pauses collecting; otherwise it only spaces it out.
    pub pause_in_power_save: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            // An access point reaches about 100 m: every 50 m hears each from two sides at least.
            wifi_every: Some(Metres(50.0)),
            // Cells reach far; 120 m still shows neighbours come and go (NeoStumbler's value).
            cells_every: Some(Metres(120.0)),
            beacons: true,
            wifi_unthrottled: false,
            // MozStumbler's value: longer than a red light, shorter than a coffee.
            still_after: Some(Millis::from_mins(2)),
            // MozStumbler's value: leaves a traveller the charge to get home.
            battery_low: Some(15),
            pause_in_power_save: true,
        }
    }
}

impl Settings {
    /// Whether a sensor is used at all.
    pub(super) const fn uses(&self, sensor: SensorKind) -> bool {
        match sensor {
            SensorKind::Gnss | SensorKind::Motion => true,
            SensorKind::Wifi => self.wifi_every.is_some(),
            SensorKind::Cells => self.cells_every.is_some(),
            SensorKind::Beacons => self.beacons,
        }
    }
}
