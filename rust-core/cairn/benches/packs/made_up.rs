//! Stations and cells made up one by one from their numbers, so that millions need no memory.

use cairn::model::{CellKey, LatLng, LocalPlane, Mac, Metres, Radio};
use cairn::pack::{CellSource, StationSource};

/// Devices that stand within a house's breadth: a scan hears them together.
pub const PER_PLACE: u64 = 8;

/// Makers of access points.
const MAKERS: u64 = 3_000;

/// A box of 8 by 10 degrees, as a large country has.
const SOUTH: f64 = 47.0;
const WEST: f64 = 6.0;

/// How stations are spread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Anywhere in the box alike: the worst that can be for a pack, which gains by stations lying together.
    Even,
    /// In 3000 towns, normally distributed around their middles over 0.6 to 6 km.
    Towns,
}

pub struct Stations {
    pub n: u64,
    pub spread: Spread,
}

/// `SplitMix64`: evenly spread numbers from counting.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Evenly in 0 to 1.
fn share(n: u64) -> f64 {
    (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Numbers below 2^`BITS`, each once, in an order that shows no pattern: four rounds of a Feistel network.
fn shuffled(n: u64) -> u64 {
    const HALF: u32 = 14;
    let (mut left, mut right) = (n >> HALF, n & ((1 << HALF) - 1));
    for round in 0..4 {
        (left, right) = (right, left ^ (mix(right << 3 | round) & ((1 << HALF) - 1)));
    }
    left << HALF | right
}

/// Addresses that are numbered below this are stations', those from it on are absent.
const FIRST_ABSENT: u64 = 1 << 27;

/// The address with a number below 2^28: of one of the makers, its serial number in the upper twenty of 24 bits, so that each is
/// a device of its own.
fn mac(number: u64) -> Mac {
    let shuffled = shuffled(number);
    // Different for each, and neither made up by its owner nor of a group.
    let maker = shuffled % MAKERS * 1_397;
    let maker = (maker >> 16) << 18 | maker & 0xffff;
    Mac::from_u64(maker << 24 | (shuffled / MAKERS) << 4 | mix(number) & 3).expect("48 bits")
}

impl Stations {
    pub fn station(&self, i: u64) -> StationSource {
        let place = i / PER_PLACE;
        let house = match self.spread {
            Spread::Even => at(share(place * 5), share(place * 5 + 1)),
            Spread::Towns => {
                // A town's share of the places falls with its rank.
                let town = (share(place * 5 + 2).powi(3) * 3_000.0) as u64;
                let width = 600.0 * 10_f64.powf(1.0 - town as f64 / 3_000.0);
                let away = width * (-2.0 * share(place * 5 + 3).max(1e-9).ln()).sqrt();
                let (sin, cos) = (share(place * 5 + 4) * std::f64::consts::TAU).sin_cos();
                LocalPlane::around(at(share(town * 7 + 5_000_000_000), share(town * 7 + 5_000_000_001)))
                    .to_place(away * sin, away * cos)
            }
        };
        let aside = |salt| (share(i * 3 + salt) - 0.5) * 100.0;
        StationSource {
            mac: mac(i),
            place: LocalPlane::around(house).to_place(aside(9_000_000_000), aside(9_000_000_001)),
            radius: Metres(30.0 + 50.0 * share(i * 3 + 9_000_000_002)),
            level: -50.0 + 30.0 * share(i + 8_000_000_000),
            sightings: 5 + (mix(i) % 50) as u16,
            last_day: 20_000,
        }
    }

    /// An address that no station has, of the same makers.
    #[allow(clippy::unused_self, reason = "reads as what it is: absent from these")]
    pub fn absent(&self, i: u64) -> Mac {
        mac(FIRST_ABSENT + i)
    }
}

fn at(north: f64, east: f64) -> LatLng {
    LatLng::new(SOUTH + 8.0 * north, WEST + 10.0 * east).expect("a place")
}

/// Cells as an operator numbers them: of a mast, three to nine with consecutive numbers; of an area, some twenty masts.
pub fn cell(i: u64) -> CellSource {
    let (mast, sector) = (i / 6, i % 6);
    let area = mast / 20;
    let radio = [Radio::Lte, Radio::Lte, Radio::Wcdma, Radio::Gsm][(area % 4) as usize];
    let number = if radio == Radio::Gsm {
        1 + (mix(mast) % 6_000) * 10 + sector
    } else {
        (mix(mast) % 800_000) << 8 | (sector + 1)
    };
    let key = CellKey::new(radio, 262, 1 + (area % 3) as u32, 1 + (area / 12 % 60_000) as u32, number).expect("a cell");
    CellSource {
        key,
        place: at(share(mast * 2), share(mast * 2 + 1)),
        radius: Metres(300.0 + 3_000.0 * share(i)),
        sightings: 1 + (mix(i) % 200) as u32,
        last_day: 20_000,
    }
}

pub fn absent_cell(key: CellKey) -> CellKey {
    CellKey::new(key.radio(), 263, key.mnc().into(), key.area(), key.cell()).expect("a cell")
}
