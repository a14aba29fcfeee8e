//! BeaconDB, by the model of `cairn-service`.

use cairn::locate::Query;
use cairn::model::{CellKey, Dbm, Detail, LatLng, Mac, Metres, Millis, Report, Sighting};
use cairn_service::model::beacondb::{Fix, Heard, Model, Query as Asked, Report as Taken, Sighting as Seen};
use cairn_service::model::{self as service, Key};

use super::{Claim, Name, Port};

/// BeaconDB: a box per emitter that only grows, a weighted mean of the boxes' centres.
#[derive(Default)]
pub struct BeaconDb(Model);

impl Port for BeaconDb {
    fn name(&self) -> &'static str {
        "BeaconDB"
    }

    fn learn(&mut self, batch: &[Report]) {
        for report in batch {
            self.0.observe(&taken(report));
        }
    }

    fn place_of(&self, emitter: Name, _: Millis) -> Option<LatLng> {
        place(self.0.position(&key(emitter)?)?.place)
    }

    fn locate(&self, query: &Query, _: Millis) -> Option<Claim> {
        let asked = Asked {
            wifi: query.wifi.iter().filter_map(|w| Some((mac(w.mac)?, w.signal.and_then(small)))).collect(),
            cells: query.cells.iter().map(|c| (cell(c.key), None)).collect(),
        };
        claim(&self.0.geolocate(&asked)?)
    }
}

fn taken(report: &Report) -> Taken {
    let fix = &report.fix;
    Taken {
        fix: Fix {
            place: service::Place { lat: fix.place.lat(), lng: fix.place.lon() },
            accuracy: fix.accuracy.map(|m| m.0),
            altitude: fix.altitude.map(|m| m.0),
            speed: fix.speed,
            age: Some(0),
        },
        sightings: report.sightings.iter().filter_map(seen).collect(),
    }
}

fn seen(sighting: &Sighting) -> Option<Seen> {
    let heard = match &sighting.detail {
        Detail::Wifi { mac: address, ssid, .. } => Heard::Wifi(mac(*address)?, Some(ssid.to_text())),
        Detail::Beacon { mac: address, .. } => Heard::Blue(mac(*address)?),
        Detail::Cell { key, physical, .. } => Heard::Cell(cell(*key), *physical),
    };
    Some(Seen { heard, age: Some(sighting.age.0) })
}

fn small(signal: Dbm) -> Option<i8> {
    i8::try_from(signal.0).ok()
}

/// The emitter's name as the service's models have it.
pub(super) fn key(name: Name) -> Option<Key> {
    match name {
        Name::Wifi(address) => mac(address).map(Key::Wifi),
        Name::Beacon(address) => mac(address).map(Key::Blue),
        Name::Cell(key) => Some(Key::Cell(cell(key))),
    }
}

fn mac(address: Mac) -> Option<service::Mac> {
    service::Mac::new(address.to_u64())
}

fn cell(key: CellKey) -> service::CellKey {
    service::CellKey { radio: radio(key.radio()), mcc: key.mcc(), mnc: key.mnc(), area: key.area(), cell: key.cell() }
}

pub(super) fn radio(radio: cairn::model::Radio) -> service::Radio {
    match radio {
        cairn::model::Radio::Gsm => service::Radio::Gsm,
        cairn::model::Radio::Wcdma => service::Radio::Wcdma,
        cairn::model::Radio::Lte => service::Radio::Lte,
        cairn::model::Radio::Nr => service::Radio::Nr,
    }
}

/// A place of the service's models; nothing for one that is none.
pub(super) fn place(place: service::Place) -> Option<LatLng> {
    LatLng::new(place.lat, place.lng).ok()
}

/// An answer of the service's models.
pub(super) fn claim(estimate: &service::Estimate) -> Option<Claim> {
    Some(Claim { place: place(estimate.place)?, accuracy: Metres(estimate.accuracy) })
}
