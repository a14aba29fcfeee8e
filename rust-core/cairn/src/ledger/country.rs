//! Which country a place is in, offline.
//!
//! From the boundaries that the crate `country-boundaries` ships (302 KB, © `OpenStreetMap` contributors, `ODbL`: to be named
//! wherever the app names its sources). They are simplified: right for settlements and main roads, up to some hundred metres
//! off in between, and coarse at sea; that is why the board asks for more than a stray report before it calls a country visited.

use std::fmt;
use std::sync::OnceLock;

use country_boundaries::{CountryBoundaries, LatLon};
use flate2::read::ZlibDecoder;

use super::country_names::NAMES;
use crate::model::LatLng;

/// A country by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The country with that code: two capital letters.
    pub fn from_code(code: &str) -> Option<Self> {
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// The country around a place; none on the open sea and in Antarctica's unclaimed parts. Where two claim it, the one
    /// that the boundaries name first.
    pub fn around(place: LatLng) -> Option<Self> {
        let at = LatLon::new(place.lat(), place.lon()).ok()?;
        // Subdivisions are listed too, as "US-TX".
        boundaries().ids(at).into_iter().find_map(Self::from_code)
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Its usual English name; the code where it has none here.
    pub fn english(&self) -> &str {
        let code = self.code();
        NAMES.binary_search_by_key(&code, |(known, _)| known).map_or(code, |i| NAMES[i].1)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.code())
    }
}

/// Read once, in some milliseconds. Of the rasters shipped the coarsest: a third of the size, and still far below a
/// microsecond a look-up away from borders.
fn boundaries() -> &'static CountryBoundaries {
    static BOUNDARIES: OnceLock<CountryBoundaries> = OnceLock::new();
    BOUNDARIES.get_or_init(|| {
        let packed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/borders.zlib"));
        CountryBoundaries::from_reader(ZlibDecoder::new(packed)).expect("the boundaries are part of the program")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code_at(lat: f64, lon: f64) -> Option<String> {
        Country::around(LatLng::new(lat, lon).unwrap()).map(|c| c.code().to_owned())
    }

    #[test]
    fn towns_on_both_sides_of_a_border_are_in_their_countries() {
        for (lat, lon, code) in [
            (38.7223, -9.1393, "PT"),   // Lisbon
            (47.8076, 13.0550, "AT"),   // Salzburg
            (47.8417, 12.9760, "DE"),   // Freilassing, 7 km from it
            (47.6973, 8.6910, "DE"),    // Büsingen, a part of Germany within Switzerland
            (41.9029, 12.4534, "VA"),   // Vatican City
            (39.7392, -104.9903, "US"), // Denver: a state is no country
            (-18.1416, 178.4419, "FJ"), // Suva, near the date line
        ] {
            assert_eq!(code_at(lat, lon).as_deref(), Some(code));
        }
    }

    #[test]
    fn the_open_sea_is_no_country() {
        // Point Nemo: nowhere is further from land.
        assert_eq!(code_at(-48.88, -123.39), None);
    }

    #[test]
    fn only_two_capital_letters_are_a_code() {
        for text in ["", "p", "pt", "PRT", "P1", "É"] {
            assert_eq!(Country::from_code(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_in_the_order_that_looking_them_up_needs() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(Country::from_code("PT").unwrap().english(), "Portugal");
        assert_eq!(Country::from_code("QX").unwrap().english(), "QX");
    }

    proptest! {
        #[test]
        fn every_country_that_can_be_found_has_a_name(lat in -90.0_f64..=90.0, lon in -180.0_f64..=180.0) {
            if let Some(country) = Country::around(LatLng::new(lat, lon).unwrap()) {
                prop_assert_ne!(country.english(), country.code());
            }
        }
    }
}
