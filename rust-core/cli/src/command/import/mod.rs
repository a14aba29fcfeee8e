//! `cairn import`: files of other programs, each from where it was left.

mod say;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cairn::engine::Engine;
use cairn::exchange::{
    self, Begin, Fault, Follow, Followed, ImportError, ImportOptions, ImportSummary, Progress, Stage, Stream,
};
use cairn::{Clock, SystemClock};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;
pub use say::{bad_json, complain_of, peak_memory_kb};
use say::{complain_of_error, complain_of_loss, planned_json, planned_words, say, say_part};

const FORMATS: &str = "\
Formats, told by content, plain or packed with gzip, zstd or zip:
  heard, judged and counted like what this phone hears:
    WiGLE CSV 1.4, 1.6                  cairn import --db DB WigleWifi_20250601.csv.gz
    geosubmit JSON, versions 1 and 2    cairn import --db DB reports.json
    NeoStumbler CSV                     cairn import --db DB neostumbler.zip
    NeoStumbler database                cairn import --db DB neostumbler.db
    Tower Collector CSV, JSON           cairn import --db DB 2025-06-01.csv
    Kismet log                          cairn import --db DB Kismet-20250601.kismet
    KML, KMZ that Cairn wrote           cairn import --db DB trip.kmz
  walked, nothing heard:
    GPX 1.0, 1.1                        cairn import --db DB walk.gpx
  reckoned by others, to learn from and never to send:
    MLS and OpenCellID CSV              cairn import --db DB MLS-full-cell-export-final.csv.gz
    microG CSV, WiFi and cells          cairn import --db DB microg-wifi.csv.gz
    WiGLE KML                           cairn import --db DB WigleWifi_20250601.kml
    Kismet netxml                       cairn import --db DB Kismet-20250601.netxml

Files in a zip archive are read in the order of their names, and so are those of a folder or a pattern; of a rotated log (NAME,
NAME.1, NAME.2.gz, NAME-20250601) the oldest first:
    cairn import --db DB walks/
    cairn import --db DB --plan 'logs/walk.csv*'
    cairn import --db DB --follow 'logs/walk.csv*'

An import goes on where the last one of the file ended, also when it was killed, and when the file has grown or was renamed,
packed or rotated since. Where a file was changed behind that place, the bytes in doubt are told and nothing is taken.

What another file told before, or this phone heard itself, is known by emitter, second and place and counts once, so that all
may be exported and imported again and again.

Databases of Cairn's own come in with `cairn merge`, vaults with `cairn backup restore`.";

#[derive(Args)]
#[command(after_help = FORMATS)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct Import {
    #[command(flatten)]
    database: Database,
    /// Also send what is taken in to the services.
    #[arg(long)]
    upload: bool,
    /// Read the files from their start, though they, or a part of them, are in already: takes what was left out then, as
    /// within a zone that is no more. What is in does not count again.
    #[arg(long)]
    again: bool,
    /// Where a file was changed, take in what stands behind the last place up to which it is the same.
    #[arg(long, conflicts_with = "again")]
    doubtful: bool,
    /// Only say which files would be read, in which order, as what, from where.
    #[arg(long, conflicts_with = "follow")]
    plan: bool,
    /// Keep reading files that grow, until interrupted.
    #[arg(long, conflicts_with = "again")]
    follow: bool,
    /// With --follow: end after so many seconds.
    #[arg(long = "for", value_name = "SECONDS", requires = "follow")]
    until: Option<f64>,
    /// With --follow: end when nothing new has come for so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "follow")]
    idle: Option<f64>,
    /// The files, folders or patterns.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Time between two looks at files that are followed: soon enough for who watches, seldom enough for a battery.
const EVERY: Duration = Duration::from_millis(500);

impl Import {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        if self.plan {
            return self.say_plan(json);
        }
        let cancel = interrupted();
        let engine = self.database.open_or_make()?;
        let outcome =
            if self.follow { self.keep_reading(&engine, json, &cancel) } else { self.read(&engine, json, &cancel) };
        engine.close().map_err(|e| self.database.failed(e))?;
        outcome
    }

    fn options(&self) -> ImportOptions {
        let begin = match (self.again, self.doubtful) {
            (true, _) => Begin::AtTheStart,
            (_, true) => Begin::WhereItIsTheSame,
            _ => Begin::WhereItEnded,
        };
        ImportOptions { upload: self.upload, begin, growing: false }
    }

    fn read(&self, engine: &Engine, json: bool, cancel: &AtomicBool) -> Result<Outcome, Failure> {
        let mut worst = Outcome::Well;
        for named in &self.files {
            match self.streams(named) {
                Err(error) => worst = worst.max(complain_of_error(error)),
                Ok(streams) => {
                    for stream in &streams {
                        worst = worst.max(self.read_stream(engine, stream, json, cancel)?);
                    }
                }
            }
        }
        Ok(worst)
    }

    /// What is to be read of what was named: never the database itself, where it lies in the same folder.
    fn streams(&self, named: &Path) -> Result<Vec<Stream>, ImportError> {
        let own = self.database.files();
        let is_own = |file: &Path| file.canonicalize().is_ok_and(|file| own.contains(&file));
        let mut streams = exchange::streams(&[named.to_owned()])?;
        for stream in streams.iter_mut().filter(|stream| stream.found) {
            stream.files.retain(|file| !is_own(file));
        }
        streams.retain(|stream| !stream.files.is_empty());
        Ok(streams)
    }

    fn read_stream(
        &self,
        engine: &Engine,
        stream: &Stream,
        json: bool,
        cancel: &AtomicBool,
    ) -> Result<Outcome, Failure> {
        let mut worst = Outcome::Well;
        if stream.found && stream.has_lost_its_last(engine)? {
            worst = complain_of_loss(stream);
        }
        let mut last = None;
        for file in &stream.files {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            // One bad file does not keep the others out.
            worst = worst.max(match self.import(engine, file, cancel) {
                Err(ImportError { fault: Fault::UnknownFormat | Fault::Empty, .. }) if stream.found => {
                    output::complain(&format_args!("{}: passed over: no format that can be imported", file.display()));
                    Outcome::Well
                }
                Err(error) => complain_of_error(error),
                Ok(summary) => {
                    last = summary.parts.last().map(|p| p.source).or(last);
                    say(file, &summary, json)?
                }
            });
        }
        if let Some(source) = last.filter(|_| stream.found) {
            stream.remember_last(engine, source)?;
        }
        Ok(worst)
    }

    fn import(&self, engine: &Engine, file: &Path, cancel: &AtomicBool) -> Result<ImportSummary, ImportError> {
        let bar = progress_bar(file);
        let mut show = |progress: Progress| {
            bar.set_length(progress.size);
            bar.set_position(progress.bytes);
            match progress.stage {
                Stage::Opening => bar.set_message("copied, to be read undisturbed"),
                Stage::Reading => bar.set_message(format!("{} rows", progress.rows)),
            }
        };
        let imported = exchange::run(engine, file, self.options(), &mut show, cancel);
        bar.finish_and_clear();
        imported
    }

    fn keep_reading(&self, engine: &Engine, json: bool, cancel: &AtomicBool) -> Result<Outcome, Failure> {
        let seconds = |s: Option<f64>| s.map(|s| Duration::try_from_secs_f64(s).unwrap_or_default());
        let follow = Follow { every: EVERY, until: seconds(self.until), idle: seconds(self.idle) };
        let (mut worst, mut unsaid) = (Outcome::Well, None);
        let mut told = |followed: Followed<'_>| match followed {
            Followed::Read(part) => match say_part(part, json) {
                Ok(outcome) => worst = worst.max(outcome),
                // Nobody reads any more: no reason to go on.
                Err(e) => {
                    unsaid.get_or_insert(e);
                    cancel.store(true, Ordering::Relaxed);
                }
            },
            Followed::Failed(error) => worst = worst.max(complain_of_error(error.clone())),
            Followed::Lost(stream) => worst = worst.max(complain_of_loss(stream)),
        };
        exchange::follow(engine, &self.files, self.options(), follow, &mut told, cancel)?;
        unsaid.map_or(Ok(worst), Err)
    }

    fn say_plan(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = if self.database.path().exists() { Some(self.database.open()?) } else { None };
        let mut worst = Outcome::Well;
        let mut number = 0;
        for named in &self.files {
            let streams = match self.streams(named) {
                Ok(streams) => streams,
                Err(error) => {
                    worst = worst.max(complain_of_error(error));
                    continue;
                }
            };
            for planned in exchange::plan(engine.as_ref(), &streams, self.options(), SystemClock::new().utc())? {
                number += 1;
                if json {
                    output::json(&planned_json(&planned))?;
                } else {
                    output::line(format_args!("{number}. {}", planned_words(&planned)))?;
                }
                worst = worst.max(match &planned.how {
                    Ok(_) | Err(Fault::UnknownFormat | Fault::Empty) => Outcome::Well,
                    Err(fault) if fault.is_about_content() => Outcome::BadData,
                    Err(_) => Outcome::Files,
                });
            }
        }
        if let Some(engine) = engine {
            engine.close().map_err(|e| self.database.failed(e))?;
        }
        Ok(worst)
    }
}

/// Set by SIGINT and SIGTERM: the import then ends between two chunks, and others where they look at it.
pub fn interrupted() -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Without a handler the process dies where it stands, and the next import goes on from there all the same.
        if let Err(e) = signal_hook::flag::register(signal, Arc::clone(&cancel)) {
            log::warn!("import: signals cannot be handled: {}", e.kind());
        }
    }
    cancel
}

/// Drawn on a terminal only.
fn progress_bar(file: &Path) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {bytes}/{total_bytes} {msg} {eta}");
    let bar = ProgressBar::new(0).with_prefix(file.display().to_string());
    bar.enable_steady_tick(Duration::from_millis(200));
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
