//! The commands.

mod backup;
mod compare;
mod completions;
mod doctor;
mod evaluate;
mod export;
mod import;
mod locate;
mod merge;
mod pack;
mod serve;
mod stats;
mod upload;

use clap::Subcommand;

use crate::demo::Demo;
use crate::failure::{Failure, Outcome};

#[derive(Subcommand)]
pub enum Command {
    /// A week of collecting in a simulated radio world, from first fix to leaderboard.
    Demo(Demo),
    /// Take in files of other programs: WiGLE, NeoStumbler, Tower Collector, Kismet, GPX, exports of cells and more.
    Import(import::Import),
    /// Send what waits to a location service.
    Upload(upload::Upload),
    /// Show what there is, in numbers.
    Stats(stats::Stats),
    /// Answer geolocate requests, one JSON object per line, from what was learned.
    Locate(locate::Locate),
    /// Measure estimates against places that were held back, beside other ways to locate.
    Evaluate(evaluate::Evaluate),
    /// Ask a location service where reports were made, and compare; sends nothing without --agree.
    Compare(compare::Compare),
    /// Write what is stored into a file for other programs.
    Export(export::Export),
    /// Bring other phones' databases, or backups of one, into this one; nothing counts twice.
    Merge(merge::Merge),
    /// Region packs: compact files of where access points and cells are.
    #[command(subcommand)]
    Pack(pack::PackCommand),
    /// Make, restore, re-key or check an encrypted backup.
    Backup(backup::Backup),
    /// Look the database over.
    Doctor(doctor::Doctor),
    /// Run a small location service.
    Serve(serve::Serve),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

impl Command {
    pub fn run(self, json: bool) -> Result<Outcome, Failure> {
        match self {
            Self::Demo(command) => command.run(json),
            Self::Import(command) => command.run(json),
            Self::Upload(command) => command.run(json),
            Self::Stats(command) => command.run(json),
            Self::Locate(command) => command.run(),
            Self::Evaluate(command) => command.run(json),
            Self::Compare(command) => command.run(json),
            Self::Export(command) => command.run(json),
            Self::Merge(command) => command.run(json),
            Self::Pack(command) => command.run(json),
            Self::Backup(command) => command.run(json),
            Self::Doctor(command) => command.run(json),
            Self::Serve(command) => command.run(json),
            Self::Completions(command) => command.run(),
        }
    }
}
