//! Estimates scan by scan beside the same smoothed by `locate::Track`, on ways through made-up towns.
//!
//! For each town and time between two scans: median and 95 % of the errors, and how often the truth lay inside the radii, of
//! single estimates and of the track. `cargo run --release -p cairn-world --example track`

use cairn::locate::{Estimate, Memory, Query, Track, estimate};
use cairn::model::{LatLng, Millis};
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
                        single.extend(answer.map(|e| Answer::of(q.truth, &e)));
                        tracked.extend(track.hear(at, answer).map(|e| Answer::of(q.truth, &e)));
                    }
                }
                let (a, b) = (Summary::of(&single), Summary::of(&tracked));
                println!(
                    "{:24}{:>4}{:>6}   {}{}{:4.0} %",
                    town.name,
                    if speed > 5.0 { "car" } else { "" },
                    every.0 / 1_000,
                    a.words(),
                    b.words(),
                    100.0 * (1.0 - b.mean / a.mean)
                );
            }
        }
    }
}

/// An error, and whether the truth lay inside the radii.
struct Answer {
    error: f64,
    inside: [bool; 2],
}

impl Answer {
    fn of(truth: LatLng, e: &Estimate) -> Self {
        let error = truth.distance(e.place).0;
        Self { error, inside: [error <= e.r68.0, error <= e.r95.0] }
    }
}

struct Summary {
    median: f64,
    p95: f64,
    /// Root mean square, without the worst twentieth.
    mean: f64,
    inside: [f64; 2],
}

impl Summary {
    fn of(answers: &[Answer]) -> Self {
        let mut errors: Vec<f64> = answers.iter().map(|a| a.error).collect();
        errors.sort_by(f64::total_cmp);
        let at = |share: f64| errors.get((share * errors.len() as f64) as usize).copied().unwrap_or(f64::NAN);
        let most = &errors[..errors.len() * 19 / 20];
        let inside = |n: usize| answers.iter().filter(|a| a.inside[n]).count() as f64 / answers.len() as f64;
        Self {
            median: at(0.5),
            p95: at(0.95),
            mean: (most.iter().map(|e| e * e).sum::<f64>() / most.len() as f64).sqrt(),
            inside: [inside(0), inside(1)],
        }
    }

    fn words(&self) -> String {
        let [r68, r95] = self.inside.map(|share| 100.0 * share);
        format!("{:5.1} m{:6.1} m  inside {r68:3.0} % {r95:3.0} %  ", self.median, self.p95)
    }
}
