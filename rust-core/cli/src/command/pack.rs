//! `cairn pack`: makes region packs, puts them together, and says what is in one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cairn::engine::{Config, Engine, FillError, Opened};
use cairn::model::Millis;
use cairn::pack::{
    self, Builder, Built, CellsError, CellsRead, MAX_STRETCH, Notes, Options, Pack, PackError, PackInfo, Phase,
    Progress, Region,
};
use cairn::{Clock, SystemClock};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::import::complain_of;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Subcommand)]
pub enum PackCommand {
    /// Make a pack from what was learned and from cell exports.
    Build(Build),
    /// Say what is in a pack.
    Info(Info),
    /// Put several packs into one.
    Merge(Merge),
}

impl PackCommand {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        match self {
            Self::Build(command) => command.run(json),
            Self::Info(command) => Ok(command.run(json)),
            Self::Merge(command) => command.run(json),
        }
    }
}

#[derive(Args)]
pub struct Build {
    /// The pack to make; an older one is replaced when the new one is complete.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Take access points and cells whose places this database has settled; repeatable.
    #[arg(long, value_name = "DB")]
    db: Vec<PathBuf>,
    /// Take the cells of an export of MLS or `OpenCellID`, plain or gzip; repeatable.
    #[arg(long, value_name = "CSV")]
    cells: Vec<PathBuf>,
    /// Only what lies there: `SOUTH,WEST,NORTH,EAST`, a country's two letters, or `LAT,LON,KM`.
    #[arg(long, value_parser = Region::parse, allow_hyphen_values = true)]
    region: Option<Region>,
    /// Only what was heard so often.
    #[arg(long, default_value_t = 1, value_name = "N")]
    min_sightings: u16,
    /// Only what was heard within so many days.
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,
    /// Hash addresses 2^N times: each step doubles the time that guessing them takes, and that a look-up takes.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u8).range(..=i64::from(MAX_STRETCH)))]
    stretch: u8,
    /// What region it is.
    #[arg(long, default_value = "")]
    name: String,
    /// Where the data comes from; by default, what it was made of.
    #[arg(long)]
    source: Option<String>,
    /// The terms of those who collected it: CC0-1.0 for MLS, CC-BY-SA-4.0 for `OpenCellID`.
    #[arg(long, default_value = "")]
    licence: String,
}

impl Build {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        if self.db.is_empty() && self.cells.is_empty() {
            return Err(Failure::Refused(cairn::CoreError::BadInput(
                "a pack is made of something: give --db, --cells or both".to_owned(),
            )));
        }
        let today = today();
        let failed = |error: PackError| failed(&self.out, &error);
        let options = Options {
            notes: Notes { name: self.name.clone(), source: self.source(), licence: self.licence.clone() },
            region: self.region.clone().unwrap_or_default(),
            min_sightings: self.min_sightings,
            not_before: self.max_age.map_or(0, |days| today.saturating_sub(days)),
            stretch: self.stretch,
            today,
            secret: Options::fresh_secret().map_err(failed)?,
        };
        let mut builder = Builder::new(&self.out, options);
        let bar = progress_bar();
        let mut outcome = Outcome::Well;
        let mut read = CellsRead::default();
        for file in &self.cells {
            let found = builder.add_cells_file(file, &mut |p| show(&bar, p)).map_err(|error| match error {
                CellsError::Export(error) => Failure::Import(error),
                CellsError::Pack(error) => failed(error),
            })?;
            complain_of(file, &found.bad);
            if found.bad.faulty() > 0 {
                outcome = Outcome::BadData;
            }
            read.cells += found.cells;
        }
        let mut given = 0;
        for db in &self.db {
            given += fill(db, &mut builder, &bar).map_err(|error| match error {
                FillFailure::Database(failure) => failure,
                FillFailure::Pack(error) => failed(error),
            })?;
        }
        let built = builder.finish(&mut |p| show(&bar, p)).map_err(failed)?;
        bar.finish_and_clear();
        if json {
            output::json(&built_json(&self.out, &built, read.cells, given))?;
        } else {
            output::line(built_words(&self.out, &built))?;
        }
        Ok(outcome)
    }

    fn source(&self) -> String {
        self.source.clone().unwrap_or_else(|| {
            let own = (!self.db.is_empty()).then(|| "own collection".to_owned());
            let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            own.into_iter().chain(self.cells.iter().map(name)).collect::<Vec<_>>().join(", ")
        })
    }
}

enum FillFailure {
    Database(Failure),
    Pack(PackError),
}

fn fill(db: &Path, builder: &mut Builder, bar: &ProgressBar) -> Result<u64, FillFailure> {
    let path = db.display().to_string();
    let name = || path.clone();
    if !db.exists() {
        return Err(FillFailure::Database(Failure::NoDatabase { path }));
    }
    let database = |error| FillFailure::Database(Failure::Database { path: name(), error });
    let Opened { engine, .. } = Engine::open(Config::for_file(db.to_owned())).map_err(database)?;
    let given = engine.fill_pack(builder, &mut |p| show(bar, p)).map_err(|error| match error {
        FillError::Store(error) => database(error),
        FillError::Pack(error) => FillFailure::Pack(error),
    })?;
    engine.close().map_err(database)?;
    Ok(given)
}

#[derive(Args)]
pub struct Info {
    /// Read all of it and compare every checksum.
    #[arg(long)]
    verify: bool,
    /// The packs.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Info {
    fn run(&self, json: bool) -> Outcome {
        let mut worst = Outcome::Well;
        for file in &self.files {
            let outcome = self.info(file, json).unwrap_or_else(|failure| {
                output::complain(&failure);
                Outcome::from(&failure)
            });
            worst = worst.max(outcome);
        }
        worst
    }

    fn info(&self, file: &Path, json: bool) -> Result<Outcome, Failure> {
        let failed = |error: PackError| failed(file, &error);
        let pack = Pack::open(file).map_err(failed)?;
        if self.verify {
            pack.verify().map_err(failed)?;
        }
        let info = pack.info();
        if json {
            output::json(&info_json(file, &info, self.verify))?;
        } else {
            for line in info_words(file, &info, self.verify) {
                output::line(line)?;
            }
        }
        Ok(Outcome::Well)
    }
}

#[derive(Args)]
pub struct Merge {
    /// The pack to make; an older one is replaced when the new one is complete.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The packs.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Merge {
    fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let open = |file: &PathBuf| {
            let pack = Pack::open(file).and_then(|pack| pack.verify().map(|()| pack));
            pack.map_err(|error| failed(file, &error))
        };
        let packs = self.files.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let bar = progress_bar();
        let built = pack::merge(&packs, &self.out, today(), &mut |p| show(&bar, p))
            .map_err(|error| failed(&self.out, &error))?;
        bar.finish_and_clear();
        if json {
            output::json(&built_json(&self.out, &built, 0, 0))?;
        } else {
            output::line(built_words(&self.out, &built))?;
        }
        Ok(Outcome::Well)
    }
}

fn today() -> u32 {
    (SystemClock::new().utc().0 / Millis::from_days(1).0).max(0) as u32
}

fn failed(file: &Path, error: &PackError) -> Failure {
    let text = format!("{}: {error}", file.display());
    match error {
        PackError::Nothing | PackError::TooMuch(_) => Failure::Refused(cairn::CoreError::BadInput(text)),
        _ => Failure::File(text),
    }
}

/// Drawn on a terminal only.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(bar: &ProgressBar, progress: Progress) -> bool {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(match progress.phase {
        Phase::Reading => "reading",
        Phase::Sorting => "sorting",
        Phase::Writing => "writing",
    });
    true
}

fn built_words(file: &Path, built: &Built) -> String {
    let out = built.left_out;
    let reasons = [
        (out.outside, "outside the region"),
        (out.few, "heard too seldom"),
        (out.old, "not heard for too long"),
        (out.lonely, "in lonely places"),
        (out.again, "there twice"),
        (out.alike, "not to be told apart"),
    ];
    let left: Vec<String> = reasons.iter().filter(|(n, _)| *n > 0).map(|(n, reason)| format!("{n} {reason}")).collect();
    let left = if left.is_empty() { String::new() } else { format!("; left out: {}", left.join(", ")) };
    format!("{}: {} access points, {} cells, {} bytes{left}", file.display(), built.stations, built.cells, built.bytes)
}

fn built_json(file: &Path, built: &Built, read: u64, given: u64) -> serde_json::Value {
    let out = built.left_out;
    json!({
        "file": file.display().to_string(),
        "stations": built.stations,
        "cells": built.cells,
        "bytes": built.bytes,
        "cellsRead": read,
        "given": given,
        "leftOut": {
            "outside": out.outside, "few": out.few, "old": out.old,
            "lonely": out.lonely, "again": out.again, "alike": out.alike,
        },
        "peakMemoryKb": super::import::peak_memory_kb(),
    })
}

fn per(bytes: u64, things: u64) -> Option<f64> {
    (things > 0).then(|| (bytes as f64 / things as f64 * 100.0).round() / 100.0)
}

fn info_words(file: &Path, info: &PackInfo, verified: bool) -> Vec<String> {
    let each = |bytes, things, what: &str| {
        per(bytes, things).map_or(format!("no {what}"), |b| format!("{things} {what} of {b:.2} bytes each"))
    };
    let mut lines = vec![
        format!("{}: {} bytes{}", file.display(), info.bytes, if verified { ", every checksum fits" } else { "" }),
        format!("  {}", each(info.station_bytes, info.stations, "access points")),
        format!("  {}", each(info.cell_bytes, info.cells, "cells")),
        format!(
            "  made on {}, {} segment(s), addresses hashed {} time(s)",
            date(info.built),
            info.segments,
            1_u64 << info.stretch
        ),
    ];
    if let Some((a, b)) = info.corners {
        lines.push(format!("  from {:.2},{:.2} to {:.2},{:.2}", a.lat(), a.lon(), b.lat(), b.lon()));
    }
    for notes in &info.notes {
        let parts = [("", &notes.name), ("source: ", &notes.source), ("licence: ", &notes.licence)];
        let told: Vec<String> =
            parts.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{what}{text}")).collect();
        if !told.is_empty() {
            lines.push(format!("  {}", told.join("; ")));
        }
    }
    lines
}

fn info_json(file: &Path, info: &PackInfo, verified: bool) -> serde_json::Value {
    let corners = info.corners.map(|(a, b)| [a.lat(), a.lon(), b.lat(), b.lon()]);
    let notes: Vec<_> =
        info.notes.iter().map(|n| json!({ "name": n.name, "source": n.source, "licence": n.licence })).collect();
    json!({
        "file": file.display().to_string(),
        "bytes": info.bytes,
        "stations": info.stations,
        "bytesPerStation": per(info.station_bytes, info.stations),
        "cells": info.cells,
        "bytesPerCell": per(info.cell_bytes, info.cells),
        "tiles": info.tiles,
        "segments": info.segments,
        "stretch": info.stretch,
        "built": date(info.built),
        "region": corners,
        "notes": notes,
        "verified": verified,
    })
}

fn date(day: u32) -> String {
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(i64::from(day)));
    date.map_or_else(|_| "an unknown day".to_owned(), |d| d.to_string())
}
