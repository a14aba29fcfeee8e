//! `cairn evaluate`: estimates against places that are known.
//!
//! A file that was not imported measures the method. Stored reports only check the database: the engine has learned from
//! them, so that their errors are smaller than elsewhere, and the answer says which of the two it is.

use std::path::{Path, PathBuf};

use cairn::engine::Engine;
use cairn::exchange::{self, BadRows, Item, Reader, Reading, Selection};
use cairn::locate::{self, Estimate, Evaluation, HeardKey, HeardMac, Query};
use cairn::model::{Detail, LatLng, Report};
use cairn::{Clock, CoreError, SystemClock};
use clap::Args;
use serde_json::{Value, json};

use crate::command::import::complain_of;
use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Evaluate {
    #[command(flatten)]
    database: Database,
    /// Ask for every n-th stored report's place.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Ask for the places in this file instead, in any format that can be imported; nothing of it is taken in.
    #[arg(value_name = "FILE", conflicts_with = "every")]
    file: Option<PathBuf>,
}

/// What was asked, and what came of it.
#[derive(Default)]
struct Asked {
    places: u64,
    /// Truth and estimate of the places that were answered.
    answered: Vec<(LatLng, Estimate)>,
    bad: BadRows,
    /// Whether nothing that was asked for had been learned from.
    held_back: bool,
}

impl Evaluate {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let asked = match &self.file {
            Some(file) => self.ask_for_rows(&engine, file)?,
            None => self.ask_for_reports(&engine).map_err(|e| self.database.failed(e))?,
        };
        let results = locate::evaluate(&asked.answered);
        if json {
            output::json(&json!({
                "asked": asked.places,
                "answered": asked.answered.len(),
                "heldBack": asked.held_back,
                "sources": results.iter().map(as_json).collect::<Vec<_>>(),
            }))?;
        } else {
            output::line(format_args!("{} places asked for, {} answered", asked.places, asked.answered.len()))?;
            for result in &results {
                output::line(words(result))?;
            }
            if !asked.held_back {
                output::line("Nothing was held back: these places were learned from, elsewhere errors are larger.")?;
            }
        }
        Ok(if asked.bad.faulty() == 0 { Outcome::Well } else { Outcome::BadData })
    }

    fn ask_for_reports(&self, engine: &Engine) -> Result<Asked, CoreError> {
        let mut asked = Asked::default();
        let mut seen = 0_u64;
        engine.reports(Selection::All, |_, report| {
            seen += 1;
            if seen.is_multiple_of(self.every) {
                asked.ask(engine, report.fix.place, &of_report(&report))
            } else {
                Ok(())
            }
        })?;
        Ok(asked)
    }

    fn ask_for_rows(&self, engine: &Engine, file: &Path) -> Result<Asked, Failure> {
        let failed = |e| self.database.failed(e);
        let scratch = std::env::temp_dir().join(format!("cairn-evaluate-{}", std::process::id()));
        let reading = Reading { now: SystemClock::new().utc(), scratch: &scratch, growing: false };
        let mut asked = Asked { held_back: true, ..Asked::default() };
        for part in exchange::parts(file)? {
            let mut reader = Reader::open(&part, reading)?;
            asked.held_back &= engine.import_place(reader.source()).map_err(failed)?.is_none();
            while let Some(item) = reader.next_item()? {
                match item {
                    Item::Row(row) => asked.ask(engine, row.fix.place, &Query::from(&row.scan)).map_err(failed)?,
                    // Nobody was there.
                    Item::Estimate(_) => {}
                    Item::Bad(why, line) => asked.bad.add(why, line),
                }
            }
        }
        complain_of(file, &asked.bad);
        Ok(asked)
    }
}

impl Asked {
    fn ask(&mut self, engine: &Engine, truth: LatLng, query: &Query) -> Result<(), CoreError> {
        self.places += 1;
        self.answered.extend(engine.locate(query)?.map(|estimate| (truth, estimate)));
        Ok(())
    }
}

/// What a report heard, as a question.
fn of_report(report: &Report) -> Query {
    let mut query = Query::default();
    for sighting in &report.sightings {
        let signal = sighting.signal;
        match &sighting.detail {
            Detail::Wifi { mac, .. } => query.wifi.push(HeardMac { mac: *mac, signal }),
            Detail::Beacon { mac, .. } => query.beacons.push(HeardMac { mac: *mac, signal }),
            Detail::Cell { key, .. } => query.cells.push(HeardKey { key: *key, signal }),
        }
    }
    query
}

fn as_json(result: &Evaluation) -> Value {
    json!({
        "source": result.source.word(),
        "estimates": result.errors.len(),
        "median": result.error_at(0.5),
        "p95": result.error_at(0.95),
        "inside68": result.inside68,
        "inside95": result.inside95,
    })
}

fn words(result: &Evaluation) -> String {
    format!(
        "{:7} {:6} estimates: half within {:.0} m, 95 % within {:.0} m; truth inside the radii {:.0} % and {:.0} %",
        result.source.word(),
        result.errors.len(),
        result.error_at(0.5),
        result.error_at(0.95),
        100.0 * result.inside68,
        100.0 * result.inside95,
    )
}
