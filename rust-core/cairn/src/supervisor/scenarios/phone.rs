//! A simulated phone for the stories: it does what it is told and moves as it is set to.

use super::super::{Command, Event, Pause, SensorKind, Settings, Status, Supervisor};
use crate::model::{LatLng, Metres, Millis};

/// A phone that obeys: fixes while GNSS runs, results 3 s after each scan asked for, a tick when the alarm rings.
pub(super) struct Phone {
    supervisor: Supervisor,
    now: i64,
    north: f64,
    pub(super) speed: f64,
    pub(super) sky: bool,
    pub(super) answers: bool,
    pub(super) running: Vec<SensorKind>,
    due: Vec<(i64, SensorKind)>,
    log: Vec<(i64, Command)>,
}

impl Phone {
    pub(super) fn started() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let mut supervisor = Supervisor::new(settings);
        let commands = supervisor.on(Millis(0), Event::Start);
        Self::around(supervisor, commands)
    }

    /// A walker's phone at time zero, which has yet to do some commands.
    pub(super) fn around(supervisor: Supervisor, commands: Vec<Command>) -> Self {
        let mut phone = Self {
            supervisor,
            now: 0,
            north: 0.0,
            speed: 1.4,
            sky: true,
            answers: true,
            running: Vec::new(),
            due: Vec::new(),
            log: Vec::new(),
        };
        phone.obey(commands);
        phone
    }

    pub(super) fn tell(&mut self, event: Event) {
        let commands = self.supervisor.on(Millis::from_secs(self.now), event);
        self.obey(commands);
    }

    fn obey(&mut self, commands: Vec<Command>) {
        for command in commands {
            match &command {
                Command::StartSensor { sensor, .. } => self.running.push(*sensor),
                Command::StopSensor(sensor) => self.running.retain(|running| running != sensor),
                Command::ScanNow(sensor) if self.answers => self.due.push((self.now + 3, *sensor)),
                _ => {}
            }
            self.log.push((self.now, command));
        }
    }

    /// Lives for some seconds.
    pub(super) fn live(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += 1;
            self.north += self.speed;
            let (come, due) = self.due.iter().partition(|(at, _)| *at <= self.now);
            self.due = due;
            let come: Vec<(i64, SensorKind)> = come;
            for (_, sensor) in come {
                self.tell(Event::Scanned { sensor, heard: 9 });
            }
            if self.sky && self.now % 2 == 0 && self.runs(SensorKind::Gnss) {
                let place = LatLng::new(self.north / 111_195.0, 8.0).unwrap();
                self.tell(Event::Fix { place, accuracy: Some(Metres(5.0)), speed: Some(self.speed) });
            }
            self.tell(Event::Tick);
        }
    }

    pub(super) fn runs(&self, sensor: SensorKind) -> bool {
        self.running.contains(&sensor)
    }

    pub(super) fn status(&self) -> Status {
        self.supervisor.status()
    }

    pub(super) fn paused(&self) -> Option<Pause> {
        match self.status() {
            Status::Paused { why, .. } => Some(why),
            _ => None,
        }
    }

    pub(super) fn times(&self, wanted: &Command) -> Vec<i64> {
        self.log.iter().filter(|(_, command)| command == wanted).map(|(at, _)| *at).collect()
    }

    pub(super) fn wifi_scans(&self) -> Vec<i64> {
        self.times(&Command::ScanNow(SensorKind::Wifi))
    }

    pub(super) fn starts(&self, kind: SensorKind) -> usize {
        let starts = |command: &Command| matches!(command, Command::StartSensor { sensor, .. } if *sensor == kind);
        self.log.iter().filter(|(_, command)| starts(command)).count()
    }

    /// Walks a while, then lies on a table until it pauses.
    pub(super) fn resting() -> Self {
        let mut phone = Self::started();
        phone.live(300);
        phone.speed = 0.0;
        phone.live(180);
        assert_eq!(phone.paused(), Some(Pause::Still));
        phone
    }
}
