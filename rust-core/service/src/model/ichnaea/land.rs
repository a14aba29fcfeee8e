//! Which country a place belongs to, from the OpenStreetMap boundaries the `country-boundaries` crate ships (`ODbL`).
//!
//! The boundaries hold the territorial waters, which stands in for the buffer ichnaea draws around its own coast lines.

use std::sync::LazyLock;

use country_boundaries::{BOUNDARIES_ODBL_360X180, CountryBoundaries, LatLon};

use crate::model::Place;

static BOUNDARIES: LazyLock<CountryBoundaries> =
    LazyLock::new(|| CountryBoundaries::from_reader(BOUNDARIES_ODBL_360X180).expect("the crate reads its own data"));

/// ISO 3166-1 alpha-2 code of the country at `place`; nothing on the high seas.
pub fn country(place: Place) -> Option<&'static str> {
    let at = LatLon::new(place.lat, place.lng).ok()?;
    BOUNDARIES.ids(at).into_iter().find(|id| id.len() == 2)
}
