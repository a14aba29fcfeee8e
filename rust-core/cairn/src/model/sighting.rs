//! One emitter heard once, after privacy and plausibility have been applied.

use super::{BeaconFormat, CellKey, Dbm, EmitterKey, LatLng, Mac, Millis, Ssid, WifiStandard};

/// One emitter heard once, tied to the fix of its report.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Time of the fix minus time of the sighting, on one clock; negative when it was heard after the fix.
    pub age: Millis,
    /// Where the phone was when it heard the emitter: interpolated between fixes. For the local model only, never sent.
    pub place: LatLng,
    /// Signal, where the radio told it.
    pub signal: Option<Dbm>,
    /// Which emitter, and what its kind tells besides.
    pub detail: Detail,
}

/// What the kinds of emitter tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// An access point.
    Wifi {
        /// BSSID.
        mac: Mac,
        /// Network name: services that store WiFi refuse sightings without it.
        ssid: Ssid,
        /// Centre of the primary channel in MHz.
        frequency_mhz: Option<u16>,
        /// Generation.
        standard: Option<WifiStandard>,
    },
    /// A cell.
    Cell {
        /// Its worldwide name.
        key: CellKey,
        /// Whether the phone was registered with it.
        serving: bool,
        /// Arbitrary strength unit.
        asu: Option<u16>,
        /// Timing advance.
        timing_advance: Option<u16>,
        /// Scrambling code or physical cell id.
        physical: Option<u16>,
        /// Channel number of the carrier.
        arfcn: Option<u32>,
    },
    /// A beacon.
    Beacon {
        /// Its address.
        mac: Mac,
        /// What it advertises.
        format: Option<BeaconFormat>,
    },
}

impl Sighting {
    /// The emitter's name.
    pub fn emitter(&self) -> EmitterKey {
        match &self.detail {
            Detail::Wifi { mac, .. } => EmitterKey::wifi(*mac),
            Detail::Cell { key, .. } => EmitterKey::cell(*key),
            Detail::Beacon { mac, .. } => EmitterKey::beacon(*mac),
        }
    }
}
