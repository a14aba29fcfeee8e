//! What was learned, as a region pack that somebody else gets.

use std::path::Path;

use cairn::locate::{Learned, Memory};
use cairn::pack::{Builder, Options, Pack, PackError, StationSource};

/// What is settled of what was learned: a pack has no more than that.
pub fn settled(of: &Memory) -> Memory {
    let mut settled = of.clone();
    settled.retain(Learned::is_settled);
    settled
}

/// A pack of the access points that a memory knows, written to a file.
///
/// # Errors
/// Where the file cannot be written or read.
pub fn packed(memory: &Memory, path: &Path) -> Result<Pack, PackError> {
    let options = Options::everything(20_454, [5; 32]);
    let mut builder = Builder::new(path, options);
    for (key, learned) in memory.emitters() {
        if let Some(mac) = key.mac() {
            builder.add_station(&StationSource::learned(mac, &learned))?;
        }
    }
    builder.finish(&mut |_| true)?;
    Pack::open(path)
}
