//! Asks Cairn and the others the same questions, and counts how far off they are and what their radii hold.

use std::fmt;

use cairn::locate::{self, Evaluation, Memory, Query, estimate};
use cairn::model::{LatLng, Millis};
use cairn_world::ports;

use super::gather::Material;

/// Reports that reach a service together.
const BATCH: usize = 500;

/// What came of it.
pub struct Measured {
    pub learned: usize,
    pub asked: usize,
    pub is_held_back: bool,
    /// Cairn's own, by what the estimates were made of.
    pub sources: Vec<Evaluation>,
    /// Each way beside the others, by what they were told.
    pub rows: Vec<Row>,
}

/// One way's answers to one kind of question.
pub struct Row {
    /// What the questions told: everything, or one radio's.
    pub question: &'static str,
    pub estimator: &'static str,
    pub asked: usize,
    /// Metres, ascending.
    pub errors: Vec<f64>,
    /// Share of the truths inside each radius that it claims: Cairn's two, the others' one.
    pub inside: Vec<f64>,
    /// The median of each radius, m.
    pub radius: Vec<f64>,
}

impl Row {
    /// The error that this share of the answers stays below, m.
    pub fn error_at(&self, share: f64) -> f64 {
        at(&self.errors, share)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answered = 100.0 * self.errors.len() as f64 / self.asked.max(1) as f64;
        write!(f, "{:21} {answered:6.1} %", self.estimator)?;
        for share in [0.5, 0.68, 0.95] {
            write!(f, " {:6.0} m", self.error_at(share))?;
        }
        for (inside, radius) in self.inside.iter().zip(&self.radius) {
            write!(f, "   {:.0} % ({radius:.0} m)", 100.0 * inside)?;
        }
        Ok(())
    }
}

fn at(ascending: &[f64], share: f64) -> f64 {
    let index = (share * ascending.len() as f64).ceil() as usize;
    ascending.get(index.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// A question with its truth and when it was asked.
struct Question {
    truth: LatLng,
    utc: Millis,
    query: Query,
}

/// An answer: its error in metres, and the radii it claims.
type Answer = Option<(f64, Vec<f64>)>;

pub fn measure(material: &Material) -> Measured {
    let questions: Vec<Question> = material
        .asked
        .iter()
        .map(|r| Question { truth: r.fix.place, utc: r.fix.utc, query: Query::from(r) })
        .filter(|q| q.query.keys().next().is_some())
        .collect();
    let memory = Memory::of(&material.learned);
    let mut others = ports::all();
    for other in &mut others {
        for batch in material.learned.chunks(BATCH) {
            other.learn(batch);
        }
    }

    let pairs: Vec<_> = questions.iter().filter_map(|q| Some((q.truth, estimate(&q.query, &memory)?))).collect();
    let mut rows = Vec::new();
    for kind in KINDS {
        let asked: Vec<Question> = questions
            .iter()
            .map(|q| Question { query: (kind.of)(&q.query), ..*q })
            .filter(|q| q.query.keys().next().is_some())
            .collect();
        // Where nothing but one radio is heard, "everything" has said it.
        let is_said = !rows.is_empty()
            && asked.len() == questions.len()
            && asked.iter().zip(&questions).all(|(a, b)| a.query == b.query);
        if asked.is_empty() || is_said {
            continue;
        }
        let ours = asked.iter().map(|q| {
            let e = estimate(&q.query, &memory)?;
            Some((q.truth.distance(e.place).0, vec![e.r68.0, e.r95.0]))
        });
        rows.push(row(kind.name, "Cairn", ours));
        for other in &others {
            let theirs = asked.iter().map(|q| {
                let claim = other.locate(&q.query, q.utc)?;
                Some((q.truth.distance(claim.place).0, vec![claim.accuracy.0]))
            });
            rows.push(row(kind.name, other.name(), theirs));
        }
    }
    Measured {
        learned: material.learned.len(),
        asked: questions.len(),
        is_held_back: material.is_held_back,
        sources: locate::evaluate(&pairs),
        rows,
    }
}

fn row(question: &'static str, estimator: &'static str, answers: impl Iterator<Item = Answer>) -> Row {
    let answers: Vec<Answer> = answers.collect();
    let given: Vec<&(f64, Vec<f64>)> = answers.iter().flatten().collect();
    let mut errors: Vec<f64> = given.iter().map(|a| a.0).collect();
    errors.sort_by(f64::total_cmp);
    let claims = given.first().map_or(0, |a| a.1.len());
    let inside = |claim: usize| given.iter().filter(|a| a.0 <= a.1[claim]).count() as f64 / given.len() as f64;
    let radius = |claim: usize| {
        let mut radii: Vec<f64> = given.iter().map(|a| a.1[claim]).collect();
        radii.sort_by(f64::total_cmp);
        at(&radii, 0.5)
    };
    Row {
        question,
        estimator,
        asked: answers.len(),
        errors,
        inside: (0..claims).map(inside).collect(),
        radius: (0..claims).map(radius).collect(),
    }
}

/// One kind of question.
struct Kind {
    name: &'static str,
    of: fn(&Query) -> Query,
}

const KINDS: [Kind; 4] = [
    Kind { name: "everything", of: Query::clone },
    Kind { name: "wifi", of: |q| Query { wifi: q.wifi.clone(), ..Query::default() } },
    Kind { name: "beacons", of: |q| Query { beacons: q.beacons.clone(), ..Query::default() } },
    Kind { name: "cells", of: |q| Query { cells: q.cells.clone(), ..Query::default() } },
];
