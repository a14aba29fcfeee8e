//! Estimates beside those of BeaconDB, ichnaea, microG and Local-NLP: the same reports to learn from, the same questions.
//!
//! For each town and way: share answered, median and 95 % of the errors, and how often the truth lay within the claim (for
//! Cairn within both radii) and how wide that was in the median. Then the time one estimate takes. `SEEDS` towns of each kind.

mod town;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use cairn::locate::{Area, Estimate, HeardKey, HeardMac, Known, Learned, Observation, Query, estimate};
use cairn::model::{CellKey, EmitterKey, Millis, Report, Scan};
use cairn_world::ports::{self, Claim};
use town::{ASKED, Days, Question, TOWNS, Town};

const SEEDS: u64 = 3;
const QUESTIONS: usize = 400;
/// Reports that reach a service together.
const BATCH: usize = 500;

fn main() {
    println!("{:30}{:11}{:>9}{:>8}{:>7}   inside (median claim)", "town", "", "answered", "median", "95 %");
    for town in TOWNS {
        let days: Vec<Days> = (1..=SEEDS).map(|seed| town.live(seed, QUESTIONS)).collect();
        compare(&town, &days, "");
        compare(&town, &days, "cells");
    }
    time();
}

/// What one way answered: the error in metres, and whether the truth was within each claimed radius.
type Answer = Option<(f64, Vec<(f64, bool)>)>;

fn compare(town: &Town, days: &[Days], only: &str) {
    let ask = |q: &Question| if only.is_empty() { wifi(&q.scan) } else { cells(&q.scan) };
    let mut rows: Vec<(&str, Vec<Answer>)> = vec![("Cairn", Vec::new())];
    rows.extend(ports::all().iter().map(|port| (port.name(), Vec::new())));
    for Days { reports, questions } in days {
        let memory = Memory::of(reports);
        rows[0].1.extend(questions.iter().map(|q| estimate(&ask(q), &memory).map(|e| ours(q, &e))));
        for (mut port, row) in ports::all().into_iter().zip(&mut rows[1..]) {
            reports.chunks(BATCH).for_each(|batch| port.learn(batch));
            row.1.extend(questions.iter().map(|q| port.locate(&ask(q), ASKED).map(|c| theirs(q, &c))));
        }
    }
    for (index, (name, answers)) in rows.iter().enumerate() {
        let title = if index > 0 {
            String::new()
        } else {
            format!("{}{}{only}", town.name, if only.is_empty() { "" } else { ", " })
        };
        println!("{title:30}{}", line(name, answers));
    }
}

fn ours(q: &Question, e: &Estimate) -> (f64, Vec<(f64, bool)>) {
    let error = q.truth.distance(e.place).0;
    (error, [e.r68.0, e.r95.0].map(|r| (r, error <= r)).into())
}

fn theirs(q: &Question, claim: &Claim) -> (f64, Vec<(f64, bool)>) {
    let error = q.truth.distance(claim.place).0;
    (error, vec![(claim.accuracy.0, error <= claim.accuracy.0)])
}

fn line(name: &str, answers: &[Answer]) -> String {
    let given: Vec<&(f64, Vec<(f64, bool)>)> = answers.iter().flatten().collect();
    let answered = 100.0 * given.len() as f64 / answers.len() as f64;
    let at = |share: f64, mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get((share * values.len() as f64) as usize).copied().unwrap_or(f64::NAN)
    };
    let errors = || given.iter().map(|a| a.0).collect::<Vec<f64>>();
    let claims = given.first().map_or(0, |a| a.1.len());
    let inside: Vec<String> = (0..claims)
        .map(|n| {
            let held = given.iter().filter(|a| a.1[n].1).count() as f64 / given.len() as f64;
            format!("{:3.0} % ({:.0} m)", 100.0 * held, at(0.5, given.iter().map(|a| a.1[n].0).collect()))
        })
        .collect();
    format!("{name:11}{answered:7.0} %{:6.0} m{:5.0} m   {}", at(0.5, errors()), at(0.95, errors()), inside.join("  "))
}

/// Time of one estimate, by the number of access points heard.
fn time() {
    let Days { reports, questions } = TOWNS[0].live(1, 300);
    let memory = Memory::of(&reports);
    for heard in [10, 30, 60] {
        let all: Vec<Query> = questions
            .iter()
            .map(|q| wifi(&q.scan))
            .map(|q| Query { wifi: q.wifi.iter().copied().cycle().take(heard.min(q.wifi.len())).collect(), ..q })
            .filter(|q| q.wifi.len() == heard)
            .collect();
        let started = Instant::now();
        for query in &all {
            black_box(estimate(black_box(query), &memory));
        }
        let each = started.elapsed().as_secs_f64() * 1e6 / all.len().max(1) as f64;
        println!("{heard} access points: {each:.0} us an estimate ({} questions)", all.len());
    }
}

/// What Cairn learned, in memory.
struct Memory(HashMap<EmitterKey, Learned>);

impl Memory {
    fn of(reports: &[Report]) -> Self {
        let mut learned: HashMap<EmitterKey, Learned> = HashMap::new();
        for report in reports {
            for s in &report.sightings {
                let key = s.emitter();
                let frequency_mhz = match s.detail {
                    cairn::model::Detail::Wifi { frequency_mhz, .. } => frequency_mhz,
                    _ => None,
                };
                let Some(accuracy) = report.fix.accuracy else { continue };
                let o = Observation {
                    kind: key.kind(),
                    place: s.place,
                    accuracy,
                    age: s.age,
                    speed: report.fix.speed,
                    signal: s.signal,
                    frequency_mhz,
                    day: report.fix.utc.0.div_euclid(Millis::from_days(1).0) as i32,
                };
                learned.entry(key).and_modify(|l| l.learn(&o)).or_insert_with(|| Learned::first(&o));
            }
        }
        Self(learned)
    }
}

impl Known for Memory {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.0.get(&key).copied()
    }

    fn area(&self, _: CellKey) -> Option<Area> {
        None
    }
}

fn wifi(scan: &Scan) -> Query {
    Query { wifi: scan.wifi.iter().map(|w| HeardMac { mac: w.mac, signal: w.signal }).collect(), ..Query::default() }
}

fn cells(scan: &Scan) -> Query {
    let named =
        scan.cells.iter().filter_map(|c| Some(HeardKey { key: CellKey::try_from(c.identity).ok()?, signal: c.signal }));
    Query { cells: named.collect(), ..Query::default() }
}
