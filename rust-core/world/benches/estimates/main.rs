//! Estimates beside those of BeaconDB, ichnaea, microG and Local-NLP: the same reports to learn from, the same questions.
//!
//! For each town and way: share answered, median and 95 % of the errors, and how often the truth lay within the claim (for
//! Cairn within both radii) and how wide that was in the median; for Cairn also the share answered of the scans in which two known
//! access points agree. Then the time one estimate takes. `SEEDS` towns of each kind.

use std::hint::black_box;
use std::time::Instant;

use cairn::locate::{Estimate, Known, Memory, Query, estimate};
use cairn::model::{EmitterKey, Mac, Report};
use cairn_world::ports::{self, Claim};
use cairn_world::town::{ASKED, Days, Question, TOWNS, Town, WALKS};

const SEEDS: u64 = 3;
const QUESTIONS: usize = 400;
/// Reports that reach a service together.
const BATCH: usize = 500;

fn main() {
    println!("{:30}{:11}{:>9}{:>8}{:>7}   inside (median claim)", "town", "", "answered", "median", "95 %");
    for town in TOWNS.into_iter().chain(WALKS) {
        let days: Vec<Days> = (1..=SEEDS).map(|seed| town.live(seed, QUESTIONS)).collect();
        compare(&town, &days, "");
        compare(&town, &days, "cells");
    }
    time();
}

/// What one way answered: the error in metres, and whether the truth was within each claimed radius.
type Answer = Option<(f64, Vec<(f64, bool)>)>;

fn compare(town: &Town, days: &[Days], only: &str) {
    let ask = |q: &Question| if only.is_empty() { wifi(&q.query) } else { cells(&q.query) };
    let mut rows: Vec<(&str, Vec<Answer>)> = vec![("Cairn", Vec::new())];
    rows.extend(ports::all().iter().map(|port| (port.name(), Vec::new())));
    let (mut agreeing, mut agreeing_answered) = (0, 0);
    for Days { reports, questions, .. } in days {
        let memory = learned(reports);
        for query in questions.iter().map(&ask).filter(|query| agree(query, &memory)) {
            agreeing += 1;
            agreeing_answered += u32::from(estimate(&query, &memory).is_some());
        }
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
        if index == 0 && agreeing > 0 {
            let share = 100.0 * f64::from(agreeing_answered) / f64::from(agreeing);
            println!(
                "{:30}{:11}{share:7.1} % of {agreeing} in which two known access points agree; the bar is 98",
                "", ""
            );
        }
    }
}

/// Two access points agree where they are thought to stand so near to each other that one phone may hear both, m: twice as far as they
/// are heard in a city.
const AGREE: f64 = 120.0;

/// Whether two known access points agree, of different devices and neither of them travelling.
fn agree(query: &Query, memory: &Memory) -> bool {
    // What one device's networks differ by: the last digit, and whether the address is made up.
    let device = |mac: Mac| mac.to_u64() & !(0xf | 1 << 41);
    let known = query.wifi.iter().filter_map(|heard| {
        let learned = memory.emitter(EmitterKey::wifi(heard.mac)).filter(|learned| !learned.is_mobile())?;
        Some((device(heard.mac), learned.place()))
    });
    let known: Vec<_> = known.collect();
    let mut pairs = known.iter().enumerate().flat_map(|(n, one)| known[..n].iter().map(move |other| (one, other)));
    pairs.any(|(one, other)| one.0 != other.0 && one.1.distance(other.1).0 <= AGREE)
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
    let Days { reports, questions, .. } = TOWNS[0].live(1, 300);
    let memory = learned(&reports);
    for heard in [10, 30, 60] {
        let all: Vec<Query> = questions
            .iter()
            .map(|q| wifi(&q.query))
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

fn learned(reports: &[Report]) -> Memory {
    Memory::of(reports)
}

fn wifi(query: &Query) -> Query {
    Query { wifi: query.wifi.clone(), ..Query::default() }
}

fn cells(query: &Query) -> Query {
    Query { cells: query.cells.clone(), ..Query::default() }
}
