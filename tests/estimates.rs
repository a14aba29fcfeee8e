//! Positions without GPS along walks that were held back from learning: close, and with radii that are true.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::path::Path;
use std::sync::Arc;

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::locate::{Query, Source, evaluate};
use cairn::model::Millis;
use cairn::supervisor::{Settings, Supervisor};
use cairn_tests::patiently;
use cairn_world::{Heard, Outings, Params, Phone, PhoneParams, World, drive, outings};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[test]
fn on_held_back_walks_the_radii_hold_as_many_truths_as_they_promise() {
    let tracks = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tracks");
    let (mut best, mut from_cells) = (Vec::new(), Vec::new());
    let mut asked = 0;
    for seed in 1..=4 {
        let Outings { journeys, held_back, sites } = outings(&tracks, seed).unwrap();
        let world = World::build(seed, &Params::default(), &sites);
        let dir = tempfile::tempdir().unwrap();
        let config = Config { path: dir.path().join("cairn.db"), clock: Arc::new(SystemClock::new()), seed };
        let engine = Engine::open(config).unwrap().engine;
        for journey in journeys.iter().filter(|j| j.name.starts_with("helsinki")) {
            engine.begin_trip().unwrap();
            let mut supervisor = Supervisor::new(Settings::default());
            let mut phone = Phone::new(&world, journey, PhoneParams { seed, ..PhoneParams::default() });
            drive(
                &mut phone,
                |now, event| supervisor.on(now, event),
                |_, heard| match heard {
                    Heard::Fix(fix) => patiently(|| engine.fix(fix.clone())).unwrap(),
                    Heard::Scan(_, scan) => patiently(|| engine.scan(scan.clone())).unwrap(),
                    Heard::Event(_) => {}
                },
            );
            engine.end_trip().unwrap();
        }
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        for walk in held_back {
            for (truth, scan) in world.scans_along(&walk, Millis::from_secs(10), &mut chance) {
                let everything = Query::from(&scan);
                let cells = Query { cells: everything.cells.clone(), ..Query::default() };
                best.extend(engine.locate(&everything).unwrap().map(|e| (truth, e)));
                from_cells.extend(engine.locate(&cells).unwrap().map(|e| (truth, e)));
                asked += 1;
            }
        }
    }
    let wifi = evaluate(&best).remove(0);
    let cell = evaluate(&from_cells).remove(0);
    for q in [&wifi, &cell] {
        println!(
            "{}: {} of {asked}, median {:.0} m, 95 % {:.0} m, inside r68 {:.0} %, r95 {:.0} %",
            q.source.word(),
            q.errors.len(),
            q.error_at(0.5),
            q.error_at(0.95),
            100.0 * q.inside68,
            100.0 * q.inside95
        );
    }
    assert_eq!((wifi.source, cell.source), (Source::Wifi, Source::Cell));
    assert!(wifi.errors.len() * 100 >= asked * 98, "nearly every question has an answer");
    assert!(wifi.error_at(0.5) < 25.0 && wifi.error_at(0.95) < 60.0);
    for q in [wifi, cell] {
        assert!((0.62..=0.74).contains(&q.inside68) && (0.92..=0.98).contains(&q.inside95), "{}", q.source.word());
    }
}
