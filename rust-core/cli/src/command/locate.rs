//! `cairn locate`: geolocate requests in, answers out, one JSON object per line each.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

use cairn::CoreError;
use cairn::exchange;
use cairn::locate::{Estimate, Track};
use cairn::model::Millis;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::{Failure, Outcome};

/// Longer lines are no requests: ichnaea's largest are some kilobytes.
const MAX_LINE: u64 = 1 << 20;

#[derive(Args)]
pub struct Locate {
    #[command(flatten)]
    database: Database,
    /// Also use this region pack; repeatable.
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
    /// Take the requests for those of one phone on its way, each with a `timestamp` in ms: answers are smoothed, and go on with
    /// wider circles where nothing known is heard.
    #[arg(long)]
    track: bool,
    /// Requests, one JSON object per line; stdin where there is none, or for `-`.
    file: Option<PathBuf>,
}

impl Locate {
    pub fn run(&self) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        for pack in &self.pack {
            engine.lend_pack(pack).map_err(|e| match e {
                // A file that cannot be used, rather than a command line that cannot be understood.
                CoreError::BadInput(text) => Failure::File(text),
                other => self.database.failed(other),
            })?;
        }
        let name = self.file.as_ref().filter(|f| f.as_os_str() != "-");
        let unreadable =
            |error| Failure::Read { path: name.map_or("stdin".into(), |f| f.display().to_string()), error };
        let mut requests: Box<dyn BufRead> = match name {
            Some(path) => Box::new(BufReader::new(File::open(path).map_err(unreadable)?)),
            None => Box::new(io::stdin().lock()),
        };
        let mut answers = BufWriter::new(io::stdout().lock());
        let mut outcome = Outcome::Well;
        let mut line = Vec::new();
        let mut way = self.track.then(|| (Track::default(), Millis(0)));
        for number in 1_u64.. {
            if !read_line(&mut requests, &mut line).map_err(unreadable)? {
                break;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let answer = if let Some(query) = exchange::geolocate_query(&line) {
                if let Some((_, at)) = &mut way {
                    *at = time(&line).unwrap_or(*at);
                }
                let estimate = match &mut way {
                    Some((track, at)) => engine.follow(track, *at, &query),
                    None => engine.locate(&query),
                };
                answer(estimate.map_err(|e| self.database.failed(e))?)
            } else {
                outcome = Outcome::BadData;
                json!({ "error": "parseError", "line": number })
            };
            writeln!(answers, "{answer}")?;
        }
        answers.flush()?;
        Ok(outcome)
    }
}

/// When a request was made, where it says so.
fn time(line: &[u8]) -> Option<Millis> {
    #[derive(Deserialize)]
    struct Stamped {
        timestamp: Option<i64>,
    }
    serde_json::from_slice::<Stamped>(line).ok()?.timestamp.map(Millis)
}

fn answer(estimate: Option<Estimate>) -> Value {
    estimate.map_or(json!({ "error": "notFound" }), |e| {
        let tenths = |metres: f64| (metres * 10.0).round() / 10.0;
        json!({
            "location": { "lat": e.place.lat(), "lng": e.place.lon() },
            "accuracy": tenths(e.r68.0),
            "accuracy95": tenths(e.r95.0),
            "source": e.source.word(),
            "used": e.used,
            "leftOut": {
                "mobile": e.left_out.mobile,
                "moved": e.left_out.moved,
                "twins": e.left_out.twins,
                "disagree": e.left_out.disagree,
            },
        })
    })
}

/// Reads a line; one that is too long ends up cut, and so unreadable. Answers false at the end.
fn read_line(from: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    from.take(MAX_LINE).read_until(b'\n', line)?;
    if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
        from.skip_until(b'\n')?;
    }
    Ok(!line.is_empty())
}
