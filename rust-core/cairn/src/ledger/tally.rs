//! Gathers the passages of one commit group, so that each row they touch is written once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Clock, Country, Counts, Day, Hexagon, Passage, Subject, day};
use crate::ledger::{AREA, GROUND};
use crate::model::{EmitterKey, TripId};

/// What some passages add up to, before anything is known of earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// In the order in which they began, as the first to come names a row's country.
    pub(crate) parts: Vec<(Part, Counts)>,
    /// Ground walked, each hexagon once a day, in order; with the index of the part that earns it should it be new.
    pub(crate) walked: Vec<(Hexagon, usize)>,
    /// Emitters never heard before, with the index of the part in which they count.
    pub(crate) new: Vec<(EmitterKey, usize)>,
    pub(crate) clocks: BTreeMap<Day, Clock>,
    index: HashMap<Part, usize>,
    seen: HashSet<(Hexagon, Day)>,
    /// Where the last passage was counted, and in which hexagon: the next one is mostly there too.
    last: Option<(Hexagon, usize)>,
}

/// What passages must have in common to be counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    pub(crate) day: Day,
    pub(crate) country: Option<Country>,
    pub(crate) trip: TripId,
    pub(crate) area: Hexagon,
}

impl Part {
    /// All rows of the ledger that it adds to.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Subject> {
        Subject::of_day(self.day)
            .into_iter()
            .chain([Subject::Trip(self.trip), Subject::Area(self.area)])
            .chain(self.country.map(Subject::Country))
    }
}

impl Tally {
    /// Counts a passage in which these emitters were heard that never were before.
    pub fn count(&mut self, passage: &Passage, new: impl IntoIterator<Item = EmitterKey>) {
        let offset = day::offset_at(passage.utc_offset_min, passage.place);
        let day = Day::at(passage.utc, offset);
        let hexagon = Hexagon::around(passage.place, GROUND);
        let at = self.part(passage, day, hexagon);
        self.parts[at].1 += Counts::of(passage);
        self.new.extend(new.into_iter().map(|key| (key, at)));
        let clock = Clock::at(passage.utc, offset);
        self.clocks.entry(day).and_modify(|known| *known = known.and(clock)).or_insert(clock);
    }

    /// The part that a passage belongs to. Its country is looked up once for each hexagon that is entered: borders are not
    /// known to within one (see [`Country`]).
    fn part(&mut self, passage: &Passage, day: Day, hexagon: Hexagon) -> usize {
        if let Some((last, at)) = self.last
            && last == hexagon
            && (self.parts[at].0.day, self.parts[at].0.trip) == (day, passage.trip)
        {
            return at;
        }
        let part =
            Part { day, country: Country::around(passage.place), trip: passage.trip, area: hexagon.within(AREA) };
        let at = *self.index.entry(part).or_insert_with(|| {
            self.parts.push((part, Counts::default()));
            self.parts.len() - 1
        });
        if self.seen.insert((hexagon, day)) {
            self.walked.push((hexagon, at));
        }
        self.last = Some((hexagon, at));
        at
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}
