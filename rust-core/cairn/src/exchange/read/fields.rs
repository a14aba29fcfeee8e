//! What several formats write the same way: numbers, radio channels.

use crate::exchange::BadRow;
use crate::model::{BeaconFormat, Dbm, Radio, WifiStandard};

/// A number that must be one where it is given.
pub(super) fn number(text: Option<&str>) -> Result<Option<f64>, BadRow> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Some).ok_or(BadRow::Number),
    }
}

/// A whole number within what its type holds; none for anything else, as placeholders are.
pub(super) fn whole<T: TryFrom<i64>>(number: f64) -> Option<T> {
    // 2^53: beyond it a double holds no single whole number.
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)?.try_into().ok()
}

/// A signal as radios measure it; none for placeholders (0, positive, `i32::MIN`).
pub(super) fn signal(number: Option<f64>) -> Option<Dbm> {
    number.filter(|s| (-160.0..0.0).contains(s)).map(|s| Dbm(s.round() as i16))
}

/// The centre in MHz of a WiFi channel (location-services.md, A.3): in 2.4 GHz up to 14, in 5 GHz from there on.
pub(super) fn frequency(channel: u16) -> Option<u16> {
    match channel {
        1..=13 => Some(5 * channel + 2407),
        14 => Some(2484),
        15..=185 => Some(5 * channel + 5000),
        186..=199 => Some(5 * channel + 4000),
        _ => None,
    }
}

/// A generation of mobile radio by any of the names that programs use. CDMA is none that a service takes.
pub(super) fn radio(name: &str) -> Result<Radio, BadRow> {
    match name.to_ascii_uppercase().as_str() {
        "CDMA" | "CDMA2000" | "EVDO" => Err(BadRow::Unsupported),
        "UMTS" | "HSPA" | "HSPA+" | "TD-SCDMA" | "TDSCDMA" | "WCDMA" => Ok(Radio::Wcdma),
        "5G" | "5G NR" | "NR" | "NRNSA" | "NRSA" => Ok(Radio::Nr),
        other => Radio::parse(other).ok_or(BadRow::Cell),
    }
}

/// The generation of WiFi that the standard's name stands for.
pub(super) fn standard(name: &str) -> Option<WifiStandard> {
    match name {
        "802.11a" | "802.11b" | "802.11g" => Some(WifiStandard::Legacy),
        "802.11n" => Some(WifiStandard::N),
        "802.11ac" => Some(WifiStandard::Ac),
        "802.11ax" => Some(WifiStandard::Ax),
        "802.11be" => Some(WifiStandard::Be),
        _ => None,
    }
}

/// The advertising formats by the numbers that `NeoStumbler` sends (stumblers.md, 3.2): the type octets of their frames.
pub(super) fn beacon_format(number: u16) -> Option<BeaconFormat> {
    match number {
        533 => Some(BeaconFormat::IBeacon),
        48_812 => Some(BeaconFormat::AltBeacon),
        _ => None,
    }
}
