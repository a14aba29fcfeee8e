//! A phone keeps Android's rules, whoever commands it.

use cairn::model::{LatLng, LocalPlane};
use cairn::supervisor::{Settings, Supervisor};

use super::*;
use crate::drive;
use crate::world::{Params, Site};

fn street() -> Journey {
    let plane = LocalPlane::around(LatLng::new(60.17, 24.94).unwrap());
    let line: Vec<LatLng> = (0..60).map(|step| plane.to_place(f64::from(step) * 50.0, 0.0)).collect();
    Journey::on_streets("street", crate::FIRST_DAY + Millis::from_hours(7), 180, &line, 1.4, Millis::from_secs(30))
}

fn world(journey: &Journey) -> World {
    World::build(1, &Params::default(), &[Site::around(244, 1.0, &[journey], &[])])
}

fn supervised(params: PhoneParams) -> (Counters, Vec<(Millis, Heard)>, Vec<Event>) {
    let journey = street();
    let world = world(&journey);
    let mut phone = Phone::new(&world, &journey, params);
    let mut supervisor = Supervisor::new(Settings::default());
    let (mut heard, mut events) = (Vec::new(), Vec::new());
    let supervise = |at, event| {
        events.push(event);
        supervisor.on(at, event)
    };
    let counters = drive(&mut phone, supervise, |at, what| heard.push((at, what)));
    assert!(phone.finished());
    (counters, heard, events)
}

#[test]
fn a_supervised_walk_is_the_same_each_time_and_hears_all_kinds() {
    let (counters, heard, _) = supervised(PhoneParams::default());
    let again = supervised(PhoneParams::default());
    assert!(counters == again.0 && heard == again.1);
    for sensor in [SensorKind::Wifi, SensorKind::Cells, SensorKind::Beacons] {
        assert!(heard.iter().any(|(_, what)| matches!(what, Heard::Scan(kind, _) if *kind == sensor)), "{sensor:?}");
    }
    assert!(counters.fixes > 900 && counters.wifi_scans > 30, "{counters:?}");
    assert!((counters.travelled.0 - 2_950.0).abs() < 30.0, "{counters:?}");
    assert!(heard.is_sorted_by_key(|(at, _)| *at));
}

#[test]
fn the_fifth_scan_within_two_minutes_is_refused() {
    let journey = street();
    let world = world(&journey);
    let mut phone = Phone::new(&world, &journey, PhoneParams::default());
    let mut refused = 0;
    for _ in 0..10 {
        let now = phone.now();
        phone.obey(now, &Command::ScanNow(SensorKind::Wifi));
        let heard = phone.step(now + Millis::from_secs(30));
        refused += heard.iter().filter(|(_, what)| matches!(what, Heard::Event(Event::Throttled(_)))).count();
    }
    assert_eq!((refused, phone.counters().wifi_scans), (0, 10));
    for _ in 0..10 {
        let now = phone.now();
        phone.obey(now, &Command::ScanNow(SensorKind::Wifi));
        let heard = phone.step(now + Millis::from_secs(6));
        refused += heard.iter().filter(|(_, what)| matches!(what, Heard::Event(Event::Throttled(_)))).count();
    }
    assert!(refused >= 6, "{refused}");
}

#[test]
fn results_come_two_to_four_seconds_after_the_scan_began_with_times_spread_in_it() {
    let journey = street();
    let world = world(&journey);
    let mut phone = Phone::new(&world, &journey, PhoneParams::default());
    let begin = phone.now();
    phone.obey(begin, &Command::ScanNow(SensorKind::Wifi));
    let heard = phone.step(begin + Millis::from_secs(10));
    let (end, scan) = heard
        .iter()
        .find_map(|(at, what)| match what {
            Heard::Scan(SensorKind::Wifi, scan) => Some((*at, scan)),
            _ => None,
        })
        .unwrap();
    assert!((2_000..4_000).contains(&(end - begin).0));
    let times: Vec<Millis> = scan.wifi.iter().map(|ap| ap.mono).collect();
    assert!(times.iter().all(|at| (begin..=end).contains(at)));
    assert!((*times.iter().max().unwrap() - *times.iter().min().unwrap()).0 > 1_000);
}

#[test]
fn a_sensor_that_fails_by_script_is_told_and_started_again_by_the_supervisor() {
    let script = vec![(Millis::from_mins(5), Event::Failed(SensorKind::Gnss))];
    let (counters, heard, events) = supervised(PhoneParams { script, ..PhoneParams::default() });
    assert!(events.contains(&Event::Failed(SensorKind::Gnss)));
    let last = heard.iter().rfind(|(_, what)| matches!(what, Heard::Fix(_))).unwrap().0;
    assert!(last - (street().start_utc - crate::FIRST_DAY) > Millis::from_mins(30), "{counters:?}");
}
