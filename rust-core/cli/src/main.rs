//! `cairn`, the command line: one file per command, and nothing decided here that the engine could decide.

mod command;
mod database;
mod demo;
mod failure;
mod output;
mod password;

use std::process::ExitCode;

use clap::{ArgAction, Parser};

use command::Command;
use failure::Outcome;

const AFTER_HELP: &str = "\
Exit codes:
  0  everything went well
  1  some of the data was bad; the rest was used
  2  the command line cannot be understood
  3  a file or the database cannot be read or written
  4  the network or a service stands in the way";

/// Collects, keeps and gives to location services what radios hear; answers where you are without any of them.
#[derive(Parser)]
#[command(name = "cairn", version, after_help = AFTER_HELP)]
struct Cli {
    /// Print JSON for other programs.
    #[arg(long, global = true)]
    json: bool,
    /// Say more on stderr; twice for everything.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = match cli.verbose {
        // What a command cannot do it says itself.
        0 => log::LevelFilter::Off,
        1 => log::LevelFilter::Info,
        _ => log::LevelFilter::Trace,
    };
    env_logger::Builder::new().filter_level(level).target(env_logger::Target::Stderr).init();
    match cli.command.run(cli.json) {
        Ok(outcome) => outcome.code(),
        Err(failure) => {
            if !failure.is_reader_gone() {
                output::complain(&failure);
            }
            Outcome::from(&failure).code()
        }
    }
}
