//! `cairn import`: files of other programs, each from where it was left.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use cairn::engine::Engine;
use cairn::exchange::{self, BadRow, BadRows, FIRST_LINES, ImportOptions, ImportSummary, Lines, Progress};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    database: Database,
    /// Also send what is taken in to the services.
    #[arg(long)]
    upload: bool,
    /// Take the files in from their start, though they, or a part of them, are in already.
    #[arg(long)]
    again: bool,
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Import {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open_or_make()?;
        let mut worst = Outcome::Well;
        for file in &self.files {
            // One bad file does not keep the others out.
            let outcome = self.import(&engine, file, json).unwrap_or_else(|failure| {
                output::complain(&failure);
                Outcome::from(&failure)
            });
            worst = worst.max(outcome);
        }
        engine.close().map_err(|e| self.database.failed(e))?;
        Ok(worst)
    }

    fn import(&self, engine: &Engine, file: &Path, json: bool) -> Result<Outcome, Failure> {
        let options = ImportOptions { upload: self.upload, again: self.again };
        let bar = progress_bar(file);
        let mut show = |progress: Progress| {
            bar.set_length(progress.size);
            bar.set_position(progress.bytes);
            bar.set_message(format!("{} rows", progress.rows));
        };
        let imported = exchange::run(engine, file, options, &mut show, &AtomicBool::new(false));
        bar.finish_and_clear();
        let summary = imported?;
        complain_of(file, &summary.bad);
        if json {
            output::json(&as_json(file, &summary))?;
        } else {
            output::line(words(file, &summary))?;
        }
        Ok(if summary.bad.faulty() == 0 { Outcome::Well } else { Outcome::BadData })
    }
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

/// One line of trouble for each reason for which rows of a file were left out.
pub fn complain_of(file: &Path, bad: &BadRows) {
    for (why, lines) in bad.iter() {
        output::complain(&bad_words(file, why, lines));
    }
}

/// `FILE:LINE: reason`, and how many more there are.
fn bad_words(file: &Path, why: BadRow, lines: &Lines) -> String {
    let first = lines.first.first().copied().unwrap_or_default();
    let file = file.display();
    if lines.count == 1 {
        return format!("{file}:{first}: {why}");
    }
    let named: Vec<_> = lines.first.iter().map(u64::to_string).collect();
    let more = if lines.count > FIRST_LINES as u64 { ", .." } else { "" };
    format!("{file}:{first}: {why} ({} rows: {}{more})", lines.count, named.join(", "))
}

fn words(file: &Path, summary: &ImportSummary) -> String {
    let file = file.display();
    if summary.is_nothing_new() {
        return format!("{file}: nothing new");
    }
    let from = summary.resumed_at.map_or(String::new(), |line| format!(", from line {line} on"));
    let bad = match bad_rows(&summary.bad) {
        0 => String::new(),
        n => format!(", {n} rows left out"),
    };
    format!("{file}: {}{from}: {} places with {} sightings{bad}", summary.format.name(), summary.rows, summary.heard)
}

fn bad_rows(bad: &BadRows) -> u64 {
    bad.iter().map(|(_, lines)| lines.count).sum()
}

fn as_json(file: &Path, summary: &ImportSummary) -> serde_json::Value {
    let bad: serde_json::Map<_, _> = summary
        .bad
        .iter()
        .map(|(why, lines)| (why.word().to_owned(), json!({ "count": lines.count, "lines": lines.first })))
        .collect();
    json!({
        "file": file.display().to_string(),
        "format": summary.format.name(),
        "rows": summary.rows,
        "sightings": summary.heard,
        "bad": bad,
        "resumedAt": summary.resumed_at,
        "nothingNew": summary.is_nothing_new(),
        "peakMemoryKb": peak_memory_kb(),
    })
}

/// The most memory that this process has used at once, where the system tells (Linux).
fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
