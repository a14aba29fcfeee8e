//! What microG imports as its own knowledge: CSV packed with gzip, one line per emitter (location-services.md, D.1).

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::engine::LearnedEmitter;
use crate::exchange::ExportError;
use crate::model::EmitterKind;

/// Writes the lines that `tell` tells of emitters of one kind.
///
/// Addresses are twelve digits and radios their names in capitals, as microG writes and reads them itself. It reads a line by
/// splitting at commas and stops at the first with another number of fields: nothing here may be quoted.
pub fn microg(
    out: &mut dyn Write,
    kind: EmitterKind,
    tell: impl FnOnce(&mut dyn FnMut(&LearnedEmitter) -> io::Result<()>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut packed = GzEncoder::new(out, Compression::default());
    writeln!(
        packed,
        "{}",
        if kind == EmitterKind::Cell { "mcc,mnc,type,lac,cid,psc,lat,lon,alt" } else { "mac,lat,lon,alt" }
    )?;
    tell(&mut |emitter| line(&mut packed, emitter))?;
    packed.finish()?;
    Ok(())
}

fn line(out: &mut impl Write, emitter: &LearnedEmitter) -> io::Result<()> {
    let place = emitter.learned.place();
    if let Some(cell) = emitter.cell {
        let radio = cell.radio().wire().to_ascii_uppercase();
        write!(out, "{},{},{radio},{},{},", cell.mcc(), cell.mnc(), cell.area(), cell.cell())?;
        if let Some(physical) = emitter.physical {
            write!(out, "{physical}")?;
        }
    } else if let Some(mac) = emitter.key.mac() {
        write!(out, "{:012x}", mac.to_u64())?;
    }
    // How high it stands is not learned.
    writeln!(out, ",{:.7},{:.7},", place.lat(), place.lon())
}
