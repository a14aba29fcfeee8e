//! Cells of the H3 grid: the ground that is walked, and the areas it lies in.

use std::fmt;

use h3o::{CellIndex, Resolution};

use crate::model::LatLng;

/// What ground is counted in: about 200 m from corner to centre, 0.1 km².
pub const GROUND: Resolution = Resolution::Nine;

/// What areas are ranked in: about 10 km from corner to centre, 250 km², a town with its surroundings.
pub const AREA: Resolution = Resolution::Five;

/// A cell of the H3 grid. Like a place, it is silent when printed for debugging.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hexagon(CellIndex);

impl Hexagon {
    /// The cell of that size around a place.
    pub fn around(place: LatLng, resolution: Resolution) -> Self {
        // A place is made of finite numbers, which is all that H3 asks for.
        let point = h3o::LatLng::new(place.lat(), place.lon()).unwrap_or_default();
        Self(point.to_cell(resolution))
    }

    /// The cell with that H3 index, where it is one.
    pub fn from_index(index: u64) -> Option<Self> {
        CellIndex::try_from(index).ok().map(Self)
    }

    /// Its H3 index, below 2^63.
    pub fn index(self) -> u64 {
        self.0.into()
    }

    /// Its centre.
    pub fn centre(self) -> LatLng {
        let centre = h3o::LatLng::from(self.0);
        LatLng::new(centre.lat(), centre.lng()).unwrap_or_default()
    }

    /// Its corners, in order around it: five or six, or more where it lies across an edge of the grid.
    pub fn corners(self) -> Vec<LatLng> {
        self.0.boundary().iter().filter_map(|corner| LatLng::new(corner.lat(), corner.lng()).ok()).collect()
    }

    /// How fine it is: [`GROUND`], [`AREA`] or another.
    pub fn resolution(self) -> Resolution {
        self.0.resolution()
    }

    /// The coarser cell that it belongs to; itself where `resolution` is not coarser.
    #[must_use]
    pub fn within(self, resolution: Resolution) -> Self {
        Self(self.0.parent(resolution).unwrap_or(self.0))
    }

    /// It and those around it.
    pub(super) fn with_neighbours(self) -> Vec<Self> {
        self.0.grid_disk::<Vec<_>>(1).into_iter().map(Self).collect()
    }
}

impl From<CellIndex> for Hexagon {
    fn from(cell: CellIndex) -> Self {
        Self(cell)
    }
}

impl fmt::Debug for Hexagon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hexagon({}, ..)", self.resolution())
    }
}
