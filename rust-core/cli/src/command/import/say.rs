//! What an import says: in words, in JSON, and where something is wrong.

use std::path::Path;

use cairn::exchange::{BadRow, BadRows, FIRST_LINES, ImportError, ImportSummary, Lines, PartSummary, Planned, Stream};
use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::output;

pub(super) fn complain_of_error(error: ImportError) -> Outcome {
    let failure = Failure::from(error);
    output::complain(&failure);
    Outcome::from(&failure)
}

pub(super) fn complain_of_loss(stream: &Stream) -> Outcome {
    output::complain(&format_args!(
        "{}: the file of it that was read last is gone: what was written to it after that is not in",
        stream.name.display()
    ));
    Outcome::BadData
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

/// Says what came of a file.
pub(super) fn say(file: &Path, summary: &ImportSummary, json: bool) -> Result<Outcome, Failure> {
    let mut worst = Outcome::Well;
    for part in &summary.parts {
        worst = worst.max(say_part(part, json)?);
    }
    for error in &summary.failed {
        worst = worst.max(complain_of_error(error.clone()));
    }
    if summary.passed_over > 0 {
        let (files, n) = (if summary.passed_over == 1 { "file" } else { "files" }, summary.passed_over);
        output::complain(&format_args!(
            "{}: {n} {files} in it passed over: no format that can be imported",
            file.display()
        ));
    }
    Ok(worst)
}

pub(super) fn say_part(part: &PartSummary, json: bool) -> Result<Outcome, Failure> {
    complain_of(&part.label, &part.bad);
    if json {
        output::json(&as_json(part))?;
    } else {
        output::line(words(part))?;
    }
    Ok(if part.bad.faulty() == 0 { Outcome::Well } else { Outcome::BadData })
}

fn words(part: &PartSummary) -> String {
    let file = part.label.display();
    if part.is_nothing_new() {
        return format!("{file}: nothing new");
    }
    let from = part.resumed_at.map_or(String::new(), |line| format!(", from line {line} on"));
    let bad = match part.bad.count() {
        0 => String::new(),
        n => format!(", {} left out", many(n, "row")),
    };
    let format = part.format.name();
    if part.format.is_estimates() {
        let private = match part.estimates - part.learned {
            0 => String::new(),
            n => format!(", {n} hidden, opted out or private"),
        };
        let emitters = many(part.learned, "emitter");
        return format!("{file}: {format}{from}: places of {emitters} learned{private}{bad}");
    }
    let known = match part.known {
        0 => String::new(),
        n => format!(", {n} of them in already"),
    };
    let (places, sightings) = (many(part.rows, "place"), many(part.heard, "sighting"));
    format!("{file}: {format}{from}: {places} with {sightings}{known}{bad}")
}

/// So many of what the word names.
fn many(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

fn as_json(part: &PartSummary) -> serde_json::Value {
    json!({
        "file": part.label.display().to_string(),
        "format": part.format.name(),
        "rows": part.rows,
        "sightings": part.heard,
        "estimates": part.estimates,
        "learned": part.learned,
        "known": part.known,
        "bad": bad_json(&part.bad),
        "resumedAt": part.resumed_at,
        "nothingNew": part.is_nothing_new(),
        "peakMemoryKb": peak_memory_kb(),
    })
}

/// By reason: how many, and the first of their lines.
pub fn bad_json(bad: &BadRows) -> serde_json::Value {
    let reason =
        |(why, lines): (BadRow, &Lines)| (why.word().to_owned(), json!({ "count": lines.count, "lines": lines.first }));
    bad.iter().map(reason).collect::<serde_json::Map<_, _>>().into()
}

pub(super) fn planned_words(planned: &Planned) -> String {
    let label = planned.label.display();
    match &planned.how {
        Err(fault) => format!("{label}: not read: {fault}"),
        Ok(how) if how.offset == 0 => format!("{label}: {}, {} bytes, from its start", how.format.name(), how.size),
        Ok(how) => {
            format!(
                "{label}: {}, {} bytes, from line {} (byte {}) on",
                how.format.name(),
                how.size,
                how.line,
                how.offset
            )
        }
    }
}

pub(super) fn planned_json(planned: &Planned) -> serde_json::Value {
    let how = planned.how.as_ref().ok();
    json!({
        "stream": planned.stream.display().to_string(),
        "file": planned.label.display().to_string(),
        "format": how.map(|h| h.format.name()),
        "size": how.map(|h| h.size),
        "offset": how.map(|h| h.offset),
        "line": how.map(|h| h.line),
        "fault": planned.how.as_ref().err().map(ToString::to_string),
    })
}

/// The most memory that this process has used at once, where the system tells (Linux).
pub fn peak_memory_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
