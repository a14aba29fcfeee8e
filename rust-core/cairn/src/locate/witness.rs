//! Who can say where the phone is: access points and beacons that are known and stay where they are, each device once.

use super::scatter::Scatter;
use super::{HeardMac, Known, Learned, LeftOut, Query};
use crate::model::{EmitterKey, EmitterKind, LatLng, Mac};

/// One device that is heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Witness {
    pub kind: EmitterKind,
    /// What is known of it; what every point of a grid asks for stands beside.
    pub learned: Learned,
    /// Where it is thought to be.
    pub place: LatLng,
    /// Variances of that, m².
    pub error: Scatter,
    /// Root mean square distance from there at which it is heard, m.
    pub spread: f64,
    /// Its level one metre away, dBm.
    pub level: f64,
    /// Its signal here, dBm.
    pub signal: Option<f64>,
    /// How much its word counts, 0 to 1.
    pub trust: f64,
}

/// Who is heard.
pub(super) struct Gathered {
    pub witnesses: Vec<Witness>,
    pub left_out: LeftOut,
    /// How many of the addresses that are heard are known, as a share: few are where the phone has not been.
    pub known: f64,
}

/// Addresses made up by their owner are mostly honest routers' second networks, and sometimes phones': their word counts less.
const MADE_UP_TRUST: f64 = 0.6;

/// Below this an emitter's place says nothing.
const MIN_TRUST: f64 = 0.02;

/// The witnesses in a query, and who is none.
pub(super) fn gather(query: &Query, known: &impl Known) -> Gathered {
    let wifi = query.wifi.iter().map(|h| (h, EmitterKey::wifi(h.mac)));
    let beacons = query.beacons.iter().map(|h| (h, EmitterKey::beacon(h.mac)));
    let mut devices: Vec<Device> = Vec::new();
    let mut left_out = LeftOut::default();
    let (mut heard_addresses, mut known_addresses) = (0_u32, 0_u32);
    for (heard, key) in wifi.chain(beacons) {
        heard_addresses += 1;
        let Some(learned) = known.emitter(key) else { continue };
        known_addresses += 1;
        let witness = testify(heard, key.kind(), &learned);
        if learned.is_mobile() {
            left_out.mobile += 1;
            continue;
        }
        if witness.trust < MIN_TRUST {
            left_out.moved += 1;
            continue;
        }
        // An access point with five networks is one witness: the best known of its addresses speaks.
        match devices.iter_mut().find(|d| d.is_same(heard.mac, &witness)) {
            None => devices.push(Device { mac: heard.mac, witness }),
            Some(device) => {
                left_out.twins += 1;
                if witness.trust > device.witness.trust {
                    *device = Device { mac: heard.mac, witness };
                }
            }
        }
    }
    Gathered {
        witnesses: devices.into_iter().map(|d| d.witness).collect(),
        left_out,
        known: f64::from(known_addresses) / f64::from(heard_addresses.max(1)),
    }
}

fn testify(heard: &HeardMac, kind: EmitterKind, learned: &Learned) -> Witness {
    let honest = if heard.mac.is_locally_administered() { MADE_UP_TRUST } else { 1.0 };
    Witness {
        kind,
        learned: *learned,
        place: learned.place(),
        error: learned.error(),
        spread: learned.spread().0,
        level: learned.level(),
        signal: heard.signal.map(|s| f64::from(s.0)),
        trust: honest * learned.trust(),
    }
}

struct Device {
    mac: Mac,
    witness: Witness,
}

/// Farther apart two addresses are not of one device, however alike they look.
const ONE_DEVICE: f64 = 40.0;

impl Device {
    /// Vendors number a device's networks in the last digit, or mark the first octet as made up, and keep the rest.
    fn is_same(&self, mac: Mac, witness: &Witness) -> bool {
        const FIRST_OCTET: u64 = 0xff << 40;
        const LAST_DIGIT: u64 = 0x0f;
        let body = |m: Mac| m.to_u64() & !FIRST_OCTET & !LAST_DIGIT;
        body(self.mac) == body(mac)
            && self.witness.kind == witness.kind
            && self.witness.place.distance(witness.place).0 < ONE_DEVICE
    }
}
