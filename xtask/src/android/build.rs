//! Where things are, and which steps can be skipped.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;
use xshell::{Cmd, Shell};

pub struct Build {
    pub sh: Shell,
    pub root: PathBuf,
    pub out: PathBuf,
}

impl Build {
    pub fn new() -> Result<Self> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = xtask.parent().context("xtask has no parent folder")?.to_path_buf();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        Ok(Self { sh, out: root.join("target/android"), root })
    }

    pub fn main(&self, path: &str) -> PathBuf {
        self.root.join("android/app/src/main").join(path)
    }

    pub fn test(&self, path: &str) -> PathBuf {
        self.root.join("android/app/src/test").join(path)
    }

    pub fn check(&self, path: &str) -> PathBuf {
        self.root.join("android/check").join(path)
    }

    pub fn out(&self, path: &str) -> PathBuf {
        self.out.join(path)
    }

    /// Runs `work`, which fills the folder `output`, unless nothing under `inputs` and no line
    /// of xtask has changed since it last succeeded.
    pub fn step(&self, name: &str, inputs: &[PathBuf], output: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let stamp = self.out(&format!("stamps/{name}"));
        let print = fingerprint(inputs)?;
        if output.is_dir() && fs::read_to_string(&stamp).is_ok_and(|last| last == print) {
            return Ok(());
        }
        eprintln!("{name}");
        self.sh.remove_path(&stamp)?;
        self.sh.remove_path(output)?;
        self.sh.create_dir(output)?;
        work().with_context(|| format!("the step '{name}' failed"))?;
        Ok(self.sh.write_file(&stamp, print)?)
    }
}

fn fingerprint(inputs: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let xtask = std::env::current_exe()?;
    for input in inputs.iter().chain([&xtask]) {
        if !input.exists() {
            bail!("{} is missing", input.display());
        }
        for entry in WalkDir::new(input).sort_by_file_name() {
            let entry = entry?;
            entry.path().hash(&mut hasher);
            hash_state(&entry.metadata()?, &mut hasher)?;
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash_state(file: &Metadata, hasher: &mut DefaultHasher) -> Result<()> {
    if file.is_file() {
        file.len().hash(hasher);
        file.modified()?.hash(hasher);
    }
    Ok(())
}

/// Every file under `folder` with this extension, in a stable order.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension() == Some(OsStr::new(extension)))
        .collect()
}

/// Runs a command; an error names it without its class path.
pub fn run(command: Cmd) -> Result<()> {
    let short = command.to_string().chars().take(60).collect::<String>();
    command.quiet().run().ok().with_context(|| format!("command failed: {short}…"))
}

pub fn class_path<P: AsRef<OsStr>>(entries: impl IntoIterator<Item = P>) -> Result<String> {
    let joined = std::env::join_paths(entries)?;
    joined.into_string().ok().context("a path is not UTF-8")
}
