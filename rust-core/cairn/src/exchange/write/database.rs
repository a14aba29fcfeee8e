//! A database of Cairn's own, made to be kept or given away: what it holds and what not stands in `schemas/exchange/out.md`.

use std::path::Path;

use crate::engine::Engine;
use crate::exchange::export::Count;
use crate::exchange::{ExportError, ExportOptions, Watch};

/// Writes the copy to a path at which nothing is; answers how many reports are in it.
pub fn database(engine: &Engine, options: ExportOptions, path: &Path, watch: Watch<'_>) -> Result<u64, ExportError> {
    let mut count = Count { rows: 0, watch };
    engine.copy_to(path, options.selection, options.filter, &mut || count.one())?;
    (count.watch)(count.rows);
    Ok(count.rows)
}
