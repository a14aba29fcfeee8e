//! `cairn evaluate`: estimates against places that are known, beside others' ways to learn and to locate.
//!
//! What is asked is held back from what is learned: every fifth stretch of ten minutes of a database or of files, or whole files
//! that are asked of a database. Nothing of it is taken in.

mod gather;
mod measure;
mod page;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;
use gather::Material;
use measure::{Measured, Row};

#[derive(Args)]
pub struct Evaluate {
    /// The database.
    #[arg(long, value_name = "DB", required_unless_present = "files")]
    db: Option<PathBuf>,
    /// Hold back every n-th stretch.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    every: u64,
    /// Minutes of a stretch.
    #[arg(long, default_value_t = 10, value_name = "MINUTES", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    stretch: i64,
    /// Also write a page with plots, self-contained.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Files in any format that can be imported: asked of the database where one is given, else learned from but for what is
    /// held back.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Evaluate {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let database = self.db.as_ref().map(|path| Database::at(path.clone()));
        let mut material = Material::default();
        let mut outcome = Outcome::Well;
        for file in &self.files {
            outcome = outcome.max(material.read_file(file)?);
        }
        if let Some(database) = &database {
            let engine = database.open()?;
            for file in &self.files {
                material.is_held_back &= gather::is_new(&engine, file).map_err(|e| match e {
                    gather::Unseen::Engine(e) => database.failed(e),
                    gather::Unseen::File(e) => Failure::Import(e),
                })?;
            }
            if self.files.is_empty() {
                material.read_database(&engine).map_err(|e| database.failed(e))?;
            } else {
                material.learn_database(&engine).map_err(|e| database.failed(e))?;
            }
        }
        if material.learned.is_empty() {
            material.hold_back(self.every, self.stretch);
        }
        let measured = measure::measure(&material);
        if let Some(path) = &self.html {
            fs::write(path, page::render(&measured))
                .map_err(|error| Failure::Write { path: path.display().to_string(), error })?;
        }
        if json {
            output::json(&as_json(&measured))?;
        } else {
            print(&measured)?;
        }
        Ok(outcome)
    }
}

fn as_json(measured: &Measured) -> Value {
    let row = |row: &Row| {
        json!({
            "question": row.question,
            "estimator": row.estimator,
            "asked": row.asked,
            "answered": row.errors.len(),
            "median": row.error_at(0.5),
            "p68": row.error_at(0.68),
            "p95": row.error_at(0.95),
            "inside": row.inside,
            "medianRadius": row.radius,
        })
    };
    json!({
        "learned": measured.learned,
        "asked": measured.asked,
        "answered": measured.sources.iter().map(|s| s.errors.len()).sum::<usize>(),
        "heldBack": measured.is_held_back,
        "sources": measured.sources.iter().map(|s| json!({
            "source": s.source.word(),
            "estimates": s.errors.len(),
            "median": s.error_at(0.5),
            "p68": s.error_at(0.68),
            "p95": s.error_at(0.95),
            "inside68": s.inside68,
            "inside95": s.inside95,
        })).collect::<Vec<_>>(),
        "compared": measured.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn print(measured: &Measured) -> Result<(), Failure> {
    output::line(format_args!(
        "learned from {} reports, asked for {} places that were {}",
        measured.learned,
        measured.asked,
        if measured.is_held_back { "held back" } else { "learned from as well: elsewhere errors are larger" }
    ))?;
    for s in &measured.sources {
        output::line(format_args!(
            "{:7} {:6} estimates: half within {:.0} m, 68 % within {:.0} m, 95 % within {:.0} m; truth inside the radii {:.0} % and {:.0} %",
            s.source.word(),
            s.errors.len(),
            s.error_at(0.5),
            s.error_at(0.68),
            s.error_at(0.95),
            100.0 * s.inside68,
            100.0 * s.inside95,
        ))?;
    }
    let mut question = "";
    for row in &measured.rows {
        if row.question != question {
            question = row.question;
            output::line(format_args!(
                "\nfrom {question:16} answered   median     68 %     95 %   inside (median radius)"
            ))?;
        }
        output::line(row)?;
    }
    Ok(())
}
