//! Opens the database that a command works on.

use std::path::{Path, PathBuf};

use cairn::CoreError;
use cairn::engine::{Config, Engine, Opened};
use clap::Args;

use crate::failure::Failure;
use crate::output;

/// The database of a command.
#[derive(Args)]
pub struct Database {
    /// The database.
    #[arg(long, value_name = "DB")]
    db: PathBuf,
}

impl Database {
    /// One whose path was given otherwise.
    pub const fn at(db: PathBuf) -> Self {
        Self { db }
    }

    /// Opens it; it is made where there is none.
    pub fn open_or_make(&self) -> Result<Engine, Failure> {
        let opened = Engine::open(Config::for_file(self.db.clone())).map_err(|e| self.failed(e))?;
        let Opened { engine, salvage } = opened;
        if let Some(salvage) = salvage {
            output::complain(&format_args!(
                "{}: was damaged; {} rows were saved into a new database, the damaged file is kept as {}",
                self.path().display(),
                salvage.rows,
                salvage.set_aside.display()
            ));
        }
        Ok(engine)
    }

    /// Opens it where there is one: a question to a database that does not exist is a mistyped name.
    pub fn open(&self) -> Result<Engine, Failure> {
        if self.db.exists() { self.open_or_make() } else { Err(Failure::NoDatabase { path: self.name() }) }
    }

    /// Names the database in an error of the engine's.
    pub fn failed(&self, error: CoreError) -> Failure {
        match error {
            CoreError::BadInput(_) => Failure::Refused(error),
            _ => Failure::Database { path: self.name(), error },
        }
    }

    /// Its files, and those beside it that belong to it, as far as they are there.
    pub fn files(&self) -> Vec<PathBuf> {
        self.named().filter_map(|path| path.canonicalize().ok()).collect()
    }

    fn named(&self) -> impl Iterator<Item = PathBuf> + '_ {
        ["", "-wal", "-shm", ".lock"].into_iter().map(|part| {
            let mut path = self.db.as_os_str().to_owned();
            path.push(part);
            path.into()
        })
    }

    /// Takes away a database that was made for nothing.
    pub fn remove(&self) {
        for path in self.named() {
            // What is not there need not go, and an empty database that stays does no harm.
            let _ = std::fs::remove_file(path);
        }
    }

    pub fn path(&self) -> &Path {
        &self.db
    }

    fn name(&self) -> String {
        self.db.display().to_string()
    }
}
