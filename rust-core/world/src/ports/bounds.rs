//! The box around the places where an emitter was heard: all that microG and Local-NLP keep of them.

use cairn::model::{LatLng, LocalPlane};

/// A box of places, in degrees; like its models it does not mind the 180th meridian.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

impl Bounds {
    pub(super) fn of(place: LatLng) -> Self {
        Self { south: place.lat(), north: place.lat(), west: place.lon(), east: place.lon() }
    }

    /// The box with one more place in it.
    #[must_use]
    pub(super) fn with(self, place: LatLng) -> Self {
        Self {
            south: self.south.min(place.lat()),
            north: self.north.max(place.lat()),
            west: self.west.min(place.lon()),
            east: self.east.max(place.lon()),
        }
    }

    /// Its middle.
    pub(super) fn centre(self) -> LatLng {
        LatLng::new(f64::midpoint(self.south, self.north), f64::midpoint(self.west, self.east)).unwrap_or_default()
    }

    /// Half its diagonal in metres.
    pub(super) fn radius(self) -> f64 {
        let plane = LocalPlane::around(self.centre());
        LatLng::new(self.north, self.east).map_or(0.0, |corner| {
            let (x, y) = plane.to_xy(corner);
            x.hypot(y)
        })
    }
}
