//! `cairn demo`: several days of collecting in a simulated radio world, from first fix to leaderboard and offline positions.
//!
//! Everything but the radios is real: the tracks, the engine, the database, the service and the HTTP between them. Every
//! number it shows comes from the run.

mod ask;
mod clock;
mod collect;
mod deliver;
pub mod report;
mod scene;
mod story;
mod summary;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use cairn::engine::{Config, Engine};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::{Failure, Outcome};
use crate::output;
use clock::DemoClock;
use collect::Collected;
use deliver::Delivery;
use scene::Scene;

#[derive(Args)]
pub struct Demo {
    /// Folder for `report.html`.
    #[arg(long, default_value = "demo-output")]
    out: PathBuf,
    /// Folder with the tracks and streets.
    #[arg(long, default_value = "tests/data/tracks")]
    tracks: PathBuf,
    /// The world's seed: the same gives the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Everything a run of the demo found out.
struct Run {
    scene: Scene,
    engine: Engine,
    collected: Vec<Collected>,
    delivery: Delivery,
    answers: Vec<ask::Answer>,
    seconds: f64,
}

impl Demo {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let started = Instant::now();
        let progress = progress_bar();
        progress.set_message("building the world");
        let scene = Scene::build(&self.tracks, self.seed).map_err(|e| Failure::File(e.to_string()))?;
        progress.set_length(scene.journeys.len() as u64 + 2);
        let home = tempfile::tempdir().map_err(|e| Failure::File(format!("temporary folder: {e}")))?;
        let database = home.path().join("cairn.db");
        let clock = Arc::new(DemoClock::new(scene.journeys[0].start_utc));
        let open = || {
            let config =
                Config { path: database.clone(), clock: Arc::clone(&clock) as Arc<dyn cairn::Clock>, seed: self.seed };
            Engine::open(config).map(|opened| opened.engine).map_err(Failure::from)
        };
        let mut engine = open()?;
        // A traveller's home: nothing around it is ever recorded.
        engine.add_zone(scene.home)?;
        let mut delivery = Delivery::start(&engine, &scene, Arc::clone(&clock), self.seed)?;
        let mut collected = Vec::new();
        for (day, journey) in scene.journeys.iter().enumerate() {
            progress.set_message(journey.name.clone());
            collected.push(collect::travel(&scene.world, journey, &engine, &clock, self.seed + day as u64)?);
            if day == scene.journeys.len() / 2 {
                // Half-way the uploading process is killed in the middle of a batch, and taken up again.
                engine.close()?;
                delivery.be_killed(&database)?;
                engine = open()?;
            }
            delivery.in_the_evening(&engine)?;
            progress.inc(1);
        }
        progress.set_message("uploading the rest");
        delivery.until_done(&engine)?;
        progress.inc(1);
        progress.set_message("asking where it is, with GPS off");
        let answers = ask::along(&scene, &engine, self.seed)?;
        progress.finish_and_clear();
        let run = Run { scene, engine, collected, delivery, answers, seconds: started.elapsed().as_secs_f64() };
        let figures = summary::Figures::of(&run)?;
        std::fs::create_dir_all(&self.out)
            .map_err(|e| Failure::File(format!("{}: {}", self.out.display(), e.kind())))?;
        let file = self.out.join("report.html");
        std::fs::write(&file, report::render(&story::tell(&run, &figures)?))
            .map_err(|e| Failure::File(format!("{}: {}", file.display(), e.kind())))?;
        if json {
            output::json(&figures)?;
        } else {
            output::line(format_args!("{figures}\n  The whole story with maps: {}", file.display()))?;
        }
        Ok(Outcome::Well)
    }
}

/// A line on the terminal that says what goes on; nothing where stderr is no terminal.
fn progress_bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(1).with_style(style);
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}
