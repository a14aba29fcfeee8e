//! `cairn evaluate`: estimates of stored reports' sightings against the reports' own places.
//!
//! The engine has learned from these very reports, so that the errors are smaller than elsewhere; it is a check of the
//! database and says so, not a measurement of the method.

use cairn::engine::Engine;
use cairn::locate::{self, HeardKey, HeardMac, Query};
use cairn::model::{Detail, Report};
use clap::Args;
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Evaluate {
    #[command(flatten)]
    database: Database,
    /// Ask for every n-th report's place.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
}

impl Evaluate {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let (asked, pairs) = self.pairs(&engine)?;
        let results = locate::evaluate(&pairs);
        if json {
            let by_source: Vec<_> = results
                .iter()
                .map(|r| {
                    json!({
                        "source": r.source.word(),
                        "estimates": r.errors.len(),
                        "median": r.error_at(0.5),
                        "p95": r.error_at(0.95),
                        "inside68": r.inside68,
                        "inside95": r.inside95,
                    })
                })
                .collect();
            output::json(&json!({ "asked": asked, "answered": pairs.len(), "heldBack": false, "sources": by_source }))?;
            return Ok(Outcome::Well);
        }
        output::line(format_args!("{asked} reports asked for, {} answered", pairs.len()))?;
        for r in &results {
            output::line(format_args!(
                "{:7} {:6} estimates: half within {:.0} m, 95 % within {:.0} m; truth inside the radii {:.0} % and {:.0} %",
                r.source.word(),
                r.errors.len(),
                r.error_at(0.5),
                r.error_at(0.95),
                100.0 * r.inside68,
                100.0 * r.inside95,
            ))?;
        }
        output::line("Nothing was held back: these reports were learned from, elsewhere errors are larger.")?;
        Ok(Outcome::Well)
    }

    /// How many reports were asked for, and truth and estimate of those that were answered.
    fn pairs(&self, engine: &Engine) -> Result<(u64, Vec<(cairn::model::LatLng, locate::Estimate)>), Failure> {
        let (mut seen, mut asked) = (0_u64, 0);
        let mut pairs = Vec::new();
        engine
            .reports(|_, report| {
                seen += 1;
                if seen.is_multiple_of(self.every) {
                    asked += 1;
                    pairs.extend(engine.locate(&query(&report))?.map(|estimate| (report.fix.place, estimate)));
                }
                Ok::<(), cairn::CoreError>(())
            })
            .map_err(|e| self.database.failed(e))?;
        Ok((asked, pairs))
    }
}

/// What a report heard, as a question.
fn query(report: &Report) -> Query {
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
