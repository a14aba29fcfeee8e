//! What the phone has learned of one emitter: where it is, how far around it is heard, how strong it is near by, and whether
//! it stays where it is.
//!
//! Forty to a hundred bytes an emitter, by the spots it was heard from; every sighting goes in, and it works from the first one, with
//! a spread to match.

mod row;
mod together;
mod told;

use super::belief::{self, Belief, Usual};
use super::heard::{Heard, Spot};
use super::observation::Observation;
use super::scatter::Scatter;
use super::signal::{self, Band};
use crate::model::{EmitterKind, LatLng, LocalPlane, Metres};

pub(crate) use row::{Columns, SpotRow};
pub(crate) use told::Moments;

/// What is known of one emitter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    kind: EmitterKind,
    /// The middle of where it may stand; of a cell, of where it was heard.
    place: LatLng,
    /// How sure that is, and how strong it is.
    belief: Belief,
    /// Mean square of what signals differ from the model, dB²; shrunk towards the usual.
    noise: f32,
    /// Mean square distance from its place at which it was heard, m².
    extent: f32,
    /// From where it was heard, seen from its place.
    heard: Heard,
    /// Whether the belief was ever worked out.
    is_worked_out: bool,
    /// What was heard since the belief was worked out, in sightings' worth of news.
    news: f32,
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

/// No place is better known than the fixes and the model allow, m per axis.
const LEAST_ERROR: f32 = 4.0;

/// The place is worked out anew when this share of the sightings is news and somebody asks, and when that share is, whoever asks.
const NEWS: f32 = 0.1;
const MUCH_NEWS: f32 = 0.5;

/// Each sighting is at least so much news; and of more sightings than these, it counts as if they were so many.
const LEAST_NEWS: f32 = 0.5;
const MANY: f32 = 60.0;

/// Signals that differ so much from the model, dB² in the mean, do not come from where it stands: it may travel.
const WILD: f32 = 90.0;

/// What a cell's past may weigh: a thousand of the strongest sightings. Newer ones then still pull the centre, but one more street
/// does not draw it there.
const MAX_WEIGHT: f32 = 20_000.0;

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
        let usual = usual_spread(o.kind);
        let level = signal::usual_level(o.kind, o.frequency_mhz);
        let mut learned = Self {
            kind: o.kind,
            place: o.place,
            belief: Belief { place: Scatter::default(), level: level as f32 },
            noise: signal::USUAL_NOISE,
            extent: 0.0,
            heard: Heard::default(),
            is_worked_out: false,
            news: 0.0,
            band: Band::of(o.frequency_mhz),
            count: 1,
            first_day: o.day,
            last_day: o.day,
            elsewhere: None,
            moves: 0,
        };
        let news = o.signal.map(|heard| learned.heard.add(spot(o, (0.0, 0.0), heard.0)));
        match news {
            Some(news) if o.kind != EmitterKind::Cell => {
                learned.news = news;
                learned.belief.place = Scatter::round(usual * usual);
            }
            _ => learned.belief.place = Scatter::round(2.0 * usual * usual / o.weight()),
        }
        learned
    }

    /// Takes one more sighting into account.
    pub fn learn(&mut self, o: &Observation) {
        let plane = LocalPlane::around(self.place);
        let from = plane.to_xy(o.place);
        let far = (from.0 * from.0 + from.1 * from.1).sqrt();
        if far > self.reach() + 3.0 * o.accuracy.0 {
            self.learn_elsewhere(o);
            return;
        }
        self.elsewhere = None;
        let n = f32::from(self.count.min(200));
        match o.signal {
            Some(heard) if self.kind != EmitterKind::Cell => {
                self.learn_noise(far, f64::from(heard.0));
                self.news += self.heard.add(spot(o, from, heard.0)).max(LEAST_NEWS);
                // So that what is put together is seen from about the right place.
                if self.news > MUCH_NEWS * n.min(MANY) {
                    self.settle(&plane);
                }
            }
            _ => {
                if let Some(heard) = o.signal {
                    self.learn_spot(spot(o, from, heard.0));
                }
                let step = self.learn_presence(o, from);
                self.place = plane.to_place(step.0, step.1);
                self.heard.shift(step);
            }
        }
        self.extent += ((far * far) as f32 - self.extent) / (n + 1.0);
        self.count = self.count.saturating_add(1);
        self.last_day = self.last_day.max(o.day);
        let stays = self.extent < (4.0 * usual_spread(self.kind) * usual_spread(self.kind)) as f32;
        if stays && self.last_day - self.first_day >= FORGIVEN_AFTER_DAYS {
            self.moves = 0;
        }
    }

    /// With its place worked out from where it was heard, where that is news. Sightings alone only gather, for this takes longer:
    /// whoever reads what was learned asks for it.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.settle_news(NEWS);
        self
    }

    /// Works out its place before it is stored, where that never happened; the rest is left to who reads it.
    pub fn settle_to_store(&mut self) {
        if !self.is_worked_out {
            self.settle_news(NEWS);
        }
    }

    fn settle_news(&mut self, share: f32) {
        if self.news > share * f32::from(self.count).min(MANY) {
            self.settle(&LocalPlane::around(self.place));
        }
    }

    fn settle(&mut self, plane: &LocalPlane) {
        let usual = Usual {
            spread: usual_spread(self.kind) as f32,
            level: self.usual_level(),
            wild: (self.noise / WILD).max(1.0),
        };
        let (belief, step) = belief::of(self.heard.spots(), usual, self.is_worked_out.then_some(&self.belief));
        self.belief = belief;
        self.place = plane.to_place(step.0, step.1);
        self.heard.shift(step);
        self.news = 0.0;
        self.is_worked_out = true;
    }

    fn usual_level(&self) -> f32 {
        let frequency = matches!(self.band, Band::Ghz5 | Band::Ghz6).then_some(5_500);
        signal::usual_level(self.kind, frequency) as f32
    }

    /// Learns what signals differ from the model.
    fn learn_noise(&mut self, far: f64, heard: f64) {
        let error2 = f64::from(self.belief.place.mean_square());
        let differs = (heard + signal::loss_at_square(far * far + error2)) as f32 - self.belief.level;
        // One wild reading must not make the emitter look useless for ever.
        let n = f32::from(self.count.min(60));
        let square = (differs * differs).min(9.0 * signal::USUAL_NOISE);
        self.noise += (square - self.noise) / (n + signal::NOISE_PRIOR);
    }

    /// Where a cell is heard, and how strongly.
    fn learn_spot(&mut self, spot: Spot) {
        if self.heard.spots().is_empty() {
            // Heard before where nobody kept spots: around its place, and as strongly as now for all that is known.
            let count = f32::from(self.count).min(MANY);
            self.heard.add(Spot { east: 0.0, north: 0.0, count, blur: self.extent, ..spot });
        }
        self.heard.add(spot);
    }

    /// That it was heard at all, as far as cells tell; answers how far the place moves.
    fn learn_presence(&mut self, o: &Observation, from: (f64, f64)) -> (f64, f64) {
        let usual = usual_spread(self.kind);
        let square = usual * usual / o.weight();
        let held = f64::from(self.belief.place.mean_square()) / 2.0;
        let gain = held / (held + square);
        let least = usual * usual / f64::from(MAX_WEIGHT);
        self.belief.place = Scatter::round(2.0 * ((1.0 - gain) * held).max(least));
        (gain * from.0, gain * from.1)
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
        *self = Self { moves, count: u16::from(times), ..Self::first(o) };
    }

    /// Where it is; of a cell, the middle of where it was heard.
    pub fn place(&self) -> LatLng {
        self.place
    }

    /// Its level one metre away, dBm.
    pub(super) fn level(&self) -> f64 {
        f64::from(self.belief.level)
    }

    /// Mean square of what its signals differ from the model, dB².
    pub(super) fn noise(&self) -> f64 {
        f64::from(self.noise)
    }

    /// From where it was heard, seen from its place; nothing where only others told of it.
    pub(super) fn spots(&self) -> &[Spot] {
        self.heard.spots()
    }

    /// How well it is known from where it was heard: mean square of the fixes' errors and of what spots put together, m².
    pub(super) fn blur(&self) -> Option<f64> {
        let all: f32 = self.spots().iter().map(|s| s.count).sum();
        (all > 0.0).then(|| f64::from(self.spots().iter().map(|s| s.count * s.blur).sum::<f32>() / all))
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
        Metres(((n * f64::from(self.extent) + prior * usual * usual) / (n + prior)).sqrt())
    }

    /// How far the transmitter may be from the centre, one standard deviation per axis, m.
    pub fn centre_error(&self) -> f64 {
        f64::from(self.error().mean_square() / 2.0).sqrt()
    }

    /// Variances of how far the transmitter may be from its place, m².
    pub(super) fn error(&self) -> Scatter {
        if self.kind == EmitterKind::Cell {
            let error = self.spread().0 * (0.45 + 0.85 / f64::from(self.count));
            return Scatter::round(2.0 * error * error);
        }
        let least = LEAST_ERROR * LEAST_ERROR;
        let Scatter { east, both, north } = self.belief.place;
        Scatter { east: east + least, both, north: north + least }
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

    /// Whether its signals do not fit its place: it may travel.
    pub(crate) fn is_wild(&self) -> bool {
        self.noise > WILD
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

    /// Beyond this it cannot be heard from where it is thought to be: twice the usual range, and more where it is heard far around.
    fn reach(&self) -> f64 {
        3.0 * usual_spread(self.kind) + 1.5 * self.spread().0
    }
}

/// A sighting as a spot.
fn spot(o: &Observation, (east, north): (f64, f64), signal: i16) -> Spot {
    let drift = o.speed.unwrap_or(0.0) * o.age.secs() / 4.0;
    Spot {
        east: east as f32,
        north: north as f32,
        signal: f32::from(signal.clamp(-127, 0)),
        count: 1.0,
        blur: (o.accuracy.0 * o.accuracy.0 + drift * drift) as f32,
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
