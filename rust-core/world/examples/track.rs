//! Estimates scan by scan beside the same smoothed by `locate::Track`, on ways through made-up towns.
//!
//! For each town and time between two scans: median and 95 % of the errors, and how often the truth lay inside the radii, of
//! single estimates and of the track. `cargo run --release -p cairn-world --example track`

use cairn::locate::{Evaluation, Memory, Query, Track, estimate, evaluate};
use cairn::model::Millis;
use cairn_world::town::{CAR, Days, TOWNS, WALK, WALKS};

const SEEDS: u64 = 6;
const QUESTIONS: usize = 240;

/// Seconds between two scans: a phone that shows a map, an Android that throttles apps before and behind, and one that sleeps.
const EVERY: [i64; 4] = [3, 10, 30, 120];

fn main() {
    println!("{:28}{:>6}   {:36}{:36}nearer", "town", "s", "single estimates", "track");
    for town in TOWNS.into_iter().chain(WALKS) {
        // Who learns a town slowly may still ask in a car.
        let speeds = if town.speed > 5.0 { vec![CAR.speed] } else { vec![WALK.speed, CAR.speed] };
        for speed in speeds {
            for every in EVERY.map(Millis::from_secs) {
                let (mut single, mut tracked) = (Vec::new(), Vec::new());
                for seed in 1..=SEEDS {
                    let Days { reports, questions, .. } = town.follow(seed, speed, every, QUESTIONS);
                    let (memory, mut track) = (Memory::of(&reports), Track::default());
                    for (n, q) in questions.iter().enumerate() {
                        let wifi = Query { wifi: q.query.wifi.clone(), ..Query::default() };
                        let answer = estimate(&wifi, &memory);
                        let at = Millis(every.0 * n as i64);
                        single.extend(answer.map(|e| (q.truth, e)));
                        tracked.extend(track.hear(at, answer).map(|e| (q.truth, e)));
                    }
                }
                // All are from access points: nothing else is asked about.
                let (a, b) = (evaluate(&single).remove(0), evaluate(&tracked).remove(0));
                println!(
                    "{:24}{:>4}{:>6}   {}{}{:4.0} %",
                    town.name,
                    if speed > 5.0 { "car" } else { "" },
                    every.0 / 1_000,
                    words(&a),
                    words(&b),
                    100.0 * (1.0 - usual_error(&b) / usual_error(&a))
                );
            }
        }
    }
}

/// What the line of a town says of answers.
fn words(q: &Evaluation) -> String {
    let (r68, r95) = (100.0 * q.inside68, 100.0 * q.inside95);
    format!("{:5.1} m{:6.1} m  inside {r68:3.0} % {r95:3.0} %  ", q.error_at(0.5), q.error_at(0.95))
}

/// Root mean square of the errors, without the worst twentieth.
fn usual_error(q: &Evaluation) -> f64 {
    let most = &q.errors[..q.errors.len() * 19 / 20];
    (most.iter().map(|e| e * e).sum::<f64>() / most.len() as f64).sqrt()
}
