//! `cairn pack info`: what is in a pack, and whether it can be trusted.

use std::path::{Path, PathBuf};

use cairn::pack::{Pack, PackError, PackInfo};
use clap::Args;
use serde_json::json;

use super::failed;
use crate::failure::{Failure, Outcome};
use crate::output;

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
    pub fn run(&self, json: bool) -> Outcome {
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
