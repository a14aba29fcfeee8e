//! One position of the phone.

use super::{LatLng, Metres, Millis};

/// One GNSS position, as a location provider told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// When the position was true, on the monotonic clock.
    pub mono: Millis,
    /// The same moment in UTC.
    pub utc: Millis,
    /// What the phone's wall clock adds to UTC where it is, in minutes, where known: it decides the local day.
    pub utc_offset_min: Option<i16>,
    /// Where.
    pub place: LatLng,
    /// Radius that holds the truth in 68 % of cases; none where the provider did not say.
    pub accuracy: Option<Metres>,
    /// Height above the ellipsoid.
    pub altitude: Option<Metres>,
    /// 68 % of the height's error.
    pub altitude_accuracy: Option<Metres>,
    /// Metres per second over ground.
    pub speed: Option<f64>,
    /// Degrees clockwise from north, 0 to 360.
    pub heading: Option<f64>,
    /// Air pressure in hPa.
    pub pressure: Option<f64>,
    /// What made the position.
    pub source: FixSource,
    /// Whether another app made it up (Android's mock flag).
    pub mock: bool,
}

/// What made a position. The names are the only ones ichnaea knows (location-services.md, A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FixSource {
    /// Satellites.
    #[default]
    Gnss,
    /// A mixture that the phone made: only used where there is nothing better.
    Fused,
    /// Set by hand.
    Fixed,
}

impl FixSource {
    /// The word for it on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Gnss => "gnss",
            Self::Fused => "fused",
            Self::Fixed => "fixed",
        }
    }
}

impl Fix {
    /// A plain satellite fix; set the other members as known.
    pub fn gnss(mono: Millis, utc: Millis, place: LatLng, accuracy: Metres) -> Self {
        Self {
            mono,
            utc,
            utc_offset_min: None,
            place,
            accuracy: Some(accuracy),
            altitude: None,
            altitude_accuracy: None,
            speed: None,
            heading: None,
            pressure: None,
            source: FixSource::Gnss,
            mock: false,
        }
    }
}
