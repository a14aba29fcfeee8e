//! The demo in figures: for a reader on a terminal, and as JSON.

use std::fmt;

use cairn::intake::Drop;
use cairn::ledger::{Board, Day, Ranked, Subject};
use cairn::locate::{Evaluation, evaluate};
use serde::Serialize;

use super::Run;
use crate::failure::Failure;

/// What a run found out, in numbers.
#[derive(Serialize)]
pub struct Figures {
    pub journeys: usize,
    pub km: f64,
    pub hours: f64,
    /// Share of the time that satellite positioning was on, 0 to 1.
    pub gps_on: f64,
    pub wifi_scans: u64,
    pub raw: u64,
    pub kept: u64,
    pub counted: u64,
    pub dropped: Vec<Dropped>,
    pub reports: u64,
    pub services: Vec<ServiceFigures>,
    pub sent_bytes_per_km: f64,
    pub stored_bytes_per_km: f64,
    pub points: u64,
    pub emitters: u64,
    pub hexagons: u64,
    pub countries: u32,
    pub standing: Vec<String>,
    pub best_days: Vec<Place>,
    pub best_countries: Vec<Place>,
    pub asked: usize,
    pub estimates: Vec<EstimateFigures>,
    pub killed_in_flight: bool,
    pub seconds: f64,
}

/// Sightings or fixes dropped for one reason.
#[derive(Serialize)]
pub struct Dropped {
    pub why: &'static str,
    pub n: u64,
}

/// How a service fared.
#[derive(Serialize)]
pub struct ServiceFigures {
    pub name: &'static str,
    pub requests: u64,
    pub failed: u64,
    pub accepted: u64,
    pub waiting: u64,
    pub not_useful: u64,
    pub quarantined: u64,
    pub reasons: Vec<String>,
    pub bytes: u64,
}

/// A line of the leaderboard.
#[derive(Serialize)]
pub struct Place {
    pub rank: u32,
    pub name: String,
    pub points: u64,
    pub emitters: u64,
    pub hexagons: u64,
}

/// How good the estimates of one source were.
#[derive(Serialize)]
pub struct EstimateFigures {
    pub source: &'static str,
    pub answered: usize,
    pub median: f64,
    pub at95: f64,
    pub inside68: f64,
    pub inside95: f64,
}

impl Figures {
    pub fn of(run: &Run) -> Result<Self, Failure> {
        let stats = run.engine.stats()?;
        let board = board(run)?;
        let km: f64 = run.collected.iter().map(|c| c.km).sum();
        let lasted: f64 = run.collected.iter().map(|c| c.lasted).sum();
        let services: Vec<ServiceFigures> = service_figures(run, &stats.outbox)?;
        let sent: u64 = services.iter().map(|s| s.bytes).sum();
        let dropped = |why: &Drop| stats.counts.dropped.get(why).map(|n| Dropped { why: why.describe(), n: *n });
        let mut drops: Vec<Dropped> = Drop::ALL.iter().filter_map(dropped).collect();
        drops.sort_by_key(|d| std::cmp::Reverse(d.n));
        Ok(Self {
            journeys: run.collected.len(),
            km,
            hours: lasted / 3_600.0,
            gps_on: run.collected.iter().map(|c| c.gps_on).sum::<f64>() / lasted,
            wifi_scans: run.collected.iter().map(|c| c.wifi_scans).sum(),
            raw: stats.counts.raw,
            kept: stats.counts.kept,
            counted: stats.counts.counted,
            dropped: drops,
            reports: stats.reports,
            sent_bytes_per_km: sent as f64 / services.len() as f64 / km,
            stored_bytes_per_km: stats.bytes as f64 / km,
            services,
            points: board.totals.points.tenths() / 10,
            emitters: heard(&board.totals.counts),
            hexagons: board.totals.counts.ground,
            countries: board.totals.countries,
            standing: board.words(today(run)),
            best_days: places(&board.days),
            best_countries: places(&board.countries),
            asked: run.answers.len(),
            estimates: evaluations(run).iter().map(EstimateFigures::of).collect(),
            killed_in_flight: run.delivery.killed_in_flight,
            seconds: run.seconds,
        })
    }
}

impl EstimateFigures {
    fn of(e: &Evaluation) -> Self {
        Self {
            source: e.source.word(),
            answered: e.errors.len(),
            median: e.error_at(0.5),
            at95: e.error_at(0.95),
            inside68: e.inside68,
            inside95: e.inside95,
        }
    }
}

/// The leaderboard on the last day.
pub fn board(run: &Run) -> Result<Board, Failure> {
    Ok(run.engine.leaderboard(today(run))?)
}

fn today(run: &Run) -> Day {
    let last = &run.scene.journeys[run.scene.journeys.len() - 1];
    Day::at(last.start_utc, last.utc_offset_min)
}

/// Estimates by source: with everything that was heard, and from cells alone.
pub fn evaluations(run: &Run) -> Vec<Evaluation> {
    let pairs = |pick: &dyn Fn(&super::ask::Answer) -> Option<cairn::locate::Estimate>| {
        run.answers.iter().filter_map(|a| pick(a).map(|e| (a.truth, e))).collect::<Vec<_>>()
    };
    let best = evaluate(&pairs(&|a| a.estimate));
    let cells = evaluate(&pairs(&|a| a.from_cells));
    let known: Vec<_> = best.iter().map(|e| e.source).collect();
    best.into_iter().chain(cells.into_iter().filter(|e| !known.contains(&e.source))).collect()
}

fn heard(counts: &cairn::ledger::Counts) -> u64 {
    counts.wifi + counts.cells + counts.beacons
}

fn service_figures(run: &Run, views: &[cairn::outbox::OutboxView]) -> Result<Vec<ServiceFigures>, Failure> {
    let attempts = run.engine.attempts()?;
    let quarantined = run.engine.quarantined()?;
    let mut all = Vec::new();
    for party in &run.delivery.parties {
        let Some(view) = views.iter().find(|v| v.service.id == party.id) else { continue };
        let mine = || attempts.iter().filter(|a| a.service == party.id);
        let mut reasons: Vec<String> =
            quarantined.iter().filter(|q| q.service == party.id).map(|q| q.reason.clone()).collect();
        reasons.dedup();
        all.push(ServiceFigures {
            name: party.name,
            requests: mine().count() as u64,
            failed: mine().filter(|a| a.outcome.starts_with("failed")).count() as u64,
            accepted: view.accepted,
            waiting: view.waiting,
            not_useful: view.not_useful,
            quarantined: view.quarantined,
            reasons,
            bytes: mine().map(|a| a.bytes).sum(),
        });
    }
    Ok(all)
}

/// Lines of the leaderboard from ranked subjects.
pub fn places(ranked: &[Ranked]) -> Vec<Place> {
    ranked
        .iter()
        .take(5)
        .map(|r| Place {
            rank: r.rank,
            name: name(r),
            points: r.score.points.tenths() / 10,
            emitters: heard(&r.score.counts),
            hexagons: r.score.counts.ground,
        })
        .collect()
}

fn name(ranked: &Ranked) -> String {
    let place = ranked.score.country.map_or_else(String::new, |c| format!(", {}", c.english()));
    match ranked.subject {
        Subject::Everything => "everything".to_owned(),
        Subject::Day(day) => format!("{}{place}", day.date().strftime("%A %-d %B")),
        Subject::Week(week) => format!("week of {}{place}", week.monday().date().strftime("%-d %B")),
        Subject::Month(month) => format!("{}/{}{place}", month.month(), month.year()),
        Subject::Trip(trip) => format!("trip {}{place}", trip.0),
        Subject::Area(_) => format!("area{place}"),
        Subject::Country(country) => country.english().to_owned(),
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n  A week with Cairn, in {:.0} seconds", self.seconds)?;
        writeln!(
            f,
            "\n  {} journeys, {:.0} km in {:.1} hours, GPS on for {:.0} % of them, {} WiFi scans",
            self.journeys,
            self.km,
            self.hours,
            100.0 * self.gps_on,
            self.wifi_scans
        )?;
        let share = |n: u64| 100.0 * n as f64 / self.raw.max(1) as f64;
        writeln!(f, "\n  Heard        {:>9} sightings", self.raw)?;
        writeln!(f, "  Kept         {:>9} ({:.0} %) in {} reports", self.kept, share(self.kept), self.reports)?;
        writeln!(f, "  Counted only {:>9} ({:.0} %): nothing new in them", self.counted, share(self.counted))?;
        writeln!(f, "  Dropped")?;
        for d in &self.dropped {
            writeln!(f, "    {:>11}  {}", d.n, d.why)?;
        }
        writeln!(
            f,
            "  Stored {:.0} bytes a km, sent {:.0} bytes a km and service",
            self.stored_bytes_per_km, self.sent_bytes_per_km
        )?;
        writeln!(
            f,
            "\n  Outbox{}",
            if self.killed_in_flight {
                " (the uploading process was killed with a batch in flight, and taken up again)"
            } else {
                ""
            }
        )?;
        for s in &self.services {
            writeln!(
                f,
                "    {}: {} reports taken, {} waiting, {} not useful there, {} quarantined; {} requests, {} failed for a while",
                s.name, s.accepted, s.waiting, s.not_useful, s.quarantined, s.requests, s.failed
            )?;
            for reason in &s.reasons {
                writeln!(f, "      refused with: {reason}")?;
            }
        }
        writeln!(
            f,
            "\n  Leaderboard: {} points, {} emitters nobody here had heard, {} hexagons of new ground, {} countries",
            self.points, self.emitters, self.hexagons, self.countries
        )?;
        for p in &self.best_days {
            writeln!(
                f,
                "    {}. {:<38} {:>6} points  {:>6} emitters  {:>4} hexagons",
                p.rank, p.name, p.points, p.emitters, p.hexagons
            )?;
        }
        for sentence in &self.standing {
            writeln!(f, "    {sentence}")?;
        }
        writeln!(f, "\n  Where am I, without GPS and network: {} questions along paths held back", self.asked)?;
        for e in &self.estimates {
            writeln!(
                f,
                "    {:<6} {:>4} answers: median {:.0} m, 95 % within {:.0} m; the truth lay inside the 68 % radius in {:.0} %, the 95 % radius in {:.0} %",
                e.source,
                e.answered,
                e.median,
                e.at95,
                100.0 * e.inside68,
                100.0 * e.inside95
            )?;
        }
        Ok(())
    }
}
