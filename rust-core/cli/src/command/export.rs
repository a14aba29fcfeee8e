//! `cairn export`: into a file that appears when it is complete, or to stdout.

use std::io;
use std::path::PathBuf;

use cairn::CoreError;
use cairn::exchange::{self, Area, ExportError, ExportFormat, ExportOptions, Filter, Kinds, Selection};
use cairn::model::{Millis, TripId};
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
    /// The reports' places, each with what was heard there, for Google Earth and its like.
    Kml,
    /// The same, packed.
    Kmz,
    /// The same as points for maps and spreadsheets of the web (RFC 7946).
    Geojson,
    /// `WiGLE`'s CSV 1.6, one line per sighting.
    Wigle,
    /// Where access points are, as microG imports it.
    MicrogWifi,
    /// Where cells are, as microG imports it.
    MicrogCells,
    /// A database of Cairn's own, without zones, lists and keys; needs --out.
    Database,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Wifi,
    Cell,
    Beacon,
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
    /// Only from this day or moment on, UTC: 2026-01-31 or 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = |text: &str| exchange::moment(text, false))]
    from: Option<Millis>,
    /// Only up to this day, which is included, or this moment.
    #[arg(long, value_name = "TIME", value_parser = |text: &str| exchange::moment(text, true))]
    to: Option<Millis>,
    /// Only of the trip with this number.
    #[arg(long, value_name = "N")]
    trip: Option<i64>,
    /// Only in this area: SOUTH,WEST,NORTH,EAST or LAT,LON,METRES or a cell of H3.
    #[arg(long, value_name = "AREA", value_parser = Area::parse, allow_hyphen_values = true)]
    area: Option<Area>,
    /// Only emitters of this kind; may be given several times.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<Kind>,
    /// The file; stdout where there is none.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let options = self.options();
        let bar = ProgressBar::no_length().with_message(self.rows());
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
        let rows = exchange::export_to(&engine, options, path, &mut watch).map_err(|e| self.failed(name.clone(), e))?;
        bar.finish_and_clear();
        if json {
            output::json(&json!({ "file": name, self.rows(): rows }))?;
        } else {
            output::line(format_args!("{name}: {rows} {}", self.rows()))?;
        }
        Ok(Outcome::Well)
    }

    fn options(&self) -> ExportOptions {
        let format = match self.format {
            Format::Geosubmit => ExportFormat::Geosubmit,
            Format::Gpx => ExportFormat::Gpx,
            Format::Kml => ExportFormat::Kml,
            Format::Kmz => ExportFormat::Kmz,
            Format::Geojson => ExportFormat::GeoJson,
            Format::Wigle => ExportFormat::Wigle,
            Format::MicrogWifi => ExportFormat::MicrogWifi,
            Format::MicrogCells => ExportFormat::MicrogCells,
            Format::Database => ExportFormat::Database,
        };
        let wants = |kind| self.kinds.is_empty() || self.kinds.contains(&kind);
        let kinds = Kinds { wifi: wants(Kind::Wifi), cells: wants(Kind::Cell), beacons: wants(Kind::Beacon) };
        let (from, to, area, trip) = (self.from, self.to, self.area, self.trip.map(TripId));
        let selection = if self.quarantined { Selection::Quarantined } else { Selection::All };
        ExportOptions { format, selection, filter: Filter { from, to, trip, area, kinds } }
    }

    /// What the format's rows are.
    fn rows(&self) -> &'static str {
        if matches!(self.format, Format::MicrogWifi | Format::MicrogCells) { "emitters" } else { "reports" }
    }

    fn failed(&self, path: String, error: ExportError) -> Failure {
        match error {
            ExportError::Store(error @ CoreError::BadInput(_)) => Failure::Refused(error),
            ExportError::Store(error) => self.database.failed(error),
            ExportError::Write(error) if self.out.is_none() => Failure::Output(error),
            error @ (ExportError::Write(_) | ExportError::Cancelled) => Failure::Export { path, error },
        }
    }
}
