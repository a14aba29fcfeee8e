//! `cairn export`: into a file that appears when it is complete, or to stdout.

use std::io;
use std::path::PathBuf;

use cairn::exchange::{self, ExportFormat};
use clap::{Args, ValueEnum};
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
        let Some(path) = &self.out else {
            let mut stdout = io::BufWriter::new(io::stdout().lock());
            exchange::export(&engine, format, &mut stdout).map_err(|e| self.failed("stdout".to_owned(), e))?;
            return Ok(Outcome::Well);
        };
        let name = path.display().to_string();
        let reports = exchange::export_to(&engine, format, path).map_err(|e| self.failed(name.clone(), e))?;
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
            error @ exchange::ExportError::Write(_) => Failure::Export { path, error },
        }
    }
}
