//! [`Learned`] in the units of the store's row; the kind is in the key.

use super::{Belief, Learned, Scatter};
use crate::locate::heard::{Heard, SPOTS, Spot};
use crate::locate::signal::Band;
use crate::model::{EmitterKind, LatLng};

/// What is stored of an emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Columns {
    pub place: LatLng,
    pub band: u8,
    /// Deviations of the place eastwards and northwards, dm.
    pub deviation: (u16, u16),
    /// Their correlation, 127ths.
    pub correlation: i8,
    /// Level one metre away, hundredths of a dBm.
    pub level: i16,
    /// Mean square of what signals differ from it, hundredths of dB².
    pub noise: u16,
    /// Root mean square distance from the place at which it was heard, dm.
    pub extent: u32,
    pub count: u16,
    /// Days since 1970 UTC.
    pub first_day: i32,
    pub last_day: i32,
    pub moves: u8,
    /// News since the place was worked out, eighths of a sighting.
    pub news: u8,
    pub elsewhere: Option<(LatLng, u8)>,
    /// The first `spots_len` are used.
    pub spots: [SpotRow; SPOTS],
    pub spots_len: u8,
}

/// From where an emitter was heard; metres in units of [`scale`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SpotRow {
    /// From the emitter's place.
    pub east: i16,
    pub north: i16,
    /// Mean signal, hundredths of a dBm.
    pub signal: i16,
    /// Quarters of a sighting.
    pub count: u8,
    /// Root mean square of the sightings' distances and errors.
    pub blur: u8,
}

/// In how many parts of a metre spots' places are told, and their blur: cells are heard from farther than 16 bits of
/// decimetres reach.
const fn scale(kind: EmitterKind) -> (f32, f32) {
    match kind {
        EmitterKind::Wifi | EmitterKind::Beacon => (10.0, 2.0),
        EmitterKind::Cell => (1.0, 0.125),
    }
}

impl SpotRow {
    fn of(kind: EmitterKind, spot: &Spot) -> Self {
        let (place, blur) = scale(kind);
        Self {
            east: (place * spot.east).round() as i16,
            north: (place * spot.north).round() as i16,
            signal: (100.0 * spot.signal).round() as i16,
            count: (4.0 * spot.count).round().max(1.0) as u8,
            blur: (blur * spot.blur.sqrt()).round() as u8,
        }
    }

    fn to_spot(self, kind: EmitterKind) -> Spot {
        let (place, blur) = scale(kind);
        let blur = f32::from(self.blur) / blur;
        Spot {
            east: f32::from(self.east) / place,
            north: f32::from(self.north) / place,
            signal: f32::from(self.signal) / 100.0,
            count: f32::from(self.count.max(1)) / 4.0,
            blur: blur * blur,
        }
    }
}

impl Learned {
    /// The row of the store.
    pub(crate) fn to_columns(self) -> Columns {
        let Scatter { east, both, north } = self.belief.place;
        let (east, north) = (east.max(0.01).sqrt(), north.max(0.01).sqrt());
        let heard = self.heard.spots();
        let mut spots = [SpotRow::default(); SPOTS];
        spots.iter_mut().zip(heard).for_each(|(row, spot)| *row = SpotRow::of(self.kind, spot));
        Columns {
            place: self.place,
            band: self.band as u8,
            deviation: ((10.0 * east).round() as u16, (10.0 * north).round() as u16),
            correlation: (127.0 * both / (east * north)).clamp(-126.0, 126.0).round() as i8,
            level: (self.belief.level * 100.0).round() as i16,
            noise: (self.noise * 100.0).round() as u16,
            extent: (10.0 * self.extent.max(0.0).sqrt()).round() as u32,
            count: self.count,
            first_day: self.first_day,
            last_day: self.last_day,
            moves: self.moves,
            news: (8.0 * self.news).round() as u8,
            elsewhere: self.elsewhere,
            spots,
            spots_len: heard.len() as u8,
        }
    }

    /// The same from a row of the store.
    pub(crate) fn from_columns(kind: EmitterKind, row: &Columns) -> Self {
        let (east, north) = (f32::from(row.deviation.0.max(1)) / 10.0, f32::from(row.deviation.1.max(1)) / 10.0);
        let both = east * north * f32::from(row.correlation.clamp(-126, 126)) / 127.0;
        let extent = row.extent as f32 / 10.0;
        let mut heard = Heard::default();
        for spot in row.spots.iter().take(row.spots_len.into()) {
            heard.add(spot.to_spot(kind));
        }
        Self {
            kind,
            place: row.place,
            belief: Belief {
                place: Scatter { east: east * east, both, north: north * north },
                level: f32::from(row.level) / 100.0,
            },
            noise: f32::from(row.noise) / 100.0,
            extent: extent * extent,
            heard,
            // What is stored was settled before.
            is_worked_out: true,
            news: f32::from(row.news) / 8.0,
            band: Band::from_number(row.band),
            count: row.count.max(1),
            first_day: row.first_day,
            last_day: row.last_day,
            elsewhere: row.elsewhere,
            moves: row.moves,
        }
    }
}
