//! Fits the radii of estimates: how far answers are off, by what is known when they are given.
//!
//! Writes `locate/radii/fitted.rs` with the network for access points, and prints by source: the errors; how many truths the radii
//! hold in each world as they are now, by a fit to some worlds in the others, and by the fit to all; for beacons and cells the
//! coefficients of `locate/radii.rs`. `cargo run --release -p cairn-world --example radii [TOWNS]`: so many towns by chance, and half as
//! many again by another rule.

mod fit;
mod write;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cairn::intake::{Guard, Intake};
use cairn::locate::{Area, FEATURES, Known, Learned, Memory, Query, Source, evidence};
use cairn::model::{CellKey, EmitterKey, LatLng, Millis, Report};
use cairn::pack::{PackError, Packs};
use cairn::supervisor::{Settings, Supervisor};
use cairn_world::town::{Days, Plain, TOWNS, Town, WALKS};
use cairn_world::{Heard, Outings, Params, Phone, PhoneParams, World, drive, outings, packed, settled};
use fit::{Fit, SHARES, Sample, Shape};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A world's answers by source, and whether it is among those that are fitted to first.
struct Answers {
    name: String,
    fitted: bool,
    samples: BTreeMap<Source, Vec<Sample>>,
}

const TOWNS_BY_CHANCE: u64 = 600;
const QUESTIONS: usize = 200;
/// Seeds of the named towns that are fitted to first, and that check. Bench `estimates` and the tests have others.
const FITTED: std::ops::Range<u64> = 101..107;
const CHECKED: std::ops::Range<u64> = 107..109;
/// Neurons of the network: sixteen hold little less.
const NEURONS: usize = 24;
/// Few towns have beacons enough to answer, and few cells: less is told apart.
const FEW: Shape = Shape { features: 4, neurons: 0 };

/// What a world is made of.
enum Kind {
    ByChance(u64),
    Plain(u64),
    Named(Town, u64),
    /// Helsinki's streets are the demo's and the tests' world.
    Helsinki(u64),
}

fn main() {
    let towns = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(TOWNS_BY_CHANCE);
    let named = TOWNS.into_iter().chain(WALKS);
    let kinds: Vec<Kind> = (0..towns)
        .map(Kind::ByChance)
        .chain((0..towns / 2).map(Kind::Plain))
        .chain(named.flat_map(|town| (FITTED.start..CHECKED.end).map(move |seed| Kind::Named(town, seed))))
        .chain((FITTED.start..CHECKED.end).map(Kind::Helsinki))
        .collect();
    let all = live(&kinds);
    let wifi = report(Source::Wifi, &all, Shape { features: FEATURES, neurons: NEURONS });
    report(Source::Beacon, &all, FEW);
    report(Source::Cell, &all, FEW);
    if let Some(wifi) = wifi {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cairn/src/locate/radii/fitted.rs");
        std::fs::write(path, write::source("WIFI", &wifi)).expect("the file can be written");
    }
}

/// All worlds' answers, on as many cores as there are.
fn live(kinds: &[Kind]) -> Vec<Answers> {
    let next = AtomicUsize::new(0);
    let turn = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        kinds.get(at).map(|kind| (at, Answers::of(kind)))
    };
    let mut all: Vec<(usize, Answers)> = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers: Vec<_> =
            (0..cores).map(|_| scope.spawn(|| std::iter::from_fn(turn).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no world panics")).collect()
    });
    // In whatever order they were done, the fit draws the same.
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, answers)| answers).collect()
}

impl Answers {
    fn of(kind: &Kind) -> Self {
        match *kind {
            Kind::ByChance(seed) => {
                let Days { reports, questions, .. } = Town::any(seed).live(1_000 + seed, QUESTIONS);
                let questions = questions.into_iter().map(|q| (q.truth, q.query));
                let name = format!("any {seed}");
                match seed % 8 {
                    // Some know the town from a pack alone, and some hear no signals.
                    3 | 6 => Self::from_pack(name, !seed.is_multiple_of(3), &reports, questions),
                    5 => {
                        let quiet = questions.map(|(truth, query)| (truth, without_signals(query)));
                        Self::from(name, !seed.is_multiple_of(3), &Memory::of(&reports), quiet)
                    }
                    _ => Self::from(name, !seed.is_multiple_of(3), &Memory::of(&reports), questions),
                }
            }
            Kind::Plain(seed) => {
                let Days { reports, questions, .. } = Plain::any(seed).live(QUESTIONS);
                let questions = questions.into_iter().map(|q| (q.truth, q.query));
                Self::from(format!("plain {seed}"), !seed.is_multiple_of(3), &Memory::of(&reports), questions)
            }
            Kind::Named(town, seed) => {
                let Days { reports, questions, .. } = town.live(seed, QUESTIONS);
                let questions = questions.into_iter().map(|q| (q.truth, q.query));
                Self::from(town.name.to_owned(), FITTED.contains(&seed), &Memory::of(&reports), questions)
            }
            Kind::Helsinki(seed) => {
                let (reports, questions) = helsinki(seed);
                let memory = Memory::of(&reports);
                Self::from("Helsinki".to_owned(), FITTED.contains(&seed), &memory, questions.into_iter())
            }
        }
    }

    fn from(name: String, fitted: bool, memory: &Memory, questions: impl Iterator<Item = (LatLng, Query)>) -> Self {
        let mut answers = Self { name, fitted, samples: BTreeMap::new() };
        for (n, (truth, query)) in questions.enumerate() {
            let cells = Query { cells: query.cells.clone(), ..Query::default() };
            answers.add(truth, &cells, memory);
            answers.add(truth, &Query { beacons: query.beacons.clone(), ..Query::default() }, memory);
            // Phones scan for beacons or do not.
            let beacons = if n.is_multiple_of(2) { query.beacons } else { Vec::new() };
            answers.add(truth, &Query { beacons, cells: Vec::new(), ..query }, memory);
        }
        answers
    }

    fn from_pack(
        name: String,
        fitted: bool,
        reports: &[Report],
        questions: impl Iterator<Item = (LatLng, Query)>,
    ) -> Self {
        let mut answers = Self { name, fitted, samples: BTreeMap::new() };
        let folder = tempfile::tempdir().expect("a folder");
        let pack = match packed(&settled(&Memory::of(reports)), &folder.path().join("pack")) {
            Ok(pack) => pack,
            // One who hears little settles nothing.
            Err(PackError::Nothing) => return answers,
            Err(error) => panic!("a pack: {error}"),
        };
        let packs = Packs::new(vec![Arc::new(pack)]);
        for (truth, query) in questions {
            let query = Query { wifi: query.wifi, ..Query::default() };
            answers.add(truth, &query, &packs.beside(&query, Nothing).0);
        }
        answers
    }

    fn add(&mut self, truth: LatLng, query: &Query, known: &impl Known) {
        let Some((place, evidence)) = evidence(query, known) else { return };
        let error = truth.distance(place).0.max(0.5).ln();
        let sample = Sample { features: *evidence.features(), error, radii: evidence.radii() };
        self.samples.entry(evidence.source).or_default().push(sample);
    }

    /// What the world counts in the fit: the towns by chance are many and some are strange, and Helsinki alone has streets that
    /// somebody built.
    fn weight(&self) -> f64 {
        match self.name.as_str() {
            "Helsinki" => 3.0,
            name if name.starts_with("any") => 0.1,
            name if name.starts_with("plain") => 0.2,
            _ => 1.0,
        }
    }

    fn of_source(&self, source: Source) -> &[Sample] {
        self.samples.get(&source).map_or(&[], Vec::as_slice)
    }
}

/// The kind of a world by chance.
fn by_chance(name: &str) -> Option<&str> {
    name.split_once(' ').map(|(kind, _)| kind).filter(|kind| ["any", "plain"].contains(kind))
}

fn without_signals(mut query: Query) -> Query {
    query.wifi.iter_mut().chain(&mut query.beacons).for_each(|heard| heard.signal = None);
    query.cells.iter_mut().for_each(|heard| heard.signal = None);
    query
}

/// What one knows who has never been there.
struct Nothing;

impl Known for Nothing {
    fn emitter(&self, _: EmitterKey) -> Option<Learned> {
        None
    }

    fn area(&self, _: CellKey) -> Option<Area> {
        None
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
        let name = by_chance(&answers.name).unwrap_or(&answers.name);
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

/// Prints how a source's radii hold, and answers the fit to all worlds.
fn report(source: Source, all: &[Answers], shape: Shape) -> Option<Fit> {
    println!("\n{}", source.word());
    print_errors(source, all);
    let fit_to = |chosen: &dyn Fn(&Answers) -> bool| {
        let worlds: Vec<(&[Sample], f64)> =
            all.iter().filter(|a| chosen(a)).map(|a| (a.of_source(source), a.weight())).collect();
        Fit::to(&worlds, shape)
    };
    let (part, whole) = std::thread::scope(|scope| {
        let part = scope.spawn(|| fit_to(&|a| a.fitted));
        let whole = fit_to(&|_| true);
        (part.join().expect("no fit panics"), whole)
    });
    let (part, whole) = (part?, whole?);
    for (radius, tolerance) in [(0, 0.03), (1, 0.02)] {
        let share = f64::from(SHARES[radius]);
        println!("  {:.0} %", 100.0 * share);
        let now = |s: &Sample| (if radius == 0 { s.radii.0 } else { s.radii.1 }).ln();
        print_shares("now", &now, source, all.iter(), share, tolerance);
        let unseen = all.iter().filter(|a| !a.fitted);
        print_shares("held back", &|s| part.answer(radius, &s.features), source, unseen, share, tolerance);
        print_shares("all", &|s| whole.answer(radius, &s.features), source, all.iter(), share, tolerance);
    }
    if shape.neurons == 0 {
        println!("{}", write::lines(&whole));
    }
    Some(whole)
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
    let off_by = |kind: Option<&str>| {
        let of_kind = shares.iter().filter(|(name, _)| by_chance(name) == kind);
        let (sum, count) =
            of_kind.fold((0.0, 0.0_f64), |(sum, count), (_, s)| (sum + (s - share).powi(2), count + 1.0));
        100.0 * (sum / count.max(1.0)).sqrt()
    };
    let named: Vec<String> = shares
        .iter()
        .filter(|(name, _)| by_chance(name).is_none())
        .map(|(name, s)| format!("{name} {:.0}", 100.0 * s))
        .collect();
    println!(
        "    {title}: within {:.0} points in {near} of {} worlds, off by (deviation) {:.1} points by chance, {:.1} by the other rule, \
         {:.1} with a name; {}",
        100.0 * tolerance,
        shares.len(),
        off_by(Some("any")),
        off_by(Some("plain")),
        off_by(None),
        named.join(", ")
    );
}
