//! A collection: the supervisor's decisions and the engine's intake, in step.
//!
//! Whoever has the sensors tells everything here, once, and does what it answers. No decision is made here.

use std::sync::{Mutex, PoisonError};

use super::Engine;
use crate::CoreError;
use crate::model::{Fix, Millis, Scan};
use crate::supervisor::{Command, Event, SensorKind, Settings, Status, Supervisor};

/// What the sensors and the phone tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A position.
    Fix(Fix),
    /// What a radio heard.
    Scan(SensorKind, Scan),
    /// Anything else.
    Event(Event),
}

/// What is to be done, and what went wrong on the way. Trouble never makes the commands wrong: do them in any case.
#[derive(Debug, Default, PartialEq)]
pub struct Reaction {
    /// What the sensors do next, in order.
    pub commands: Vec<Command>,
    /// Why something could not be taken in or stored; it was counted or is tried again.
    pub trouble: Option<CoreError>,
}

/// The supervisor and the engine it collects for.
pub struct Collection {
    engine: Engine,
    supervisor: Mutex<Supervisor>,
}

impl Collection {
    /// A collection in a new process, with the commands to do at once: it goes on if `was_collecting`, see
    /// [`Supervisor::restore`].
    pub fn restore(engine: Engine, settings: Settings, now: Millis, was_collecting: bool) -> (Self, Vec<Command>) {
        let (supervisor, commands) = Supervisor::restore(settings, now, was_collecting);
        (Self { engine, supervisor: Mutex::new(supervisor) }, commands)
    }

    /// Takes in what happened at `now` on the monotonic clock. With the end of a trip or the begin of a pause everything is
    /// made durable before it returns.
    pub fn tell(&self, now: Millis, told: Told) -> Reaction {
        let event = match &told {
            // What another app made up must not steer the radios; the engine counts it.
            Told::Fix(fix) if fix.mock => None,
            Told::Fix(fix) => Some(Event::Fix { place: fix.place, accuracy: fix.accuracy, speed: fix.speed }),
            Told::Scan(sensor, scan) => {
                let heard = scan.wifi.len() + scan.cells.len() + scan.beacons.len();
                Some(Event::Scanned { sensor: *sensor, heard })
            }
            Told::Event(event) => Some(*event),
        };
        let taken = match told {
            Told::Fix(fix) => self.engine.fix(fix),
            Told::Scan(_, scan) => self.engine.scan(scan),
            Told::Event(_) => Ok(()),
        };
        let commands = event.map(|event| self.supervisor(|s| s.on(now, event))).unwrap_or_default();
        self.settle(commands, taken.err())
    }

    /// Takes over other settings, at once.
    pub fn change_settings(&self, now: Millis, settings: Settings) -> Reaction {
        let commands = self.supervisor(|s| s.change_settings(now, settings));
        self.settle(commands, None)
    }

    /// What the collection is doing, and why.
    pub fn status(&self) -> Status {
        self.supervisor(|s| s.status())
    }

    fn settle(&self, commands: Vec<Command>, trouble: Option<CoreError>) -> Reaction {
        let mut stored = Ok(());
        for command in &commands {
            match command {
                Command::Finished => stored = self.engine.end_trip(),
                Command::Show(Status::Paused { .. }) => stored = self.engine.flush(),
                _ => {}
            }
        }
        Reaction { commands, trouble: stored.err().or(trouble) }
    }

    /// The lock is held for a decision, never for I/O.
    fn supervisor<T>(&self, work: impl FnOnce(&mut Supervisor) -> T) -> T {
        work(&mut self.supervisor.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::SystemClock;
    use crate::engine::Config;
    use crate::model::{Dbm, HeardWifi, LatLng, Mac, Metres, Ssid};

    fn collection() -> (tempfile::TempDir, Collection) {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { path: dir.path().join("cairn.db"), clock: Arc::new(SystemClock::new()), seed: 1 };
        let engine = Engine::open(config).unwrap().engine;
        let (collection, commands) = Collection::restore(engine, Settings::default(), Millis(0), false);
        assert!(!commands.iter().any(|c| matches!(c, Command::StartSensor { .. })), "{commands:?}");
        (dir, collection)
    }

    fn fix(n: i64) -> Fix {
        let place = LatLng::new(60.17 + n as f64 * 1e-4, 24.94).unwrap();
        Fix::gnss(Millis(n * 1_000), Millis(1_767_225_600_000 + n * 1_000), place, Metres(5.0))
    }

    fn scan(n: i64) -> Scan {
        let wifi = HeardWifi {
            mono: Millis(n * 1_000),
            mac: Mac::from_u64(0x001a_2b00_0000 + n as u64).unwrap(),
            ssid: Ssid::new(*b"net"),
            signal: Some(Dbm(-60)),
            frequency_mhz: Some(2412),
            standard: None,
        };
        Scan { wifi: vec![wifi], ..Scan::default() }
    }

    #[test]
    fn what_is_told_between_start_and_finish_is_one_durable_trip() {
        let (_dir, collection) = collection();
        let started = collection.tell(Millis(0), Told::Event(Event::Start));
        assert!(started.commands.iter().any(|c| matches!(c, Command::StartSensor { sensor: SensorKind::Gnss, .. })));
        for n in 1..20 {
            assert_eq!(collection.tell(Millis(n * 1_000), Told::Fix(fix(n))).trouble, None);
            collection.tell(Millis(n * 1_000), Told::Scan(SensorKind::Wifi, scan(n)));
        }
        let mut last = collection.tell(Millis(20_000), Told::Event(Event::Stop));
        for n in 21..60 {
            if last.commands.contains(&Command::Finished) {
                break;
            }
            last = collection.tell(Millis(n * 1_000), Told::Event(Event::Tick));
        }
        assert!(last.commands.contains(&Command::Finished));
        assert_eq!(collection.status(), Status::Stopped);
        let stats = collection.engine.stats().unwrap();
        assert_eq!((stats.reports, stats.totals.counts.wifi), (19, 19));
    }

    #[test]
    fn a_position_made_up_by_another_app_neither_steers_nor_counts() {
        let (_dir, collection) = collection();
        collection.tell(Millis(0), Told::Event(Event::Start));
        let mock = Fix { mock: true, ..fix(1) };
        assert_eq!(collection.tell(Millis(1_000), Told::Fix(mock)), Reaction::default());
        assert!(matches!(collection.status(), Status::WaitingForFix { .. }), "{:?}", collection.status());
        collection.engine.flush().unwrap();
        assert_eq!(collection.engine.stats().unwrap().counts.dropped.len(), 1);
    }

    #[test]
    fn trouble_with_storing_is_told_and_the_sensors_go_on() {
        let (_dir, collection) = collection();
        collection.tell(Millis(0), Told::Event(Event::Start));
        collection.engine.close().unwrap();
        let reaction = collection.tell(Millis(1_000), Told::Fix(fix(1)));
        assert_eq!(reaction.trouble, Some(CoreError::Closed));
        assert!(reaction.commands.contains(&Command::Show(Status::Collecting)), "{:?}", reaction.commands);
    }
}
