//! What must hold whatever happens, in whatever order.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::policy::SCAN_TIMEOUT;
use super::*;
use crate::model::{LatLng, Metres, Millis};

/// Follows a supervisor's commands and checks each against what may be.
#[derive(Default)]
struct Watch {
    running: BTreeSet<SensorKind>,
    wifi_scans: Vec<Millis>,
    shown: Option<Status>,
    alarm: Option<Millis>,
    stopping_since: Option<Millis>,
}

impl Watch {
    fn check(&mut self, supervisor: &mut Supervisor, now: Millis, event: Event) {
        let before = supervisor.status();
        let stops = event == Event::Stop && !matches!(before, Status::Stopped | Status::Draining { .. });
        if stops {
            self.stopping_since = Some(now);
        }
        for command in supervisor.on(now, event) {
            self.obey(now, supervisor.status(), &command);
        }
        let status = supervisor.status();
        assert!(status == before || self.shown == Some(status), "{before:?} became {status:?} unshown");
        let gnss = self.running.contains(&SensorKind::Gnss);
        match status {
            Status::Paused { .. } | Status::Stopped | Status::Draining { .. } => assert!(!gnss, "GNSS in {status:?}"),
            Status::CheckingMove { .. } | Status::WaitingForFix { .. } | Status::Collecting => {
                assert!(self.alarm.is_some_and(|at| at > now), "{status:?} with no end");
            }
        }
        if status == Status::Stopped {
            assert!(self.running.is_empty(), "{:?}", self.running);
        }
        if let Some(since) = self.stopping_since {
            assert!(now - since < SCAN_TIMEOUT, "a stop took until {:?}", now - since);
        }
    }

    fn obey(&mut self, now: Millis, status: Status, command: &Command) {
        match *command {
            Command::StartSensor { sensor, .. } => assert!(self.running.insert(sensor), "{sensor:?} started twice"),
            Command::StopSensor(sensor) => assert!(self.running.remove(&sensor), "{sensor:?} was not running"),
            Command::ScanNow(sensor) => {
                assert!(self.running.contains(&sensor));
                assert!(matches!(status, Status::Collecting | Status::WaitingForFix { .. }), "a scan in {status:?}");
                if sensor == SensorKind::Wifi {
                    self.wifi_scans.push(now);
                    let recent = self.wifi_scans.iter().rev().take_while(|&&at| now - at <= Millis::from_mins(2));
                    assert!(recent.count() <= 4);
                }
            }
            Command::WakeAt(at) => {
                assert!(at > now);
                self.alarm = Some(at);
            }
            Command::Show(status) => self.shown = Some(status),
            Command::Finished => self.stopping_since = None,
        }
    }
}

fn sensor() -> impl Strategy<Value = SensorKind> {
    proptest::sample::select(SensorKind::ALL.to_vec())
}

fn event() -> impl Strategy<Value = Event> {
    let fix = (0.0..0.02_f64, proptest::option::of(0.0..200.0_f64), proptest::option::of(-5.0..400.0_f64)).prop_map(
        |(lat, accuracy, speed)| Event::Fix {
            place: LatLng::new(lat, 0.0).unwrap(),
            accuracy: accuracy.map(Metres),
            speed,
        },
    );
    prop_oneof![
        3 => Just(Event::Start),
        1 => Just(Event::Stop),
        1 => Just(Event::Pause),
        30 => fix,
        10 => (sensor(), 0..40_usize).prop_map(|(sensor, heard)| Event::Scanned { sensor, heard }),
        1 => sensor().prop_map(Event::Throttled),
        2 => sensor().prop_map(Event::Failed),
        1 => (sensor(), prop::bool::weighted(0.8)).prop_map(|(sensor, granted)| Event::Permission { sensor, granted }),
        1 => (sensor(), prop::bool::weighted(0.8)).prop_map(|(sensor, on)| Event::Provider { sensor, on }),
        3 => Just(Event::Moved),
        1 => (0..=100_u8, any::<bool>()).prop_map(|(percent, charging)| Event::Battery { percent, charging }),
        1 => proptest::sample::select(vec![Heat::Normal, Heat::Warm, Heat::Hot]).prop_map(Event::Heat),
        1 => prop::bool::weighted(0.3).prop_map(Event::PowerSave),
        5 => Just(Event::Tick),
    ]
}

/// Plays events, each after a gap in ms, ringing the alarm whenever it is due in between; then stops and waits.
fn play(events: Vec<(i64, Event)>) -> Watch {
    let mut supervisor = Supervisor::new(Settings::default());
    let mut watch = Watch::default();
    let mut now = Millis(0);
    for (gap, event) in events.into_iter().chain([(0, Event::Stop), (60_000, Event::Tick)]) {
        let then = now + Millis(gap);
        while let Some(at) = watch.alarm.filter(|&at| at > now && at < then) {
            now = at;
            watch.check(&mut supervisor, now, Event::Tick);
        }
        now = then;
        watch.check(&mut supervisor, now, event);
    }
    assert_eq!(supervisor.status(), Status::Stopped);
    assert_eq!(watch.stopping_since, None, "never finished");
    watch
}

proptest! {
    #[test]
    fn whatever_happens_the_rules_hold(events in prop::collection::vec((0..20_000_i64, event()), 0..400)) {
        play(events);
    }

    #[test]
    fn they_hold_when_the_clock_is_said_to_go_backwards(
        events in prop::collection::vec((-50_000..50_000_i64, event()), 0..100),
    ) {
        let mut supervisor = Supervisor::new(Settings::default());
        let mut running = BTreeSet::new();
        for (at, event) in events {
            for command in supervisor.on(Millis(at), event) {
                match command {
                    Command::StartSensor { sensor, .. } => prop_assert!(running.insert(sensor)),
                    Command::StopSensor(sensor) => prop_assert!(running.remove(&sensor)),
                    _ => {}
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn a_month_of_anything_is_survived(
        day in prop::collection::vec((0..60_000_i64, event()), 3_000),
    ) {
        let month = (0..30).flat_map(|_| day.clone()).collect();
        prop_assert!(!play(month).wifi_scans.is_empty());
    }
}
