//! When walking a hexagon counts.

use super::{Day, Hexagon};

/// After this many days a hexagon is worth hearing again: access points change by some per cent a month, and BeaconDB and
/// ichnaea trust what was heard lately.
const AGAIN_AFTER: i32 = 90;

/// The first and the last day on which a hexagon was walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) first: Day,
    pub(crate) last: Day,
}

impl Extent {
    /// From one day to another, as the store keeps them.
    pub(crate) fn of(first: i32, last: i32) -> Self {
        Self { first: Day::new(first), last: Day::new(last) }
    }

    /// Whether its ends are so far apart that the ground is worth hearing again.
    pub(crate) fn is_again(self) -> bool {
        self.last.since(self.first) >= AGAIN_AFTER
    }
}

/// What one day's walking of a hexagon means for what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Never walked before.
    First,
    /// Its first and last days are now for the first time [`AGAIN_AFTER`] days apart.
    Again,
    /// Another day, no more.
    OtherDay,
    /// On that day, or on days before and after it, it had been walked already.
    Nothing,
}

impl Walk {
    /// Judges by the two outer days alone, so that days may be told in any order: what a hexagon earns in the end is the same.
    pub(crate) fn on(day: Day, known: Option<Extent>) -> Self {
        let Some(Extent { first, last }) = known else { return Self::First };
        if (first..=last).contains(&day) {
            return Self::Nothing;
        }
        let (before, after) = (last.since(first), last.max(day).since(first.min(day)));
        if before < AGAIN_AFTER && after >= AGAIN_AFTER { Self::Again } else { Self::OtherDay }
    }
}

/// A piece of covered ground, for a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Which.
    pub cell: Hexagon,
    /// When it was first walked.
    pub first: Day,
    /// When it was last walked.
    pub last: Day,
    /// On how many days; a day told late, between the first and the last, is not counted.
    pub days: u32,
    /// How many hexagons of [`GROUND`](super::GROUND) size within it were walked.
    pub hexagons: u32,
}

impl Covered {
    /// The share of its ground that was walked, 0 to 1.
    pub fn share(&self) -> f64 {
        let finer = u8::from(super::GROUND).saturating_sub(u8::from(self.cell.resolution()));
        (f64::from(self.hexagons) / 7_f64.powi(finer.into())).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walk_all(days: &[i32]) -> Vec<Walk> {
        let mut known: Option<Extent> = None;
        days.iter()
            .map(|&number| {
                let day = Day::new(number);
                let walk = Walk::on(day, known);
                let Extent { first, last } = known.unwrap_or(Extent { first: day, last: day });
                known = Some(Extent { first: first.min(day), last: last.max(day) });
                walk
            })
            .collect()
    }

    #[test]
    fn a_hexagon_counts_when_first_walked_and_once_more_after_ninety_days() {
        use Walk::{Again, First, Nothing, OtherDay};
        assert_eq!(walk_all(&[100, 100, 101, 189, 190, 500]), [First, Nothing, OtherDay, OtherDay, Again, OtherDay]);
    }

    proptest! {
        #[test]
        fn what_a_hexagon_earns_does_not_depend_on_the_order_of_days(days in prop::collection::vec(1_i32..400, 1..12)) {
            let earned = |days: &[i32]| {
                let walks = walk_all(days);
                [Walk::First, Walk::Again].map(|kind| walks.iter().filter(|&&w| w == kind).count())
            };
            let mut sorted = days.clone();
            sorted.sort_unstable();
            prop_assert_eq!(earned(&days), earned(&sorted));
            let apart = sorted[sorted.len() - 1] - sorted[0] >= AGAIN_AFTER;
            prop_assert_eq!(earned(&days), [1, usize::from(apart)]);
        }
    }
}
