//! `cairn merge`: other phones' databases, or backups, into one.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use cairn::engine::{Engine, MergeError, MergeProgress, MergeSummary};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Merge {
    #[command(flatten)]
    database: Database,
    /// The databases to bring in; they are only read.
    #[arg(required = true, value_name = "OTHER")]
    others: Vec<PathBuf>,
}

impl Merge {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        // What is not there is said before a database is made for it.
        if let Some(missing) = self.others.iter().find(|other| !other.exists()) {
            return Err(Failure::NoDatabase { path: missing.display().to_string() });
        }
        let engine = self.database.open_or_make()?;
        let mut worst = Outcome::Well;
        for other in &self.others {
            // One that cannot be used does not keep the others out.
            let outcome = self.merge(&engine, other, json).unwrap_or_else(|failure| {
                output::complain(&failure);
                Outcome::from(&failure)
            });
            worst = worst.max(outcome);
        }
        engine.close().map_err(|e| self.database.failed(e))?;
        Ok(worst)
    }

    fn merge(&self, engine: &Engine, other: &Path, json: bool) -> Result<Outcome, Failure> {
        let name = other.display().to_string();
        let bar = ProgressBar::new(0).with_prefix(name.clone());
        let mut show = |progress: MergeProgress| {
            bar.set_length(progress.of);
            bar.set_position(progress.done);
        };
        let merged = engine.merge(other, &mut show, &AtomicBool::new(false));
        bar.finish_and_clear();
        let summary = merged.map_err(|error| match error {
            MergeError::Other(error) => Failure::Database { path: name.clone(), error },
            MergeError::Own(error) => self.database.failed(error),
            stopped @ MergeError::Cancelled => Failure::File(format!("{name}: {stopped}")),
        })?;
        if json {
            output::json(&as_json(&name, &summary))?;
        } else {
            output::line(words(&name, &summary))?;
        }
        Ok(Outcome::Well)
    }
}

pub(super) fn words(name: &str, summary: &MergeSummary) -> String {
    if *summary == MergeSummary::default() {
        return format!("{name}: nothing new");
    }
    let MergeSummary { trips, reports, sightings, emitters, hexagons, accepted, rules, reports_deleted, services } =
        summary;
    let mut parts = vec![format!(
        "{name}: {trips} trips, {reports} reports with {sightings} sightings, {emitters} emitters and {hexagons} hexagons that \
         were not here"
    )];
    if *accepted > 0 {
        parts.push(format!("{accepted} reports here have been taken by a service already"));
    }
    if *rules > 0 {
        parts.push(format!("{rules} zones and refused addresses and names"));
    }
    if *reports_deleted > 0 {
        parts.push(format!("{reports_deleted} reports in zones deleted"));
    }
    parts.extend(services.iter().map(|service| format!("offers the service {service}, which is off")));
    parts.join("; ")
}

pub(super) fn as_json(name: &str, summary: &MergeSummary) -> serde_json::Value {
    json!({
        "file": name,
        "trips": summary.trips,
        "reports": summary.reports,
        "sightings": summary.sightings,
        "emitters": summary.emitters,
        "hexagons": summary.hexagons,
        "accepted": summary.accepted,
        "rules": summary.rules,
        "reportsDeleted": summary.reports_deleted,
        "servicesOffered": summary.services,
        "nothingNew": *summary == MergeSummary::default(),
    })
}
