//! The packed part of an emitter's row, byte by byte as `schemas/sql/006_packed_emitters.sql` lays it out.
//!
//! Pure: values in, bytes out and back. Bytes that are no such row are refused; numbers within are whatever was stored.

use crate::intake::{Known, Seen};
use crate::locate::{Columns, Learned};
use crate::model::{EmitterKind, LatLng};

/// The layout that is written.
const VERSION: u8 = 1;

/// Without and with another place.
const SHORT: usize = 52;
const LONG: usize = 60;

/// A row's packed part, and how much of it is used.
pub(super) struct Packed {
    bytes: [u8; LONG],
    len: usize,
}

impl AsRef<[u8]> for Packed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Packs all but the key and the centre.
pub(super) fn pack(seen: &Seen, row: &Columns) -> Packed {
    let mut bytes = [0; LONG];
    let mut at = 0;
    let mut put = |part: &[u8]| {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    };
    put(&[VERSION, row.band]);
    put(&row.count.to_be_bytes());
    put(&day(row.first_day));
    put(&day(row.last_day));
    put(&row.weight.to_be_bytes());
    put(&row.evidence.to_be_bytes());
    put(&row.level.to_be_bytes());
    put(&row.noise.to_be_bytes());
    put(&row.peak.to_be_bytes());
    put(&[row.moves]);
    put(&row.east.to_be_bytes());
    put(&row.both.to_be_bytes());
    put(&row.north.to_be_bytes());
    for edge in [seen.north, seen.south, seen.east, seen.west] {
        put(&edge.to_be_bytes());
    }
    put(&(seen.strongest.clamp(-128, 127) as i8).to_be_bytes());
    put(&day(seen.last_kept_day));
    put(&[row.elsewhere.map_or(0, |(_, times)| times)]);
    if let Some((place, _)) = row.elsewhere {
        put(&place.lat_e7().to_be_bytes());
        put(&place.lon_e7().to_be_bytes());
    }
    let len = if row.elsewhere.is_some() { LONG } else { SHORT };
    Packed { bytes, len }
}

/// What was packed; `None` for bytes that no build wrote.
pub(super) fn unpack(kind: EmitterKind, centre: LatLng, bytes: &[u8]) -> Option<Known> {
    let mut rest = bytes;
    if take(&mut rest)? != [VERSION] {
        return None;
    }
    let [band] = take(&mut rest)?;
    let mut columns = Columns {
        centre,
        band,
        count: u16::from_be_bytes(take(&mut rest)?),
        first_day: i32::from(u16::from_be_bytes(take(&mut rest)?)),
        last_day: i32::from(u16::from_be_bytes(take(&mut rest)?)),
        weight: u32::from_be_bytes(take(&mut rest)?),
        evidence: u16::from_be_bytes(take(&mut rest)?),
        level: i16::from_be_bytes(take(&mut rest)?),
        noise: u16::from_be_bytes(take(&mut rest)?),
        peak: i8::from_be_bytes(take(&mut rest)?),
        moves: u8::from_be_bytes(take(&mut rest)?),
        east: u32::from_be_bytes(take(&mut rest)?),
        both: i32::from_be_bytes(take(&mut rest)?),
        north: u32::from_be_bytes(take(&mut rest)?),
        elsewhere: None,
    };
    let seen = Seen {
        north: i32::from_be_bytes(take(&mut rest)?),
        south: i32::from_be_bytes(take(&mut rest)?),
        east: i32::from_be_bytes(take(&mut rest)?),
        west: i32::from_be_bytes(take(&mut rest)?),
        strongest: i16::from(i8::from_be_bytes(take(&mut rest)?)),
        last_kept_day: i32::from(u16::from_be_bytes(take(&mut rest)?)),
    };
    let [times] = take(&mut rest)?;
    if times > 0 {
        let (lat, lon) = (i32::from_be_bytes(take(&mut rest)?), i32::from_be_bytes(take(&mut rest)?));
        columns.elsewhere = Some((LatLng::from_e7(lat, lon).ok()?, times));
    }
    rest.is_empty().then(|| Known { seen, learned: Learned::from_columns(kind, columns) })
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

    fn columns(elsewhere: Option<(LatLng, u8)>) -> Columns {
        Columns {
            centre: LatLng::new(60.0, 25.0).unwrap(),
            band: 2,
            count: 7,
            first_day: 20_000,
            last_day: 20_400,
            weight: 1_234,
            evidence: 321,
            level: -3_456,
            noise: 4_900,
            peak: -45,
            moves: 1,
            east: 900,
            both: -300,
            north: 4_000_000_000,
            elsewhere,
        }
    }

    const SEEN: Seen =
        Seen { north: 4, south: -4, east: 1_800_000_000, west: -1_800_000_000, strongest: -50, last_kept_day: 20_400 };

    #[test]
    fn a_row_comes_back_as_it_was_packed() {
        for elsewhere in [None, Some((LatLng::new(-60.0, -25.0).unwrap(), 3))] {
            let row = columns(elsewhere);
            let packed = pack(&SEEN, &row);
            let known = unpack(EmitterKind::Wifi, row.centre, packed.as_ref()).unwrap();
            assert_eq!((known.seen, known.learned.to_columns()), (SEEN, row));
        }
    }

    proptest! {
        #[test]
        fn bytes_that_no_build_wrote_are_refused_or_read_without_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            let centre = LatLng::new(60.0, 25.0).unwrap();
            if let Some(known) = unpack(EmitterKind::Wifi, centre, &bytes) {
                prop_assert!(bytes.len() == SHORT || bytes.len() == LONG);
                prop_assert!(known.learned.spread().0.is_finite());
            }
            let mut cut = pack(&SEEN, &columns(None)).as_ref().to_vec();
            cut.pop();
            prop_assert!(unpack(EmitterKind::Wifi, centre, &cut).is_none());
        }
    }
}
