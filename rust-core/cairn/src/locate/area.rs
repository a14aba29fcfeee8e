//! The area that a mobile network's cells form: the last resort.

use super::learned::mean_place;
use crate::model::{LatLng, Metres};

/// A location or tracking area, from those of its cells that are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// The middle of the known cells.
    pub centre: LatLng,
    /// Root mean square distance of the cells from it.
    pub spread: Metres,
    /// Known cells.
    pub cells: usize,
}

impl Area {
    /// The area of cells at these places; `None` for none.
    pub fn around(cells: &[LatLng]) -> Option<Self> {
        let centre = mean_place(cells.iter().map(|c| (*c, 1.0)))?;
        let mean_square = cells.iter().map(|c| c.distance(centre).0.powi(2)).sum::<f64>() / cells.len() as f64;
        Some(Self { centre, spread: Metres(mean_square.sqrt()), cells: cells.len() })
    }
}
