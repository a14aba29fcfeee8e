//! What estimates lose when what was learned is known from packs: errors, and the truth within both radii, in made-up towns.
//!
//! One phone learns a town; a pack is made of what it settled; another phone asks with that pack and nothing of its own. Beside
//! it, the same questions answered from all that was learned, and from what of it was settled: a pack has no more than that. Then
//! mixtures: packs of two phones that know half of the streets each, and a pack beside what the asking phone learned itself, in
//! half of the streets, or in passing only.

use std::sync::Arc;

use cairn::locate::{Area, Estimate, Known, Learned, Memory, Query, estimate};
use cairn::model::{CellKey, EmitterKey, Metres};
use cairn::pack::Packs;
use cairn_world::packed;
use cairn_world::town::{Days, TOWNS};

const SEEDS: u64 = 3;
const QUESTIONS: usize = 400;

/// Who answers.
const ROWS: [&str; 8] = [
    "own, all",
    "own, settled",
    "pack alone",
    "two packs",
    "own, half",
    " .. and pack",
    "own, in passing",
    " .. and pack",
];

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    println!("{:24}{:16}{:>9}{:>8}{:>7}   within 68 %, 95 %", "town", "", "answered", "median", "95 %");
    for town in TOWNS {
        let mut rows = ROWS.map(|name| (name, Vec::new()));
        for seed in 1..=SEEDS {
            let Days { reports, questions, .. } = town.live(seed, QUESTIONS);
            let all = Memory::of(&reports);
            let settled = cairn_world::settled(&all);
            let (first, second) = reports.split_at(reports.len() / 2);
            let [first, second] = [first, second].map(Memory::of);
            let passing = Memory::of(reports.iter().step_by(8));
            let pack = |name: &str, of: &Memory| Arc::new(packed(of, &folder.path().join(name)).expect("a pack"));
            let town = Packs::new(vec![pack("town", &settled)]);
            let halves = Packs::new(vec![
                pack("first", &cairn_world::settled(&first)),
                pack("second", &cairn_world::settled(&second)),
            ]);
            let nothing = Memory::default();
            for question in &questions {
                let query = wifi(&question.query);
                let with = |packs: &Packs, own| estimate(&query, &packs.beside(&query, Own(own)).0);
                let answers = [
                    estimate(&query, &all),
                    estimate(&query, &settled),
                    with(&town, &nothing),
                    with(&halves, &nothing),
                    estimate(&query, &first),
                    with(&town, &first),
                    estimate(&query, &passing),
                    with(&town, &passing),
                ];
                for (row, answer) in rows.iter_mut().zip(answers) {
                    row.1.push(answer.map(|e| (question.truth.distance(e.place).0, e)));
                }
            }
        }
        for (index, (name, answers)) in rows.iter().enumerate() {
            println!("{:24}{name:16}{}", if index == 0 { town.name } else { "" }, line(answers));
        }
    }
}

fn line(answers: &[Option<(f64, Estimate)>]) -> String {
    let mut given: Vec<&(f64, Estimate)> = answers.iter().flatten().collect();
    given.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: f64| given.get((share * given.len() as f64) as usize).map_or(f64::NAN, |a| a.0);
    let within = |radius: fn(&Estimate) -> Metres| {
        100.0 * given.iter().filter(|(error, e)| *error <= radius(e).0).count() as f64 / given.len().max(1) as f64
    };
    format!(
        "{:7.0} %{:6.0} m{:5.0} m   {:3.0} %  {:3.0} %",
        100.0 * given.len() as f64 / answers.len() as f64,
        at(0.5),
        at(0.95),
        within(|e| e.r68),
        within(|e| e.r95)
    )
}

/// What the asking phone learned.
struct Own<'a>(&'a Memory);

impl Known for Own<'_> {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.0.emitter(key)
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        self.0.area(cell)
    }
}

fn wifi(query: &Query) -> Query {
    Query { wifi: query.wifi.clone(), ..Query::default() }
}
