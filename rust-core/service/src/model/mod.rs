//! What each location service learns from reports and answers to queries, as pure in-memory models.
//!
//! No socket, no file, no clock: time comes in as an argument, so benches and tests feed them days of reports at will.
//! They follow `reference/location-services.md` (parts B and C) and share no code with Cairn's own estimator, which is
//! measured against them.

pub mod beacondb;
pub mod ichnaea;

use std::fmt;

use geo::{Distance, Geodesic, Haversine, Point};

/// An IEEE 802 hardware address, as a number below 2^48.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(u64);

impl Mac {
    /// The address with this number, or nothing when it needs more than 48 bits.
    pub fn new(number: u64) -> Option<Self> {
        (number < 1 << 48).then_some(Self(number))
    }

    /// Twelve hex digits in either case; `separators` may stand anywhere between them, as both services allow.
    pub fn parse(text: &str, separators: &[char]) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !separators.contains(c)).collect();
        let well_formed = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        well_formed.then(|| u64::from_str_radix(&digits, 16).ok().map(Self)).flatten()
    }

    /// The address as a number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

/// A mobile network's radio, by the names the services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Radio {
    /// 2G.
    Gsm,
    /// 3G, also called UMTS.
    Wcdma,
    /// 4G.
    Lte,
    /// 5G; BeaconDB only.
    Nr,
}

/// What names a cell. Ordered so that the cells of one area are neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellKey {
    /// Radio technology.
    pub radio: Radio,
    /// Mobile country code.
    pub mcc: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// Location or tracking area code, up to 24 bits.
    pub area: u32,
    /// Cell identity, up to 36 bits.
    pub cell: u64,
}

impl fmt::Debug for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellKey({:?}, ..)", self.radio)
    }
}

/// An emitter as a service knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A WiFi access point.
    Wifi(Mac),
    /// A Bluetooth beacon.
    Blue(Mac),
    /// A cell tower.
    Cell(CellKey),
}

/// A point on WGS 84, in degrees.
#[derive(Clone, Copy, PartialEq)]
pub struct Place {
    /// Latitude, -90 to 90.
    pub lat: f64,
    /// Longitude, -180 to 180.
    pub lng: f64,
}

impl Place {
    /// Metres along the ellipsoid. ichnaea uses Vincenty's formula, which agrees with this one to under a millimetre.
    pub fn geodesic(self, other: Self) -> f64 {
        Geodesic.distance(self.point(), other.point())
    }

    /// Metres along the mean sphere, as BeaconDB measures.
    pub fn haversine(self, other: Self) -> f64 {
        Haversine.distance(self.point(), other.point())
    }

    fn point(self) -> Point {
        Point::new(self.lng, self.lat)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(..)")
    }
}

/// The smallest box, in degrees, that holds some places. Neither service minds the 180th meridian, so nor does this.
#[derive(Clone, Copy, PartialEq)]
pub struct Bounds {
    min: Place,
    max: Place,
}

impl Bounds {
    /// The box of one place.
    pub const fn of(place: Place) -> Self {
        Self { min: place, max: place }
    }

    /// The box of all places, or nothing if there are none.
    pub fn of_all(places: impl IntoIterator<Item = Place>) -> Option<Self> {
        places.into_iter().map(Self::of).reduce(Self::union)
    }

    /// The box of both boxes.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            min: Place { lat: self.min.lat.min(other.min.lat), lng: self.min.lng.min(other.min.lng) },
            max: Place { lat: self.max.lat.max(other.max.lat), lng: self.max.lng.max(other.max.lng) },
        }
    }

    /// Middle of the box, in degrees.
    pub fn centre(self) -> Place {
        Place { lat: f64::midpoint(self.min.lat, self.max.lat), lng: f64::midpoint(self.min.lng, self.max.lng) }
    }

    /// South-west corner.
    pub const fn south_west(self) -> Place {
        self.min
    }

    /// North-east corner.
    pub const fn north_east(self) -> Place {
        self.max
    }

    /// The four corners.
    pub const fn corners(self) -> [Place; 4] {
        [
            self.min,
            self.max,
            Place { lat: self.min.lat, lng: self.max.lng },
            Place { lat: self.max.lat, lng: self.min.lng },
        ]
    }
}

impl fmt::Debug for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bounds(..)")
    }
}

/// What a service knows of one emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Where it is taken to be.
    pub place: Place,
    /// Metres around `place`.
    pub radius: f64,
}

/// A service's answer to "where am I?".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The position.
    pub place: Place,
    /// Claimed radius in metres.
    pub accuracy: f64,
    /// What was used.
    pub source: Source,
}

/// What an estimate was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// WiFi access points.
    Wifi,
    /// Bluetooth beacons.
    Blue,
    /// Cells.
    Cell,
    /// Only the area of a cell; ichnaea answers `"fallback": "lacf"`.
    Area,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_twelve_hex_digits_with_the_separators_the_service_allows() {
        let plain = Mac::parse("0123456789ab", &[]);
        assert_eq!(plain.map(Mac::number), Some(0x0123_4567_89ab));
        assert_eq!(Mac::parse("01:23:45:67:89:AB", &[':', '-']), plain);
        assert_eq!(Mac::parse("0123.4567.89ab", &[':', '-']), None);
        assert_eq!(Mac::parse("0123.4567.89ab", &[':', '-', '.']), plain);
        assert_eq!(Mac::parse("01:23:45:67:89:a", &[':']), None);
        assert_eq!(Mac::parse("01:23:45:67:89:+b", &[':']), None);
    }

    #[test]
    fn nothing_printed_for_debugging_tells_an_address_or_a_place() {
        let place = Place { lat: 12.345, lng: 67.89 };
        let mac = Mac::new(0xabcd_ef12).unwrap();
        assert_eq!(
            format!("{place:?} {:?} {:?}", Bounds::of(place), Key::Wifi(mac)),
            "Place(..) Bounds(..) Wifi(Mac(..))"
        );
    }
}
