//! ichnaea, by the model of `cairn-service`.

use cairn::locate::Query;
use cairn::model::{CellKey, Dbm, Detail, LatLng, Mac, Millis, Report};
use cairn_service::model::ichnaea::{self, CellHeard, Heard, Model, Query as Asked, Radiator, Report as Taken, Tower};

use super::beacondb::{claim, key, place, radio};
use super::{Claim, Name, Port};

/// ichnaea: weighted means with blocking, answers by clusters.
#[derive(Default)]
pub struct Ichnaea(Model);

impl Port for Ichnaea {
    fn name(&self) -> &'static str {
        "ichnaea"
    }

    /// A batch is of the day of its last report, as if it had been sent that evening.
    fn learn(&mut self, batch: &[Report]) {
        let Some(last) = batch.last() else { return };
        let taken: Vec<Taken> = batch.iter().map(taken).collect();
        self.0.observe(&taken, day(last.fix.utc));
    }

    fn place_of(&self, emitter: Name, utc: Millis) -> Option<LatLng> {
        place(self.0.position(&key(emitter)?, day(utc))?.place)
    }

    fn locate(&self, query: &Query, utc: Millis) -> Option<Claim> {
        let named = |heard: &Radiator| ichnaea::mac(&heard.mac);
        let wifi = query.wifi.iter().map(|h| radiator(h.mac, h.signal, None));
        let blue = query.beacons.iter().map(|h| radiator(h.mac, h.signal, None));
        let asked = Asked {
            wifi: wifi.filter_map(|r| Some((named(&r)?, Heard::wifi(&r)))).collect(),
            blue: blue.filter_map(|r| Some((named(&r)?, Heard::blue(&r)))).collect(),
            cells: query.cells.iter().filter_map(|h| CellHeard::new(&tower(h.key, h.signal, None))).collect(),
            areas: true,
        };
        claim(&self.0.geolocate(&asked, day(utc))?)
    }
}

fn day(utc: Millis) -> ichnaea::Day {
    utc.0.div_euclid(Millis::from_days(1).0)
}

fn taken(report: &Report) -> Taken {
    let fix = &report.fix;
    let mut taken = Taken {
        lat: Some(fix.place.lat()),
        lng: Some(fix.place.lon()),
        accuracy: fix.accuracy.map(|m| m.0),
        speed: fix.speed,
        age: Some(0),
        ..Taken::default()
    };
    for sighting in &report.sightings {
        let age = Some(sighting.age.0);
        match &sighting.detail {
            Detail::Wifi { mac, .. } => taken.wifi.push(radiator(*mac, sighting.signal, age)),
            Detail::Beacon { mac, .. } => taken.blue.push(radiator(*mac, sighting.signal, age)),
            Detail::Cell { key, timing_advance, .. } => {
                let ta = timing_advance.map(i64::from);
                taken.cells.push(Tower { ta, ..tower(*key, sighting.signal, age) });
            }
        }
    }
    taken
}

fn radiator(mac: Mac, signal: Option<Dbm>, age: Option<i64>) -> Radiator {
    Radiator { mac: format!("{:012x}", mac.to_u64()), signal: signal.map(|s| i64::from(s.0)), snr: None, age }
}

fn tower(key: CellKey, signal: Option<Dbm>, age: Option<i64>) -> Tower {
    Tower {
        radio: Some(radio(key.radio())),
        mcc: Some(i64::from(key.mcc())),
        mnc: Some(i64::from(key.mnc())),
        area: Some(i64::from(key.area())),
        cell: i64::try_from(key.cell()).ok(),
        signal: signal.map(|s| i64::from(s.0)),
        age,
        ..Tower::default()
    }
}
