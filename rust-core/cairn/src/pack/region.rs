//! Which part of the earth a pack is made for.

use thiserror::Error;

use crate::ledger::Country;
use crate::model::{LatLng, Metres};

/// A part of the earth.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Region {
    /// All of it.
    #[default]
    Everywhere,
    /// Between two corners: south-western, north-eastern. West of the first lies east of the date line.
    Box(LatLng, LatLng),
    /// A country; coarse at sea and off by some hundred metres in the wild.
    Country(Country),
    /// Within a distance.
    Around(LatLng, Metres),
}

/// Why a text names no region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RegionError {
    /// None of the forms.
    #[error(
        "a region is SOUTH,WEST,NORTH,EAST in degrees, a country's two letters, or LAT,LON,KM for the surroundings of a place"
    )]
    Form,
    /// Numbers that are no places, or no distance.
    #[error(
        "a region's latitudes are within 90 degrees, south before north, its longitudes within 180, its distance above zero"
    )]
    Range,
    /// Two letters that are no country's.
    #[error("there is no country of these two letters")]
    Country,
}

/// Bounds of nothing.
pub(super) const NOWHERE: [i32; 4] = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];

impl Region {
    /// Reads `SOUTH,WEST,NORTH,EAST`, `LAT,LON,KM` or a country's two letters.
    ///
    /// # Errors
    /// [`RegionError`]; it does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let text = text.trim();
        if text.len() == 2 && text.is_ascii() {
            let country = Country::from_code(&text.to_ascii_uppercase()).ok_or(RegionError::Form)?;
            // Known ones have a name, where others have only their letters again.
            return if country.english() == country.code() {
                Err(RegionError::Country)
            } else {
                Ok(Self::Country(country))
            };
        }
        let numbers: Vec<f64> =
            text.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>().map_err(|_| RegionError::Form)?;
        let place = |lat, lon| LatLng::new(lat, lon).map_err(|_| RegionError::Range);
        match numbers[..] {
            [south, west, north, east] if south < north => Ok(Self::Box(place(south, west)?, place(north, east)?)),
            [lat, lon, km] if km > 0.0 && km.is_finite() => Ok(Self::Around(place(lat, lon)?, Metres(km * 1_000.0))),
            [_, _, _] | [_, _, _, _] => Err(RegionError::Range),
            _ => Err(RegionError::Form),
        }
    }

    /// Whether a place lies in it.
    pub fn contains(&self, place: LatLng) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Box(a, b) => {
                let (lat, lon) = (place.lat_e7(), place.lon_e7());
                let within = if a.lon_e7() <= b.lon_e7() {
                    (a.lon_e7()..=b.lon_e7()).contains(&lon)
                } else {
                    lon >= a.lon_e7() || lon <= b.lon_e7()
                };
                within && (a.lat_e7()..=b.lat_e7()).contains(&lat)
            }
            Self::Country(country) => Country::around(place) == Some(*country),
            Self::Around(centre, distance) => centre.distance(place).0 <= distance.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> LatLng {
        LatLng::new(lat, lon).unwrap()
    }

    #[test]
    fn the_three_forms_are_read_and_others_are_not() {
        assert!(Region::parse("59.8, 24, 60.5, 25.5").unwrap().contains(at(60.0, 25.0)));
        assert!(!Region::parse("59.8,24,60.5,25.5").unwrap().contains(at(61.0, 25.0)));
        assert!(Region::parse("fi").unwrap().contains(at(60.2, 24.9)));
        assert!(!Region::parse("FI").unwrap().contains(at(59.4, 24.7)));
        let around = Region::parse("60,25,10").unwrap();
        assert!(around.contains(at(60.08, 25.0)) && !around.contains(at(60.1, 25.0)));
        for (text, error) in [
            ("", RegionError::Form),
            ("1,2", RegionError::Form),
            ("a,b,c", RegionError::Form),
            ("60,25,0", RegionError::Range),
            ("61,24,60,25", RegionError::Range),
            ("NaN,1,2,3", RegionError::Range),
            ("91,0,1", RegionError::Range),
            ("XX", RegionError::Country),
        ] {
            assert_eq!(Region::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_box_may_span_the_date_line() {
        let fiji = Region::parse("-20,176,-15,-178").unwrap();
        assert!(fiji.contains(at(-18.0, 177.5)) && fiji.contains(at(-18.0, -179.0)) && !fiji.contains(at(-18.0, 0.0)));
    }
}
