//! `cairn pack build`: a pack of what was learned, and of what others shared.

use std::path::PathBuf;

use cairn::engine::{FillError, Gathered, Gatherer};
use cairn::exchange::Format;
use cairn::pack::{Builder, MAX_STRETCH, Notes, Options, Region};
use clap::Args;
use serde_json::{Value, json};

use super::{Bar, built_json, built_words, failed, today};
use crate::command::import::{bad_json, complain_of};
use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

const AFTER: &str = "\
What goes in:
  --db        access points and cells whose places the database has settled, nothing of its zones and lists
  --cells     cells of MLS or OpenCellID, with or without a heading, in today's spelling or that of before 2014
  --shared    places, as microG CSV, MLS and OpenCellID CSV, WiGLE KML and Kismet netxml tell them; or what was heard, as
              WiGLE CSV, geosubmit JSON, NeoStumbler and Kismet tell it, of which what is settled goes in

    cairn pack build --out town.pack --db my.db --name Town
    cairn pack build --out fi.pack --cells MLS-full-cell-export-final.csv.gz --region fi --licence CC0-1.0
    cairn pack build --out town.pack --shared microg-wifi.csv.gz --shared friend.csv.gz --region 60.2,24.9,10

The pack appears under its name when it is complete; a build that is interrupted or killed leaves what was there before.";

#[derive(Args)]
#[command(after_help = AFTER)]
pub struct Build {
    /// The pack to make; an older one is replaced when the new one is complete.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Take what this database has settled; repeatable.
    #[arg(long, value_name = "DB")]
    db: Vec<PathBuf>,
    /// Take the cells of an export of MLS or `OpenCellID`, plain or packed; repeatable.
    #[arg(long, value_name = "CSV")]
    cells: Vec<PathBuf>,
    /// Take what somebody shared, plain or packed; repeatable.
    #[arg(long, value_name = "FILE")]
    shared: Vec<PathBuf>,
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

/// What the pack was made of.
#[derive(Default)]
struct Taken {
    files: Vec<Gathered>,
    /// Of what was learned: from databases, and from files of what was heard.
    given: u64,
}

impl Build {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        if self.db.is_empty() && self.cells.is_empty() && self.shared.is_empty() {
            return Err(Failure::Refused(cairn::CoreError::BadInput(
                "a pack is made of something: give --db, --cells or --shared".to_owned(),
            )));
        }
        let bar = Bar::new();
        let mut builder = Builder::new(&self.out, self.options()?);
        let taken = self.take(&mut builder, &bar)?;
        let built = builder.finish(&mut |p| bar.show(p)).map_err(|e| failed(&self.out, &e))?;
        bar.clear();
        if json {
            output::json(&as_json(built_json(&self.out, &built), &taken))?;
        } else {
            for line in taken.files.iter().map(words) {
                output::line(line)?;
            }
            output::line(built_words(&self.out, &built))?;
        }
        let is_faulty = taken.files.iter().any(|f| f.bad.faulty() > 0);
        Ok(if is_faulty { Outcome::BadData } else { Outcome::Well })
    }

    fn options(&self) -> Result<Options, Failure> {
        let today = today();
        Ok(Options {
            notes: Notes { name: self.name.clone(), source: self.source(), licence: self.licence.clone() },
            region: self.region.clone().unwrap_or_default(),
            min_sightings: self.min_sightings,
            not_before: self.max_age.map_or(0, |days| today.saturating_sub(days)),
            stretch: self.stretch,
            today,
            secret: Options::fresh_secret().map_err(|e| failed(&self.out, &e))?,
        })
    }

    fn source(&self) -> String {
        self.source.clone().unwrap_or_else(|| {
            let own = (!self.db.is_empty()).then(|| "own collection".to_owned());
            let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            own.into_iter().chain(self.cells.iter().chain(&self.shared).map(name)).collect::<Vec<_>>().join(", ")
        })
    }

    fn take(&self, builder: &mut Builder, bar: &Bar) -> Result<Taken, Failure> {
        let mut taken = Taken::default();
        let mut gatherer = Gatherer::default();
        for path in &self.db {
            let database = Database::at(path.clone());
            let engine = database.open()?;
            let given = engine
                .fill_pack(builder, &mut |p| bar.show(p))
                .and_then(|given| Ok(gatherer.obey(&engine).map(|()| given)?));
            taken.given += given.map_err(|error| self.unfilled(error, |e| database.failed(e)))?;
            engine.close().map_err(|e| database.failed(e))?;
        }
        for (file, only_cells) in self.cells.iter().map(|f| (f, true)).chain(self.shared.iter().map(|f| (f, false))) {
            let found = gatherer.take(file, builder, &mut |p| bar.show(p));
            for one in found.map_err(|error| self.unfilled(error, Failure::Engine))? {
                if only_cells && one.format != Format::Cells {
                    let text = format!(
                        "{}: {}, not an export of cells: give it as --shared",
                        one.label.display(),
                        one.format.name()
                    );
                    return Err(Failure::Refused(cairn::CoreError::BadInput(text)));
                }
                complain_of(&one.label, &one.bad);
                taken.files.push(one);
            }
        }
        let learned = gatherer.finish(builder, &mut |p| bar.show(p));
        taken.given += learned.map_err(|error| self.unfilled(error, Failure::Engine))?;
        Ok(taken)
    }

    fn unfilled(&self, error: FillError, store: impl Fn(cairn::CoreError) -> Failure) -> Failure {
        match error {
            FillError::Store(error) => store(error),
            FillError::Pack(error) => failed(&self.out, &error),
            FillError::File(error) => Failure::Import(error),
        }
    }
}

fn as_json(mut object: Value, taken: &Taken) -> Value {
    let sum = |n: fn(&Gathered) -> u64| taken.files.iter().map(n).sum::<u64>();
    object["cellsRead"] = sum(|f| f.places.cells).into();
    object["stationsRead"] = sum(|f| f.places.stations).into();
    object["given"] = taken.given.into();
    object["files"] = taken.files.iter().map(file_json).collect();
    object
}

fn words(file: &Gathered) -> String {
    let (label, format) = (file.label.display(), file.format.name());
    let what = if file.format.is_estimates() {
        format!("{} access points and {} cells", file.places.stations, file.places.cells)
    } else {
        format!("{} places with what was heard there", file.rows)
    };
    let rest: String = [
        (file.places.beacons, "beacons, which no pack has"),
        (file.places.private, "hidden, opted out or private"),
        (file.bad.count(), "rows left out"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .flat_map(|(n, what)| [", ".to_owned(), n.to_string(), " ".to_owned(), what.to_owned()])
    .collect();
    format!("{label}: {format}: {what}{rest}")
}

fn file_json(file: &Gathered) -> Value {
    json!({
        "file": file.label.display().to_string(),
        "format": file.format.name(),
        "stations": file.places.stations,
        "cells": file.places.cells,
        "beacons": file.places.beacons,
        "private": file.places.private,
        "rows": file.rows,
        "bad": bad_json(&file.bad),
    })
}
