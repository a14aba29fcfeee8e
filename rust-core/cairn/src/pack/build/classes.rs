//! Which stations are told apart no further than by their class: those of about one level.

use super::super::header::Class;

/// Classes by level: six keep twenty million stations spread evenly over a country under seven bytes each.
const CLASSES: usize = 6;

/// Levels from here on, in steps of 1 dB.
const LOWEST_LEVEL: f64 = -100.0;

/// Stations of one level.
#[derive(Clone, Copy, Default)]
struct Level {
    count: u64,
    squares: f64,
    sightings: u64,
}

/// How many stations there are of each level.
pub(super) struct Levels(Vec<Level>);

impl Levels {
    pub fn new() -> Self {
        Self(vec![Level::default(); usize::from(u8::MAX) + 1])
    }

    /// The number that a level in dBm has here.
    pub fn number(level: f64) -> u8 {
        (level - LOWEST_LEVEL).round().clamp(0.0, f64::from(u8::MAX)) as u8
    }

    /// Counts a station.
    pub fn add(&mut self, level: u8, radius: u16, sightings: u16) {
        let level = &mut self.0[usize::from(level)];
        level.count += 1;
        level.squares += f64::from(radius).powi(2);
        level.sightings += u64::from(sightings);
    }

    /// Classes of about as many stations each; and the class of each level.
    pub fn classes(&self) -> (Vec<Class>, Vec<u8>) {
        let total: u64 = self.0.iter().map(|l| l.count).sum();
        let mut sums = [(Level::default(), 0.0); CLASSES];
        let mut class_of = vec![0; self.0.len()];
        let mut before = 0;
        for (index, level) in self.0.iter().enumerate() {
            let class = ((before + level.count / 2) * CLASSES as u64 / total.max(1)).min(CLASSES as u64 - 1) as usize;
            class_of[index] = class as u8;
            let (sum, db) = &mut sums[class];
            sum.count += level.count;
            sum.squares += level.squares;
            sum.sightings += level.sightings;
            *db += (LOWEST_LEVEL + index as f64) * level.count as f64;
            before += level.count;
        }
        let class = |(sum, db): &(Level, f64)| {
            let n = sum.count.max(1) as f64;
            Class {
                radius: (sum.squares / n).sqrt().round().clamp(1.0, f64::from(u16::MAX)) as u16,
                level: (db / n * 100.0).round() as i16,
                sightings: (sum.sightings as f64 / n).round().clamp(1.0, f64::from(u16::MAX)) as u16,
            }
        };
        (sums.iter().map(class).collect(), class_of)
    }
}
