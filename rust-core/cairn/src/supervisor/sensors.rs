//! The state of each sensor: whether it may run, whether it does, and whether a scan is under way. Decides nothing.

use std::ops::{Index, IndexMut};

use super::SensorKind;
use super::health::Health;
use super::policy::SCAN_TIMEOUT;
use crate::model::Millis;

/// One sensor.
#[derive(Clone, Debug)]
pub(super) struct Sensor {
    /// Whether it may be used; assumed until told otherwise.
    pub granted: bool,
    /// Whether it works; assumed until told otherwise.
    pub on: bool,
    /// Its failures.
    pub health: Health,
    /// Since when it runs.
    pub running: Option<Millis>,
    /// When the scan that is under way was asked for.
    pub asked: Option<Millis>,
    /// When it last gave a result or was last asked for one.
    pub last_scan: Option<Millis>,
}

impl Sensor {
    /// Whether it can run now.
    pub(super) fn usable(&self, now: Millis) -> bool {
        self.granted && self.on && self.health.may_run(now)
    }

    /// Whether it can be counted on, now or after a restart that is due.
    pub(super) const fn hopeful(&self) -> bool {
        self.granted && self.on && !self.health.given_up()
    }

    /// Forgets a scan whose results will not come any more.
    pub(super) fn expire(&mut self, now: Millis) {
        if !self.usable(now) || self.asked.is_some_and(|at| now - at >= SCAN_TIMEOUT) {
            self.asked = None;
        }
    }

    /// When anything here changes by time alone.
    pub(super) fn next_change(&self, now: Millis) -> Option<Millis> {
        [self.asked.map(|at| at + SCAN_TIMEOUT), self.health.deadline(now)].into_iter().flatten().min()
    }
}

/// All sensors.
#[derive(Clone, Debug)]
pub(super) struct Sensors([Sensor; SensorKind::ALL.len()]);

impl Default for Sensors {
    fn default() -> Self {
        Self(SensorKind::ALL.map(|_| Sensor {
            granted: true,
            on: true,
            health: Health::default(),
            running: None,
            asked: None,
            last_scan: None,
        }))
    }
}

impl Sensors {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Sensor> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Sensor> {
        self.0.iter_mut()
    }
}

impl Index<SensorKind> for Sensors {
    type Output = Sensor;
    fn index(&self, kind: SensorKind) -> &Sensor {
        &self.0[kind as usize]
    }
}

impl IndexMut<SensorKind> for Sensors {
    fn index_mut(&mut self, kind: SensorKind) -> &mut Sensor {
        &mut self.0[kind as usize]
    }
}
