//! Which formats there are, and which one a file has: told by how it begins.

use super::{csv, table};
use crate::exchange::{Fault, KML_BEGINS};

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `WiGLE`'s CSV, 1.4 and 1.6.
    Wigle,
    /// `WiGLE`'s KML: networks.
    WigleKml,
    /// KML that Cairn wrote: reports.
    Kml,
    /// GPX 1.0 and 1.1: track points.
    Gpx,
    /// Bodies of geosubmit, version 2, and items of version 1.
    Geosubmit,
    /// The lines of `NeoStumbler`'s CSV.
    NeoStumbler,
    /// `NeoStumbler`'s database.
    NeoStumblerDatabase,
    /// Tower Collector's CSV, of either kind.
    TowerCollector,
    /// Exports of cells: Mozilla's location service, `OpenCellID`.
    Cells,
    /// What microG has learned: WiFi or cells.
    Microg,
    /// Kismet's database log.
    Kismet,
    /// Kismet's netxml.
    Netxml,
}

impl Format {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 12] = [
        Self::Wigle,
        Self::WigleKml,
        Self::Kml,
        Self::Gpx,
        Self::Geosubmit,
        Self::NeoStumbler,
        Self::NeoStumblerDatabase,
        Self::TowerCollector,
        Self::Cells,
        Self::Microg,
        Self::Kismet,
        Self::Netxml,
    ];

    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wigle => "WiGLE CSV",
            Self::WigleKml => "WiGLE KML",
            Self::Kml => "KML",
            Self::Gpx => "GPX",
            Self::Geosubmit => "geosubmit JSON",
            Self::NeoStumbler => "NeoStumbler CSV",
            Self::NeoStumblerDatabase => "NeoStumbler database",
            Self::TowerCollector => "Tower Collector CSV",
            Self::Cells => "MLS/OpenCellID CSV",
            Self::Microg => "microG CSV",
            Self::Kismet => "Kismet log",
            Self::Netxml => "Kismet netxml",
        }
    }

    /// The word for it in the store and in machine-readable output; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wigle => "wigle_csv",
            Self::WigleKml => "wigle_kml",
            Self::Kml => "kml",
            Self::Gpx => "gpx",
            Self::Geosubmit => "geosubmit",
            Self::NeoStumbler => "neostumbler_csv",
            Self::NeoStumblerDatabase => "neostumbler_db",
            Self::TowerCollector => "tower_collector_csv",
            Self::Cells => "cells_csv",
            Self::Microg => "microg_csv",
            Self::Kismet => "kismet_db",
            Self::Netxml => "kismet_netxml",
        }
    }

    /// Whether it tells where emitters are thought to be, rather than where something was heard: then it is learned from and
    /// never becomes reports.
    pub const fn is_estimates(self) -> bool {
        matches!(self, Self::WigleKml | Self::Cells | Self::Microg | Self::Netxml)
    }

    /// What a file is that begins so.
    pub(super) fn of(start: &[u8]) -> Result<Self, Fault> {
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Err(Fault::Utf16);
        }
        let text = start.strip_prefix(table::BOM).unwrap_or(start).trim_ascii_start();
        match text {
            [] => Err(Fault::Empty),
            [b'{', ..] => Ok(Self::Geosubmit),
            [b'<', ..] => match root(text) {
                b"gpx" => Ok(Self::Gpx),
                b"kml" if start.windows(KML_BEGINS.len()).any(|w| w == KML_BEGINS) => Ok(Self::Kml),
                b"kml" => Ok(Self::WigleKml),
                b"detection-run" => Ok(Self::Netxml),
                _ => Err(Fault::UnknownFormat),
            },
            _ => csv::told(start),
        }
    }
}

/// The name of the first element of XML, without its prefix.
fn root(text: &[u8]) -> &[u8] {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
    let begin = text.windows(2).position(|pair| pair[0] == b'<' && pair[1].is_ascii_alphabetic());
    let Some(name) = begin.map(|i| &text[i + 1..]) else { return b"" };
    let name = &name[..name.iter().position(|b| !is_name(b)).unwrap_or(name.len())];
    name.rsplit(|b| *b == b':').next().unwrap_or(name)
}
