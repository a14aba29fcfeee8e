//! `cairn stats`: what there is, in numbers.

use cairn::engine;
use cairn::ledger::Day;
use cairn::model::Millis;
use cairn::outbox::OutboxView;
use cairn::{Clock, SystemClock};
use clap::Args;
use serde_json::{Value, json};

use crate::database::Database;
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Stats {
    #[command(flatten)]
    database: Database,
}

impl Stats {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let engine = self.database.open()?;
        let stats = engine.stats().map_err(|e| self.database.failed(e))?;
        if json {
            output::json(&as_json(&stats))?;
            return Ok(Outcome::Well);
        }
        let (counts, totals) = (&stats.counts, &stats.totals);
        output::line(format_args!("heard      {} sightings, {} positions", counts.raw, counts.fixes))?;
        output::line(format_args!("kept       {} sightings; {} told nothing new", counts.kept, counts.counted))?;
        for (why, n) in &counts.dropped {
            output::line(format_args!("dropped    {n}: {}", why.describe()))?;
        }
        output::line(format_args!("stored     {} reports with {} sightings", stats.reports, stats.sightings))?;
        output::line(format_args!(
            "new        {} access points, {} cells, {} beacons, {} hexagons of ground",
            totals.counts.wifi, totals.counts.cells, totals.counts.beacons, totals.counts.ground
        ))?;
        output::line(format_args!(
            "points     {}; days: {}, countries: {}",
            totals.points, totals.days, totals.countries
        ))?;
        for view in &stats.outbox {
            output::line(format_args!(
                "outbox     {}: {} waiting, {} taken, {} refused, {} not useful there",
                view.service.settings.url, view.waiting, view.accepted, view.quarantined, view.not_useful
            ))?;
        }
        let today = today();
        let board = engine.leaderboard(today).map_err(|e| self.database.failed(e))?;
        for words in board.words(today) {
            output::line(words)?;
        }
        Ok(Outcome::Well)
    }
}

/// The day where this computer is.
fn today() -> Day {
    let now = SystemClock::new().utc();
    let offset = jiff::Timestamp::from_millisecond(now.0)
        .map_or(0, |t| jiff::tz::TimeZone::system().to_offset(t).seconds() / 60);
    Day::at(Millis(now.0), i16::try_from(offset).unwrap_or(0))
}

fn as_json(stats: &engine::Stats) -> Value {
    let (counts, totals) = (&stats.counts, &stats.totals);
    let dropped: serde_json::Map<_, _> =
        counts.dropped.iter().map(|(why, n)| (why.word().to_owned(), Value::from(*n))).collect();
    json!({
        "raw": counts.raw,
        "fixes": counts.fixes,
        "kept": counts.kept,
        "counted": counts.counted,
        "dropped": dropped,
        "reports": stats.reports,
        "sightings": stats.sightings,
        "newWifi": totals.counts.wifi,
        "newCells": totals.counts.cells,
        "newBeacons": totals.counts.beacons,
        "ground": totals.counts.ground,
        "points": totals.points.tenths() as f64 / 10.0,
        "days": totals.days,
        "countries": totals.countries,
        "outbox": stats.outbox.iter().map(outbox_json).collect::<Vec<_>>(),
    })
}

/// One service's share of the outbox.
pub fn outbox_json(view: &OutboxView) -> Value {
    json!({
        "url": view.service.settings.url,
        "waiting": view.waiting,
        "accepted": view.accepted,
        "quarantined": view.quarantined,
        "notUseful": view.not_useful,
        "nextAttempt": view.next_attempt.map(|t| t.0),
        "lastOutcome": view.last_outcome,
        "stopped": view.service.stopped.map(cairn::outbox::Stop::describe),
    })
}
