//! What a user and a phone may do to the supervisor, told as short stories.

mod phone;

use phone::Phone;

use super::policy::{BEACONS_RESTART, FIX_FRESH, SCAN_TIMEOUT};
use super::*;
use crate::model::Millis;

#[test]
fn a_walk_is_scanned_every_fifty_metres_and_a_drive_as_often_as_android_allows() {
    let mut phone = Phone::started();
    phone.live(600);
    let walk = phone.wifi_scans();
    // 840 m at a scan every 36 s.
    assert!((16..=18).contains(&walk.len()), "{walk:?}");

    phone.speed = 25.0;
    phone.live(600);
    let drive = phone.wifi_scans().len() - walk.len();
    assert!((18..=20).contains(&drive), "{drive}");
    let gaps = phone.wifi_scans()[walk.len()..].windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(gaps <= Some(32), "evenly, not four at once: {gaps:?}");
    assert_eq!(phone.status(), Status::Collecting);
}

#[test]
fn a_phone_without_the_limit_scans_a_drive_every_fifty_metres() {
    let mut phone = Phone::with(Settings { wifi_unthrottled: true, ..Settings::default() });
    phone.speed = 10.0;
    phone.live(600);
    assert!(phone.wifi_scans().len() > 90, "{}", phone.wifi_scans().len());
}

#[test]
fn a_phone_that_turns_out_to_have_the_limit_counts_what_it_has_asked_before() {
    let mut phone = Phone::with(Settings { wifi_unthrottled: true, ..Settings::default() });
    phone.speed = 10.0;
    phone.live(300);
    phone.tell(Event::Throttled(SensorKind::Wifi));
    phone.live(95);
    assert!(phone.wifi_scans().iter().all(|&at| at <= 300), "the last four were asked within 20 s");
    phone.live(600);
    assert!(phone.wifi_scans().windows(5).filter(|five| five[0] > 300).all(|five| five[4] - five[0] > 120));
}

#[test]
fn scans_of_other_apps_take_the_place_of_ours() {
    let mut phone = Phone::started();
    phone.live(60);
    let before = phone.wifi_scans().len();
    for _ in 0..30 {
        phone.tell(Event::Scanned { sensor: SensorKind::Wifi, heard: 12 });
        phone.live(20);
    }
    assert_eq!(phone.wifi_scans().len(), before);
}

#[test]
fn a_phone_at_rest_switches_everything_off_and_says_since_when() {
    let phone = Phone::resting();
    assert_eq!(phone.running, [SensorKind::Motion]);
    let Status::Paused { since, .. } = phone.status() else { panic!("{:?}", phone.status()) };
    assert!((250_000..=310_000).contains(&since.0), "{since:?}");
}

#[test]
fn a_false_wake_up_costs_half_a_minute_and_the_next_one_waits_longer() {
    let mut phone = Phone::resting();
    let began = phone.status();
    phone.live(60);
    phone.tell(Event::Moved);
    assert!(matches!(phone.status(), Status::CheckingMove { .. }));
    assert_eq!(phone.running, [SensorKind::Gnss]);
    phone.live(31);
    assert_eq!(phone.status(), began, "the pause began when it began");

    phone.tell(Event::Moved);
    phone.live(35);
    assert_eq!(phone.status(), began, "a second wake-up waits");
    phone.live(10);
    assert!(matches!(phone.status(), Status::CheckingMove { .. }));
}

#[test]
fn a_real_move_resumes_collecting_without_scanning_before() {
    let mut phone = Phone::resting();
    phone.live(600);
    let scans = phone.wifi_scans().len();
    phone.speed = 1.4;
    phone.tell(Event::Moved);
    phone.live(10);
    assert_eq!(phone.wifi_scans().len(), scans);
    phone.live(10);
    assert_eq!(phone.status(), Status::Collecting);
    assert_eq!(phone.wifi_scans().len(), scans + 1);
}

#[test]
fn after_a_long_pause_a_wake_up_is_believed_because_gnss_is_cold() {
    let mut phone = Phone::resting();
    phone.live(2 * 3_600);
    phone.sky = false;
    phone.tell(Event::Moved);
    phone.live(90);
    assert!(matches!(phone.status(), Status::WaitingForFix { .. }));
}

#[test]
fn a_phone_that_cannot_feel_motion_looks_now_and_then() {
    let mut phone = Phone::resting();
    phone.tell(Event::Provider { sensor: SensorKind::Motion, on: false });
    assert_eq!(phone.running, []);
    phone.speed = 1.4;
    phone.live(400);
    assert_eq!(phone.status(), Status::Collecting);
}

#[test]
fn a_tunnel_goes_on_being_scanned_for_a_minute_and_a_cellar_ends_in_a_pause() {
    let mut phone = Phone::started();
    phone.live(300);
    phone.sky = false;
    let before = phone.wifi_scans().len();
    phone.live(FIX_FRESH.0 / 1_000 + 1);
    assert!(matches!(phone.status(), Status::WaitingForFix { .. }));
    phone.live(200);
    let within = phone.wifi_scans().len() - before;
    assert!((1..=2).contains(&within), "{within}");
    phone.live(120);
    assert_eq!(phone.paused(), Some(Pause::NoSky));
    phone.sky = true;
    phone.live(400);
    assert_eq!(phone.status(), Status::Collecting, "it looks for the sky of its own accord");
}

#[test]
fn each_thing_that_forbids_collecting_pauses_it_with_its_reason_and_lets_it_go_on() {
    let gnss = SensorKind::Gnss;
    let battery = |percent| Event::Battery { percent, charging: false };
    let table = [
        (battery(10), battery(40), Pause::BatteryLow),
        (Event::Heat(Heat::Hot), Event::Heat(Heat::Normal), Pause::Hot),
        (Event::PowerSave(true), Event::PowerSave(false), Pause::PowerSave),
        (Event::Provider { sensor: gnss, on: false }, Event::Provider { sensor: gnss, on: true }, Pause::LocationOff),
        (
            Event::Permission { sensor: gnss, granted: false },
            Event::Permission { sensor: gnss, granted: true },
            Pause::NoPermission,
        ),
    ];
    for (bad, good, why) in table {
        let mut phone = Phone::started();
        phone.live(100);
        phone.tell(bad);
        assert_eq!(phone.paused(), Some(why));
        phone.live(15);
        assert_eq!(phone.running, [], "{why:?}");
        phone.tell(good);
        phone.live(5);
        assert_eq!(phone.status(), Status::Collecting, "{why:?}");
    }
}

#[test]
fn without_the_permission_for_wifi_the_others_go_on() {
    let mut phone = Phone::started();
    phone.tell(Event::Permission { sensor: SensorKind::Wifi, granted: false });
    phone.live(100);
    assert_eq!(phone.running, [SensorKind::Gnss, SensorKind::Cells, SensorKind::Beacons]);
    assert!(phone.wifi_scans().is_empty());
    phone.tell(Event::Permission { sensor: SensorKind::Wifi, granted: true });
    assert_eq!(phone.wifi_scans(), [100]);
}

#[test]
fn a_sensor_that_flaps_is_given_up_and_the_user_can_give_it_another_chance() {
    let mut phone = Phone::started();
    for _ in 0..2_000 {
        phone.live(1);
        if phone.runs(SensorKind::Beacons) {
            phone.tell(Event::Failed(SensorKind::Beacons));
        }
    }
    assert_eq!(phone.starts(SensorKind::Beacons), 6);
    assert_eq!(phone.status(), Status::Collecting);
    phone.tell(Event::Start);
    assert!(phone.runs(SensorKind::Beacons));
}

#[test]
fn a_gnss_that_is_given_up_pauses_with_that_reason_until_location_is_switched_again() {
    let mut phone = Phone::started();
    for _ in 0..2_000 {
        phone.live(1);
        if phone.runs(SensorKind::Gnss) {
            phone.tell(Event::Failed(SensorKind::Gnss));
        }
    }
    assert_eq!(phone.paused(), Some(Pause::GnssFailed));
    phone.tell(Event::Provider { sensor: SensorKind::Gnss, on: true });
    phone.live(5);
    assert_eq!(phone.status(), Status::Collecting);
}

#[test]
fn bluetooth_is_restarted_before_android_silences_it() {
    let mut phone = Phone::started();
    phone.live(BEACONS_RESTART.0 / 1_000 * 4 + 10);
    assert_eq!(phone.starts(SensorKind::Beacons), 5);
}

#[test]
fn a_refused_scan_is_not_repeated_for_a_while() {
    let mut phone = Phone::started();
    phone.answers = false;
    phone.live(3);
    let first = phone.wifi_scans();
    phone.tell(Event::Throttled(SensorKind::Wifi));
    phone.live(120);
    assert!(phone.wifi_scans()[1] - first[0] >= 30, "{:?}", phone.wifi_scans());
}

#[test]
fn a_stop_waits_for_the_scan_under_way_and_no_longer_than_it_can_take() {
    for (answers, seconds) in [(true, 3), (false, SCAN_TIMEOUT.0 / 1_000)] {
        let mut phone = Phone::started();
        phone.answers = answers;
        phone.live(2);
        let asked = phone.wifi_scans()[0];
        phone.tell(Event::Stop);
        assert!(matches!(phone.status(), Status::Draining { .. }));
        assert_eq!(phone.running, [SensorKind::Wifi, SensorKind::Cells]);
        phone.live(20);
        assert_eq!(phone.times(&Command::Finished), [asked + seconds]);
        assert_eq!((phone.status(), phone.running), (Status::Stopped, vec![]));
    }
}

#[test]
fn a_start_while_stopping_begins_a_new_trip_after_the_old_one_is_finished() {
    let mut phone = Phone::started();
    phone.live(2);
    phone.tell(Event::Stop);
    phone.tell(Event::Start);
    phone.live(20);
    assert_eq!(phone.times(&Command::Finished).len(), 1);
    assert_eq!(phone.status(), Status::Collecting);
}

#[test]
fn a_process_that_died_while_collecting_goes_on_and_holds_its_first_scans_back() {
    let (restored, commands) = Supervisor::restore(Settings::default(), Millis(0), true);
    assert!(matches!(restored.status(), Status::WaitingForFix { .. }));
    let mut phone = Phone::around(restored, commands);
    phone.live(60);
    assert_eq!(phone.wifi_scans()[0], 30);

    let (idle, commands) = Supervisor::restore(Settings::default(), Millis(0), false);
    assert_eq!((idle.status(), commands), (Status::Stopped, vec![]));
}

#[test]
fn a_warm_phone_is_scanned_half_as_often() {
    let mut cool = Phone::started();
    cool.live(900);
    let mut warm = Phone::started();
    warm.tell(Event::Heat(Heat::Warm));
    warm.live(900);
    let (cool, warm) = (cool.wifi_scans().len(), warm.wifi_scans().len());
    assert!(warm * 2 <= cool + 2 && warm * 2 + 2 >= cool, "{warm} of {cool}");
}

#[test]
fn a_stop_while_paused_is_finished_at_once_and_a_second_stop_says_nothing() {
    let mut phone = Phone::resting();
    phone.tell(Event::Stop);
    phone.tell(Event::Stop);
    assert_eq!(phone.times(&Command::Finished).len(), 1);
    assert_eq!((phone.status(), phone.running), (Status::Stopped, vec![]));
}

#[test]
fn a_break_lasts_until_the_user_ends_it_and_belongs_to_the_same_trip() {
    let mut phone = Phone::started();
    phone.live(60);
    phone.tell(Event::Pause);
    assert!(matches!(phone.status(), Status::Paused { why: Pause::User, .. }));
    let before = phone.wifi_scans().len();
    phone.tell(Event::Moved);
    phone.live(300);
    assert!(matches!(phone.status(), Status::Paused { why: Pause::User, .. }));
    assert_eq!(phone.wifi_scans().len(), before);
    phone.tell(Event::Start);
    phone.live(60);
    assert_eq!(phone.status(), Status::Collecting);
    assert!(phone.wifi_scans().len() > before);
}

#[test]
fn a_break_ends_with_the_trip() {
    let mut phone = Phone::started();
    phone.live(60);
    phone.tell(Event::Pause);
    phone.tell(Event::Stop);
    phone.live(30);
    assert_eq!(phone.status(), Status::Stopped);
    phone.tell(Event::Pause);
    assert_eq!(phone.status(), Status::Stopped);
    phone.tell(Event::Start);
    phone.live(30);
    assert_eq!(phone.status(), Status::Collecting);
}
