//! Estimates beside those of BeaconDB, ichnaea, microG and Local-NLP: the same reports to learn from, the same questions.
//!
//! For each town and way: share answered, median and 95 % of the errors, and how often the truth lay within the claim (for
//! Cairn within both radii) and how wide that was in the median; for Cairn also the share answered of the scans in which two known
//! access points agree. Then the time one estimate takes. `SEEDS` towns of each kind.

use std::hint::black_box;
use std::time::Instant;

use cairn::locate::{Estimate, Known, Memory, Query, estimate};
use cairn::model::{EmitterKey, Mac};
use cairn_world::ports::{self, Claim};
use cairn_world::town::{ASKED, Days, Question, TOWNS, Town, WALKS};

/// One town alone is off by some points: it has one set of shadows, and few cells.
const SEEDS: u64 = 8;
const QUESTIONS: usize = 200;
/// What the radii are to hold, in per cent.
const BARS: [(f64, f64); 2] = [(65.0, 71.0), (93.0, 97.0)];
/// Reports that reach a service together.
const BATCH: usize = 500;

fn main() {
    println!("{:36}{:11}{:>9}{:>8}{:>7}   inside (median claim)", "town", "", "answered", "median", "95 %");
    let mut shares = [Vec::new(), Vec::new()];
    for town in TOWNS.into_iter().chain(WALKS) {
        for (shares, (title, asked)) in shares.iter_mut().zip(["", ", cells"].into_iter().zip(ask(&town))) {
            asked.print(&format!("{}{title}", town.name));
            shares.push((town.name, [0, 1].map(|claim| held(&asked.rows[0].1, claim))));
        }
    }
    for (shares, source) in shares.iter().zip(["access points", "cells"]) {
        sum_up(source, shares);
    }
    time();
}

/// Says in how many towns the radii hold as many truths as they are to, and names the others.
fn sum_up(source: &str, shares: &[(&str, [f64; 2])]) {
    for (n, (least, most)) in BARS.into_iter().enumerate() {
        // As they are printed, to whole points.
        let out: Vec<String> = shares
            .iter()
            .map(|(name, shares)| (name, shares[n].round()))
            .filter(|(_, share)| !(least..=most).contains(share))
            .map(|(name, share)| format!("{name} {share:.0}"))
            .collect();
        println!(
            "{source}: {least:.0} to {most:.0} % inside in {} of {} towns{}{}",
            shares.len() - out.len(),
            shares.len(),
            if out.is_empty() { "" } else { "; not in " },
            out.join(", ")
        );
    }
}

/// What one way answered: the error in metres, and whether the truth was within each claimed radius.
type Answer = Option<(f64, Vec<(f64, bool)>)>;

/// What all answered who were asked the same.
struct Asked {
    rows: Vec<(&'static str, Vec<Answer>)>,
    /// Questions in which two known access points agree, and how many of them Cairn answered.
    agreeing: (u32, u32),
}

/// Asks all of them what access points say, and what cells do.
fn ask(town: &Town) -> [Asked; 2] {
    let names = || std::iter::once("Cairn").chain(ports::all().iter().map(|port| port.name())).collect::<Vec<_>>();
    let nothing = || Asked { rows: names().into_iter().map(|name| (name, Vec::new())).collect(), agreeing: (0, 0) };
    let mut asked = [nothing(), nothing()];
    for seed in 1..=SEEDS {
        let Days { reports, questions, .. } = town.live(seed, QUESTIONS);
        let memory = Memory::of(&reports);
        let mut ports = ports::all();
        for port in &mut ports {
            reports.chunks(BATCH).for_each(|batch| port.learn(batch));
        }
        for question in &questions {
            for (asked, query) in asked.iter_mut().zip([wifi(&question.query), cells(&question.query)]) {
                let answer = estimate(&query, &memory);
                if agree(&query, &memory) {
                    asked.agreeing.0 += 1;
                    asked.agreeing.1 += u32::from(answer.is_some());
                }
                asked.rows[0].1.push(answer.map(|e| ours(question, &e)));
                for (port, row) in ports.iter_mut().zip(&mut asked.rows[1..]) {
                    row.1.push(port.locate(&query, ASKED).map(|c| theirs(question, &c)));
                }
            }
        }
    }
    asked
}

impl Asked {
    fn print(&self, title: &str) {
        for (index, (name, answers)) in self.rows.iter().enumerate() {
            println!("{:36}{}", if index == 0 { title } else { "" }, line(name, answers));
            let (agreeing, answered) = self.agreeing;
            if index == 0 && agreeing > 0 {
                let share = 100.0 * f64::from(answered) / f64::from(agreeing);
                println!(
                    "{:36}{:11}{share:7.1} % of {agreeing} in which two known access points agree; the bar is 98",
                    "", ""
                );
            }
        }
    }
}

/// The share of the truths within a claimed radius, in per cent.
fn held(answers: &[Answer], claim: usize) -> f64 {
    let given = answers.iter().flatten();
    100.0 * given.clone().filter(|a| a.1[claim].1).count() as f64 / given.count().max(1) as f64
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
        .map(|n| format!("{:3.0} % ({:.0} m)", held(answers, n), at(0.5, given.iter().map(|a| a.1[n].0).collect())))
        .collect();
    format!("{name:11}{answered:7.0} %{:6.0} m{:5.0} m   {}", at(0.5, errors()), at(0.95, errors()), inside.join("  "))
}

/// Time of one estimate, by the number of access points heard.
fn time() {
    let Days { reports, questions, .. } = TOWNS[0].live(1, 300);
    let memory = Memory::of(&reports);
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

fn wifi(query: &Query) -> Query {
    Query { wifi: query.wifi.clone(), ..Query::default() }
}

fn cells(query: &Query) -> Query {
    Query { cells: query.cells.clone(), ..Query::default() }
}
