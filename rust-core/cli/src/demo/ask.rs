//! "Where am I?" along a path held back from learning, with GPS off and no network.

use cairn::engine::Engine;
use cairn::locate::{Estimate, HeardKey, HeardMac, Query};
use cairn::model::{CellKey, LatLng, Millis, Scan};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::scene::Scene;
use crate::failure::Failure;

/// A question, its answer and the truth.
pub struct Answer {
    /// Where the phone really was.
    pub truth: LatLng,
    /// With everything it heard.
    pub estimate: Option<Estimate>,
    /// With cells alone.
    pub from_cells: Option<Estimate>,
}

/// Seconds between two questions.
const EVERY: Millis = Millis::from_secs(10);

/// Asks along the held-back path.
pub fn along(scene: &Scene, engine: &Engine, seed: u64) -> Result<Vec<Answer>, Failure> {
    let journey = &scene.held_back;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut answers = Vec::new();
    let mut at = Millis(0);
    while at < journey.duration() {
        let truth = journey.at(at).place;
        let scan = scene.world.scan_at(truth, journey.start_utc + at, at, &mut chance);
        let everything = query(&scan);
        let cells = Query { cells: everything.cells.clone(), ..Query::default() };
        answers.push(Answer { truth, estimate: engine.locate(&everything)?, from_cells: engine.locate(&cells)? });
        at = at + EVERY;
    }
    {
        use cairn::model::LocalPlane;
        let mut v: Vec<(f64, f64, f64, usize)> = answers
            .iter()
            .filter_map(|a| {
                a.estimate.map(|e| {
                    let (x, y) = LocalPlane::around(a.truth).to_xy(e.place);
                    (x, y, e.r68.0, e.used)
                })
            })
            .collect();
        let n = v.len() as f64;
        eprintln!(
            "mean vector {:.1} {:.1}",
            v.iter().map(|p| p.0).sum::<f64>() / n,
            v.iter().map(|p| p.1).sum::<f64>() / n
        );
        v.truncate(25);
        for p in v {
            eprintln!("{:6.1} {:6.1} r68 {:5.1} used {}", p.0, p.1, p.2, p.3);
        }
        let mut errs = vec![];
        for a in 0..0 {
            let _ = a;
        }
        for e in scene
            .world
            .emitters()
            .iter()
            .filter(|e| matches!(e.kind(), cairn::model::EmitterKind::Wifi) && !e.is_mobile())
        {
            if let (Some(mac), Some(place)) = (e.key().mac(), e.place(journey.start_utc)) {
                if place.distance(journey.at(Millis(0)).place).0 < 600.0 {
                    if let Some(p) = engine.debug_place(mac) {
                        let (x, y) = LocalPlane::around(place).to_xy(p);
                        errs.push((x, y));
                    }
                }
            }
        }
        let n = errs.len() as f64;
        let mut d: Vec<f64> = errs.iter().map(|p| p.0.hypot(p.1)).collect();
        d.sort_by(f64::total_cmp);
        eprintln!(
            "emitters {} mean {:.1} {:.1} median {:.1} p90 {:.1}",
            errs.len(),
            errs.iter().map(|p| p.0).sum::<f64>() / n,
            errs.iter().map(|p| p.1).sum::<f64>() / n,
            d[d.len() / 2],
            d[d.len() * 9 / 10]
        );
    }
    Ok(answers)
}

fn query(scan: &Scan) -> Query {
    Query {
        wifi: scan.wifi.iter().map(|w| HeardMac { mac: w.mac, signal: w.signal }).collect(),
        beacons: scan.beacons.iter().map(|b| HeardMac { mac: b.mac, signal: b.signal }).collect(),
        cells: scan
            .cells
            .iter()
            .filter_map(|c| Some(HeardKey { key: CellKey::try_from(c.identity).ok()?, signal: c.signal }))
            .collect(),
    }
}
