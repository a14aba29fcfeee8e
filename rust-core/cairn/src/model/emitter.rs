//! What can be heard: access points, beacons, cells.

use std::fmt;

use super::{CellKey, Mac};

/// The kinds of emitter, as the ledger counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EmitterKind {
    /// A WiFi access point (one BSSID).
    Wifi,
    /// A cell of a mobile network.
    Cell,
    /// A Bluetooth beacon.
    Beacon,
}

/// An emitter's name as one number, for database and maps: kind in bits 61 and 62, a MAC or a 61-bit hash of a cell below.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmitterKey(i64);

const KIND_SHIFT: u32 = 61;

impl EmitterKey {
    /// No cell has a lesser key, and no other emitter a greater one.
    pub(crate) const FIRST_CELL: Self = Self(2 << KIND_SHIFT);

    /// The key of an access point.
    pub const fn wifi(mac: Mac) -> Self {
        Self(mac.to_u64() as i64)
    }

    /// The key of a beacon.
    pub const fn beacon(mac: Mac) -> Self {
        Self(1 << KIND_SHIFT | mac.to_u64() as i64)
    }

    /// The key of a cell.
    pub fn cell(cell: CellKey) -> Self {
        Self(2 << KIND_SHIFT | cell.hash61() as i64)
    }

    /// A key read back from the store; none where the number was not made by this type.
    pub const fn from_i64(value: i64) -> Option<Self> {
        let low = value & ((1 << KIND_SHIFT) - 1);
        match value >> KIND_SHIFT {
            0 | 1 if low >> 48 == 0 => Some(Self(value)),
            2 => Some(Self(value)),
            _ => None,
        }
    }

    /// The key as the store keeps it; never negative.
    pub const fn to_i64(self) -> i64 {
        self.0
    }

    /// Which kind of emitter it names.
    pub const fn kind(self) -> EmitterKind {
        match self.0 >> KIND_SHIFT {
            0 => EmitterKind::Wifi,
            1 => EmitterKind::Beacon,
            _ => EmitterKind::Cell,
        }
    }

    /// The hardware address, for access points and beacons.
    pub fn mac(self) -> Option<Mac> {
        match self.kind() {
            EmitterKind::Cell => None,
            _ => Mac::from_u64((self.0 & ((1 << KIND_SHIFT) - 1)) as u64).ok(),
        }
    }
}

impl fmt::Debug for EmitterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmitterKey({:?}, ..)", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Radio;

    #[test]
    fn kinds_do_not_collide_and_survive_the_store() {
        let mac = Mac::from_u64((1 << 48) - 1).unwrap();
        let cell = CellKey::new(Radio::Nr, 244, 91, 7, 1 << 33).unwrap();
        for (key, kind, address) in [
            (EmitterKey::wifi(mac), EmitterKind::Wifi, Some(mac)),
            (EmitterKey::beacon(mac), EmitterKind::Beacon, Some(mac)),
            (EmitterKey::cell(cell), EmitterKind::Cell, None),
        ] {
            assert_eq!((key.kind(), key.mac()), (kind, address));
            assert_eq!(EmitterKey::from_i64(key.to_i64()), Some(key));
        }
        assert_eq!(EmitterKey::from_i64(-1), None);
        assert_eq!(EmitterKey::from_i64(1 << 50), None);
        assert_eq!(EmitterKey::from_i64(3 << KIND_SHIFT), None);
    }
}
