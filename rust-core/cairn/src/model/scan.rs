//! What one radio heard at one moment, before anything was judged: unpaired, unfiltered, straight from the sensor.

use super::{CellIdentity, Dbm, Mac, Millis, Ssid};

/// What one radio heard at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// Access points.
    pub wifi: Vec<HeardWifi>,
    /// Cells, serving and neighbours, of every SIM.
    pub cells: Vec<HeardCell>,
    /// Bluetooth beacons.
    pub beacons: Vec<HeardBeacon>,
    /// Results whose address or numbers could not be read at all: counted, so that nothing vanishes silently.
    pub unreadable: u32,
}

/// One access point in a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardWifi {
    /// When its beacon was heard, on the monotonic clock.
    pub mono: Millis,
    /// BSSID.
    pub mac: Mac,
    /// Network name; empty where hidden.
    pub ssid: Ssid,
    /// Signal; none where the driver gave a placeholder.
    pub signal: Option<Dbm>,
    /// Centre of the primary channel in MHz.
    pub frequency_mhz: Option<u16>,
    /// Generation.
    pub standard: Option<WifiStandard>,
}

/// A generation of WiFi.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WifiStandard {
    /// 802.11a/b/g.
    Legacy,
    /// 802.11n, WiFi 4.
    N,
    /// 802.11ac, WiFi 5.
    Ac,
    /// 802.11ax, WiFi 6.
    Ax,
    /// 802.11be, WiFi 7.
    Be,
}

/// One cell in a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardCell {
    /// When it was measured, on the monotonic clock.
    pub mono: Millis,
    /// Its identity as far as it was given.
    pub identity: CellIdentity,
    /// Whether the phone was registered with it.
    pub serving: bool,
    /// Signal (RSSI for GSM, RSCP for WCDMA, RSRP for LTE and NR).
    pub signal: Option<Dbm>,
    /// Arbitrary strength unit.
    pub asu: Option<u16>,
    /// Timing advance: the way to the mast in steps of the generation.
    pub timing_advance: Option<u16>,
    /// Scrambling code (WCDMA) or physical cell id (LTE, NR).
    pub physical: Option<u16>,
    /// Channel number of the carrier.
    pub arfcn: Option<u32>,
}

/// One Bluetooth beacon in a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardBeacon {
    /// When it was heard, on the monotonic clock.
    pub mono: Millis,
    /// Its address.
    pub mac: Mac,
    /// Signal.
    pub signal: Option<Dbm>,
    /// What it advertises.
    pub format: Option<BeaconFormat>,
}

/// Advertising formats of stationary beacons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BeaconFormat {
    /// Apple's.
    IBeacon,
    /// Radius Networks' open one.
    AltBeacon,
    /// Google's.
    Eddystone,
}
