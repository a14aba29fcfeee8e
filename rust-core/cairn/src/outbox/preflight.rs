//! What a service would take and silently ignore is not sent to it, and not called sent: marked "not useful there" instead.
//! Sources: location-services reference, A.3, B.1, C.1 and C.2.

use super::Protocol;
use crate::model::{Detail, EmitterKind, Radio, Report, Sighting};

/// Why a service has no use for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotUseful {
    /// The position is less accurate than the service's limit.
    Inaccurate,
    /// Too high up.
    High,
    /// Within one degree of 0/0, which the service takes for nonsense.
    NearNullIsland,
    /// Nearer to a pole than the service's map reaches.
    Polar,
    /// Nothing in it that the service stores.
    NothingStored,
    /// Today's zones and lists keep it at home.
    Private,
}

impl NotUseful {
    /// The word under which it is stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inaccurate => "position too inaccurate for this service",
            Self::High => "too high up for this service",
            Self::NearNullIsland => "too near to 0/0 for this service",
            Self::Polar => "too near to a pole for this service",
            Self::NothingStored => "nothing in it that this service stores",
            Self::Private => "kept private by your zones and lists",
        }
    }
}

/// `BeaconDB` drops what was heard farther than this from the report's place, by its speed and the sighting's age.
const BEACONDB_MAX_WAY: f64 = 150.0;

/// Reduced metadata rounds speed to 2 m/s: so much faster may stand in the body than was measured.
const SPEED_ROUNDING: f64 = 1.0;

/// Where ichnaea's map, a Mercator projection, ends.
const ICHNAEA_MAX_LATITUDE: f64 = 85.051;

/// The report as far as a service can use it.
///
/// # Errors
/// Why it can use nothing of it.
pub fn useful(mut report: Report, protocol: Protocol) -> Result<Report, NotUseful> {
    let fix = &report.fix;
    let accuracy = fix.accuracy.map_or(0.0, |a| a.0);
    if protocol == Protocol::BeaconDb {
        if accuracy > 250.0 {
            return Err(NotUseful::Inaccurate);
        }
        if fix.altitude.is_some_and(|a| a.0 > 5_000.0) {
            return Err(NotUseful::High);
        }
        if fix.place.lat().abs() <= 1.0 && fix.place.lon().abs() <= 1.0 {
            return Err(NotUseful::NearNullIsland);
        }
    }
    if protocol == Protocol::Ichnaea && fix.place.lat().abs() > ICHNAEA_MAX_LATITUDE {
        return Err(NotUseful::Polar);
    }
    let speed = fix.speed;
    // Above 50 m/s ichnaea gives every sighting no weight.
    let too_fast = protocol == Protocol::Ichnaea && speed.is_some_and(|s| s > 50.0);
    report.sightings.retain(|s| match protocol {
        Protocol::BeaconDb => beacondb_stores(s, speed),
        Protocol::Ichnaea => !too_fast && ichnaea_stores(s, accuracy),
        Protocol::Open => true,
    });
    if report.sightings.is_empty() { Err(NotUseful::NothingStored) } else { Ok(report) }
}

/// `BeaconDB` wants a name with WiFi and a physical identity with cells; GSM has none and is never stored. Nor is what was
/// heard too far away: on the road that is a matter of seconds, and other stumblers, whose files are imported, pair so.
fn beacondb_stores(sighting: &Sighting, speed: Option<f64>) -> bool {
    if speed.is_some_and(|s| (s + SPEED_ROUNDING) * sighting.age.abs().secs() > BEACONDB_MAX_WAY) {
        return false;
    }
    match &sighting.detail {
        Detail::Wifi { ssid, .. } => !ssid.is_hidden(),
        Detail::Cell { physical, .. } => physical.is_some(),
        Detail::Beacon { .. } => true,
    }
}

/// ichnaea weighs by accuracy, with a limit for each kind, and knows no 5G.
fn ichnaea_stores(sighting: &Sighting, accuracy: f64) -> bool {
    let limit = match sighting.emitter().kind() {
        EmitterKind::Wifi => 200.0,
        EmitterKind::Beacon => 100.0,
        EmitterKind::Cell => 1_000.0,
    };
    accuracy <= limit && !matches!(&sighting.detail, Detail::Cell { key, .. } if key.radio() == Radio::Nr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CellKey, LatLng, Metres, Millis};
    use crate::store::reports::tests::full_report;

    #[test]
    fn each_service_gets_what_it_can_use() {
        let count = |report: Report, protocol| useful(report, protocol).map(|r| r.sightings.len());
        assert_eq!(count(full_report(), Protocol::BeaconDb), Ok(3));
        let with = |change: &dyn Fn(&mut Report)| {
            let mut r = full_report();
            change(&mut r);
            r
        };
        let vague = with(&|r| r.fix.accuracy = Some(Metres(300.0)));
        assert_eq!(count(vague.clone(), Protocol::BeaconDb), Err(NotUseful::Inaccurate));
        assert_eq!(count(vague.clone(), Protocol::Ichnaea), Ok(1), "cells bear it");
        assert_eq!(count(vague, Protocol::Open), Ok(3));
        let high = with(&|r| r.fix.altitude = Some(Metres(6_000.0)));
        assert_eq!(count(high, Protocol::BeaconDb), Err(NotUseful::High));
        let gulf = with(&|r| r.fix.place = LatLng::new(0.5, 0.5).unwrap());
        assert_eq!(count(gulf, Protocol::BeaconDb), Err(NotUseful::NearNullIsland));
        let pole = with(&|r| r.fix.place = LatLng::new(-89.0, 0.0).unwrap());
        assert_eq!(count(pole.clone(), Protocol::Ichnaea), Err(NotUseful::Polar));
        assert_eq!(count(pole, Protocol::Open), Ok(3));
        let fast = with(&|r| r.fix.speed = Some(60.0));
        assert_eq!(count(fast, Protocol::Ichnaea), Err(NotUseful::NothingStored));
        let five_g = with(&|r| {
            let Detail::Cell { key, physical, .. } = &mut r.sightings[2].detail else { panic!() };
            *key = CellKey::new(Radio::Nr, 244, 5, 70_000, 1 << 33).unwrap();
            *physical = None;
        });
        assert_eq!(count(five_g.clone(), Protocol::Ichnaea), Ok(2));
        assert_eq!(count(five_g, Protocol::BeaconDb), Ok(2));
    }

    #[test]
    fn what_was_heard_far_from_its_fix_is_not_called_sent() {
        let heard = |speed, age| {
            let mut r = full_report();
            r.fix.speed = speed;
            r.sightings.truncate(1);
            r.sightings[0].age = Millis(age);
            useful(r, Protocol::BeaconDb).map(|r| r.sightings.len())
        };
        assert_eq!(heard(Some(20.0), 7_000), Ok(1));
        assert_eq!(heard(Some(20.0), -8_000), Err(NotUseful::NothingStored));
        assert_eq!(heard(Some(9.2), 15_500), Err(NotUseful::NothingStored), "10 m/s in a reduced body");
        assert_eq!(heard(None, 20_000), Ok(1), "without a speed the service lets it pass");
    }
}
