//! An emitter of the simulated world, with the truth about it: what it sends, where it is and when, how strong.

use cairn::model::{BeaconFormat, CellKey, EmitterKey, EmitterKind, LatLng, Mac, Millis, Ssid, WifiStandard};

use crate::noise;

/// What an emitter says on the air.
#[derive(Clone, Debug, PartialEq)]
pub enum Voice {
    /// An access point.
    Wifi {
        /// BSSID.
        mac: Mac,
        /// Name; empty where hidden.
        ssid: Ssid,
        /// Centre of the primary channel in MHz.
        frequency_mhz: u16,
        /// Generation.
        standard: WifiStandard,
    },
    /// A Bluetooth beacon.
    Beacon {
        /// Its address.
        mac: Mac,
        /// What it advertises.
        format: BeaconFormat,
    },
    /// A cell of a tower.
    Cell {
        /// Its worldwide name.
        key: CellKey,
        /// Scrambling code or physical cell id.
        physical: Option<u16>,
        /// Channel number.
        arfcn: u32,
        /// Where its antenna points: degrees clockwise from north.
        azimuth: f64,
    },
}

/// Where an emitter is in the course of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Whereabouts {
    /// Always in one place.
    Fixed(LatLng),
    /// In one place until a moment (UTC), in another from then on.
    Moves {
        /// The moment.
        at: Millis,
        /// Before and after it.
        places: [LatLng; 2],
    },
    /// In someone's pocket: in each hour at one of these places, or out of the world.
    Wanders(Vec<LatLng>),
    /// On a vehicle, one place a second from a moment (UTC) on; not there before and after.
    Rides {
        /// The moment of the first place.
        from: Millis,
        /// Where it is each second.
        seconds: Vec<LatLng>,
    },
}

/// An emitter.
#[derive(Clone, Debug, PartialEq)]
pub struct Emitter {
    /// What it says.
    pub voice: Voice,
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// Level in dBm at one metre, antenna and band included.
    pub power: f64,
    /// Path loss exponent of its surroundings.
    pub exponent: f64,
    /// Loss in dB of the walls around it.
    pub walls: f64,
    pub(crate) seed: u64,
}

impl Emitter {
    /// Its name in databases.
    pub fn key(&self) -> EmitterKey {
        match &self.voice {
            Voice::Wifi { mac, .. } => EmitterKey::wifi(*mac),
            Voice::Beacon { mac, .. } => EmitterKey::beacon(*mac),
            Voice::Cell { key, .. } => EmitterKey::cell(*key),
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> EmitterKind {
        self.key().kind()
    }

    /// Where it is at a moment in UTC, or none while it is elsewhere or silent.
    pub fn place(&self, utc: Millis) -> Option<LatLng> {
        match &self.whereabouts {
            Whereabouts::Fixed(place) => Some(*place),
            Whereabouts::Moves { at, places } => Some(places[usize::from(utc >= *at)]),
            Whereabouts::Wanders(places) => {
                let hour = utc.0.div_euclid(Millis::from_hours(1).0) as u64;
                // One turn of the dice is for being out of this world.
                let turn = noise::mix(&[self.seed, hour]) % (places.len() as u64 + 1);
                places.get(turn as usize).copied()
            }
            Whereabouts::Rides { from, seconds } => {
                let second = usize::try_from((utc - *from).0.div_euclid(1_000)).ok()?;
                seconds.get(second).copied()
            }
        }
    }

    /// Whether its owner asked not to be mapped (`_nomap`, `_optout`): it must never be kept.
    pub fn is_private(&self) -> bool {
        matches!(&self.voice, Voice::Wifi { ssid, .. } if ssid.opts_out())
    }

    /// Whether it hides its name.
    pub fn is_hidden(&self) -> bool {
        matches!(&self.voice, Voice::Wifi { ssid, .. } if ssid.is_hidden())
    }

    /// Whether it travels: a phone's hotspot, a bus.
    pub const fn is_mobile(&self) -> bool {
        matches!(self.whereabouts, Whereabouts::Wanders(_) | Whereabouts::Rides { .. })
    }

    /// When it moved house, if it does.
    pub const fn moved_at(&self) -> Option<Millis> {
        match self.whereabouts {
            Whereabouts::Moves { at, .. } => Some(at),
            _ => None,
        }
    }

    /// Every place where it must be looked for, rides excepted.
    pub(crate) fn anchors(&self) -> &[LatLng] {
        match &self.whereabouts {
            Whereabouts::Fixed(place) => std::slice::from_ref(place),
            Whereabouts::Wanders(places) => places,
            Whereabouts::Moves { places, .. } => places,
            Whereabouts::Rides { .. } => &[],
        }
    }
}
