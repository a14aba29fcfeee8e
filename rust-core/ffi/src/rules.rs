//! Zones and lists: what must not be recorded.

use engine::engine::Rules;

use crate::coverage::pack_outlines;

/// A zone, for its owner's eyes.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ZoneRow {
    /// Its number.
    pub id: i64,
    /// Its hexagons, packed as `coverage.rs` says of outlines.
    pub outlines: Vec<u8>,
}

/// What must not be recorded, as the user set it up.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PrivacyRules {
    /// Zones, oldest first.
    pub zones: Vec<ZoneRow>,
    /// Addresses, with colons.
    pub addresses: Vec<String>,
    /// Parts of names; what is not UTF-8 is shown with replacement characters.
    pub names: Vec<String>,
}

/// What adding a zone did to the data that was already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ZoneResult {
    /// The zone's number.
    pub id: i64,
    /// Reports that lay in it and were deleted.
    pub reports_deleted: u64,
}

impl From<Rules> for PrivacyRules {
    fn from(rules: Rules) -> Self {
        let zone = |(id, cells): (i64, Vec<_>)| ZoneRow { id, outlines: pack_outlines(&cells) };
        Self {
            zones: rules.zones.into_iter().map(zone).collect(),
            addresses: rules.macs.iter().map(|mac| mac.to_wire()).collect(),
            names: rules.names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        }
    }
}
