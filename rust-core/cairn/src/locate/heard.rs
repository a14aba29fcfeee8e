//! From where an emitter was heard, in a few spots: each the mean of sightings near each other.
//!
//! What is far from the emitter may be put together over wide stretches, what is near may not: there each step changes the
//! signal. So the pair that is put together is the one that matters least, seen from where the emitter is thought to be.

/// One spot: places in metres from a middle that the owner knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spot {
    pub east: f32,
    pub north: f32,
    /// Mean signal, dBm.
    pub signal: f32,
    /// Sightings, at most [`MOST`]: newer ones then still pull the mean.
    pub count: f32,
    /// Mean square distance of the sightings from the spot, with the errors of their fixes, m².
    pub blur: f32,
}

/// So many spots are kept.
pub(crate) const SPOTS: usize = 8;

/// More sightings of one spot say nothing new.
const MOST: f32 = 60.0;

/// Nearer than this to an emitter the fixes blur everything, m.
const NEAR: f32 = 20.0;

/// The spots of one emitter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Heard {
    spots: [Spot; SPOTS],
    len: u8,
}

impl Spot {
    fn with(&self, other: &Self) -> Self {
        let n = self.count + other.count;
        let part = other.count / n;
        let toward = |a: f32, b: f32| a + part * (b - a);
        Self {
            east: toward(self.east, other.east),
            north: toward(self.north, other.north),
            signal: toward(self.signal, other.signal),
            count: n.min(MOST),
            blur: toward(self.blur, other.blur) + part * (1.0 - part) * self.square(other),
        }
    }

    /// The same seen from another middle, where only a share of it counts.
    pub fn seen_from(&self, (east, north): (f64, f64), share: f64) -> Self {
        Self {
            east: self.east - east as f32,
            north: self.north - north as f32,
            count: self.count * share as f32,
            ..*self
        }
    }

    fn square(&self, other: &Self) -> f32 {
        (self.east - other.east).powi(2) + (self.north - other.north).powi(2)
    }

    /// How many sightings of different places it is worth: the first of a spot tells half of what all do.
    fn says(&self) -> f32 {
        2.0 * self.count / (1.0 + self.count)
    }

    /// How far it is from the middle, m², where nearer than [`NEAR`] is all the same.
    fn far(&self) -> f32 {
        self.east * self.east + self.north * self.north + 0.5 * NEAR * NEAR
    }
}

impl Heard {
    pub fn spots(&self) -> &[Spot] {
        &self.spots[..usize::from(self.len)]
    }

    /// Adds a spot, seen from where the emitter is thought to be; answers how much of it is news, 0 to 1: little where it falls
    /// on a spot that stands for many.
    pub fn add(&mut self, spot: Spot) -> f32 {
        if usize::from(self.len) < SPOTS {
            self.spots[usize::from(self.len)] = spot;
            self.len += 1;
            return 1.0;
        }
        // The newcomer stands last: of SPOTS + 1 two become one, those of which the least is lost.
        let (i, j) = self.least_lost(&spot);
        let before = self.spots[i].count;
        let other = if j < SPOTS { self.spots[j] } else { spot };
        self.spots[i] = self.spots[i].with(&other);
        if j < SPOTS {
            self.spots[j] = spot;
            return 1.0;
        }
        spot.count / (spot.count + before)
    }

    /// Of which two the least is lost when they become one, where the newcomer stands last; the second is the later one.
    fn least_lost(&self, newcomer: &Spot) -> (usize, usize) {
        // Each with all of the spots at once, as many as processors have lanes for; those from itself on do not count.
        let of = |value: fn(&Spot) -> f32| self.spots.map(|s| value(&s));
        let (east, north, says, far) = (of(|s| s.east), of(|s| s.north), of(Spot::says), of(Spot::far));
        let (mut least, mut pair) = (f32::MAX, (0, SPOTS));
        for j in 1..=SPOTS {
            let one = self.spots.get(j).unwrap_or(newcomer);
            let (one_says, one_far) = (one.says(), one.far());
            let losses: [f32; SPOTS] = std::array::from_fn(|i| {
                let square = (east[i] - one.east).powi(2) + (north[i] - one.north).powi(2);
                says[i] * one_says * square / ((says[i] + one_says) * (far[i] + one_far))
            });
            for (i, loss) in losses.into_iter().enumerate().take(j) {
                if loss < least {
                    (least, pair) = (loss, (i, j));
                }
            }
        }
        pair
    }

    /// The same seen from another middle.
    pub fn shift(&mut self, middle: (f64, f64)) {
        for spot in &mut self.spots[..usize::from(self.len)] {
            *spot = spot.seen_from(middle, 1.0);
        }
    }
}
