//! The coverage map's packed form: one call and one block of bytes per view, however many hexagons it shows.

use engine::ledger::{Covered, Hexagon};

/// Coordinates are in 1e-7 degree.
const E7: f64 = 1e7;

/// Packs hexagons, all numbers little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 4 | number of hexagons |
/// | then for each: 4 | first day, days since 1970-01-01, signed |
/// | 4 | last day, signed |
/// | 4 | days walked |
/// | 4 | hexagons of the finest size walked within |
/// | 1 | H3 resolution |
/// | 1 | number of corners |
/// | 8 per corner | latitude, longitude in 1e-7 degree, signed |
pub fn pack(covered: &[Covered]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + covered.len() * 66);
    bytes.extend((covered.len() as u32).to_le_bytes());
    for piece in covered {
        bytes.extend(piece.first.number().to_le_bytes());
        bytes.extend(piece.last.number().to_le_bytes());
        bytes.extend(piece.days.to_le_bytes());
        bytes.extend(piece.hexagons.to_le_bytes());
        outline(&mut bytes, piece.cell);
    }
    bytes
}

/// Packs bare hexagons, as a zone's: the same without the sixteen bytes of days and counts.
pub fn pack_outlines(cells: &[Hexagon]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + cells.len() * 50);
    bytes.extend((cells.len() as u32).to_le_bytes());
    for cell in cells {
        outline(&mut bytes, *cell);
    }
    bytes
}

fn outline(bytes: &mut Vec<u8>, cell: Hexagon) {
    let corners = cell.corners();
    bytes.push(u8::from(cell.resolution()));
    bytes.push(corners.len() as u8);
    for corner in corners {
        bytes.extend(((corner.lat() * E7).round() as i32).to_le_bytes());
        bytes.extend(((corner.lon() * E7).round() as i32).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ledger::{Day, GROUND};
    use engine::model::LatLng;

    #[test]
    fn a_hexagon_takes_sixty_six_bytes_and_lies_where_it_should() {
        let cell = Hexagon::around(LatLng::new(60.17, 24.94).unwrap(), GROUND);
        let covered = Covered { cell, first: Day::new(7), last: Day::new(20_000), days: 3, hexagons: 1 };
        let bytes = pack(&[covered]);
        assert_eq!(bytes.len(), 4 + 66);
        let int = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((int(0), int(4), int(8), int(12), int(16)), (1, 7, 20_000, 3, 1));
        assert_eq!((bytes[20], bytes[21]), (9, 6));
        for corner in 0..6 {
            let (lat, lon) = (f64::from(int(22 + corner * 8)) / E7, f64::from(int(26 + corner * 8)) / E7);
            assert!((lat - 60.17).abs() < 0.005 && (lon - 24.94).abs() < 0.01, "corner {corner} is far off");
        }
        assert_eq!(pack_outlines(&[cell])[4..], bytes[20..]);
    }
}
