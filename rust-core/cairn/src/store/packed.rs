//! The packed part of an emitter's row, byte by byte as `schemas/sql/012_heard_spots.sql` lays it out.
//!
//! Pure: values in, bytes out and back. Bytes that are no such row are refused; numbers within are whatever was stored.

mod first;

use crate::intake::{Known, Seen};
use crate::locate::{Columns, Learned, SPOTS, SpotRow};
use crate::model::{EmitterKind, LatLng};

/// The layout that is written.
const VERSION: u8 = 2;

/// Without another place and spots, what the place adds, and each spot.
const FIXED: usize = 43;
const ELSEWHERE: usize = 8;
const SPOT: usize = 8;

/// A row's packed part, and how much of it is used.
pub(super) struct Packed {
    bytes: [u8; FIXED + ELSEWHERE + SPOTS * SPOT],
    len: usize,
}

impl AsRef<[u8]> for Packed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Packed {
    fn put(&mut self, part: &[u8]) {
        self.bytes[self.len..self.len + part.len()].copy_from_slice(part);
        self.len += part.len();
    }
}

/// Packs all but the key and the place.
pub(super) fn pack(seen: &Seen, row: &Columns) -> Packed {
    let mut packed = Packed { bytes: [0; FIXED + ELSEWHERE + SPOTS * SPOT], len: 0 };
    packed.put(&[VERSION, row.band]);
    packed.put(&row.count.to_be_bytes());
    packed.put(&day(row.first_day));
    packed.put(&day(row.last_day));
    packed.put(&row.deviation.0.to_be_bytes());
    packed.put(&row.deviation.1.to_be_bytes());
    packed.put(&row.correlation.to_be_bytes());
    packed.put(&row.level.to_be_bytes());
    packed.put(&row.noise.to_be_bytes());
    packed.put(&row.extent.to_be_bytes());
    packed.put(&[row.moves, row.news]);
    for edge in [seen.north, seen.south, seen.east, seen.west] {
        packed.put(&edge.to_be_bytes());
    }
    packed.put(&(seen.strongest.clamp(-128, 127) as i8).to_be_bytes());
    packed.put(&day(seen.last_kept_day));
    packed.put(&[row.elsewhere.map_or(0, |(_, times)| times)]);
    if let Some((place, _)) = row.elsewhere {
        packed.put(&place.lat_e7().to_be_bytes());
        packed.put(&place.lon_e7().to_be_bytes());
    }
    for spot in row.spots.iter().take(row.spots_len.into()) {
        packed.put(&spot.east.to_be_bytes());
        packed.put(&spot.north.to_be_bytes());
        packed.put(&spot.signal.to_be_bytes());
        packed.put(&[spot.count, spot.blur]);
    }
    packed
}

/// What was packed; `None` for bytes that no build wrote.
pub(super) fn unpack(kind: EmitterKind, place: LatLng, bytes: &[u8]) -> Option<Known> {
    match bytes.split_first()? {
        (&VERSION, rest) => second(kind, place, rest),
        (&first::VERSION, rest) => first::unpack(kind, place, rest),
        _ => None,
    }
}

fn second(kind: EmitterKind, place: LatLng, mut rest: &[u8]) -> Option<Known> {
    let [band] = take(&mut rest)?;
    let mut row = Columns {
        place,
        band,
        count: u16::from_be_bytes(take(&mut rest)?),
        first_day: i32::from(u16::from_be_bytes(take(&mut rest)?)),
        last_day: i32::from(u16::from_be_bytes(take(&mut rest)?)),
        deviation: (u16::from_be_bytes(take(&mut rest)?), u16::from_be_bytes(take(&mut rest)?)),
        correlation: i8::from_be_bytes(take(&mut rest)?),
        level: i16::from_be_bytes(take(&mut rest)?),
        noise: u16::from_be_bytes(take(&mut rest)?),
        extent: u32::from_be_bytes(take(&mut rest)?),
        moves: u8::from_be_bytes(take(&mut rest)?),
        news: u8::from_be_bytes(take(&mut rest)?),
        elsewhere: None,
        spots: [SpotRow::default(); SPOTS],
        spots_len: 0,
    };
    let seen = seen(&mut rest)?;
    row.elsewhere = elsewhere(&mut rest)?;
    while !rest.is_empty() {
        *row.spots.get_mut(usize::from(row.spots_len))? = SpotRow {
            east: i16::from_be_bytes(take(&mut rest)?),
            north: i16::from_be_bytes(take(&mut rest)?),
            signal: i16::from_be_bytes(take(&mut rest)?),
            count: u8::from_be_bytes(take(&mut rest)?),
            blur: u8::from_be_bytes(take(&mut rest)?),
        };
        row.spots_len += 1;
    }
    Some(Known { seen, learned: Learned::from_columns(kind, &row) })
}

/// What was kept, as both layouts have it.
fn seen(rest: &mut &[u8]) -> Option<Seen> {
    Some(Seen {
        north: i32::from_be_bytes(take(rest)?),
        south: i32::from_be_bytes(take(rest)?),
        east: i32::from_be_bytes(take(rest)?),
        west: i32::from_be_bytes(take(rest)?),
        strongest: i16::from(i8::from_be_bytes(take(rest)?)),
        last_kept_day: i32::from(u16::from_be_bytes(take(rest)?)),
    })
}

/// The other place, as both layouts have it; the outer `None` for bytes that are cut.
#[allow(clippy::option_option, reason = "one is whether it could be read, the other whether there is any")]
fn elsewhere(rest: &mut &[u8]) -> Option<Option<(LatLng, u8)>> {
    let [times] = take(rest)?;
    if times == 0 {
        return Some(None);
    }
    let (lat, lon) = (i32::from_be_bytes(take(rest)?), i32::from_be_bytes(take(rest)?));
    Some(Some((LatLng::from_e7(lat, lon).ok()?, times)))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, others) = rest.split_first_chunk::<N>()?;
    *rest = others;
    Some(*first)
}

/// Days since 1970, until the year 2149.
fn day(day: i32) -> [u8; 2] {
    (day.clamp(0, i32::from(u16::MAX)) as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns(elsewhere: Option<(LatLng, u8)>, spots: u8) -> Columns {
        let spot = |n: u8| SpotRow { east: -7 * i16::from(n), north: 12, signal: -7_012, count: 9, blur: 30 + n };
        Columns {
            place: LatLng::new(60.0, 25.0).unwrap(),
            band: 2,
            count: 7,
            first_day: 20_000,
            last_day: 20_400,
            deviation: (321, 65_535),
            correlation: -120,
            level: -3_456,
            noise: 4_900,
            extent: 350_000,
            moves: 1,
            news: 3,
            elsewhere,
            spots: std::array::from_fn(|n| if n < usize::from(spots) { spot(n as u8) } else { SpotRow::default() }),
            spots_len: spots,
        }
    }

    const SEEN: Seen =
        Seen { north: 4, south: -4, east: 1_800_000_000, west: -1_800_000_000, strongest: -50, last_kept_day: 20_400 };

    #[test]
    fn a_row_comes_back_as_it_was_packed() {
        for elsewhere in [None, Some((LatLng::new(-60.0, -25.0).unwrap(), 3))] {
            for spots in [0, 1, SPOTS as u8] {
                let row = columns(elsewhere, spots);
                let packed = pack(&SEEN, &row);
                let known = unpack(EmitterKind::Wifi, row.place, packed.as_ref()).unwrap();
                assert_eq!((known.seen, known.learned.to_columns()), (SEEN, row));
            }
        }
    }

    #[test]
    fn more_spots_than_are_ever_kept_are_refused() {
        let packed = pack(&SEEN, &columns(None, SPOTS as u8));
        let bytes = [packed.as_ref(), &[0; SPOT]].concat();
        assert!(unpack(EmitterKind::Wifi, LatLng::default(), &bytes).is_none());
    }

    proptest! {
        #[test]
        fn bytes_that_no_build_wrote_are_refused_or_read_without_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            let centre = LatLng::new(60.0, 25.0).unwrap();
            if let Some(known) = unpack(EmitterKind::Wifi, centre, &bytes) {
                prop_assert!(known.learned.spread().0.is_finite() && known.learned.centre_error().is_finite());
            }
            let mut cut = pack(&SEEN, &columns(None, 2)).as_ref().to_vec();
            cut.pop();
            prop_assert!(unpack(EmitterKind::Wifi, centre, &cut).is_none());
        }
    }
}
