//! What the phone has learned of one emitter: where it is, how far around it is heard, how strong it is near by, and whether
//! it stays where it is.
//!
//! Forty bytes an emitter, brought up to date with every sighting; it works from the first one, with a spread to match.

mod together;

use super::observation::Observation;
use super::scatter::Scatter;
use super::signal::{self, Band};
use crate::model::{EmitterKind, LatLng, LocalPlane, Metres};

/// What is known of one emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    kind: EmitterKind,
    /// Robust weighted centre of where it was heard.
    centre: LatLng,
    /// Sum of the weights behind the centre, at most [`MAX_WEIGHT`].
    weight: f32,
    /// Sum of their squares: how many sightings really speak for the centre.
    squares: f32,
    /// Mean squares and product of the sightings' distances from the centre, m²: the shape of where it was heard.
    scatter: Scatter,
    /// Level one metre away by the model of [`signal`], dBm; shrunk towards the usual one.
    level: f32,
    /// Mean square of what signals differ from the model, dB²; shrunk towards the usual.
    noise: f32,
    /// Strongest signal, dBm; -128 where none was told.
    peak: i8,
    band: Band,
    /// Sightings at this place.
    count: u16,
    /// Day of the first sighting at this place.
    first_day: i32,
    /// Day of the newest.
    last_day: i32,
    /// Another place at which it was heard lately, and how often in a row.
    elsewhere: Option<(LatLng, u8)>,
    /// How often it was found to have moved.
    moves: u8,
}

/// [`Learned`] in the units of the store's row; the kind is in the key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Columns {
    pub centre: LatLng,
    pub band: u8,
    pub weight: u32,
    pub evidence: u16,
    pub east: u32,
    pub both: i32,
    pub north: u32,
    pub level: i16,
    pub noise: u16,
    pub peak: i8,
    pub count: u16,
    pub first_day: i32,
    pub last_day: i32,
    pub moves: u8,
    pub elsewhere: Option<(LatLng, u8)>,
}

/// What an emitter's past may weigh: twenty of the strongest sightings. Newer ones then still pull the centre.
const MAX_WEIGHT: f32 = 400.0;

/// Signal in place of none.
const NO_SIGNAL: i8 = -128;

/// No centre is better than the fixes behind it, m.
const LEAST_ERROR: f64 = 4.0;

/// A pack does not tell the strongest signal of an access point. It is taken to have been heard from this share of its spread: with
/// it radii hold the truth about as often as those of the phone that learned it (bench `pack_estimates`).
const NEAREST_SHARE: f64 = 0.3;

/// Sightings so far beside the way, in root mean square, tell on which side an emitter stands, m.
const HEARD_BESIDE: f64 = 30.0;

/// So many sightings in a row at another place are a move; an emitter long known takes more to believe it.
const MOVED_AFTER: u8 = 3;
const SETTLED_MOVED_AFTER: u8 = 5;

/// So many sightings make an emitter's place well known.
const SETTLED_COUNT: u16 = 5;

/// Whoever moves this often travels.
const MOBILE_MOVES: u8 = 2;

/// An emitter that stays for so long at one place is forgiven an earlier move.
const FORGIVEN_AFTER_DAYS: i32 = 90;

impl Learned {
    /// What a first sighting teaches.
    pub fn first(o: &Observation) -> Self {
        let mut learned = Self {
            kind: o.kind,
            centre: o.place,
            weight: o.weight() as f32,
            squares: (o.weight() * o.weight()) as f32,
            scatter: Scatter::default(),
            level: signal::usual_level(o.kind, o.frequency_mhz) as f32,
            noise: signal::USUAL_NOISE,
            peak: NO_SIGNAL,
            band: Band::of(o.frequency_mhz),
            count: 1,
            first_day: o.day,
            last_day: o.day,
            elsewhere: None,
            moves: 0,
        };
        learned.learn_level(o, 0.0);
        learned
    }

    /// What somebody else's reckoning teaches: a centre, how far from it the emitter is heard (`radius`, where that is told), the
    /// sightings it rests on, and the day of the last, since 1970 UTC. Whoever reckoned it had other phones and another weighing:
    /// it counts as a few sightings of one's own at most.
    pub fn estimated(kind: EmitterKind, place: LatLng, radius: Option<Metres>, samples: u32, day: i32) -> Self {
        // Radii reach the farthest corner: heard evenly within one, half of it is the root mean square distance from the middle.
        let spread = radius.map_or(usual_spread(kind), |r| r.0 / 2.0);
        let half = (spread * spread / 2.0) as f32;
        let count = samples.clamp(1, u32::from(SETTLED_COUNT) - 1) as u16;
        let weight = f32::from(count);
        Self {
            kind,
            centre: place,
            weight,
            squares: weight,
            // Alike in all directions: more is not known.
            scatter: Scatter { east: half, both: 0.0, north: half },
            level: signal::usual_level(kind, None) as f32,
            noise: signal::USUAL_NOISE,
            peak: NO_SIGNAL,
            band: Band::of(None),
            count,
            first_day: day,
            last_day: day,
            elsewhere: None,
            moves: 0,
        }
    }

    /// Takes one more sighting into account.
    pub fn learn(&mut self, o: &Observation) {
        let plane = LocalPlane::around(self.centre);
        let (east, north) = plane.to_xy(o.place);
        let far = (east * east + north * north).sqrt();
        if far > self.reach() + 3.0 * o.accuracy.0 {
            self.learn_elsewhere(o);
            return;
        }
        self.elsewhere = None;
        let w = o.weight() as f32;
        let share = f64::from(w / (self.weight + w));
        self.centre = plane.to_place(share * east, share * north);
        self.squares += w * w;
        self.weight += w;
        if self.weight > MAX_WEIGHT {
            let shrink = MAX_WEIGHT / self.weight;
            self.weight = MAX_WEIGHT;
            self.squares *= shrink * shrink;
        }
        let n = f32::from(self.count.min(200));
        self.scatter.take((east, north), share, n);
        self.count = self.count.saturating_add(1);
        self.last_day = self.last_day.max(o.day);
        let stays = self.scatter.mean_square() < (4.0 * usual_spread(self.kind) * usual_spread(self.kind)) as f32;
        if stays && self.last_day - self.first_day >= FORGIVEN_AFTER_DAYS {
            self.moves = 0;
        }
        self.learn_level(o, far * (1.0 - share));
    }

    /// Learns how strong it is from a sighting so far from the centre.
    fn learn_level(&mut self, o: &Observation, far: f64) {
        let Some(heard) = o.signal else { return };
        let spread = self.spread().0;
        let floor = 0.2 * usual_spread(self.kind);
        let error2 = floor * floor + spread * spread / (2.0 + f64::from(self.count));
        let level = f64::from(heard.0) + signal::loss_at_square(far * far + error2);
        let n = f32::from(self.count.min(60));
        let differs = level as f32 - self.level;
        // One wild reading must not make the emitter look useless for ever.
        let square = (differs * differs).min(9.0 * signal::USUAL_NOISE);
        self.noise += (square - self.noise) / (n + signal::NOISE_PRIOR);
        self.level += differs / (n + signal::LEVEL_PRIOR);
        self.peak = self.peak.max(heard.0.clamp(-127, 0) as i8);
    }

    fn learn_elsewhere(&mut self, o: &Observation) {
        let (place, times) = match self.elsewhere {
            Some((place, times)) if place.distance(o.place).0 <= self.reach() => {
                (place.towards(o.place, 1.0 / f64::from(times + 1)), times + 1)
            }
            other => {
                // At a third place without having been back at the first: it roams.
                self.moves = self.moves.saturating_add(u8::from(other.is_some()));
                (o.place, 1)
            }
        };
        let enough = if self.count >= 4 * SETTLED_COUNT { SETTLED_MOVED_AFTER } else { MOVED_AFTER };
        if times < enough {
            self.elsewhere = Some((place, times));
            return;
        }
        let moves = self.moves.saturating_add(1);
        *self = Self { moves, centre: place, count: u16::from(times), ..Self::first(o) };
    }

    /// What a region pack tells of an emitter: that this many phones' sightings lay so far around a place.
    pub fn from_pack(kind: EmitterKind, place: LatLng, spread: Metres, sightings: u16) -> Self {
        let n = f32::from(sightings.clamp(1, 200));
        Self {
            kind,
            centre: place,
            weight: n,
            squares: n,
            scatter: Scatter::round(spread.0 * spread.0),
            level: signal::usual_level(kind, None) as f32,
            noise: signal::USUAL_NOISE,
            peak: NO_SIGNAL,
            band: Band::Unknown,
            count: sightings.max(1),
            first_day: 0,
            last_day: 0,
            elsewhere: None,
            moves: 0,
        }
    }

    /// The same, of one whose level one metre away is told as well, dBm.
    #[must_use]
    pub fn with_level(self, level: f64) -> Self {
        let near = NEAREST_SHARE * self.spread().0;
        let peak = (level - signal::loss_at_square(near * near)).round().clamp(-127.0, 0.0) as i8;
        Self { level: level as f32, peak, ..self }
    }

    /// The row of the store.
    pub(crate) fn to_columns(self) -> Columns {
        Columns {
            centre: self.centre,
            band: self.band as u8,
            weight: (self.weight * 100.0).round() as u32,
            evidence: (self.evidence() * 100.0).round() as u16,
            east: self.scatter.east.round() as u32,
            both: self.scatter.both.round() as i32,
            north: self.scatter.north.round() as u32,
            level: (self.level * 100.0).round() as i16,
            noise: (self.noise * 100.0).round() as u16,
            peak: self.peak,
            count: self.count,
            first_day: self.first_day,
            last_day: self.last_day,
            moves: self.moves,
            elsewhere: self.elsewhere,
        }
    }

    /// The same from a row of the store.
    pub(crate) fn from_columns(kind: EmitterKind, row: Columns) -> Self {
        let weight = (row.weight as f32 / 100.0).max(0.01);
        Self {
            kind,
            centre: row.centre,
            weight,
            squares: weight * weight / (f32::from(row.evidence) / 100.0).max(1.0),
            scatter: Scatter { east: row.east as f32, both: row.both as f32, north: row.north as f32 },
            level: f32::from(row.level) / 100.0,
            noise: f32::from(row.noise) / 100.0,
            peak: row.peak,
            band: Band::from_number(row.band),
            count: row.count.max(1),
            first_day: row.first_day,
            last_day: row.last_day,
            elsewhere: row.elsewhere,
            moves: row.moves,
        }
    }

    /// How many sightings of equal weight would place it as well: Kish's effective number, at least one.
    fn evidence(&self) -> f32 {
        (self.weight * self.weight / self.squares).max(1.0)
    }

    /// Where it is heard around.
    pub fn place(&self) -> LatLng {
        self.centre
    }

    /// Its level one metre away, dBm.
    pub(super) fn level(&self) -> f64 {
        f64::from(self.level)
    }

    /// Mean square of what its signals differ from the model, dB².
    pub(super) fn noise(&self) -> f64 {
        f64::from(self.noise)
    }

    /// Sightings at its present place.
    pub fn count(&self) -> u16 {
        self.count
    }

    /// Day of the newest sighting, since 1970 UTC.
    pub fn last_day(&self) -> i32 {
        self.last_day
    }

    /// Root mean square distance from its centre at which it is heard; shrunk towards the usual for its kind.
    pub fn spread(&self) -> Metres {
        let usual = usual_spread(self.kind);
        let n = f64::from(self.count) - 1.0;
        let prior = prior_sightings(self.kind);
        Metres(((n * f64::from(self.scatter.mean_square()) + prior * usual * usual) / (n + prior)).sqrt())
    }

    /// How far the transmitter may be from the centre, one standard deviation per axis, m.
    pub fn centre_error(&self) -> f64 {
        f64::from(self.error().mean_square() / 2.0).sqrt()
    }

    /// Variances of how far the transmitter may be from the centre, m².
    ///
    /// Along the way on which it was heard the centre is good: to a part of how near the strongest sighting must have been by
    /// its level, and to a part of the spread that shrinks with their number. Across it may be as far off as that nearness,
    /// unless it was heard from beside as well. Fitted to the errors of some hundred thousand access points in a hundred
    /// simulated towns (`town::Town::any`).
    pub(super) fn error(&self) -> Scatter {
        let axes = self.scatter.axes();
        let n = f64::from(self.count);
        let spread = self.spread().0;
        let near = if self.peak == NO_SIGNAL {
            spread
        } else {
            signal::distance(f64::from(self.level) - f64::from(self.peak))
        };
        let within = |a: f64, b: f64| 1.0 / (1.0 / (a * a) + 1.0 / (b * b));
        let along = LEAST_ERROR * LEAST_ERROR + within(1.3 * near, spread * (0.45 + 0.85 / n));
        // The strongest of many sightings owes more to chance than to nearness.
        let beside = within(1.2 * n.powf(0.3) * near, 1.4 * spread);
        let across = along + (beside - along).max(0.0) * (-axes.across / (HEARD_BESIDE * HEARD_BESIDE)).exp();
        axes.with(along, across)
    }

    /// Whether it has been found at another place than before, lately.
    pub fn has_moved(&self) -> bool {
        self.moves > 0
    }

    /// Notes that it was found to drift along with its hearer: each sighting near the last, and the last far from the first.
    pub fn mark_mobile(&mut self) {
        self.moves = self.moves.max(MOBILE_MOVES);
        self.first_day = self.last_day;
    }

    /// Whether it travels: of no use for positions.
    pub fn is_mobile(&self) -> bool {
        self.moves >= MOBILE_MOVES
    }

    /// Whether its place is well known and nothing speaks against it.
    pub fn is_settled(&self) -> bool {
        self.count >= SETTLED_COUNT && self.moves == 0 && self.elsewhere.is_none()
    }

    /// How much its word counts against others', 0 to 1: by the number of sightings, and less while it is heard elsewhere.
    pub fn trust(&self) -> f64 {
        if self.is_mobile() {
            return 0.0;
        }
        let n = f64::from(self.count);
        let known = n / (n + 2.0);
        let doubt = self.elsewhere.map_or(0, |(_, times)| i32::from(times)) + i32::from(self.moves);
        known * 0.4_f64.powi(doubt)
    }

    /// Beyond this it cannot be heard from where it is thought to be: twice the usual range and what is not known of its place.
    fn reach(&self) -> f64 {
        3.0 * usual_spread(self.kind) + self.spread().0
    }
}

/// Sightings' worth of belief in the usual spread. A cell reaches far beyond the streets on which one phone heard it, so a
/// hundred sightings on them say less of its extent.
const fn prior_sightings(kind: EmitterKind) -> f64 {
    match kind {
        EmitterKind::Wifi | EmitterKind::Beacon => 2.0,
        EmitterKind::Cell => 4.0,
    }
}

/// Root mean square distance from an emitter's centre at which phones outside hear it. WiFi: median 50 to 60 m in cities;
/// beacons transmit a hundredth of the power; cells are heard over some kilometres.
pub(super) const fn usual_spread(kind: EmitterKind) -> f64 {
    match kind {
        EmitterKind::Wifi => 60.0,
        EmitterKind::Beacon => 20.0,
        EmitterKind::Cell => 900.0,
    }
}

/// The middle between places, for groups of emitters.
pub(super) fn mean_place(places: impl Iterator<Item = (LatLng, f64)> + Clone) -> Option<LatLng> {
    let plane = LocalPlane::around(places.clone().next()?.0);
    let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
    for (place, w) in places {
        let (east, north) = plane.to_xy(place);
        x += w * east;
        y += w * north;
        sum += w;
    }
    (sum > 0.0).then(|| plane.to_place(x / sum, y / sum))
}

#[cfg(test)]
#[path = "learned_tests.rs"]
mod tests;
