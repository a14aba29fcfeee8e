//! ichnaea's answer to a query: clusters of access points, beacons and cells compete, and the best supported wins.
//!
//! Pure. Source: `reference/location-services.md`, B.4.

use std::collections::BTreeMap;

use super::Model;
use super::observation::{AGES, BLUE_SIGNALS, Radiator, Tower, WIFI_SIGNALS, ranges, within};
use super::station::{Day, Station, farthest_corner};
use crate::model::{Bounds, CellKey, Estimate, Key, Mac, Place, Source};

/// A network in a query.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// dBm.
    pub signal: Option<i64>,
    /// Milliseconds since it was heard.
    pub age: Option<i64>,
}

/// A cell in a query.
#[derive(Clone, Copy, Debug)]
pub struct CellHeard {
    /// Which cell.
    pub key: CellKey,
    /// How it was heard.
    pub heard: Heard,
}

impl Heard {
    /// How an access point was heard; what is out of range is unknown.
    pub fn wifi(radiator: &Radiator) -> Self {
        Self { signal: within(radiator.signal, &WIFI_SIGNALS), age: within(radiator.age, &AGES) }
    }

    /// How a beacon was heard; what is out of range is unknown.
    pub fn blue(radiator: &Radiator) -> Self {
        Self { signal: within(radiator.signal, &BLUE_SIGNALS), age: within(radiator.age, &AGES) }
    }
}

impl CellHeard {
    /// The cell, if its identity is whole; a signal or age out of range is unknown.
    pub fn new(tower: &Tower) -> Option<Self> {
        let key = tower.key()?;
        let (signal, _) = tower.strength(key.radio);
        Some(Self { key, heard: Heard { signal, age: within(tower.age, &AGES) } })
    }
}

/// A geolocate request, its networks valid and each there once.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Access points.
    pub wifi: BTreeMap<Mac, Heard>,
    /// Beacons.
    pub blue: BTreeMap<Mac, Heard>,
    /// Cells.
    pub cells: Vec<CellHeard>,
    /// Whether a cell's area may answer when no cell is known.
    pub areas: bool,
}

/// Known networks beyond so many are not clustered: no phone hears that many, and clustering takes their number cubed.
const MAX_NETWORKS: usize = 200;

/// The limits of one kind of short-range network.
struct Kind {
    source: Source,
    key: fn(Mac) -> Key,
    /// Metres; networks farther apart than this are not heard together.
    max_diameter: f64,
    sample: usize,
    missing_signal: i64,
    max_accuracy: f64,
}

const WIFI: Kind = Kind {
    source: Source::Wifi,
    key: Key::Wifi,
    max_diameter: 500.0,
    sample: 20,
    missing_signal: -100,
    max_accuracy: 500.0,
};
const BLUE: Kind = Kind {
    source: Source::Blue,
    key: Key::Blue,
    max_diameter: 100.0,
    sample: 10,
    missing_signal: -127,
    max_accuracy: 50.0,
};
/// Metres; no answer from WiFi or beacons claims less.
const MIN_ACCURACY: f64 = 10.0;
/// Metres; what an answer from cells may claim.
const CELL_ACCURACY: (f64, f64) = (1_000.0, 50_000.0);
/// Metres; what an answer from a cell's area may claim.
const AREA_ACCURACY: (f64, f64) = (50_000.0, 500_000.0);
/// Answers within so many times the wider claim of each other support each other.
const SUPPORT: f64 = 1.5;

/// A known network of the query.
#[derive(Clone, Copy)]
struct Found {
    place: Place,
    radius: f64,
    score: f64,
    /// √(2000/age)/signal², at most 1/signal².
    nearness: f64,
}

impl Found {
    fn new(station: &Station, heard: Heard, missing_signal: i64, today: Day) -> Option<Self> {
        let known = station.known(today)?;
        let age = heard.age.map_or(1000.0, |age| age.unsigned_abs() as f64).max(1000.0);
        let signal = heard.signal.unwrap_or(missing_signal).min(-1) as f64;
        let nearness = (2000.0 / age).sqrt().min(1.0) / (signal * signal);
        Some(Self { place: known.place, radius: known.radius, score: station.score(today), nearness })
    }
}

/// A possible answer.
#[derive(Clone, Copy)]
struct Candidate {
    estimate: Estimate,
    score: f64,
}

impl Model {
    /// Where the asker is, if any cluster of what they hear is known.
    pub fn geolocate(&self, query: &Query, today: Day) -> Option<Estimate> {
        let mut candidates = self.by_clusters(&WIFI, &query.wifi, today);
        candidates.extend(self.by_clusters(&BLUE, &query.blue, today));
        let cells = self.by_cells(&query.cells, today);
        if cells.is_empty() && query.areas {
            candidates.extend(query.cells.iter().filter_map(|cell| self.by_area(cell.key, today)));
        }
        candidates.extend(cells);
        best_supported(candidates)
    }

    fn by_clusters(&self, kind: &Kind, heard: &BTreeMap<Mac, Heard>, today: Day) -> Vec<Candidate> {
        let found: Vec<Found> = heard
            .iter()
            .filter_map(|(mac, heard)| {
                Found::new(self.stations.get(&(kind.key)(*mac))?, *heard, kind.missing_signal, today)
            })
            .take(MAX_NETWORKS)
            .collect();
        // Fewer than two networks answer nothing: else one could look up where a single owner lives.
        clusters(&found, kind.max_diameter).into_iter().filter(|c| c.len() >= 2).map(|c| answer(c, kind)).collect()
    }

    fn by_cells(&self, heard: &[CellHeard], today: Day) -> Vec<Candidate> {
        let mut by_area: BTreeMap<CellKey, BTreeMap<CellKey, Found>> = BTreeMap::new();
        for cell in heard {
            let missing = *ranges(cell.key.radio).0.start();
            let station = self.stations.get(&Key::Cell(cell.key));
            if let Some(found) = station.and_then(|s| Found::new(s, cell.heard, missing, today)) {
                by_area.entry(CellKey { cell: 0, ..cell.key }).or_default().insert(cell.key, found);
            }
        }
        let answer = |cells: BTreeMap<CellKey, Found>| {
            let cells: Vec<Found> = cells.into_values().collect();
            let place = weighted_mean(&cells, |c| c.score * c.nearness);
            let accuracy = if let [only] = cells[..] { only.radius } else { reach(place, &cells) };
            let accuracy = accuracy.clamp(CELL_ACCURACY.0, CELL_ACCURACY.1);
            let estimate = Estimate { place, accuracy, source: Source::Cell };
            Candidate { estimate, score: cells.iter().map(|c| c.score).sum() }
        };
        by_area.into_values().map(answer).collect()
    }

    /// The plain mean of the known cells of one area.
    fn by_area(&self, key: CellKey, today: Day) -> Option<Candidate> {
        let range = Key::Cell(CellKey { cell: 0, ..key })..=Key::Cell(CellKey { cell: u64::MAX, ..key });
        let cells: Vec<(Place, &Station)> =
            self.stations.range(range).filter_map(|(_, s)| Some((s.known(today)?.place, s))).collect();
        let bounds = cells.iter().filter_map(|(_, s)| s.bounds()).reduce(Bounds::union)?;
        let n = cells.len() as f64;
        let place = Place {
            lat: cells.iter().map(|(p, _)| p.lat).sum::<f64>() / n,
            lng: cells.iter().map(|(p, _)| p.lng).sum::<f64>() / n,
        };
        let dates = cells.iter().map(|(_, s)| **s).reduce(|a, b| a.merged_dates(&b))?;
        let accuracy = farthest_corner(place, bounds).clamp(AREA_ACCURACY.0, AREA_ACCURACY.1);
        let estimate = Estimate { place, accuracy, source: Source::Area };
        Some(Candidate { estimate, score: dates.area_score(cells.len(), today) })
    }
}

fn answer(mut cluster: Vec<Found>, kind: &Kind) -> Candidate {
    // ichnaea meant to keep the best networks, but since 3607efa2 it sorts ascending and keeps the worst. The intent is what is
    // worth comparing with, so this sorts as intended.
    cluster.sort_by(|a, b| b.score.total_cmp(&a.score));
    cluster.truncate(kind.sample);
    // ichnaea minimises Σ(distance·nearness)² step by step from a weighted mean; over 500 m, where the earth is flat, the
    // minimum is the mean weighted with nearness².
    let place = weighted_mean(&cluster, |n| n.nearness * n.nearness);
    let accuracy = reach(place, &cluster).clamp(MIN_ACCURACY, kind.max_accuracy);
    let estimate = Estimate { place, accuracy, source: kind.source };
    Candidate { estimate, score: cluster.iter().map(|n| n.score).sum() }
}

fn weighted_mean(networks: &[Found], weight: fn(&Found) -> f64) -> Place {
    let total: f64 = networks.iter().map(weight).sum();
    let mean = |part: fn(&Place) -> f64| networks.iter().map(|n| weight(n) * part(&n.place)).sum::<f64>() / total;
    Place { lat: mean(|p| p.lat), lng: mean(|p| p.lng) }
}

/// 95th percentile of the distances to the networks, linearly interpolated.
fn reach(place: Place, networks: &[Found]) -> f64 {
    let mut distances: Vec<f64> = networks.iter().map(|n| n.place.geodesic(place)).collect();
    distances.sort_by(f64::total_cmp);
    let rank = 0.95 * (distances.len() - 1) as f64;
    let (below, above) = (distances[rank.floor() as usize], distances[rank.ceil() as usize]);
    below + (above - below) * rank.fract()
}

/// Complete linkage: merges the two clusters whose farthest members are nearest, until none fit into `max_diameter`.
fn clusters(found: &[Found], max_diameter: f64) -> Vec<Vec<Found>> {
    let mut clusters: Vec<Vec<Found>> = found.iter().map(|f| vec![*f]).collect();
    let mut apart: Vec<Vec<f64>> =
        found.iter().map(|a| found.iter().map(|b| a.place.geodesic(b.place)).collect()).collect();
    while let Some((a, b)) = nearest_pair(&apart).filter(|(a, b)| apart[*a][*b] <= max_diameter) {
        let members = clusters.swap_remove(b);
        clusters[a].extend(members);
        let row = apart[b].clone();
        for (other, distance) in row.into_iter().enumerate() {
            apart[a][other] = apart[a][other].max(distance);
            apart[other][a] = apart[a][other];
        }
        apart.swap_remove(b);
        for row in &mut apart {
            row.swap_remove(b);
        }
    }
    clusters
}

/// The indices of the nearest two, the lower first.
fn nearest_pair(apart: &[Vec<f64>]) -> Option<(usize, usize)> {
    let pairs = (0..apart.len()).flat_map(|a| (a + 1..apart.len()).map(move |b| (a, b)));
    pairs.min_by(|x, y| apart[x.0][x.1].total_cmp(&apart[y.0][y.1]))
}

/// The most precise answer of the group of answers that support each other best.
fn best_supported(mut candidates: Vec<Candidate>) -> Option<Estimate> {
    candidates.sort_by(|a, b| a.estimate.accuracy.total_cmp(&b.estimate.accuracy).then(b.score.total_cmp(&a.score)));
    let support = |(i, first): (usize, &Candidate)| {
        let near = |c: &&Candidate| {
            let wider = first.estimate.accuracy.max(c.estimate.accuracy);
            first.estimate.place.geodesic(c.estimate.place) <= SUPPORT * wider
        };
        let group = || candidates[i..].iter().filter(near).map(|c| c.score);
        (group().sum::<f64>(), group().fold(0.0, f64::max), first.estimate)
    };
    // Of equal groups the first, which is the most precise, is kept: `max_by` would take the last.
    let groups = candidates.iter().enumerate().rev().map(support);
    let best = groups.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
    Some(best.2)
}
