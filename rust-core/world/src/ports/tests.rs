//! Each port's own rule shows, and all of them find a phone among emitters they know.

use cairn::locate::HeardMac;
use cairn::model::{Fix, LocalPlane, Sighting, Ssid};

use super::*;
use crate::FIRST_DAY;

fn at(east: f64, north: f64) -> LatLng {
    LocalPlane::around(LatLng::new(60.17, 24.94).unwrap()).to_place(east, north)
}

fn mac(n: u64) -> Mac {
    Mac::from_u64(0x0c00_0000_0000 | n << 8).unwrap()
}

fn report(place: LatLng, day: i64, heard: &[(u64, i16)]) -> Report {
    let utc = FIRST_DAY + Millis::from_days(day);
    let sightings = heard.iter().map(|(n, dbm)| Sighting {
        age: Millis(300),
        place,
        signal: Some(Dbm(*dbm)),
        detail: Detail::Wifi { mac: mac(*n), ssid: Ssid::new(*b"net"), frequency_mhz: Some(2_412), standard: None },
    });
    Report { fix: Fix::gnss(Millis(0), utc, place, Metres(5.0)), sightings: sightings.collect() }
}

fn after(mut port: impl Port, reports: impl AsRef<[Report]>) -> impl Fn(u64, i64) -> Option<LatLng> {
    port.learn(reports.as_ref());
    move |n, day| port.place_of(Name::Wifi(mac(n)), FIRST_DAY + Millis::from_days(day))
}

#[test]
fn beacondb_knows_the_middle_of_the_box_whatever_the_signals() {
    let place =
        after(BeaconDb::default(), [report(at(0.0, 0.0), 0, &[(1, -90)]), report(at(80.0, 0.0), 0, &[(1, -40)])]);
    assert!(place(1, 0).unwrap().distance(at(40.0, 0.0)).0 < 0.1);
}

#[test]
fn ichnaea_leans_to_the_strong_signal() {
    let place =
        after(Ichnaea::default(), [report(at(0.0, 0.0), 0, &[(1, -90)]), report(at(80.0, 0.0), 0, &[(1, -40)])]);
    // (10000/110²)² against (10000/60²)².
    let expected = 80.0 * (1.0 - 1.0 / (1.0 + (110.0_f64 / 60.0).powi(4)));
    assert!(place(1, 0).unwrap().distance(at(expected, 0.0)).0 < 0.5);
}

#[test]
fn microg_starts_anew_elsewhere_and_mistrusts_that_for_two_weeks() {
    let reports = [report(at(0.0, 0.0), 0, &[(1, -60)]), report(at(201.0, 0.0), 1, &[(1, -60)])];
    let place = after(MicroG::default(), reports);
    assert_eq!(place(1, 15), None);
    assert!(place(1, 16).unwrap().distance(at(201.0, 0.0)).0 < 0.1);
    assert_eq!(place(1, 367), None, "and forgets what is not heard for a year");
}

#[test]
fn local_nlp_never_again_believes_what_was_heard_too_far_apart() {
    let wide = [0.0, 640.0, 0.0, 0.0].map(|east| report(at(east, 0.0), 0, &[(1, -60)]));
    assert_eq!(after(LocalNlp::default(), wide)(1, 900), None);
    let narrow = [0.0, 560.0].map(|east| report(at(east, 0.0), 0, &[(1, -60)]));
    assert!(after(LocalNlp::default(), narrow)(1, 900).is_some());
}

#[test]
fn every_port_finds_a_phone_among_access_points_it_knows_and_none_among_others() {
    // Six access points along a street, each heard best in front of it.
    let street: Vec<Report> = (0..=20)
        .map(|step| {
            let east = 10.0 * f64::from(step);
            let heard: Vec<(u64, i16)> = (0..6)
                .map(|n| (n, (-40.0 - (east - 40.0 * n as f64).abs() / 2.0) as i16))
                .filter(|h| h.1 > -80)
                .collect();
            report(at(east, 0.0), 0, &heard)
        })
        .collect();
    let query = |from: u64| Query {
        wifi: [(1, -55), (2, -45), (3, -55)].map(|(n, s)| HeardMac { mac: mac(from + n), signal: Some(Dbm(s)) }).into(),
        ..Query::default()
    };
    for mut port in all() {
        port.learn(&street);
        let claim = port.locate(&query(0), FIRST_DAY).unwrap();
        let error = claim.place.distance(at(80.0, 0.0)).0;
        assert!(error < 25.0 && error < claim.accuracy.0, "{}: {error:.0} m", port.name());
        assert_eq!(port.locate(&query(50), FIRST_DAY), None, "{}", port.name());
    }
}
