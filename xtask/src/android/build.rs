//! Where things are, and which steps can be skipped.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;
use xshell::{Cmd, Shell};

/// Larger files are compared by size and time. Smaller ones by what they hold: a checkout changes the times of sources, and a
/// step that wrote the same again should not set off the next one.
const COMPARED_BY_CONTENT: u64 = 1 << 20;

/// The repository, and the folder below `target` that the check build fills.
pub struct Build {
    pub sh: Shell,
    pub root: PathBuf,
    out: PathBuf,
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

    /// Runs `work`, which fills the folder `output`, unless nothing under `inputs` and no line of xtask has changed since it
    /// last succeeded.
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
            let file = entry.metadata()?;
            if file.is_file() && file.len() < COMPARED_BY_CONTENT {
                fs::read(entry.path())?.hash(&mut hasher);
            } else if file.is_file() {
                file.len().hash(&mut hasher);
                file.modified()?.hash(&mut hasher);
            }
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every file under `folder` with this extension, in a stable order; none where there is no such folder.
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
    command.quiet().run().ok().with_context(|| format!("command failed: {short}..."))
}

pub fn class_path<P: AsRef<OsStr>>(entries: impl IntoIterator<Item = P>) -> Result<String> {
    let joined = std::env::join_paths(entries)?;
    joined.into_string().ok().context("a path is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_follows_what_a_small_file_holds_and_not_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("source.kt");
        let print = |text: &str| {
            fs::write(&file, text).expect("written");
            fingerprint(&[folder.path().to_path_buf()]).expect("a print")
        };
        let first = print("one");
        assert_ne!(print("two"), first);
        assert_eq!(print("one"), first);
    }

    #[test]
    fn a_missing_input_is_an_error_and_not_an_empty_one() {
        assert!(fingerprint(&[PathBuf::from("/nowhere/at/all")]).is_err());
    }
}
