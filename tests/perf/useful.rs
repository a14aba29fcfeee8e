//! What de-duplication saves, and what it costs the services: their own models, fed with what is kept, beside the same models
//! fed with everything, by how far apart they place the same emitters.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use cairn::intake::{Counts, Guard, Intake, Passage, weigh};
use cairn::model::{Detail, Millis, Report};
use cairn::outbox::wire::{Metadata, encode};
use cairn::supervisor::{Settings, Supervisor};
use cairn_service::model::{Key, Mac, beacondb, ichnaea};
use cairn_service::protocol;
use cairn_world::{Heard, Journey, Outings, Params, Phone, PhoneParams, World, drive, outings};
use serde_json::Value;

/// Both services' models, and what it took to feed them.
#[derive(Default)]
struct Services {
    beacondb: beacondb::Model,
    ichnaea: ichnaea::Model,
    sightings: usize,
    bytes: usize,
    wifi: BTreeSet<u64>,
}

impl Services {
    /// Takes a day's reports, as an upload in the evening would bring them.
    fn take(&mut self, reports: &[Report], day: i64) {
        let body = encode(reports, Metadata::Reduced);
        self.bytes += body.len();
        self.sightings += reports.iter().map(|r| r.sightings.len()).sum::<usize>();
        self.wifi.extend(reports.iter().flat_map(|r| &r.sightings).filter_map(|s| match &s.detail {
            Detail::Wifi { mac, .. } => Some(mac.to_u64()),
            _ => None,
        }));
        let Ok(body) = serde_json::from_slice::<Value>(&body) else { return };
        let items = body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        for report in items.iter().filter_map(protocol::beacondb::report) {
            self.beacondb.observe(&report);
        }
        let reports: Vec<_> = items.iter().filter_map(protocol::ichnaea::report).collect();
        self.ichnaea.observe(&reports, day);
    }
}

/// Everything that was paired on a journey, nothing left out.
fn passages(world: &World, journey: &Journey) -> Vec<Passage> {
    let (mut intake, guard, mut all) = (Intake::default(), Guard::default(), Vec::new());
    let mut supervisor = Supervisor::new(Settings::default());
    let mut phone = Phone::new(world, journey, PhoneParams::default());
    drive(
        &mut phone,
        |now, event| supervisor.on(now, event),
        |_, heard| match heard {
            Heard::Fix(fix) => all.extend(intake.fix(fix)),
            Heard::Scan(_, scan) => all.extend(intake.scan(scan, &guard)),
            Heard::Event(_) => {}
        },
    );
    all.extend(intake.drain());
    all
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracks = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tracks");
    let Outings { journeys, sites, .. } = outings(&tracks, 1)?;
    let world = World::build(1, &Params::default(), &sites);
    let (mut all, mut kept) = (Services::default(), Services::default());
    let (mut memory, mut counts) = (HashMap::new(), Counts::default());
    // Three weeks of the same ways: what is useful is decided by what is already known.
    for week in 0..3 {
        for journey in &journeys {
            let mut journey = journey.clone();
            journey.start_utc = journey.start_utc + Millis::from_days(7 * week);
            let day = journey.start_utc.0.div_euclid(86_400_000);
            let (mut everything, mut useful) = (Vec::new(), Vec::new());
            for passage in passages(&world, &journey) {
                if let Some(weighed) = weigh(passage.clone(), &mut memory, &mut counts) {
                    useful.extend(weighed.report);
                    everything.push(Report { fix: passage.fix, sightings: passage.sightings });
                }
            }
            everything.retain(|r| !r.sightings.is_empty());
            all.take(&everything, day);
            kept.take(&useful, day);
        }
        println!(
            "after week {}: {} of {} sightings kept ({:.0} %), {:.0} % of the bytes",
            week + 1,
            kept.sightings,
            all.sightings,
            100.0 * kept.sightings as f64 / all.sightings as f64,
            100.0 * kept.bytes as f64 / all.bytes as f64
        );
    }
    let day = journeys[0].start_utc.0.div_euclid(86_400_000) + 28;
    let keys: Vec<Key> = all.wifi.iter().filter_map(|mac| Mac::new(*mac)).map(Key::Wifi).collect();
    let apart = |name: &str, place: &dyn Fn(&Services, &Key) -> Option<cairn_service::model::Known>| {
        let known = keys.iter().filter(|k| place(&all, k).is_some()).count();
        let mut metres: Vec<f64> =
            keys.iter().filter_map(|key| Some(place(&all, key)?.place.geodesic(place(&kept, key)?.place))).collect();
        metres.sort_by(f64::total_cmp);
        let at = |share: f64| metres.get((share * metres.len() as f64) as usize).copied().unwrap_or(0.0);
        println!(
            "{name}: {} of {known} access points placed as well; apart by {:.1} m (median), {:.1} m (90 %); the bar is 3 m (median)",
            metres.len(),
            at(0.5),
            at(0.9)
        );
    };
    apart("BeaconDB's model", &|s, key| s.beacondb.position(key));
    apart("ichnaea's model", &|s, key| s.ichnaea.position(key, day));
    Ok(())
}
