//! `cairn pack merge`: one pack of several.

use std::path::PathBuf;

use cairn::pack::{self, Pack};
use clap::Args;

use super::{Bar, built_json, built_words, failed, today};
use crate::failure::{Failure, Outcome};
use crate::output;

#[derive(Args)]
pub struct Merge {
    /// The pack to make; an older one is replaced when the new one is complete.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The packs.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Merge {
    pub fn run(&self, json: bool) -> Result<Outcome, Failure> {
        let open = |file: &PathBuf| {
            let pack = Pack::open(file).and_then(|pack| pack.verify().map(|()| pack));
            pack.map_err(|error| failed(file, &error))
        };
        let packs = self.files.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let bar = Bar::new();
        let built =
            pack::merge(&packs, &self.out, today(), &mut |p| bar.show(p)).map_err(|error| failed(&self.out, &error))?;
        bar.clear();
        if json {
            output::json(&built_json(&self.out, &built))?;
        } else {
            output::line(built_words(&self.out, &built))?;
        }
        Ok(Outcome::Well)
    }
}
