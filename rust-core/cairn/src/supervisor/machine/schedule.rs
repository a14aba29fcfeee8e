//! When the next scan is due and when the machine wants to be woken. Follows from the status; changes none.

use super::super::cadence::Pace;
use super::super::policy::{self, BEACONS_RESTART, CELLS_SHORTEST, SCAN_LONGEST, STRAINED};
use super::super::{Command, SensorKind, Status};
use super::{Supervisor, Wish};
use crate::model::{Metres, Millis};

impl Supervisor {
    pub(super) fn ask_scans(&mut self, commands: &mut Vec<Command>) {
        let now = self.now;
        for kind in [SensorKind::Wifi, SensorKind::Cells] {
            if self.scan_due(kind).is_some_and(|due| due <= now) {
                self.sensors[kind].asked = Some(now);
                self.sensors[kind].last_scan = Some(now);
                if kind == SensorKind::Wifi {
                    self.limiter.asked(now);
                }
                commands.push(Command::ScanNow(kind));
            }
        }
    }

    /// When a radio's next scan is due, if it may be asked for one at all.
    fn scan_due(&self, kind: SensorKind) -> Option<Millis> {
        let sensor = &self.sensors[kind];
        let hearing = matches!(self.status, Status::Collecting | Status::WaitingForFix { .. });
        if !hearing || sensor.running.is_none() || sensor.asked.is_some() || !self.motion.scans_are_useful(self.now) {
            return None;
        }
        let unthrottled = self.settings.wifi_unthrottled;
        let (distance, shortest, free) = match kind {
            SensorKind::Wifi => {
                let shortest = policy::interval(kind, self.limiter.unlimited(unthrottled));
                (self.settings.wifi_every?, shortest, self.limiter.free_at(unthrottled))
            }
            SensorKind::Cells => (self.settings.cells_every?, CELLS_SHORTEST, self.now),
            SensorKind::Gnss | SensorKind::Beacons | SensorKind::Motion => return None,
        };
        let Some(last) = sensor.last_scan else { return Some(free.max(self.now)) };
        Some(free.max(last + self.interval(distance, shortest)))
    }

    fn interval(&self, distance: Metres, shortest: Millis) -> Millis {
        let interval = Pace { distance, shortest, longest: SCAN_LONGEST }.interval(self.speed.get());
        if self.conditions.strained() { Millis(interval.0 * STRAINED) } else { interval }
    }

    pub(super) fn set_alarm(&mut self, commands: &mut Vec<Command>) {
        let Some(next) = self.next_change() else { return };
        // Nothing here is so urgent that a phone should be woken twice within a millisecond.
        let next = next.max(self.now + Millis(1));
        if self.alarm != Some(next) {
            self.alarm = Some(next);
            commands.push(Command::WakeAt(next));
        }
    }

    /// The next time at which something changes without an event.
    fn next_change(&self) -> Option<Millis> {
        let now = self.now;
        let scans = [SensorKind::Wifi, SensorKind::Cells].map(|kind| self.scan_due(kind));
        let (motion, restart, conditions) = if self.wish != Wish::Collect {
            (None, None, None)
        } else if self.blocked.is_some() {
            (None, None, self.conditions.deadline(now))
        } else {
            let beacons = self.sensors[SensorKind::Beacons].running.map(|since| since + BEACONS_RESTART);
            (self.motion.next_change(now, self.settings.still_after, self.wakes()), beacons, None)
        };
        let sensors = SensorKind::ALL
            .into_iter()
            .filter(|&kind| self.wanted(kind))
            .filter_map(|kind| self.sensors[kind].next_change(now))
            .min();
        scans.into_iter().chain([motion, restart, conditions, sensors]).flatten().min()
    }
}
