//! Tells whether the phone moves: rests it when it stays in one place or loses the sky, and checks a wake-up before believing it.
//!
//! Knows places and times only; which sensors that takes is the machine's to say.

use super::policy::{
    CHECK_MOVE, CHECK_SKY, FIX_BRIDGE, FIX_FRESH, LONG_PAUSE, LOOK_FIRST, LOOK_LONGEST, MOVED_BEYOND, SEARCH_SKY,
    STILL_WITHIN, WAKE_FIRST, WAKE_LONGEST, doubled,
};
use super::{Pause, Status};
use crate::model::{LatLng, Metres, Millis};

/// What the phone is taken to be doing.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// On the way since then; the anchor is where it was last seen to have left a place behind.
    Moving { since: Millis, anchor: Option<(Millis, LatLng)> },
    /// In one place, or out of sight of satellites.
    Resting(Rest),
    /// Woken: GNSS looks whether it is true.
    Checking { since: Millis, rest: Rest },
}

/// A pause for want of motion; it outlives the checks that find nothing.
#[derive(Clone, Copy, Debug)]
struct Rest {
    why: Pause,
    since: Millis,
    /// Where it began; none where the sky was lost, so that any fix ends it.
    origin: Option<LatLng>,
    /// When it began or was last checked in vain.
    looked: Millis,
    /// Checks in vain so far.
    in_vain: u32,
    /// Whether the motion sensor has told since.
    woken: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Motion {
    stage: Stage,
    last_fix: Option<(Millis, LatLng)>,
}

impl Motion {
    /// Taken to be moving from now on.
    pub(super) const fn begin(now: Millis) -> Self {
        Self { stage: Stage::Moving { since: now, anchor: None }, last_fix: None }
    }

    /// A fix came in.
    pub(super) fn fix(&mut self, now: Millis, place: LatLng, accuracy: Option<Metres>) {
        let doubt = accuracy.map_or(0.0, |accuracy| accuracy.0);
        let beyond = |from: LatLng, limit: Metres| from.distance(place).0 > limit.0.max(doubt);
        match &mut self.stage {
            // GNSS has just been switched off; what comes late says nothing about later.
            Stage::Resting(_) => return,
            Stage::Moving { anchor, .. } => {
                if anchor.is_none_or(|(_, from)| beyond(from, STILL_WITHIN)) {
                    *anchor = Some((now, place));
                }
            }
            Stage::Checking { rest, .. } => {
                if rest.origin.is_none_or(|origin| beyond(origin, MOVED_BEYOND)) {
                    self.stage = Stage::Moving { since: now, anchor: Some((now, place)) };
                }
            }
        }
        self.last_fix = Some((now, place));
    }

    /// The motion sensor woke. After a long pause that is believed; else it is checked as soon as a check is due.
    pub(super) fn woke(&mut self, now: Millis) {
        if let Stage::Resting(rest) = &mut self.stage {
            if now - rest.looked >= LONG_PAUSE {
                *self = Self::begin(now);
            } else {
                rest.woken = true;
            }
        }
    }

    /// Collecting was impossible for a while, and so was seeing motion: a rest has to be checked, anything else begins anew.
    pub(super) fn resume(&mut self, now: Millis) {
        match self.stage {
            Stage::Resting(rest) | Stage::Checking { rest, .. } => self.stage = Stage::Checking { since: now, rest },
            Stage::Moving { .. } => *self = Self::begin(now),
        }
    }

    /// Lets time pass. `wakes` tells whether a motion sensor is there to end a rest.
    pub(super) fn pass(&mut self, now: Millis, still_after: Option<Millis>, wakes: bool) {
        if self.deadline(now, still_after, wakes).is_none_or(|at| at > now) {
            return;
        }
        match self.stage {
            Stage::Moving { since, anchor } => {
                let (why, since, origin) = if self.fresh(now) {
                    (Pause::Still, anchor.map_or(now, |(at, _)| at), self.last_fix.map(|(_, place)| place))
                } else {
                    (Pause::NoSky, self.lost_since(since), None)
                };
                let rest = Rest { why, since, origin, looked: now, in_vain: 0, woken: false };
                self.stage = Stage::Resting(rest);
            }
            Stage::Resting(rest) => self.stage = Stage::Checking { since: now, rest },
            Stage::Checking { rest, .. } => {
                let rest = Rest { looked: now, in_vain: rest.in_vain + 1, woken: false, ..rest };
                self.stage = Stage::Resting(rest);
            }
        }
    }

    /// When [`Self::pass`] will next do something; a time that is not later than now says that it is due.
    fn deadline(&self, now: Millis, still_after: Option<Millis>, wakes: bool) -> Option<Millis> {
        match self.stage {
            Stage::Moving { anchor, .. } if self.fresh(now) => Some(anchor?.0 + still_after?),
            Stage::Moving { since, .. } => Some(self.lost_since(since) + SEARCH_SKY),
            Stage::Checking { since, rest } => Some(since + if rest.origin.is_some() { CHECK_MOVE } else { CHECK_SKY }),
            Stage::Resting(rest) if rest.woken => Some(rest.looked + doubled(WAKE_FIRST, rest.in_vain, WAKE_LONGEST)),
            // Satellites come back without a step being made: on a train out of its tunnel, say.
            Stage::Resting(rest) if rest.why == Pause::NoSky || !wakes => {
                Some(rest.looked + doubled(LOOK_FIRST, rest.in_vain, LOOK_LONGEST))
            }
            Stage::Resting(_) => None,
        }
    }

    /// When anything here changes by time alone.
    pub(super) fn next_change(&self, now: Millis, still_after: Option<Millis>, wakes: bool) -> Option<Millis> {
        let goes_stale = match (self.stage, self.last_fix) {
            (Stage::Moving { .. }, Some((at, _))) if self.fresh(now) => Some(at + FIX_FRESH),
            _ => None,
        };
        [self.deadline(now, still_after, wakes), goes_stale].into_iter().flatten().min()
    }

    /// What this means for the collection, if nothing else stands against it.
    pub(super) fn status(&self, now: Millis) -> Status {
        match self.stage {
            Stage::Moving { .. } if self.fresh(now) => Status::Collecting,
            Stage::Moving { since, .. } => Status::WaitingForFix { since: self.lost_since(since) },
            Stage::Resting(Rest { why, since, .. }) => Status::Paused { why, since },
            Stage::Checking { since, .. } => Status::CheckingMove { since },
        }
    }

    /// Whether what a radio hears now can still be tied to a place.
    pub(super) fn scans_are_useful(&self, now: Millis) -> bool {
        matches!(self.stage, Stage::Moving { .. }) && self.seen_within(now, FIX_BRIDGE)
    }

    fn fresh(&self, now: Millis) -> bool {
        self.seen_within(now, FIX_FRESH)
    }

    fn seen_within(&self, now: Millis, span: Millis) -> bool {
        self.last_fix.is_some_and(|(at, _)| now - at < span)
    }

    fn lost_since(&self, moving_since: Millis) -> Millis {
        self.last_fix.map_or(moving_since, |(at, _)| at.max(moving_since))
    }
}
