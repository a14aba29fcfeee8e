//! Keeps reading files that grow, over their rotation, until it is told to stop.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::stream::{rotated_beside, source};
use super::{Fault, ImportError, ImportOptions, PartSummary, SourceId, Stream, import, parts, streams};
use crate::engine::Engine;

/// How long to follow.
#[derive(Clone, Copy, Debug)]
pub struct Follow {
    /// Time between two looks at the files.
    pub every: Duration,
    /// Ends after this.
    pub until: Option<Duration>,
    /// Ends where nothing new has come for this long.
    pub idle: Option<Duration>,
}

/// What happens on the way.
#[derive(Clone, Copy, Debug)]
pub enum Followed<'a> {
    /// Rows were taken in.
    Read(&'a PartSummary),
    /// A file cannot be read, or not further; told again only when it has changed.
    Failed(&'a ImportError),
    /// The file that was read last of a stream is gone: what was written to it after that is not in.
    Lost(&'a Stream),
}

/// Follows what a user named: files with what their rotation leaves behind from now on, folders, patterns. Ends when `cancel` is
/// set, between two chunks, or as `follow` says.
///
/// # Errors
/// [`ImportError`] where the database does not take any more. What is wrong with files is told and does not end it.
pub fn follow(
    engine: &Engine,
    named: &[PathBuf],
    options: ImportOptions,
    follow: Follow,
    told: &mut dyn FnMut(Followed<'_>),
    cancel: &AtomicBool,
) -> Result<(), ImportError> {
    let begun = Instant::now();
    let mut news = begun;
    let mut following = Following {
        engine,
        options: ImportOptions { growing: true, ..options },
        stamps: HashMap::new(),
        strangers: HashSet::new(),
        last: HashMap::new(),
        is_first: true,
    };
    loop {
        if following.look(named, told, cancel)? {
            news = Instant::now();
        }
        let is_over = |limit: Option<Duration>, since: Instant| limit.is_some_and(|limit| since.elapsed() >= limit);
        if cancel.load(Ordering::Relaxed) || is_over(follow.until, begun) || is_over(follow.idle, news) {
            return Ok(());
        }
        std::thread::sleep(follow.every);
    }
}

struct Following<'a> {
    engine: &'a Engine,
    options: ImportOptions,
    /// Sizes and times of files when they were read last.
    stamps: HashMap<PathBuf, (u64, Option<SystemTime>)>,
    /// Files beside a log that had been there before it was followed and are not known: they are not what was meant.
    strangers: HashSet<SourceId>,
    /// The file that was read last of each stream.
    last: HashMap<PathBuf, SourceId>,
    is_first: bool,
}

impl Following<'_> {
    /// Looks at all files once; answers whether there was something new.
    fn look(
        &mut self,
        named: &[PathBuf],
        told: &mut dyn FnMut(Followed<'_>),
        cancel: &AtomicBool,
    ) -> Result<bool, ImportError> {
        let mut news = false;
        for name in named {
            // A folder or a pattern that has no files yet may have some later.
            for mut stream in streams(std::slice::from_ref(name)).unwrap_or_default() {
                if !stream.found {
                    let old = rotated_beside(name).into_iter().filter(|path| self.is_meant(path)).collect::<Vec<_>>();
                    stream.files.splice(..0, old);
                }
                if self.is_first && stream.has_lost_its_last(self.engine)? {
                    told(Followed::Lost(&stream));
                }
                for (index, file) in stream.files.iter().enumerate() {
                    let before = self.last.get(&stream.name).copied();
                    // Only the newest is still being written.
                    self.options.growing = index + 1 == stream.files.len();
                    news |= self.read(file, &stream, told, cancel)?;
                    let now = self.last.get(&stream.name).copied();
                    if let Some(source) = now.filter(|_| now != before) {
                        stream.remember_last(self.engine, source)?;
                    }
                    if cancel.load(Ordering::Relaxed) {
                        return Ok(true);
                    }
                }
            }
        }
        self.is_first = false;
        Ok(news)
    }

    /// Whether what rotation left behind is a part of what is followed: known, or rotated while it was followed.
    fn is_meant(&mut self, path: &Path) -> bool {
        let Some(source) = parts(path).ok().and_then(|parts| source(self.engine, parts.first()?)) else { return false };
        let is_known = self.engine.import_place(source).is_ok_and(|place| place.is_some());
        if self.is_first && !is_known {
            self.strangers.insert(source);
        }
        !self.strangers.contains(&source)
    }

    /// Reads a file as far as it is there, where it has changed.
    fn read(
        &mut self,
        file: &Path,
        stream: &Stream,
        told: &mut dyn FnMut(Followed<'_>),
        cancel: &AtomicBool,
    ) -> Result<bool, ImportError> {
        let stamp = std::fs::metadata(file).ok().map(|about| (about.len(), about.modified().ok()));
        if stamp.is_some() && self.stamps.get(file) == stamp.as_ref() {
            return Ok(false);
        }
        let mut news = false;
        let parts = match parts(file) {
            Ok(parts) => parts,
            Err(error) => {
                if self.is_to_be_told(&error, file, stream) {
                    told(Followed::Failed(&error));
                }
                Vec::new()
            }
        };
        for part in &parts {
            match import::run_part(self.engine, part, self.options, &mut |_| (), cancel) {
                Ok(summary) => {
                    if summary.rows > 0 || summary.estimates > 0 {
                        self.last.insert(stream.name.clone(), summary.source);
                    }
                    if !summary.is_nothing_new() && summary.has_read() {
                        news = true;
                        told(Followed::Read(&summary));
                    }
                }
                Err(ImportError { fault: Fault::Cancelled, .. }) => return Ok(true),
                Err(error) if error.fault.ends_all() => return Err(error),
                Err(error) if self.is_to_be_told(&error, file, stream) => told(Followed::Failed(&error)),
                Err(_) => {}
            }
        }
        match stamp {
            Some(stamp) => self.stamps.insert(file.to_owned(), stamp),
            None => self.stamps.remove(file),
        };
        Ok(news)
    }

    /// Whether a fault is news: a log that was just begun, or moved away to begin another, has none.
    fn is_to_be_told(&self, error: &ImportError, file: &Path, stream: &Stream) -> bool {
        match error.fault {
            Fault::Empty => false,
            Fault::NotFound => self.is_first,
            Fault::UnknownFormat | Fault::Heading => {
                !stream.found
                    && std::fs::read(file).is_ok_and(|bytes| bytes.iter().filter(|b| **b == b'\n').nth(1).is_some())
            }
            _ => true,
        }
    }
}
