//! `cairn compare`: what a location service answers where reports were made, beside what is known without it.
//!
//! Off until `--agree` is given: without it nothing is sent, and it says what would be.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use cairn::engine::{Compared, Comparing, Config, CutShort};
use cairn::model::Millis;
use cairn::outbox::{HttpTransport, Protocol, ServiceSettings};
use clap::Args;
use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Compare {
    #[command(flatten)]
    database: Database,
    /// The service's base address.
    #[arg(long)]
    url: String,
    /// The key, where the service wants one.
    #[arg(long)]
    key: Option<String>,
    /// Questions at most, drawn by chance from what is stored.
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    sample: u16,
    /// Questions a minute at most, those of earlier runs included.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=60))]
    per_minute: u16,
    /// Really ask: tell the service the addresses, cells and signals of the reports that are drawn.
    #[arg(long)]
    agree: bool,
    /// Speak to it without TLS: whoever is on the way can read what is asked.
    #[arg(long)]
    allow_http: bool,
}

/// Errors of one side, and how often the truth is within what it claims.
struct Side {
    name: &'static str,
    /// Metres, ascending.
    errors: Vec<f64>,
    inside: usize,
}

impl Compare {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let service = ServiceSettings {
            key: self.key.clone(),
            allow_http: self.allow_http,
            ..ServiceSettings::new(&self.url, Protocol::Open)
        };
        service.check().map_err(Failure::Refused)?;
        let engine = self.database.open()?;
        let failed = |e| self.database.failed(e);
        let comparing = Comparing { questions: usize::from(self.sample), seed: Config::for_file(PathBuf::new()).seed };
        let reports = engine.sample(&comparing).map_err(failed)?;
        if !self.agree {
            let what = "addresses, cells and signals; no names, no places, no times";
            if json {
                output::json(&json!({ "asked": 0, "wouldAsk": reports.len(), "wouldTell": what }))?;
            } else {
                output::line(format_args!(
                    "nothing was sent: with --agree, {} would be asked {} questions, {} a minute, each of one report's {what}",
                    self.url,
                    reports.len(),
                    self.per_minute
                ))?;
            }
            return Ok(Outcome::Well);
        }
        let transport = HttpTransport::new()?;
        let pause = Millis(60_000 / i64::from(self.per_minute));
        let mut wait = |left: Millis| {
            thread::sleep(Duration::from_millis(left.0.unsigned_abs()));
            ControlFlow::Continue(())
        };
        let (compared, cut) = engine.compare(&reports, &service, &transport, pause, &mut wait).map_err(failed)?;
        Self::tell(&compared, json)?;
        match cut {
            None | Some(CutShort::Cancelled) => Ok(Outcome::Well),
            Some(why) => Err(Failure::Network(format!("{}: {}", self.url, words(why)))),
        }
    }

    fn tell(compared: &[Compared], json: bool) -> Result<(), Failure> {
        let known = compared.iter().filter_map(|c| Some((c, c.service?)));
        let service =
            Side::of("the service", known.clone().map(|(c, (place, radius))| (c.truth.distance(place).0, radius.0)));
        let own = compared.iter().filter_map(|c| Some((c, c.own?)));
        let own = Side::of("Cairn", own.map(|(c, e)| (c.truth.distance(e.place).0, e.r95.0)));
        let mut apart: Vec<f64> = known.filter_map(|(c, (place, _))| Some(place.distance(c.own?.place).0)).collect();
        apart.sort_by(f64::total_cmp);
        if json {
            output::json(&json!({
                "asked": compared.len(),
                "service": service.as_json(),
                "own": own.as_json(),
                "apart": { "both": apart.len(), "median": at(&apart, 0.5), "p95": at(&apart, 0.95) },
            }))?;
            return Ok(());
        }
        output::line(format_args!("{} questions asked", compared.len()))?;
        for side in [&service, &own] {
            output::line(side.words(compared.len()))?;
        }
        output::line(format_args!(
            "where both answer they are apart by {:.0} m (median), {:.0} m (95 %)",
            at(&apart, 0.5),
            at(&apart, 0.95)
        ))?;
        output::line("Cairn has learned from these very reports: elsewhere its errors are larger (see `evaluate`).")?;
        Ok(())
    }
}

impl Side {
    fn of(name: &'static str, answers: impl Iterator<Item = (f64, f64)>) -> Self {
        let answers: Vec<(f64, f64)> = answers.collect();
        let mut errors: Vec<f64> = answers.iter().map(|a| a.0).collect();
        errors.sort_by(f64::total_cmp);
        Self { name, inside: answers.iter().filter(|(error, radius)| error <= radius).count(), errors }
    }

    fn share_inside(&self) -> f64 {
        self.inside as f64 / self.errors.len().max(1) as f64
    }

    fn words(&self, asked: usize) -> String {
        format!(
            "{:11} answered {} of {asked}: half within {:.0} m, 95 % within {:.0} m; {:.0} % inside the radius that is meant to hold 95 %",
            self.name,
            self.errors.len(),
            at(&self.errors, 0.5),
            at(&self.errors, 0.95),
            100.0 * self.share_inside()
        )
    }

    fn as_json(&self) -> Value {
        json!({
            "answered": self.errors.len(),
            "median": at(&self.errors, 0.5),
            "p95": at(&self.errors, 0.95),
            "inside": self.share_inside(),
        })
    }
}

fn at(ascending: &[f64], share: f64) -> f64 {
    let index = (share * ascending.len() as f64).ceil() as usize;
    ascending.get(index.saturating_sub(1)).copied().unwrap_or(0.0)
}

fn words(why: CutShort) -> String {
    match why {
        CutShort::Cancelled => "stopped".to_owned(),
        CutShort::Refused(status, left_alone) => format!(
            "does not take questions now (HTTP {status}); what came before is told; it is not asked again for {}",
            minutes(left_alone)
        ),
        CutShort::TooEarly(left) => {
            format!("did not take questions lately; it is not asked again for {}", minutes(left))
        }
        CutShort::Misunderstood => "answers what is no location: a portal, or another kind of service".to_owned(),
        CutShort::NoAnswer(error) => error.to_string(),
    }
}

fn minutes(time: Millis) -> String {
    match (time.0 + 59_999).div_euclid(60_000) {
        ..=1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_counts_what_its_radii_hold() {
        let side = Side::of("x", [(30.0, 20.0), (10.0, 50.0), (20.0, 20.0), (90.0, 100.0)].into_iter());
        assert_eq!((side.errors.as_slice(), side.inside), ([10.0, 20.0, 30.0, 90.0].as_slice(), 3));
        assert!((at(&side.errors, 0.5) - 20.0).abs() < 1e-9 && (side.share_inside() - 0.75).abs() < 1e-9);
        let none = Side::of("x", std::iter::empty());
        assert!(none.words(3).contains("answered 0 of 3"));
    }
}
