//! The first layout, `schemas/sql/006_packed_emitters.sql`: a weighted centre and the moments of the sightings around it.

use super::{elsewhere, seen, take};
use crate::intake::Known;
use crate::locate::{Learned, Moments};
use crate::model::{EmitterKind, LatLng};

pub(super) const VERSION: u8 = 1;

/// What is learned from such a row; `None` for bytes that no build wrote.
pub(super) fn unpack(kind: EmitterKind, centre: LatLng, mut rest: &[u8]) -> Option<Known> {
    let [band] = take(&mut rest)?;
    let count = u16::from_be_bytes(take(&mut rest)?);
    let first_day = i32::from(u16::from_be_bytes(take(&mut rest)?));
    let last_day = i32::from(u16::from_be_bytes(take(&mut rest)?));
    let weight = u32::from_be_bytes(take(&mut rest)?) as f32 / 100.0;
    let _evidence: [u8; 2] = take(&mut rest)?;
    let level = f32::from(i16::from_be_bytes(take(&mut rest)?)) / 100.0;
    let noise = f32::from(u16::from_be_bytes(take(&mut rest)?)) / 100.0;
    let _peak: [u8; 1] = take(&mut rest)?;
    let [moves] = take(&mut rest)?;
    let east = u32::from_be_bytes(take(&mut rest)?) as f32;
    let both = i32::from_be_bytes(take(&mut rest)?) as f32;
    let north = u32::from_be_bytes(take(&mut rest)?) as f32;
    let seen = seen(&mut rest)?;
    let elsewhere = elsewhere(&mut rest)?;
    if !rest.is_empty() {
        return None;
    }
    let scatter = (east, both, north);
    let moments = Moments { centre, band, count, first_day, last_day, weight, level, noise, moves, scatter, elsewhere };
    Some(Known { seen, learned: Learned::from_moments(kind, &moments) })
}
