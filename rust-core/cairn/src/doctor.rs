//! The doctor: looks a database over, its packs and vaults too, says in plain words what is wrong, and mends what can be mended
//! without loss.
//!
//! Works on files that nobody has open. Looking changes nothing; mending throws nothing away that can be read: where rows must
//! go, the file as it was stays beside the new one.

use std::path::{Path, PathBuf};

use crate::CoreError;
use crate::outbox::Stop;
use crate::store::doctor as store;

/// Something that a database's owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The file's structure is damaged.
    Structure {
        /// How many faults were found before looking ended.
        faults: u64,
        /// Only in indexes, which can be made anew from their tables.
        only_indexes: bool,
    },
    /// Reports and imports belong to trips that are gone.
    LostTrips {
        /// How many.
        rows: u64,
    },
    /// Rows refer to rows that are gone.
    References {
        /// How many.
        rows: u64,
    },
    /// Running counts differ from what is counted.
    Counts {
        /// How many counts.
        wrong: u64,
    },
    /// Made by an older Cairn.
    OldSchema {
        /// Its version.
        found: u32,
        /// This Cairn's.
        known: u32,
    },
    /// Batches were on their way when the uploading process ended.
    LeasesOver {
        /// How many.
        batches: u64,
    },
    /// Batches have no reports left.
    EmptyBatches {
        /// How many.
        batches: u64,
    },
    /// Reports wait with a batch that is gone, and would wait for ever.
    LostBatch {
        /// How many reports.
        reports: u64,
    },
    /// The outbox waits to send reports that are gone.
    NothingToSend {
        /// How many.
        rows: u64,
    },
    /// A process that was killed left files beside the database: parts of it in clear, or a backup that was never sent.
    LeftBehind {
        /// How many.
        files: u64,
    },
    /// A service refused reports, which are kept aside.
    Quarantined {
        /// Its address.
        service: String,
        /// How many reports.
        reports: u64,
    },
    /// Nothing is sent to a service until its user acts.
    Stopped {
        /// Its address.
        service: String,
        /// Why.
        stop: Stop,
    },
}

impl Finding {
    /// Whether something is broken, rather than only to be known.
    pub fn is_fault(&self) -> bool {
        match self {
            Self::Structure { .. }
            | Self::LostTrips { .. }
            | Self::References { .. }
            | Self::Counts { .. }
            | Self::LostBatch { .. }
            | Self::NothingToSend { .. } => true,
            Self::OldSchema { .. }
            | Self::LeasesOver { .. }
            | Self::EmptyBatches { .. }
            | Self::LeftBehind { .. }
            | Self::Quarantined { .. }
            | Self::Stopped { .. } => false,
        }
    }

    /// Whether [`mend`] does something about it.
    pub fn can_be_mended(&self) -> bool {
        !matches!(self, Self::Quarantined { .. } | Self::Stopped { .. })
    }

    /// One word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Structure { only_indexes: false, .. } => "structure",
            Self::Structure { only_indexes: true, .. } => "indexes",
            Self::LostTrips { .. } => "lostTrips",
            Self::References { .. } => "references",
            Self::Counts { .. } => "counts",
            Self::OldSchema { .. } => "oldSchema",
            Self::LeasesOver { .. } => "leasesOver",
            Self::EmptyBatches { .. } => "emptyBatches",
            Self::LostBatch { .. } => "lostBatch",
            Self::NothingToSend { .. } => "nothingToSend",
            Self::LeftBehind { .. } => "leftBehind",
            Self::Quarantined { .. } => "quarantined",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// What is the matter, and what mending does about it.
    pub fn describe(&self) -> String {
        match self {
            Self::Structure { faults, only_indexes: false } => format!(
                "the file is damaged ({faults} faults found); mending sets it aside as it is and saves every row that can be read into \
                 a new one"
            ),
            Self::Structure { faults, .. } => {
                format!("{faults} faults in indexes, none in what they list; mending makes the indexes anew")
            }
            Self::LostTrips { rows } => {
                format!(
                    "{rows} reports and imports belong to trips that are gone; mending gives them trips of their own"
                )
            }
            Self::References { rows } => format!(
                "{rows} rows refer to others that are gone; mending keeps a copy of the file as it is and takes them out"
            ),
            Self::Counts { wrong } => format!("{wrong} running counts are wrong; mending counts anew"),
            Self::OldSchema { found, known } => format!(
                "it is of schema version {found}, made by an older Cairn; mending, or using it, brings it to version {known}"
            ),
            Self::LeasesOver { batches } => format!(
                "{batches} batches were on their way when the uploading process ended; they are sent again, so a service may have \
                 some reports twice"
            ),
            Self::EmptyBatches { batches } => {
                format!("{batches} batches have no reports left; mending, or the next upload, takes them away")
            }
            Self::LostBatch { reports } => {
                format!(
                    "{reports} reports wait with a batch that is gone and would never be sent; mending lets them wait by themselves"
                )
            }
            Self::NothingToSend { rows } => {
                format!("the outbox waits to send {rows} reports that are gone; mending forgets them")
            }
            Self::LeftBehind { files } => {
                format!("{files} files of a backup or import that was killed lie beside it; mending takes them away")
            }
            Self::Quarantined { service, reports } => {
                format!("{service} refused {reports} reports, which are kept aside; export or re-send them")
            }
            Self::Stopped { service, stop } => format!("nothing is sent to {service}: {}", stop.describe()),
        }
    }
}

/// What was found in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Its schema version, where that can be read.
    pub schema: Option<u32>,
    /// Another process has it open: its uploads were not looked at.
    pub in_use: bool,
    /// What is to be said.
    pub found: Vec<Finding>,
}

impl Examined {
    /// Whether nothing is broken.
    pub fn is_sound(&self) -> bool {
        !self.found.iter().any(Finding::is_fault)
    }
}

/// What was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Where the database is kept as it was, where rows had to go.
    pub kept: Option<PathBuf>,
    /// How it is now.
    pub now: Examined,
}

/// Looks a database over without changing anything.
///
/// # Errors
/// [`CoreError::NewerData`], [`CoreError::Damaged`] where it is another program's, [`CoreError::ReadOnly`] where it cannot be read.
pub fn examine(path: &Path) -> Result<Examined, CoreError> {
    let in_use = store::is_in_use(path)?;
    let (schema, found) = store::examine(path, in_use)?;
    Ok(Examined { schema, in_use, found })
}

/// Copies a database that nobody has open, with all its faults, so that they can be looked at and mended there.
///
/// # Errors
/// [`CoreError::Locked`] where somebody has it open, [`CoreError::BadInput`] where there is something at `to` already.
pub fn copy(path: &Path, to: &Path) -> Result<(), CoreError> {
    if to.exists() {
        return Err(CoreError::BadInput(format!("{}: there is something already", to.display())));
    }
    Ok(store::copy(path, to)?)
}

/// The region packs that a database uses.
///
/// # Errors
/// As [`examine`].
pub fn packs(path: &Path) -> Result<Vec<PathBuf>, CoreError> {
    Ok(store::packs(path)?)
}

/// Mends what was found.
///
/// # Errors
/// [`CoreError::Locked`] where somebody has it open, [`CoreError::DiskFull`], [`CoreError::ReadOnly`].
pub fn mend(path: &Path, examined: &Examined) -> Result<Mended, CoreError> {
    let mut kept = store::mend(path, &examined.found)?;
    let mut now = examine(path)?;
    if now.found.iter().any(Finding::can_be_mended) {
        // What an older schema has not, or what could not be read, is looked at only now.
        let also = store::mend(path, &now.found)?;
        kept = kept.or(also);
        now = examine(path)?;
    }
    Ok(Mended { kept, now })
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
