//! From the run to the pictures of the report.

use cairn::ledger::{Covered, View};
use cairn::model::LatLng;
use cairn::outbox::Attempt;
use cairn_world::Journey;

use super::Run;
use super::report::{
    Bar, EstimateMark, EstimateStory, Headline, Hexagon, MapView, OutboxStory, Story, Table, Try, TryKind, thousands,
};
use super::summary::{Figures, Place, ServiceFigures, evaluations};
use crate::failure::Failure;

/// Walked on so many days, a hexagon is as dark as can be.
const DARKEST: f64 = 4.0;

/// Hexagons on one map.
const MAX_HEXAGONS: usize = 4_000;

pub fn tell(run: &Run, figures: &Figures) -> Result<Story, Failure> {
    Ok(Story {
        subtitle: format!(
            "A week of {} journeys over {:.0} km of real tracks through a simulated radio world: what was heard, kept, counted, \
             uploaded and learned.",
            figures.journeys, figures.km
        ),
        headlines: headlines(figures),
        maps: maps(run)?,
        fate: fate(figures),
        leaderboard: vec![
            places("Best days", "day", &figures.best_days),
            places("Countries", "country", &figures.best_countries),
        ],
        standing: figures.standing.clone(),
        outbox: outbox(run, figures)?,
        estimate_map: estimate_map(run),
        estimates: evaluations(run)
            .into_iter()
            .map(|e| EstimateStory {
                source: e.source.word().to_owned(),
                errors: e.errors,
                inside68: e.inside68,
                inside95: e.inside95,
            })
            .collect(),
    })
}

fn headlines(f: &Figures) -> Vec<Headline> {
    let taken: u64 = f.services.iter().map(|s| s.accepted).sum();
    let wifi = f.estimates.first();
    let pairs = [
        (format!("{:.0} km", f.km), "travelled".to_owned()),
        (thousands(f.raw), "sightings heard".to_owned()),
        (thousands(f.reports), "reports kept".to_owned()),
        (thousands(taken), format!("taken by {} services", f.services.len())),
        (thousands(f.points), "points".to_owned()),
        (wifi.map_or_else(String::new, |e| format!("{:.0} m", e.median)), "median error without GPS".to_owned()),
    ];
    pairs.into_iter().map(|(value, label)| Headline { value, label }).collect()
}

fn fate(f: &Figures) -> Vec<Bar> {
    let bar = |label: &str, value, good| Bar { label: label.to_owned(), value, good };
    let mut bars = vec![bar("kept", f.kept, true), bar("counted, nothing new", f.counted, true)];
    bars.extend(f.dropped.iter().map(|d| bar(d.why, d.n, false)));
    bars
}

/// One map for each region: journeys of one place share one.
fn maps(run: &Run) -> Result<Vec<MapView>, Failure> {
    let mut maps: Vec<MapView> = Vec::new();
    for (journey, collected) in run.scene.journeys.iter().zip(&run.collected) {
        let title = place_of(journey);
        let track: Vec<LatLng> = journey.path().collect();
        let note = format!("{}: {:.1} km, {} WiFi scans", journey.name, collected.km, collected.wifi_scans);
        if let Some(map) = maps.iter_mut().find(|m| m.title == title) {
            map.tracks.push(track);
            map.note = format!("{}; {note}", map.note);
            continue;
        }
        let in_helsinki = title == "Helsinki";
        maps.push(MapView {
            title,
            note,
            buildings: if in_helsinki { run.scene.buildings.clone() } else { Vec::new() },
            streets: if in_helsinki { run.scene.streets.clone() } else { Vec::new() },
            tracks: vec![track],
            ..MapView::default()
        });
    }
    for map in &mut maps {
        map.hexagons = hexagons(run, map.tracks.iter().flatten().copied())?;
    }
    Ok(maps)
}

/// Journeys are named after their place, with what tells them apart behind a hyphen or comma.
fn place_of(journey: &Journey) -> String {
    let mut letters = journey.name.split(['-', ',', ' ']).next().unwrap_or_default().chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn hexagons(run: &Run, places: impl Iterator<Item = LatLng>) -> Result<Vec<Hexagon>, Failure> {
    let (mut south, mut west, mut north, mut east) = (i32::MAX, i32::MAX, i32::MIN, i32::MIN);
    for p in places {
        (south, north) = (south.min(p.lat_e7()), north.max(p.lat_e7()));
        (west, east) = (west.min(p.lon_e7()), east.max(p.lon_e7()));
    }
    let (Ok(south_west), Ok(north_east)) = (LatLng::from_e7(south, west), LatLng::from_e7(north, east)) else {
        return Ok(Vec::new());
    };
    let covered = run.engine.coverage(&View { south_west, north_east }, MAX_HEXAGONS)?;
    Ok(covered.iter().map(hexagon).collect())
}

fn hexagon(covered: &Covered) -> Hexagon {
    Hexagon {
        corners: covered.cell.corners(),
        strength: covered.share() * f64::from(covered.days).min(DARKEST) / DARKEST,
        label: format!("first walked {}, on {} days", covered.first.date(), covered.days),
    }
}

fn places(title: &str, what: &str, places: &[Place]) -> Table {
    Table {
        title: title.to_owned(),
        columns: ["", what, "points", "emitters", "hexagons"].map(str::to_owned).to_vec(),
        rows: places
            .iter()
            .map(|p| {
                vec![
                    p.rank.to_string(),
                    p.name.clone(),
                    p.points.to_string(),
                    p.emitters.to_string(),
                    p.hexagons.to_string(),
                ]
            })
            .collect(),
    }
}

fn outbox(run: &Run, figures: &Figures) -> Result<Vec<OutboxStory>, Failure> {
    let attempts = run.engine.attempts()?;
    Ok(run
        .delivery
        .parties
        .iter()
        .zip(&figures.services)
        .map(|(party, service)| OutboxStory {
            service: party.name.to_owned(),
            tries: attempts.iter().filter(|a| a.service == party.id).map(attempt).collect(),
            quarantined: quarantine(service),
        })
        .collect())
}

fn attempt(attempt: &Attempt) -> Try {
    let kind = match attempt.outcome.split([' ', ':']).next() {
        Some("taken") => TryKind::Accepted,
        Some("refused" | "too") => TryKind::Refused,
        _ => TryKind::Failed,
    };
    Try { reports: attempt.reports, outcome: attempt.outcome.clone(), kind, waiting: attempt.waiting }
}

fn quarantine(service: &ServiceFigures) -> Table {
    Table {
        title: format!("Quarantined by {}", service.name),
        columns: vec!["reason".to_owned(), "reports".to_owned()],
        rows: service.reasons.iter().map(|r| vec![r.clone(), service.quarantined.to_string()]).collect(),
    }
}

fn estimate_map(run: &Run) -> MapView {
    let marks =
        |a: &super::ask::Answer| a.estimate.map(|e| EstimateMark { truth: a.truth, estimate: e.place, r68: e.r68.0 });
    MapView {
        title: "helsinki, held back".to_owned(),
        note: format!(
            "{} questions, {} answered",
            run.answers.len(),
            run.answers.iter().filter(|a| a.estimate.is_some()).count()
        ),
        buildings: run.scene.buildings.clone(),
        streets: run.scene.streets.clone(),
        tracks: run.scene.held_back.iter().map(|walk| walk.path().collect()).collect(),
        estimates: run.answers.iter().filter_map(marks).collect(),
        hexagons: Vec::new(),
    }
}
