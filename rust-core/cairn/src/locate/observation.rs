//! One sighting as a lesson: where, how strong, and how much it should count.

use crate::model::{Dbm, Detail, EmitterKind, Fix, LatLng, Metres, Millis, Sighting};

/// One sighting, as far as it teaches where an emitter is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// What kind of emitter: it decides the scale.
    pub kind: EmitterKind,
    /// Where the phone was.
    pub place: LatLng,
    /// 68 % radius of that.
    pub accuracy: Metres,
    /// Time between fix and sighting.
    pub age: Millis,
    /// Metres per second.
    pub speed: Option<f64>,
    /// Signal.
    pub signal: Option<Dbm>,
    /// WiFi: MHz.
    pub frequency_mhz: Option<u16>,
    /// Days since 1970 UTC.
    pub day: i32,
}

/// What a phone's GPS usually reaches, for fixes that do not say.
pub(crate) const ASSUMED_ACCURACY: Metres = Metres(15.0);

impl Observation {
    /// What a sighting teaches, and its fix.
    pub fn of(fix: &Fix, sighting: &Sighting) -> Self {
        let frequency_mhz = match sighting.detail {
            Detail::Wifi { frequency_mhz, .. } => frequency_mhz,
            _ => None,
        };
        Self {
            kind: sighting.emitter().kind(),
            place: sighting.place,
            accuracy: fix.accuracy.unwrap_or(ASSUMED_ACCURACY),
            age: sighting.age,
            speed: fix.speed,
            signal: sighting.signal,
            frequency_mhz,
            day: fix.utc.0.div_euclid(Millis::from_days(1).0) as i32,
        }
    }

    /// What a sighting weighs: accurate, fresh, slow and strong ones more. The factors for accuracy, age and speed are ichnaea's
    /// (location-services.md, B.1). Signal counts as 10^(dBm/10) for short ranges, steeper than one over the distance: where an
    /// access point is strongest is nearest to it, and what was heard from afar says little. Cells, with masts, as 10^(dBm/20).
    pub(super) fn weight(&self) -> f64 {
        let accuracy = 10.0 / self.accuracy.0.max(10.0);
        let age = 2_000.0 / (self.age.abs().0 as f64).max(2_000.0);
        let speed = 5.0 / self.speed.unwrap_or(1.0).max(5.0);
        let heard = self.signal.map_or(-80.0, |s| f64::from(s.0));
        let (middle, slope) = if self.kind == EmitterKind::Cell { (-100.0, 20.0) } else { (-75.0, 10.0) };
        let signal = ((heard - middle) / slope * std::f64::consts::LN_10).exp().clamp(0.02, 20.0);
        (accuracy * age * speed).sqrt() * signal
    }
}
