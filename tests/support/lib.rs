//! What the tests that cross folders share.

pub mod exchange;
pub mod format_kill;
pub mod formats;
pub mod import_kill;
pub mod kill;
pub mod large;
pub mod leaks;
pub mod schema;
pub mod vaults;

use cairn::CoreError;
use cairn::engine::Engine;
use cairn::model::{Dbm, Fix, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Scan, Ssid};
use cairn::outbox::{Protocol, ServiceId, ServiceSettings};

/// 2026-01-01, so that the numbered reports lie in the past of every test.
const START: i64 = 1_767_225_600_000;

/// The n-th fix of an endless walk: two seconds and ten metres after the one before.
///
/// # Panics
/// Never: the walk circles within a few kilometres.
pub fn numbered_fix(n: u64) -> Fix {
    let angle = n as f64 / 100.0;
    let origin = LatLng::new(60.17, 24.94).expect("a place in Helsinki");
    let place = LocalPlane::around(origin).to_place(1_000.0 * angle.cos(), 1_000.0 * angle.sin());
    let ms = 2_000 * n as i64;
    Fix::gnss(Millis(ms), Millis(START + ms), place, Metres(5.0))
}

/// What is heard at the n-th fix: one access point that is heard nowhere else.
///
/// # Panics
/// Never, for numbers below 2^40.
pub fn numbered_scan(n: u64) -> Scan {
    let wifi = HeardWifi {
        mono: Millis(2_000 * n as i64),
        mac: Mac::from_u64(numbered_mac(n)).expect("below 2^48"),
        ssid: Ssid::new(*b"open street"),
        signal: Some(Dbm(-60)),
        frequency_mhz: Some(2_437),
        standard: None,
    };
    Scan { wifi: vec![wifi], ..Scan::default() }
}

/// The address of the n-th access point.
pub const fn numbered_mac(n: u64) -> u64 {
    0x0c00_0000_0000 + n
}

/// Adds a service on loopback to an engine.
///
/// # Errors
/// As the engine's.
pub fn open_service(engine: &Engine, url: &str) -> Result<ServiceId, CoreError> {
    engine.add_service(ServiceSettings { allow_http: true, ..ServiceSettings::new(url, Protocol::BeaconDb) })
}

/// Tells the engine something, waiting while it is busy: tests tell faster than any sensor.
///
/// # Errors
/// As the engine's, but for [`CoreError::Busy`].
pub fn patiently(mut tell: impl FnMut() -> Result<(), CoreError>) -> Result<(), CoreError> {
    loop {
        match tell() {
            Err(CoreError::Busy) => std::thread::yield_now(),
            other => return other,
        }
    }
}
