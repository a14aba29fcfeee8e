//! Cells of mobile networks: what is heard of one, and what it takes to name one for good.

use std::fmt;
use std::hash::{Hash, Hasher};

use thiserror::Error;

/// A generation of mobile radio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Radio {
    /// 2G.
    Gsm,
    /// 3G (UMTS, HSPA and TD-SCDMA: services know them by this one name).
    Wcdma,
    /// 4G.
    Lte,
    /// 5G.
    Nr,
}

impl Radio {
    /// The word for it on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Gsm => "gsm",
            Self::Wcdma => "wcdma",
            Self::Lte => "lte",
            Self::Nr => "nr",
        }
    }

    /// Reads the names that services, exports and other stumblers use, in either case. CDMA is none of them: no service takes it.
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gsm" => Some(Self::Gsm),
            "wcdma" | "umts" | "tdscdma" => Some(Self::Wcdma),
            "lte" => Some(Self::Lte),
            "nr" => Some(Self::Nr),
            _ => None,
        }
    }

    /// The largest area code (LAC, TAC): 65 533 as 65 534 and 65 535 mean "none" (3GPP TS 23.003), 24 bits for NR.
    pub const fn max_area(self) -> u32 {
        match self {
            Self::Nr => 0xFF_FFFE,
            _ => 65_533,
        }
    }

    /// The largest cell identity: 16 bits for GSM, 28 for WCDMA and LTE, 36 for NR.
    pub const fn max_cell(self) -> u64 {
        match self {
            Self::Gsm => 65_534,
            Self::Wcdma | Self::Lte => (1 << 28) - 2,
            Self::Nr => (1 << 36) - 2,
        }
    }

    /// The largest physical identity (scrambling code, PCI); none for GSM, which has no such thing.
    pub const fn max_physical(self) -> Option<u16> {
        match self {
            Self::Gsm => None,
            Self::Wcdma => Some(511),
            Self::Lte => Some(503),
            Self::Nr => Some(1007),
        }
    }
}

/// What was heard of a cell's identity: neighbours often give no more than the physical one. Numbers as the radio gave them,
/// placeholders such as `i32::MAX` included; [`CellKey::try_from`] tells which name a cell.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellIdentity {
    /// Generation.
    pub radio: Radio,
    /// Mobile country code, 1 to 999.
    pub mcc: Option<u32>,
    /// Mobile network code, 0 to 999.
    pub mnc: Option<u32>,
    /// LAC or TAC.
    pub area: Option<u32>,
    /// CI, UCI, ECI or NCI.
    pub cell: Option<u64>,
}

/// The worldwide name of one cell: complete and within the ranges of its generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellKey {
    radio: Radio,
    mcc: u16,
    mnc: u16,
    area: u32,
    cell: u64,
}

/// Why an identity does not name a cell. It does not repeat the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CellError {
    /// The country code is missing or outside 1 to 999.
    #[error("the country code is missing or out of range")]
    Country,
    /// The network code is missing or outside 0 to 999.
    #[error("the network code is missing or out of range")]
    Network,
    /// The area code is missing, a placeholder or out of the generation's range.
    #[error("the area code is missing or out of range")]
    Area,
    /// The cell identity is missing, a placeholder or out of the generation's range.
    #[error("the cell identity is missing or out of range")]
    Cell,
}

impl CellKey {
    /// Names a cell.
    ///
    /// # Errors
    /// [`CellError`] names the first part that is out of range (location-services.md, A.3 and 17 of the checklist).
    pub fn new(radio: Radio, mcc: u32, mnc: u32, area: u32, cell: u64) -> Result<Self, CellError> {
        Self::try_from(CellIdentity { radio, mcc: Some(mcc), mnc: Some(mnc), area: Some(area), cell: Some(cell) })
    }

    /// Generation.
    pub const fn radio(self) -> Radio {
        self.radio
    }

    /// Mobile country code, 1 to 999.
    pub const fn mcc(self) -> u16 {
        self.mcc
    }

    /// Mobile network code, 0 to 999.
    pub const fn mnc(self) -> u16 {
        self.mnc
    }

    /// LAC or TAC, from 1 on.
    pub const fn area(self) -> u32 {
        self.area
    }

    /// CI, UCI, ECI or NCI, from 1 on.
    pub const fn cell(self) -> u64 {
        self.cell
    }

    /// A stable 61-bit number for the cell, for use as a database key. Two cells share one with odds of 1 in 10^9 at 50 000 cells.
    pub fn hash61(self) -> u64 {
        hash61(&[self.radio as u64 + 1, u64::from(self.mcc), u64::from(self.mnc), u64::from(self.area), self.cell])
    }

    /// The same for the cell's area, all cells with one LAC or TAC.
    pub fn area_hash61(self) -> u64 {
        hash61(&[self.radio as u64 + 1, u64::from(self.mcc), u64::from(self.mnc), u64::from(self.area)])
    }
}

/// FNV-1a over the words' bytes, then the `SplitMix64` finaliser: both public domain, the same on every machine and release.
fn hash61(words: &[u64]) -> u64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn write(&mut self, bytes: &[u8]) {
            for &b in bytes {
                self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
            }
        }
        fn finish(&self) -> u64 {
            let mut z = self.0;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        }
    }
    let mut fnv = Fnv(0xcbf2_9ce4_8422_2325);
    for word in words {
        fnv.write(&word.to_le_bytes());
    }
    fnv.finish() >> 3
}

impl TryFrom<CellIdentity> for CellKey {
    type Error = CellError;

    fn try_from(heard: CellIdentity) -> Result<Self, CellError> {
        let radio = heard.radio;
        let mcc = heard.mcc.filter(|m| (1..=999).contains(m)).ok_or(CellError::Country)? as u16;
        let mnc = heard.mnc.filter(|m| *m <= 999).ok_or(CellError::Network)? as u16;
        let area = heard.area.filter(|a| (1..=radio.max_area()).contains(a)).ok_or(CellError::Area)?;
        // 65 535 is GSM's "unknown" and what a 3G cell cut to 16 bits looks like: of no use in any generation.
        let cell = heard.cell.filter(|c| (1..=radio.max_cell()).contains(c) && *c != 65_535).ok_or(CellError::Cell)?;
        Ok(Self { radio, mcc, mnc, area, cell })
    }
}

impl fmt::Debug for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellKey({}, ..)", self.radio.wire())
    }
}

impl fmt::Debug for CellIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellIdentity({}, ..)", self.radio.wire())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RADIOS: [Radio; 4] = [Radio::Gsm, Radio::Wcdma, Radio::Lte, Radio::Nr];

    #[test]
    fn placeholders_of_the_radio_do_not_name_a_cell() {
        let new = |area, cell| CellKey::new(Radio::Lte, 244, 5, area, cell);
        assert!(new(4711, 12_345_678).is_ok());
        for area in [0, 65_534, 65_535, i32::MAX as u32, u32::MAX] {
            assert_eq!(new(area, 1), Err(CellError::Area), "{area}");
        }
        for cell in [0, 65_535, (1 << 28) - 1, i32::MAX as u64, i64::MAX as u64, u64::MAX] {
            assert_eq!(new(1, cell), Err(CellError::Cell), "{cell}");
        }
        assert_eq!(CellKey::new(Radio::Lte, 0, 5, 1, 1), Err(CellError::Country));
        assert_eq!(CellKey::new(Radio::Lte, 244, 1000, 1, 1), Err(CellError::Network));
    }

    #[test]
    fn five_g_has_wider_areas_and_cells() {
        assert!(CellKey::new(Radio::Nr, 244, 5, 1 << 20, 1 << 34).is_ok());
        assert_eq!(CellKey::new(Radio::Lte, 244, 5, 1 << 20, 1), Err(CellError::Area));
    }

    #[test]
    fn the_database_key_never_changes_between_releases() {
        let key = CellKey::new(Radio::Lte, 244, 5, 4711, 12_345_678).unwrap();
        assert_eq!((key.hash61(), key.area_hash61()), (2_027_775_103_867_567_683, 1_912_667_342_259_236_640));
    }

    proptest! {
        #[test]
        fn whatever_is_heard_a_key_is_within_its_ranges_or_refused(
            radio in proptest::sample::select(&RADIOS[..]),
            mcc in proptest::option::of(any::<u32>()), mnc in proptest::option::of(0_u32..2000),
            area in proptest::option::of(any::<u32>()), cell in proptest::option::of(any::<u64>()),
        ) {
            if let Ok(key) = CellKey::try_from(CellIdentity { radio, mcc: mcc.map(|m| m % 1100), mnc, area, cell }) {
                prop_assert!((1..=999).contains(&key.mcc()) && key.mnc() <= 999);
                prop_assert!((1..=radio.max_area()).contains(&key.area()) && (1..=radio.max_cell()).contains(&key.cell()));
                prop_assert!(key.hash61() < 1 << 61);
            }
        }
    }
}
