//! How signal falls with distance: the log-distance model, heard = level − 10 n log10(d), d in metres from one on.

use super::lanes::ln;
use crate::model::EmitterKind;

/// The exponent between emitters in and around houses and a phone in the street. Literature has 2.7 to 3.5 there; the
/// uncertainty is in the noise.
const EXPONENT: f64 = 3.0;

/// 10 n / ln 10: what one e-fold of distance costs, dB.
pub(super) const DB_PER_LN: f64 = 10.0 * EXPONENT / std::f64::consts::LN_10;

/// What is lost over a distance whose square is given in m², dB.
pub(super) fn loss_at_square(square: f64) -> f64 {
    0.5 * DB_PER_LN * f64::from(ln(square.max(1.0) as f32))
}

/// The distance over which so much is lost, m.
pub(super) fn distance(loss: f64) -> f64 {
    (loss / DB_PER_LN).exp()
}

/// The level one metre away of an ordinary emitter as a phone outside hears it, walls included, dBm.
pub(super) fn usual_level(kind: EmitterKind, frequency_mhz: Option<u16>) -> f64 {
    match kind {
        // 20 dBm less a wall; 5 and 6 GHz lose some 6 dB more on the first metre and in walls.
        EmitterKind::Wifi if frequency_mhz.is_some_and(|f| f >= 4_900) => -36.0,
        EmitterKind::Wifi => -30.0,
        EmitterKind::Beacon => -58.0,
        EmitterKind::Cell => 0.0,
    }
}

/// Mean square of one reading's noise to begin with, dB²: (7 dB)², the middle of what the literature gives (4 to 9 dB).
pub(super) const USUAL_NOISE: f32 = 49.0;

/// Sightings' worth of belief in it.
pub(super) const NOISE_PRIOR: f32 = 5.0;

/// Where an access point transmits: higher bands carry less far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Band {
    Unknown = 0,
    Ghz2 = 1,
    Ghz5 = 2,
    Ghz6 = 3,
}

impl Band {
    pub fn of(frequency_mhz: Option<u16>) -> Self {
        match frequency_mhz {
            Some(2_400..=2_500) => Self::Ghz2,
            Some(4_900..=5_924) => Self::Ghz5,
            Some(5_925..=7_125) => Self::Ghz6,
            _ => Self::Unknown,
        }
    }

    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Ghz2,
            2 => Self::Ghz5,
            3 => Self::Ghz6,
            _ => Self::Unknown,
        }
    }
}
