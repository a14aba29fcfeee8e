//! What others tell of an emitter: exports of services, region packs, and rows of an older database.

use super::{Belief, Heard, Learned, SETTLED_COUNT, Scatter, Spot, signal, usual_spread};
use crate::locate::signal::Band;
use crate::model::{EmitterKind, LatLng, LocalPlane, Metres};

/// How far others' places are off per axis, as a share of the spread: of an emitter heard for ever, and what its single sightings
/// add. As one's own are that were heard as often (example `radii`'s worlds).
const WELL_KNOWN_ERROR: f64 = 0.45;
const SIGHTING_ERROR: f64 = 0.5;

/// What older databases keep of an emitter: a weighted centre, and the moments of where it was heard around that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub centre: LatLng,
    pub band: u8,
    pub count: u16,
    pub first_day: i32,
    pub last_day: i32,
    /// Sum of the sightings' weights.
    pub weight: f32,
    pub level: f32,
    pub noise: f32,
    pub moves: u8,
    /// Mean squares and product eastwards, of both, and northwards, m².
    pub scatter: (f32, f32, f32),
    pub elsewhere: Option<(LatLng, u8)>,
}

impl Learned {
    /// What such a row teaches: as if the emitter had been heard at either end of the way along which it was, as strongly as its
    /// level says.
    pub(crate) fn from_moments(kind: EmitterKind, m: &Moments) -> Self {
        let scatter = Scatter { east: m.scatter.0, both: m.scatter.1, north: m.scatter.2 };
        let usual = usual_spread(kind);
        let mut learned = Self {
            belief: Belief {
                place: Scatter::round(2.0 * usual * usual / f64::from(m.weight.max(0.02))),
                level: m.level,
            },
            noise: m.noise,
            extent: scatter.mean_square(),
            band: Band::from_number(m.band),
            first_day: m.first_day,
            last_day: m.last_day,
            moves: m.moves,
            elsewhere: m.elsewhere,
            ..Self::told(kind, m.centre, 0.0, m.count.max(1))
        };
        if kind != EmitterKind::Cell {
            let axes = scatter.axes();
            let (east, north) = axes.way();
            let (half, blur) = (axes.along.sqrt(), axes.across + 100.0);
            let signal = m.level - signal::loss_at_square(axes.along + blur) as f32;
            let count = (f32::from(m.count) / 2.0).clamp(0.5, 30.0);
            for end in [half, -half] {
                let (east, north) = ((end * east) as f32, (end * north) as f32);
                learned.heard.add(Spot { east, north, signal, count, blur: blur as f32 });
            }
            learned.settle(&LocalPlane::around(m.centre));
        }
        learned
    }

    /// What somebody else's reckoning teaches: a centre, how far from it the emitter is heard (`radius`, where that is told), the
    /// sightings it rests on, and the day of the last, since 1970 UTC. Whoever reckoned it had other phones and another weighing:
    /// it counts as a few sightings of one's own at most.
    pub fn estimated(kind: EmitterKind, place: LatLng, radius: Option<Metres>, samples: u32, day: i32) -> Self {
        // Radii reach the farthest corner: heard evenly within one, half of it is the root mean square distance from the middle.
        let spread = radius.map_or(usual_spread(kind), |r| r.0 / 2.0);
        let count = samples.clamp(1, u32::from(SETTLED_COUNT) - 1) as u16;
        Self { first_day: day, last_day: day, ..Self::told(kind, place, spread, count) }
    }

    /// What a region pack tells of an emitter: that this many phones' sightings lay so far around a place.
    pub fn from_pack(kind: EmitterKind, place: LatLng, spread: Metres, sightings: u16) -> Self {
        Self::told(kind, place, spread.0, sightings.max(1))
    }

    fn told(kind: EmitterKind, place: LatLng, spread: f64, count: u16) -> Self {
        let learned = Self {
            kind,
            place,
            belief: Belief { place: Scatter::default(), level: signal::usual_level(kind, None) as f32 },
            noise: signal::USUAL_NOISE,
            extent: (spread * spread) as f32,
            heard: Heard::default(),
            is_worked_out: false,
            news: 0.0,
            band: Band::Unknown,
            count,
            first_day: 0,
            last_day: 0,
            elsewhere: None,
            moves: 0,
        };
        let share = WELL_KNOWN_ERROR + SIGHTING_ERROR / f64::from(count).sqrt();
        let error = share * learned.spread().0;
        Self { belief: Belief { place: Scatter::round(2.0 * error * error), ..learned.belief }, ..learned }
    }

    /// The same, of one whose level one metre away is told as well, dBm.
    #[must_use]
    pub fn with_level(self, level: f64) -> Self {
        Self { belief: Belief { level: level as f32, ..self.belief }, ..self }
    }
}
