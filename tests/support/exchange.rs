//! Reads files as an import does, and writes what stands in them in one line each.

use std::fmt::Write as _;
use std::path::Path;

use cairn::exchange::{Estimate, Estimated, ImportError, Item, Reader, Reading, Row, parts};
use cairn::model::{CellIdentity, Detail, Millis};

/// What no sample is later than: 2026-01-01.
pub const NOW: Millis = Millis(1_767_225_600_000);

/// Reads a file, or all files of an archive, to their ends; `each` is told every item. The one way in for tests of damage.
///
/// # Errors
/// The first [`ImportError`].
pub fn read_all(path: &Path, scratch: &Path, each: &mut dyn FnMut(Item)) -> Result<(), ImportError> {
    let reading = Reading { now: NOW, scratch, growing: false, onlooker: None };
    for part in parts(path)? {
        let mut reader = Reader::open(&part, reading)?;
        while let Some(item) = reader.next_item()? {
            each(item);
        }
    }
    Ok(())
}

/// One item in words: made up, so that it may be shown.
#[must_use]
pub fn words(item: &Item) -> String {
    match item {
        Item::Row(row) => row_words(row),
        Item::Estimate(estimate) => estimate_words(estimate),
        Item::Bad(why, line) => format!("line {line}: {why}"),
    }
}

fn row_words(Row { fix, scan }: &Row) -> String {
    let mut text = format!("{} at {},{}", fix.utc.0, fix.place.lat(), fix.place.lon());
    let mut add = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            let _ = write!(text, " {name} {value}");
        }
    };
    add("accuracy", fix.accuracy.map(|m| m.0));
    add("altitude", fix.altitude.map(|m| m.0));
    add("±", fix.altitude_accuracy.map(|m| m.0));
    add("speed", fix.speed);
    add("heading", fix.heading);
    add("pressure", fix.pressure);
    let _ = write!(text, " {}", fix.source.wire());
    for w in &scan.wifi {
        let _ = write!(
            text,
            "\n  wifi {} {:?} {:?} dBm {:?} MHz {:?} at {}",
            w.mac.to_wire(),
            w.ssid.to_text(),
            w.signal.map(|s| s.0),
            w.frequency_mhz,
            w.standard,
            w.mono.0
        );
    }
    for c in &scan.cells {
        let _ = write!(
            text,
            "\n  cell {} serving {} {:?} dBm asu {:?} advance {:?} physical {:?} arfcn {:?} at {}",
            identity(c.identity),
            c.serving,
            c.signal.map(|s| s.0),
            c.asu,
            c.timing_advance,
            c.physical,
            c.arfcn,
            c.mono.0
        );
    }
    for b in &scan.beacons {
        let (mac, signal) = (b.mac.to_wire(), b.signal.map(|s| s.0));
        let _ = write!(text, "\n  beacon {mac} {signal:?} dBm {:?} at {}", b.format, b.mono.0);
    }
    if scan.unreadable > 0 {
        let _ = write!(text, "\n  unreadable {}", scan.unreadable);
    }
    text
}

fn identity(cell: CellIdentity) -> String {
    let CellIdentity { radio, mcc, mnc, area, cell } = cell;
    let parts = [mcc.map(u64::from), mnc.map(u64::from), area.map(u64::from), cell];
    let parts: Vec<_> = parts.iter().map(|p| p.map_or("?".to_owned(), |n| n.to_string())).collect();
    format!("{} {}", radio.wire(), parts.join("-"))
}

fn estimate_words(estimate: &Estimate) -> String {
    let emitter = match &estimate.emitter {
        Estimated::Wifi { mac, name } => {
            format!("wifi {} {:?}", mac.to_wire(), name.as_ref().map(cairn::model::Ssid::to_text))
        }
        Estimated::Cell(key) => format!("cell {}", identity(identity_of(*key))),
        Estimated::Beacon(mac) => format!("beacon {}", mac.to_wire()),
    };
    format!(
        "estimate {emitter} at {},{} radius {:?} samples {:?} heard {:?}",
        estimate.place.lat(),
        estimate.place.lon(),
        estimate.radius.map(|r| r.0.round()),
        estimate.samples,
        estimate.heard.map(|t| t.0)
    )
}

fn identity_of(key: cairn::model::CellKey) -> CellIdentity {
    CellIdentity {
        radio: key.radio(),
        mcc: Some(key.mcc().into()),
        mnc: Some(key.mnc().into()),
        area: Some(key.area()),
        cell: Some(key.cell()),
    }
}

/// How many of a report's sightings are of each kind: access points, cells, beacons.
#[must_use]
pub fn kinds(sightings: &[cairn::model::Sighting]) -> [usize; 3] {
    let count = |is: fn(&Detail) -> bool| sightings.iter().filter(|s| is(&s.detail)).count();
    [
        count(|d| matches!(d, Detail::Wifi { .. })),
        count(|d| matches!(d, Detail::Cell { .. })),
        count(|d| matches!(d, Detail::Beacon { .. })),
    ]
}
