//! `cairn pack`: makes region packs, puts them together, and says what is in one.

mod build;
mod info;
mod merge;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cairn::model::Millis;
use cairn::pack::{Built, PackError, Phase, Progress};
use cairn::{Clock, SystemClock};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::import::interrupted;
use crate::failure::{Failure, Outcome};

#[derive(Subcommand)]
pub enum PackCommand {
    /// Make a pack from what was learned, from cell exports and from what others shared.
    Build(build::Build),
    /// Say what is in a pack.
    Info(info::Info),
    /// Put several packs into one.
    Merge(merge::Merge),
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

/// How far a pack is, drawn on a terminal only; and whether to go on: not once SIGINT or SIGTERM has come.
struct Bar {
    bar: ProgressBar,
    cancel: Arc<AtomicBool>,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        bar.enable_steady_tick(Duration::from_millis(200));
        let bar = match ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Self { bar, cancel: interrupted() }
    }

    /// A watch for everything that is slow.
    fn show(&self, progress: Progress) -> bool {
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        self.bar.set_message(match progress.phase {
            Phase::Reading => "reading",
            Phase::Sorting => "sorting",
            Phase::Writing => "writing",
        });
        !self.cancel.load(Ordering::Relaxed)
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
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

fn built_json(file: &Path, built: &Built) -> serde_json::Value {
    let out = built.left_out;
    json!({
        "file": file.display().to_string(),
        "stations": built.stations,
        "cells": built.cells,
        "bytes": built.bytes,
        "leftOut": {
            "outside": out.outside, "few": out.few, "old": out.old,
            "lonely": out.lonely, "again": out.again, "alike": out.alike,
        },
        "peakMemoryKb": super::import::peak_memory_kb(),
    })
}
