//! Which files are read, and in which order: a stream is one file, or a log with what its rotation left behind.

use std::path::{Path, PathBuf};

use super::order::{Rotated, natural};
use super::part::parts;
use super::place::hash;
use super::{Fault, ImportError, Part, Reader, SourceId, resume};
use crate::engine::Engine;

/// Files that belong together, in the order in which they are read: the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// What it is called: the log's path.
    pub name: PathBuf,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Whether its files were found, in a folder or by a pattern, rather than named: what is of no known format among them is
    /// passed over.
    pub found: bool,
}

/// The streams of what a user named: files, folders (the files right in them), and patterns with `*`, `?` and `[..]`. Files and
/// folders that are there are never taken for patterns.
///
/// # Errors
/// [`ImportError`] where a folder or a pattern has no files, or cannot be read.
pub fn streams(named: &[PathBuf]) -> Result<Vec<Stream>, ImportError> {
    let mut streams = Vec::new();
    for name in named {
        if name.is_dir() {
            streams.extend(grouped(folder(name).map_err(|fault| fault.of(name))?));
        } else if !name.exists() && is_pattern(name) {
            streams.extend(grouped(matching(name).map_err(|fault| fault.of(name))?));
        } else {
            streams.push(Stream { name: name.clone(), files: vec![name.clone()], found: false });
        }
    }
    Ok(streams)
}

fn is_pattern(name: &Path) -> bool {
    name.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

fn folder(path: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_file() && !is_hidden(&path) {
            files.push(path);
        }
    }
    if files.is_empty() { Err(Fault::NoFiles) } else { Ok(files) }
}

fn matching(pattern: &Path) -> Result<Vec<PathBuf>, Fault> {
    let text = pattern.to_str().ok_or(Fault::NotFound)?;
    let files: Vec<_> = glob::glob(text)
        .map_err(|_| Fault::Pattern)?
        .filter_map(Result::ok)
        .filter(|path| path.is_file() && !is_hidden(path))
        .collect();
    if files.is_empty() { Err(Fault::NoMatch) } else { Ok(files) }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Files by the log that they are of, in the order in which they are read.
fn grouped(mut files: Vec<PathBuf>) -> Vec<Stream> {
    let folder = |path: &Path| path.parent().map(Path::to_owned).unwrap_or_default();
    files.sort_by(|a, b| {
        let folders = natural(&folder(a).to_string_lossy(), &folder(b).to_string_lossy());
        folders.then_with(|| Rotated::of(a).order(&Rotated::of(b))).then_with(|| a.cmp(b))
    });
    files.dedup();
    let mut streams: Vec<Stream> = Vec::new();
    for file in files {
        let name = folder(&file).join(Rotated::of(&file).log);
        match streams.last_mut().filter(|s| s.name == name) {
            Some(stream) => stream.files.push(file),
            None => streams.push(Stream { name, files: vec![file], found: true }),
        }
    }
    streams
}

/// What rotation left behind of a log, beside it.
pub(super) fn rotated_beside(log: &Path) -> Vec<PathBuf> {
    let name = Rotated::of(log).log;
    let folder = log.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = self::folder(folder).unwrap_or_default();
    let old = beside.into_iter().filter(|path| {
        let rotated = Rotated::of(path);
        rotated.log == name && rotated.is_old() && path.file_name() != log.file_name()
    });
    grouped(old.collect()).into_iter().flat_map(|s| s.files).collect()
}

impl Stream {
    fn id(&self) -> i64 {
        let whole = std::path::absolute(&self.name).unwrap_or_else(|_| self.name.clone());
        hash(whole.as_os_str().as_encoded_bytes())
    }

    /// Whether the file that was read last of the stream is no longer in it: what was written to it after that is lost to the
    /// import. Of a single file that cannot be told, for another one may well be given its name.
    ///
    /// # Errors
    /// [`ImportError`] where the database cannot be read.
    pub fn has_lost_its_last(&self, engine: &Engine) -> Result<bool, ImportError> {
        let failed = |e| Fault::Store(e).of(&self.name);
        let Some(last) = engine.stream_source(self.id()).map_err(failed)? else { return Ok(false) };
        for file in &self.files {
            for part in parts(file).unwrap_or_default() {
                if source(engine, &part) == Some(last) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Remembers the file that was read last.
    ///
    /// # Errors
    /// [`ImportError`] where the database cannot be written.
    pub fn remember_last(&self, engine: &Engine, source: SourceId) -> Result<(), ImportError> {
        engine.remember_stream(self.id(), source).map_err(|e| Fault::Store(e).of(&self.name))
    }
}

/// Under which name a file is known, or would be.
pub(super) fn source(engine: &Engine, part: &Part) -> Option<SourceId> {
    let reader = Reader::open(part, resume::reading(engine, true)).ok()?;
    let reached = resume::reached(engine, part, &reader).ok()?;
    Some(reached.map_or(reader.source(), |r| r.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_logs_each_from_its_oldest_file_on() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "log.csv", "log.csv.1", "log.csv.2.gz", ".hidden", "a-10.csv", "a-9.csv"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(folder.path().join("deeper")).unwrap();
        let names = |streams: Vec<Stream>| -> Vec<Vec<String>> {
            let name = |p: &PathBuf| p.file_name().unwrap().to_str().unwrap().to_owned();
            streams.iter().map(|s| s.files.iter().map(name).collect()).collect()
        };
        let all = names(streams(&[folder.path().to_owned()]).unwrap());
        assert_eq!(
            all,
            [vec!["a-9.csv"], vec!["a-10.csv"], vec!["b.csv"], vec!["log.csv.2.gz", "log.csv.1", "log.csv"]]
        );
        let some = names(streams(&[folder.path().join("*.csv*")]).unwrap());
        assert_eq!(some, all);
        assert_eq!(
            names(vec![Stream {
                name: PathBuf::new(),
                files: rotated_beside(&folder.path().join("log.csv")),
                found: true
            }]),
            [vec!["log.csv.2.gz", "log.csv.1"]]
        );
    }

    #[test]
    fn what_has_no_files_is_said_and_what_is_a_file_is_no_pattern() {
        let folder = tempfile::tempdir().unwrap();
        let fault = |path: PathBuf| streams(&[path]).map_err(|e| e.fault);
        assert_eq!(fault(folder.path().to_owned()), Err(Fault::NoFiles));
        assert_eq!(fault(folder.path().join("*.csv")), Err(Fault::NoMatch));
        let odd = folder.path().join("walk[1].csv");
        std::fs::write(&odd, "x").unwrap();
        assert_eq!(fault(odd.clone()).unwrap()[0].files, [odd]);
        let missing = folder.path().join("none.csv");
        assert_eq!(fault(missing.clone()).unwrap()[0].files, [missing]);
    }
}
