//! Places on the earth.

use std::fmt;

use geo::{Distance, Haversine, Point};
use thiserror::Error;

use super::Metres;

/// Mean radius of the earth (IUGG), as ichnaea and geo use it.
pub const EARTH_RADIUS: Metres = Metres(6_371_008.8);

/// A place in WGS 84, kept to 1e-7 degree (about 1 cm).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct LatLng {
    lat_e7: i32,
    lon_e7: i32,
}

/// Why two numbers are not a place. It does not repeat them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PositionError {
    /// NaN or infinite.
    #[error("a coordinate is not a finite number")]
    NotFinite,
    /// Latitude outside ±90°.
    #[error("the latitude is outside -90 to 90 degrees")]
    Latitude,
    /// Longitude outside ±180°.
    #[error("the longitude is outside -180 to 180 degrees")]
    Longitude,
}

impl LatLng {
    /// A place from degrees.
    ///
    /// # Errors
    /// [`PositionError`] when a number is not finite or outside ±90° / ±180°.
    pub fn new(lat: f64, lon: f64) -> Result<Self, PositionError> {
        if !lat.is_finite() || !lon.is_finite() {
            return Err(PositionError::NotFinite);
        }
        if lat.abs() > 90.0 {
            return Err(PositionError::Latitude);
        }
        if lon.abs() > 180.0 {
            return Err(PositionError::Longitude);
        }
        Ok(Self { lat_e7: e7(lat), lon_e7: e7(lon) })
    }

    /// A place from units of 1e-7 degree, as the store keeps it.
    ///
    /// # Errors
    /// [`PositionError`] when a number is outside ±90° / ±180°.
    pub const fn from_e7(lat_e7: i32, lon_e7: i32) -> Result<Self, PositionError> {
        if lat_e7.unsigned_abs() > 900_000_000 {
            return Err(PositionError::Latitude);
        }
        if lon_e7.unsigned_abs() > 1_800_000_000 {
            return Err(PositionError::Longitude);
        }
        Ok(Self { lat_e7, lon_e7 })
    }

    /// Latitude in units of 1e-7 degree.
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in units of 1e-7 degree.
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// Great-circle distance (haversine on the mean radius; within 0.6 % of the ellipsoid).
    pub fn distance(self, other: Self) -> Metres {
        Metres(Haversine.distance(Point::from(self), Point::from(other)))
    }

    /// The point a share of the straight way towards `other`: 0 is here, 1 is there. For ways of at most some kilometres.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let plane = LocalPlane::around(self);
        let (x, y) = plane.to_xy(other);
        plane.to_place(x * share, y * share)
    }
}

impl From<LatLng> for Point<f64> {
    fn from(place: LatLng) -> Self {
        Self::new(place.lon(), place.lat())
    }
}

impl fmt::Debug for LatLng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LatLng(..)")
    }
}

/// Metres east and north of a place: flat geometry for the few kilometres in which radios are heard
/// (equirectangular, under 0.1 % off within 20 km away from the poles).
#[derive(Clone, Copy)]
pub struct LocalPlane {
    origin: LatLng,
    metres_per_degree_lat: f64,
    metres_per_degree_lon: f64,
}

impl fmt::Debug for LocalPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalPlane(..)")
    }
}

impl LocalPlane {
    /// The plane that touches the earth at `origin`.
    pub fn around(origin: LatLng) -> Self {
        let per_degree = EARTH_RADIUS.0.to_radians();
        // At the very poles east has no length; a floor keeps the way back finite.
        let shrink = cos(origin.lat().to_radians()).max(1e-6);
        Self { origin, metres_per_degree_lat: per_degree, metres_per_degree_lon: per_degree * shrink }
    }

    /// Metres east and north of the origin, taking the short way around the date line.
    pub fn to_xy(&self, place: LatLng) -> (f64, f64) {
        let mut lon = place.lon() - self.origin.lon();
        if lon > 180.0 {
            lon -= 360.0;
        } else if lon < -180.0 {
            lon += 360.0;
        }
        (lon * self.metres_per_degree_lon, (place.lat() - self.origin.lat()) * self.metres_per_degree_lat)
    }

    /// Metres from the origin.
    pub fn distance(&self, place: LatLng) -> Metres {
        let (x, y) = self.to_xy(place);
        // Not `hypot`: nothing here comes near the range where squares overflow, and it is asked with every sighting.
        Metres((x * x + y * y).sqrt())
    }

    /// The place that many metres east and north of the origin, held within the poles and wrapped at the date line.
    pub fn to_place(&self, east: f64, north: f64) -> LatLng {
        let lat = (self.origin.lat() + north / self.metres_per_degree_lat).clamp(-90.0, 90.0);
        let mut lon = self.origin.lon() + east / self.metres_per_degree_lon;
        // Asked with every sighting, and few are heard across the date line: the remainder is worth avoiding.
        if !(-180.0..=180.0).contains(&lon) {
            lon = (lon + 540.0).rem_euclid(360.0) - 180.0;
        }
        LatLng { lat_e7: e7(lat), lon_e7: e7(lon) }
    }
}

/// The cosine of a latitude to 1e-9, by its series. Not `f64::cos`: planes are laid several times for each sighting, and no latitude
/// needs what that does for angles of any size.
fn cos(latitude: f64) -> f64 {
    let x2 = latitude * latitude;
    let term = |rest: f64, n: f64| 1.0 - x2 / (n * (n - 1.0)) * rest;
    [14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0].into_iter().fold(1.0, term)
}

/// Degrees within a circle in units of 1e-7, rounded half away from zero. Not `f64::round`, which is a call into the C library
/// where the processor's baseline has no such instruction.
fn e7(degrees: f64) -> i32 {
    let scaled = degrees * 1e7;
    (scaled + 0.5_f64.copysign(scaled)) as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_quick_cosine_is_near_the_true_one() {
        for tenth in -900..=900 {
            let latitude = (0.1 * f64::from(tenth)).to_radians();
            assert!((cos(latitude) - latitude.cos()).abs() < 1e-9, "{tenth}");
        }
    }

    #[test]
    fn numbers_that_are_no_place_are_refused() {
        assert_eq!(LatLng::new(f64::NAN, 0.0), Err(PositionError::NotFinite));
        assert_eq!(LatLng::new(0.0, f64::INFINITY), Err(PositionError::NotFinite));
        assert_eq!(LatLng::new(90.1, 0.0), Err(PositionError::Latitude));
        assert_eq!(LatLng::new(0.0, -180.1), Err(PositionError::Longitude));
        assert_eq!(LatLng::from_e7(0, i32::MIN), Err(PositionError::Longitude));
    }

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let d = LatLng::new(60.0, 25.0).unwrap().distance(LatLng::new(61.0, 25.0).unwrap());
        assert!((d.0 - 111_195.0).abs() < 1.0, "{d:?}");
    }

    #[test]
    fn the_short_way_crosses_the_date_line() {
        let plane = LocalPlane::around(LatLng::new(0.0, 179.999).unwrap());
        let (east, _) = plane.to_xy(LatLng::new(0.0, -179.999).unwrap());
        assert!((east - 222.4).abs() < 0.1, "{east}");
        assert_eq!(plane.to_place(east, 0.0).lon_e7(), -1_799_990_000);
    }

    proptest! {
        #[test]
        fn the_plane_agrees_with_the_sphere_and_leads_back(
            lat in -80.0_f64..80.0, lon in -180.0_f64..180.0, east in -3e3_f64..3e3, north in -3e3_f64..3e3,
        ) {
            let origin = LatLng::new(lat, lon).unwrap();
            let plane = LocalPlane::around(origin);
            let place = plane.to_place(east, north);
            let (x, y) = plane.to_xy(place);
            prop_assert!((x - east).abs() < 0.1 && (y - north).abs() < 0.1);
            prop_assert!((origin.distance(place).0 - east.hypot(north)).abs() < 0.005 * east.hypot(north) + 0.1);
        }
    }
}
