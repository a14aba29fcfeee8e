//! `cairn export`: into a file that appears when it is complete, or to stdout.

use std::io;
use std::path::PathBuf;

use cairn::exchange::{self, ExportFormat, ExportOptions, Selection};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A body of /v2/geosubmit with everything that is stored, as measured.
    Geosubmit,
    /// The reports' places, one track per trip.
    Gpx,
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    database: Database,
    /// The format.
    #[arg(long)]
    format: Format,
    /// Only the reports that some service refused.
    #[arg(long)]
    quarantined: bool,
    /// The file; stdout where there is none.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let format = match self.format {
            Format::Geosubmit => ExportFormat::Geosubmit,
            Format::Gpx => ExportFormat::Gpx,
        };
        let selection = if self.quarantined { Selection::Quarantined } else { Selection::All };
        let options = ExportOptions { format, selection };
        let bar = ProgressBar::no_length().with_message("reports");
        let mut watch = |written| {
            bar.set_position(written);
            true
        };
        let Some(path) = &self.out else {
            let mut stdout = io::BufWriter::new(io::stdout().lock());
            exchange::export(&engine, options, &mut stdout, &mut watch)
                .map_err(|e| self.failed("stdout".to_owned(), e))?;
            bar.finish_and_clear();
            return Ok(Outcome::Well);
        };
        let name = path.display().to_string();
        let reports =
            exchange::export_to(&engine, options, path, &mut watch).map_err(|e| self.failed(name.clone(), e))?;
        bar.finish_and_clear();
        if json {
            output::json(&json!({ "file": name, "reports": reports }))?;
        } else {
            output::line(format_args!("{name}: {reports} reports"))?;
        }
        Ok(Outcome::Well)
    }

    fn failed(&self, path: String, error: exchange::ExportError) -> Failure {
        match error {
            exchange::ExportError::Store(error) => self.database.failed(error),
            exchange::ExportError::Write(error) if self.out.is_none() => Failure::Output(error),
            error @ (exchange::ExportError::Write(_) | exchange::ExportError::Cancelled) => {
                Failure::Export { path, error }
            }
        }
    }
}
