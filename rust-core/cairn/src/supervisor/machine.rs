//! The state machine: takes an event into the facts, works out the status they mean, and answers the commands that bring the
//! sensors there. Sensors, scans and the alarm follow from the status, so that no path can leave one of them behind.

mod schedule;

use super::cadence::Speed;
use super::conditions::Conditions;
use super::health::Health;
use super::limiter::Limiter;
use super::motion::Motion;
use super::policy::{self, BEACONS_RESTART};
use super::sensors::Sensors;
use super::{Command, Event, Pause, SensorKind, Settings, Status};
use crate::model::Millis;

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Collect,
    /// Stop as soon as what was asked for has come, and then perhaps start again.
    Finish {
        since: Millis,
        start_again: bool,
    },
}

/// Decides what to collect and when. Tell it everything that happens, and do what it answers, in order.
#[derive(Clone, Debug)]
pub struct Supervisor {
    settings: Settings,
    now: Millis,
    wish: Wish,
    /// The user wants a break of the collection that [`Wish::Collect`] asks for.
    resting: bool,
    blocked: Option<(Pause, Millis)>,
    conditions: Conditions,
    motion: Motion,
    speed: Speed,
    sensors: Sensors,
    limiter: Limiter,
    status: Status,
    alarm: Option<Millis>,
}

impl Supervisor {
    /// A supervisor that waits for [`Event::Start`]. Permissions, providers and the phone's state are taken to be good
    /// until told otherwise: tell them before the start.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Millis(i64::MIN),
            wish: Wish::Nothing,
            resting: false,
            blocked: None,
            conditions: Conditions::default(),
            motion: Motion::begin(Millis(0)),
            speed: Speed::default(),
            sensors: Sensors::default(),
            limiter: Limiter::default(),
            status: Status::Stopped,
            alarm: None,
        }
    }

    /// A supervisor in a process whose predecessor died, with the commands to do at once: it goes on collecting if the
    /// other did, and holds back WiFi scans that the system might still count against the other.
    pub fn restore(settings: Settings, now: Millis, was_collecting: bool) -> (Self, Vec<Command>) {
        let mut restored = Self { limiter: Limiter::after_restart(now), ..Self::new(settings) };
        let commands = restored.on(now, if was_collecting { Event::Start } else { Event::Tick });
        (restored, commands)
    }

    /// Takes in an event that happened at `now` on the monotonic clock and answers what to do. A time before the last
    /// one is taken for the last one.
    pub fn on(&mut self, now: Millis, event: Event) -> Vec<Command> {
        self.now = self.now.max(now);
        self.take_in(event);
        self.react()
    }

    /// Takes over other settings, at once.
    pub fn change_settings(&mut self, now: Millis, settings: Settings) -> Vec<Command> {
        self.settings = settings;
        self.on(now, Event::Tick)
    }

    /// What the collection is doing, and why.
    pub const fn status(&self) -> Status {
        self.status
    }

    fn take_in(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Start => self.start(),
            Event::Stop => match self.wish {
                Wish::Nothing => {}
                Wish::Collect => self.wish = Wish::Finish { since: now, start_again: false },
                Wish::Finish { since, .. } => self.wish = Wish::Finish { since, start_again: false },
            },
            Event::Pause => self.resting = self.wish == Wish::Collect,
            Event::Fix { place, accuracy, speed } => {
                self.sensors[SensorKind::Gnss].health.worked();
                self.motion.fix(now, place, accuracy);
                self.speed.fix(now, place, speed);
            }
            Event::Scanned { sensor: kind, .. } => {
                let sensor = &mut self.sensors[kind];
                sensor.health.worked();
                let ours = sensor.asked.take().is_some();
                if !ours {
                    // Another app's: as good as ours, which can wait for the next stretch of way.
                    sensor.last_scan = Some(now);
                } else if kind == SensorKind::Wifi {
                    self.limiter.granted();
                }
            }
            Event::Throttled(kind) => {
                self.sensors[kind].asked = None;
                if kind == SensorKind::Wifi {
                    self.limiter.refused(now);
                }
            }
            Event::Failed(sensor) => {
                let sensor = &mut self.sensors[sensor];
                if sensor.running.is_some() {
                    sensor.health.failed(now);
                }
            }
            Event::Permission { sensor, granted } => {
                let sensor = &mut self.sensors[sensor];
                sensor.granted = granted;
                sensor.health = Health::default();
            }
            Event::Provider { sensor, on } => {
                let sensor = &mut self.sensors[sensor];
                sensor.on = on;
                sensor.health = Health::default();
            }
            Event::Moved => self.motion.woke(now),
            Event::Battery { percent, charging } => {
                self.conditions.battery(percent, charging, self.settings.battery_low);
            }
            Event::Heat(heat) => self.conditions.heat(now, heat),
            Event::PowerSave(on) => self.conditions.power_save(on),
            Event::Tick => {}
        }
    }

    fn start(&mut self) {
        // Who presses start wants another try from what had been given up.
        self.sensors.iter_mut().for_each(|sensor| sensor.health = Health::default());
        match self.wish {
            Wish::Nothing => self.begin(),
            Wish::Collect => self.resting = false,
            Wish::Finish { since, .. } => self.wish = Wish::Finish { since, start_again: true },
        }
    }

    fn begin(&mut self) {
        self.wish = Wish::Collect;
        self.resting = false;
        self.motion = Motion::begin(self.now);
        self.speed = Speed::default();
    }

    fn react(&mut self) -> Vec<Command> {
        let now = self.now;
        let mut commands = Vec::new();
        self.sensors.iter_mut().for_each(|sensor| sensor.expire(now));
        let finished = self.finish();
        self.pass_time();

        let before = self.status;
        self.status = self.judge();
        self.stop_sensors(&mut commands);
        if finished {
            commands.push(Command::Finished);
        }
        if self.status != before {
            commands.push(Command::Show(self.status));
        }
        self.start_sensors(&mut commands);
        self.ask_scans(&mut commands);
        self.set_alarm(&mut commands);
        commands
    }

    /// Ends a trip once nothing is awaited any more; tells whether it did.
    fn finish(&mut self) -> bool {
        let Wish::Finish { start_again, .. } = self.wish else { return false };
        if self.sensors.iter().any(|sensor| sensor.asked.is_some()) {
            return false;
        }
        self.wish = Wish::Nothing;
        self.blocked = None;
        if start_again {
            self.begin();
        }
        true
    }

    fn pass_time(&mut self) {
        if self.wish != Wish::Collect {
            return;
        }
        let now = self.now;
        let why = self.block();
        if why.is_none() && self.blocked.is_some() {
            self.motion.resume(now);
        }
        let since = self.blocked.filter(|&(before, _)| Some(before) == why).map_or(now, |(_, since)| since);
        self.blocked = why.map(|why| (why, since));
        if self.blocked.is_none() {
            self.motion.pass(now, self.settings.still_after, self.wakes());
        }
    }

    /// Why collecting is impossible, whatever the phone's motion.
    fn block(&self) -> Option<Pause> {
        let gnss = &self.sensors[SensorKind::Gnss];
        if self.resting {
            Some(Pause::User)
        } else if !gnss.granted {
            Some(Pause::NoPermission)
        } else if !gnss.on {
            Some(Pause::LocationOff)
        } else {
            let failed = gnss.health.given_up().then_some(Pause::GnssFailed);
            self.conditions.pause(self.now, &self.settings).or(failed)
        }
    }

    fn judge(&self) -> Status {
        match (self.wish, self.blocked) {
            (Wish::Nothing, _) => Status::Stopped,
            (Wish::Finish { since, .. }, _) => Status::Draining { since },
            (Wish::Collect, Some((why, since))) => Status::Paused { why, since },
            (Wish::Collect, None) => self.motion.status(self.now),
        }
    }

    fn wakes(&self) -> bool {
        self.sensors[SensorKind::Motion].hopeful()
    }

    /// Whether the status needs a sensor. One with a scan under way is needed until its results are in.
    fn wanted(&self, kind: SensorKind) -> bool {
        let by_status = match self.status {
            Status::Collecting | Status::WaitingForFix { .. } => kind != SensorKind::Motion,
            Status::CheckingMove { .. } => kind == SensorKind::Gnss,
            Status::Paused { why: Pause::Still | Pause::NoSky, .. } => kind == SensorKind::Motion,
            Status::Paused { .. } | Status::Stopped | Status::Draining { .. } => false,
        };
        (by_status && self.settings.uses(kind)) || self.sensors[kind].asked.is_some()
    }

    fn stop_sensors(&mut self, commands: &mut Vec<Command>) {
        for kind in SensorKind::ALL {
            let Some(since) = self.sensors[kind].running else { continue };
            let outworn = kind == SensorKind::Beacons && self.now - since >= BEACONS_RESTART;
            if outworn || !self.wanted(kind) || !self.sensors[kind].usable(self.now) {
                self.sensors[kind].running = None;
                commands.push(Command::StopSensor(kind));
            }
        }
    }

    fn start_sensors(&mut self, commands: &mut Vec<Command>) {
        let unthrottled = self.limiter.unlimited(self.settings.wifi_unthrottled);
        for kind in SensorKind::ALL {
            if self.sensors[kind].running.is_none() && self.wanted(kind) && self.sensors[kind].usable(self.now) {
                self.sensors[kind].running = Some(self.now);
                commands.push(Command::StartSensor { sensor: kind, interval: policy::interval(kind, unthrottled) });
            }
        }
    }
}
