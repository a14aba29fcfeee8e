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
            Self::NothingStored => "nothing in it that this service stores",
            Self::Private => "kept private by your zones and lists",
        }
    }
}

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
    // Above 50 m/s ichnaea gives every sighting no weight.
    let too_fast = protocol == Protocol::Ichnaea && fix.speed.is_some_and(|s| s > 50.0);
    report.sightings.retain(|s| match protocol {
        Protocol::BeaconDb => beacondb_stores(s),
        Protocol::Ichnaea => !too_fast && ichnaea_stores(s, accuracy),
        Protocol::Open => true,
    });
    if report.sightings.is_empty() { Err(NotUseful::NothingStored) } else { Ok(report) }
}

/// `BeaconDB` wants a name with WiFi and a physical identity with cells; GSM has none and is never stored.
fn beacondb_stores(sighting: &Sighting) -> bool {
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
    use crate::model::{CellKey, LatLng, Metres};
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
}
