//! Fits the radii of estimates: how far answers are off, by what is known when they are given.
//!
//! Prints, by source, what a fit to half of the worlds holds in the other half; and the coefficients that `locate/radii.rs`
//! has, fitted to all of them, with the share of truths inside in each.
//! `cargo run --release -p cairn-world --example radii [TOWNS]`

use std::collections::BTreeMap;
use std::path::Path;

use cairn::intake::{Guard, Intake};
use cairn::locate::{Area, FEATURES, Features, Known, Learned, Memory, Query, Source, evidence};
use cairn::model::{CellKey, EmitterKey, LatLng, Millis, Report};
use cairn::supervisor::{Settings, Supervisor};
use cairn_world::town::{TOWNS, Town, WALKS};
use cairn_world::{Heard, Outings, Params, Phone, PhoneParams, World, drive, outings};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// One answer.
struct Sample {
    features: Features,
    /// Logarithm of the error in metres.
    error: f64,
    /// The radii as they are now, m.
    radii: (f64, f64),
}

/// A world's answers by source, and whether they are in the half that is fitted to first.
struct Answers {
    name: String,
    fitted: bool,
    samples: BTreeMap<Source, Vec<Sample>>,
}

const QUESTIONS: usize = 200;
/// Seeds of the named towns that are fitted to, and that only check.
const FITTED: [u64; 2] = [1, 2];
const CHECKED: [u64; 2] = [11, 12];

fn main() {
    let towns = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(120);
    let mut all = Vec::new();
    for seed in 0..towns {
        let town = Town::any(seed);
        let days = town.live(1_000 + seed, QUESTIONS);
        let questions = days.questions.into_iter().map(|q| (q.truth, q.query));
        all.push(Answers::of(format!("any {seed}"), seed % 2 == 0, &days.reports, questions));
    }
    for town in TOWNS.into_iter().chain(WALKS) {
        for (seeds, fitted) in [(FITTED, true), (CHECKED, false)] {
            for seed in seeds {
                let days = town.live(seed, QUESTIONS);
                let questions = days.questions.into_iter().map(|q| (q.truth, q.query));
                all.push(Answers::of(town.name.to_owned(), fitted, &days.reports, questions));
            }
        }
    }
    for seed in 1..=8 {
        // Helsinki's streets are the demo's and the tests' world: fitted to with half of its seeds, like a named town.
        let (reports, questions) = helsinki(seed);
        all.push(Answers::of("Helsinki".to_owned(), seed % 2 == 0, &reports, questions.into_iter()));
    }
    for source in [Source::Wifi, Source::Beacon, Source::Cell, Source::Area] {
        report(source, &all);
    }
}

impl Answers {
    fn of(name: String, fitted: bool, reports: &[Report], questions: impl Iterator<Item = (LatLng, Query)>) -> Self {
        let memory = Memory::of(reports);
        let mut samples: BTreeMap<Source, Vec<Sample>> = BTreeMap::new();
        for (truth, query) in questions {
            let beacons = Query { beacons: query.beacons.clone(), ..Query::default() };
            let cells = Query { cells: query.cells.clone(), ..Query::default() };
            let answers = [
                evidence(&query, &memory),
                evidence(&beacons, &memory),
                evidence(&cells, &memory),
                evidence(&cells, &AreasOnly(&memory)),
            ];
            for (place, evidence) in answers.into_iter().flatten() {
                let error = truth.distance(place).0.max(0.5).ln();
                samples.entry(evidence.source).or_default().push(Sample {
                    features: *evidence.features(),
                    error,
                    radii: evidence.radii(),
                });
            }
        }
        Self { name, fitted, samples }
    }

    /// What the world counts in the fit: the towns by chance are many and some are strange, and Helsinki alone has streets that
    /// somebody built.
    fn weight(&self) -> f64 {
        match self.name.as_str() {
            "Helsinki" => 6.0,
            // Those that the radii are promised for.
            "city walk" | "car, half the streets" | "15 % moved, mobile" => 3.0,
            name if name.starts_with("any") => 0.4,
            _ => 1.0,
        }
    }

    fn of_source(&self, source: Source) -> &[Sample] {
        self.samples.get(&source).map_or(&[], Vec::as_slice)
    }
}

/// A memory in which the cells asked for are unknown.
struct AreasOnly<'a>(&'a Memory);

impl Known for AreasOnly<'_> {
    fn emitter(&self, _: EmitterKey) -> Option<Learned> {
        None
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        self.0.area(cell)
    }
}

/// What a phone with Cairn learns on the demo's journeys through Helsinki, and questions along the paths held back.
fn helsinki(seed: u64) -> (Vec<Report>, Vec<(LatLng, Query)>) {
    let tracks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/tracks");
    let Outings { journeys, held_back, sites } = outings(&tracks, seed).expect("the tracks are in the repository");
    let world = World::build(seed, &Params::default(), &sites);
    let guard = Guard::default();
    let mut reports = Vec::new();
    for journey in journeys.iter().filter(|j| j.name.starts_with("helsinki")) {
        let mut supervisor = Supervisor::new(Settings::default());
        let mut phone = Phone::new(&world, journey, PhoneParams { seed, ..PhoneParams::default() });
        let mut intake = Intake::default();
        let mut passages = Vec::new();
        drive(
            &mut phone,
            |now, event| supervisor.on(now, event),
            |_, heard| match heard {
                Heard::Fix(fix) => passages.extend(intake.fix(fix)),
                Heard::Scan(_, scan) => passages.extend(intake.scan(scan, &guard)),
                Heard::Event(_) => {}
            },
        );
        passages.extend(intake.drain());
        reports.extend(passages.into_iter().map(|p| Report { fix: p.fix, sightings: p.sightings }));
    }
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let every = Millis::from_secs(5);
    let mut questions = Vec::new();
    for walk in held_back {
        let scans = world.scans_along(&walk, every, &mut chance);
        questions.extend(scans.map(|(truth, scan)| (truth, Query::from(&scan))));
    }
    (reports, questions)
}

/// Median and 95 % error of each named world, m.
fn print_errors(source: Source, all: &[Answers]) {
    let mut by_name: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for answers in all {
        let name = if answers.name.starts_with("any") { "any" } else { &answers.name };
        by_name.entry(name).or_default().extend(answers.of_source(source).iter().map(|s| s.error));
    }
    for errors in by_name.values_mut() {
        errors.sort_unstable_by(f64::total_cmp);
    }
    let at = |errors: &[f64], share: f64| errors[((errors.len() - 1) as f64 * share) as usize].exp();
    let named = by_name.iter().filter(|(_, errors)| errors.len() >= 40);
    let named: Vec<String> = named.map(|(name, e)| format!("{name} {:.1}/{:.0}", at(e, 0.5), at(e, 0.95))).collect();
    println!("    errors in m, median / 95 %: {}", named.join(", "));
}

fn report(source: Source, all: &[Answers]) {
    println!("\n{}", source.word());
    print_errors(source, all);
    for (share, tolerance) in [(0.68, 0.03), (0.95, 0.02)] {
        let fit_to = |chosen: &dyn Fn(&Answers) -> bool| {
            let worlds: Vec<(&[Sample], f64)> =
                all.iter().filter(|a| chosen(a)).map(|a| (a.of_source(source), a.weight())).collect();
            regress(&worlds, share)
        };
        let now = |s: &Sample| (if share < 0.9 { s.radii.0 } else { s.radii.1 }).ln();
        print_shares("now", &now, source, all.iter(), share, tolerance);
        let half = fit_to(&|a| a.fitted);
        let unseen = all.iter().filter(|a| !a.fitted);
        print_shares("held back", &|s| dot(&half, &s.features), source, unseen, share, tolerance);
        let fit = fit_to(&|_| true);
        println!("  {:.0} %: [{}]", 100.0 * share, fit.map(|c| format!("{c:.3}")).join(", "));
        print_shares("all", &|s| dot(&fit, &s.features), source, all.iter(), share, tolerance);
    }
}

/// How often the radii, told by their logarithm, hold the truth, world by world.
fn print_shares<'a>(
    title: &str,
    radius: &dyn Fn(&Sample) -> f64,
    source: Source,
    worlds: impl Iterator<Item = &'a Answers>,
    share: f64,
    tolerance: f64,
) {
    let mut by_name: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for answers in worlds {
        let inside = answers.of_source(source).iter().map(|s| s.error <= radius(s));
        by_name.entry(&answers.name).or_default().extend(inside);
    }
    let shares: Vec<(&str, f64)> = by_name
        .iter()
        .filter(|(_, inside)| inside.len() >= 40)
        .map(|(name, inside)| (*name, inside.iter().filter(|i| **i).count() as f64 / inside.len() as f64))
        .collect();
    let near = shares.iter().filter(|(_, s)| (s - share).abs() <= tolerance).count();
    let deviation = (shares.iter().map(|(_, s)| (s - share).powi(2)).sum::<f64>() / shares.len() as f64).sqrt();
    let named: Vec<String> = shares
        .iter()
        .filter(|(name, _)| !name.starts_with("any"))
        .map(|(name, s)| format!("{name} {:.0}", 100.0 * s))
        .collect();
    println!(
        "    {title}: within {:.0} points in {near} of {} worlds, off by {:.1} points (deviation); {}",
        100.0 * tolerance,
        shares.len(),
        100.0 * deviation,
        named.join(", ")
    );
}

fn dot(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The width over which the pinball loss is rounded, so that it has a slope everywhere.
const ROUNDING: f64 = 0.04;

/// Steps of the descent; half of them find the same to a hundredth.
const STEPS: i32 = 800;

/// A world with fewer answers counts less.
const ENOUGH: usize = 100;

/// Quantile regression: each world counts by its weight, however many answers more than [`ENOUGH`] it has. Adam on standardised
/// features.
fn regress(worlds: &[(&[Sample], f64)], share: f64) -> Features {
    let rows: Vec<(&Sample, f64)> =
        worlds.iter().flat_map(|(w, weight)| w.iter().map(move |s| (s, weight / w.len().max(ENOUGH) as f64))).collect();
    if rows.is_empty() {
        return [0.0; FEATURES];
    }
    let total: f64 = rows.iter().map(|r| r.1).sum();
    let mean = |value: &dyn Fn(&Sample) -> f64| rows.iter().map(|(s, w)| w * value(s)).sum::<f64>() / total;
    let centre: Features = std::array::from_fn(|i| if i == 0 { 0.0 } else { mean(&|s| s.features[i]) });
    let scale: Features = std::array::from_fn(|i| {
        let deviation = mean(&|s| (s.features[i] - centre[i]).powi(2)).sqrt();
        if i == 0 || deviation < 1e-6 { 1.0 } else { deviation }
    });
    let standard: Vec<Features> =
        rows.iter().map(|(s, _)| std::array::from_fn(|i| (s.features[i] - centre[i]) / scale[i])).collect();
    let mut fit: Features = [0.0; FEATURES];
    fit[0] = mean(&|s| s.error);
    let (mut first, mut second) = ([0.0; FEATURES], [0.0; FEATURES]);
    for step in 1..=STEPS {
        let mut slope = [0.0; FEATURES];
        for (x, (sample, weight)) in standard.iter().zip(&rows) {
            let above = 1.0 / (1.0 + (-(sample.error - dot(&fit, x)) / ROUNDING).exp());
            let pull = weight / total * ((1.0 - share) - above);
            slope.iter_mut().zip(x).for_each(|(s, x)| *s += pull * x);
        }
        let rate = 0.05 * (1.0 - f64::from(step) / f64::from(STEPS)) + 0.000_5;
        for i in 0..FEATURES {
            first[i] = 0.9 * first[i] + 0.1 * slope[i];
            second[i] = 0.99 * second[i] + 0.01 * slope[i] * slope[i];
            let (m, v) = (first[i] / (1.0 - 0.9_f64.powi(step)), second[i] / (1.0 - 0.99_f64.powi(step)));
            fit[i] -= rate * m / (v.sqrt() + 1e-9);
        }
    }
    let mut plain: Features = std::array::from_fn(|i| fit[i] / scale[i]);
    plain[0] = fit[0] - (1..FEATURES).map(|i| plain[i] * centre[i]).sum::<f64>();
    plain
}
