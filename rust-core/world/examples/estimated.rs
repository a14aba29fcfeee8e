//! How true radii are where a phone knows nothing of its own, but only what an export tells: made-up towns, learned by others, written
//! as Mozilla's service, microG and WiGLE's KML write it, and asked about by a phone that imported that.
//!
//! Prints, by export and by what answered, how often there was an answer, how far it was off, and the share of truths inside the radii:
//! over all questions, and of the tenth of the towns with the least and the most.
//! `cargo run --release -p cairn-world --example estimated [TOWNS]`

use std::collections::{BTreeMap, HashMap};

use cairn::locate::{Area, Estimate, Known, Learned, Query, Source, estimate};
use cairn::model::{CellKey, Detail, EmitterKey, EmitterKind, LatLng, Metres, Report};
use cairn_world::town::Town;

const QUESTIONS: usize = 200;

/// What one emitter's sightings come to.
#[derive(Clone, Copy)]
struct Sum {
    lat: f64,
    lon: f64,
    /// South, north, west, east.
    bounds: [f64; 4],
    samples: u32,
    last: LatLng,
    day: i32,
}

/// The exports that are tried. Which emitters they hold, whether they tell a range, and how often each was heard.
#[derive(Clone, Copy, PartialEq)]
enum Export {
    /// Mean, distance of the farthest corner, samples; cells only. Source: ichnaea, `export` of `cell_*` tables.
    Mls,
    /// Mean of the same access points: no range, no samples.
    MicrogWifi,
    /// The same of cells.
    MicrogCells,
    /// Where each access point was heard last.
    WigleKml,
}

const EXPORTS: [(&str, Export); 4] = [
    ("MLS, OpenCellID cells", Export::Mls),
    ("microG WiFi", Export::MicrogWifi),
    ("microG cells", Export::MicrogCells),
    ("WiGLE KML", Export::WigleKml),
];

/// What was answered in one town, each with how far it was off, in metres.
type Given = Vec<(f64, Estimate)>;

/// What a phone knows that imported an export.
#[derive(Default)]
struct Imported {
    emitters: HashMap<EmitterKey, Learned>,
    areas: HashMap<u64, Vec<(CellKey, LatLng)>>,
}

impl Known for Imported {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.emitters.get(&key).copied()
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        let others = self.areas.get(&area_of(cell))?.iter().filter(|(other, _)| *other != cell);
        Area::around(&others.map(|(_, place)| *place).collect::<Vec<_>>())
    }
}

fn area_of(cell: CellKey) -> u64 {
    u64::from(cell.mcc()) << 48 | u64::from(cell.mnc()) << 32 | u64::from(cell.area())
}

fn main() {
    let towns = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut answers: BTreeMap<(usize, Source), Vec<Given>> = BTreeMap::new();
    let mut asked = 0;
    for seed in 0..towns {
        let days = Town::any(seed).live(1_000 + seed, QUESTIONS);
        let sums = sums(&days.reports);
        asked += days.questions.len();
        for (index, (_, export)) in EXPORTS.into_iter().enumerate() {
            let known = imported(&sums, export);
            let mut of_town: BTreeMap<Source, Given> = BTreeMap::new();
            for question in &days.questions {
                let query = match export {
                    Export::Mls | Export::MicrogCells => {
                        Query { cells: question.query.cells.clone(), ..Query::default() }
                    }
                    Export::MicrogWifi | Export::WigleKml => {
                        Query { wifi: question.query.wifi.clone(), ..Query::default() }
                    }
                };
                if let Some(answer) = estimate(&query, &known) {
                    let error = question.truth.distance(answer.place).0;
                    of_town.entry(answer.source).or_default().push((error, answer));
                }
            }
            for (source, given) in of_town {
                answers.entry((index, source)).or_default().push(given);
            }
        }
    }
    println!("{towns} towns, {asked} questions");
    println!(
        "{:24}{:8}{:>9}{:>9}{:>9}{:>10}   within 68 % (towns), 95 % (towns)",
        "", "", "answered", "median", "95 %", "radius 68"
    );
    for ((export, source), towns) in &answers {
        println!("{:24}{:8}{}", EXPORTS[*export].0, format!("{source:?}").to_lowercase(), line(towns, asked));
    }
}

fn line(towns: &[Given], asked: usize) -> String {
    let all: Vec<&(f64, Estimate)> = towns.iter().flatten().collect();
    let within = |given: &mut dyn Iterator<Item = &(f64, Estimate)>, radius: fn(&Estimate) -> Metres| {
        let (mut inside, mut of) = (0, 0);
        for (error, answer) in given {
            inside += usize::from(*error <= radius(answer).0);
            of += 1;
        }
        100.0 * inside as f64 / f64::from(of.max(1))
    };
    let share = |radius: fn(&Estimate) -> Metres| {
        // A town with a handful of answers says nothing of itself.
        let settled = towns.iter().filter(|town| town.len() >= 30);
        let mut by_town: Vec<f64> = settled.map(|town| within(&mut town.iter(), radius)).collect();
        by_town.sort_by(f64::total_cmp);
        let at = |share: f64| by_town.get((share * by_town.len() as f64) as usize).copied().unwrap_or(f64::NAN);
        format!("{:3.0} % ({:.0} to {:.0})", within(&mut all.iter().copied(), radius), at(0.1), at(0.9))
    };
    let middle = |of: fn(&(f64, Estimate)) -> f64, share: f64| {
        let mut values: Vec<f64> = all.iter().map(|answer| of(answer)).collect();
        values.sort_by(f64::total_cmp);
        values.get((share * values.len() as f64) as usize).copied().unwrap_or(f64::NAN)
    };
    format!(
        "{:7.0} %{:7.0} m{:7.0} m{:8.0} m   {}   {}",
        100.0 * all.len() as f64 / asked as f64,
        middle(|a| a.0, 0.5),
        middle(|a| a.0, 0.95),
        middle(|a| a.1.r68.0, 0.5),
        share(|e| e.r68),
        share(|e| e.r95)
    )
}

fn sums(reports: &[Report]) -> HashMap<EmitterKey, (Option<CellKey>, Sum)> {
    let mut sums: HashMap<EmitterKey, (Option<CellKey>, Sum)> = HashMap::new();
    for report in reports {
        let (place, day) = (report.fix.place, report.fix.utc.0.div_euclid(86_400_000) as i32);
        let (lat, lon) = (place.lat(), place.lon());
        for sighting in &report.sightings {
            let cell = if let Detail::Cell { key, .. } = sighting.detail { Some(key) } else { None };
            let new = Sum { lat: 0.0, lon: 0.0, bounds: [lat, lat, lon, lon], samples: 0, last: place, day };
            let sum = &mut sums.entry(sighting.emitter()).or_insert((cell, new)).1;
            let [south, north, west, east] = sum.bounds;
            *sum = Sum {
                lat: sum.lat + lat,
                lon: sum.lon + lon,
                bounds: [south.min(lat), north.max(lat), west.min(lon), east.max(lon)],
                samples: sum.samples + 1,
                last: place,
                day,
            };
        }
    }
    sums
}

fn imported(sums: &HashMap<EmitterKey, (Option<CellKey>, Sum)>, export: Export) -> Imported {
    let mut known = Imported::default();
    let wanted = match export {
        Export::Mls | Export::MicrogCells => EmitterKind::Cell,
        Export::MicrogWifi | Export::WigleKml => EmitterKind::Wifi,
    };
    for (key, (cell, sum)) in sums.iter().filter(|(key, _)| key.kind() == wanted) {
        let n = f64::from(sum.samples);
        let Ok(mean) = LatLng::new(sum.lat / n, sum.lon / n) else { continue };
        let [south, north, west, east] = sum.bounds;
        let corners = [(south, west), (south, east), (north, west), (north, east)];
        let range = corners.iter().filter_map(|(lat, lon)| LatLng::new(*lat, *lon).ok()).map(|c| mean.distance(c).0);
        // As the table `estimate` holds them.
        let range = Metres(range.fold(0.0, f64::max).ceil());
        let (place, radius, samples) = match export {
            Export::Mls => (mean, Some(range), sum.samples),
            Export::MicrogWifi | Export::MicrogCells => (mean, None, 1),
            Export::WigleKml => (sum.last, None, 1),
        };
        known.emitters.insert(*key, Learned::estimated(wanted, place, radius, samples, sum.day));
        if let Some(cell) = cell {
            known.areas.entry(area_of(*cell)).or_default().push((*cell, place));
        }
    }
    known
}
