//! Region packs: files of access points and cells that estimates use beside what the phone has learned itself.

use std::path::Path;

use engine::engine::PackView;

use crate::error::CoreException;
use crate::object::NativeCore;

/// A region pack that the user has chosen.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PackRow {
    /// The file.
    pub path: String,
    /// What is in it; null where it could not be opened.
    pub content: Option<PackContent>,
    /// Why it is not used, in English.
    pub fault: Option<String>,
}

/// What a pack holds, and what it says of itself.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PackContent {
    /// Which regions it is of.
    pub names: Vec<String>,
    /// Where its data comes from.
    pub sources: Vec<String>,
    /// Under which terms it may be passed on.
    pub licences: Vec<String>,
    /// Access points.
    pub stations: u64,
    /// Cells.
    pub cells: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The day it was made, since 1970-01-01.
    pub built_day: i32,
}

impl From<PackView> for PackRow {
    fn from(view: PackView) -> Self {
        let content = view.info.map(|info| {
            let texts = |of: fn(&engine::pack::Notes) -> &String| {
                let all = info.notes.iter().map(of).filter(|text| !text.is_empty());
                all.cloned().collect()
            };
            PackContent {
                names: texts(|notes| &notes.name),
                sources: texts(|notes| &notes.source),
                licences: texts(|notes| &notes.licence),
                stations: info.stations,
                cells: info.cells,
                bytes: info.bytes,
                built_day: info.built as i32,
            }
        });
        let path = view.path.to_string_lossy().into_owned();
        Self { path, content, fault: view.fault.map(|fault| fault.to_string()) }
    }
}

#[uniffi::export]
impl NativeCore {
    /// The packs there are, and what is wrong with those that are not used.
    pub fn packs(&self) -> Vec<PackRow> {
        self.engine.packs().into_iter().map(Into::into).collect()
    }

    /// Has estimates use a pack, from now on and after every start.
    pub fn add_pack(&self, path: &str) -> Result<PackRow, CoreException> {
        Ok(self.engine.add_pack(Path::new(path))?.into())
    }

    /// Uses a pack no more. The file stays.
    pub fn remove_pack(&self, path: &str) -> Result<(), CoreException> {
        Ok(self.engine.remove_pack(Path::new(path))?)
    }
}
