//! What a pack makes of a hardware address: numbers that say nothing of it to who does not know it.
//!
//! All come from SipHash-2-4 (Aumasson and Bernstein 2012) under the pack's own key, so that tables made for one pack are of no
//! use for another.

use siphasher::sip128::SipHasher24;

use crate::model::Mac;

/// A pack's key, and how often it is applied.
#[derive(Clone)]
pub(super) struct Cipher {
    hasher: SipHasher24,
    stretch: u8,
}

/// An address as a pack knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Evenly spread: decides where in the pack it would be.
    pub hash: u64,
    /// Hides what stands there.
    pub pad: u64,
}

/// More doublings than this take a phone seconds for one scan.
pub const MAX_STRETCH: u8 = 20;

/// First byte of what is hashed: the purposes' numbers have nothing to do with each other.
const NAME: u8 = 0;
const AGAIN: u8 = 1;
const DEVICE: u8 = 2;
const TILE: u8 = 3;
const SPOT: u8 = 4;

impl Cipher {
    pub fn new(key: &[u8; 16], stretch: u8) -> Self {
        Self { hasher: SipHasher24::new_with_key(key), stretch }
    }

    /// Of a purpose's number and what follows it.
    fn hash(&self, message: &[u8]) -> (u64, u64) {
        let both = self.hasher.hash(message);
        (both.h1, both.h2)
    }

    /// The name of an address. Hashed 2^stretch times in a row: so much longer takes each guess.
    pub fn name(&self, mac: Mac) -> Name {
        let [a, b, c, d, e, f, ..] = mac.to_u64().to_le_bytes();
        let (mut hash, mut pad) = self.hash(&[NAME, a, b, c, d, e, f]);
        for _ in 1..1_u32 << self.stretch {
            let mut both = [AGAIN; 17];
            both[1..9].copy_from_slice(&hash.to_le_bytes());
            both[9..].copy_from_slice(&pad.to_le_bytes());
            (hash, pad) = self.hash(&both);
        }
        Name { hash, pad }
    }

    /// A number from 1 to `field` - 1 for the device that an address belongs to: all networks of a device have one, so that
    /// they count as one witness.
    pub fn device(&self, mac: Mac, field: u32) -> u32 {
        let mut bytes = [DEVICE; 9];
        bytes[1..].copy_from_slice(&body(mac).to_le_bytes());
        let (hash, _) = self.hash(&bytes);
        1 + (hash % u64::from(field - 1)) as u32
    }

    /// What a tile's slope leaves as remainder (see `line`).
    pub fn remainder(&self, tile: u32) -> u32 {
        let [a, b, c, d] = tile.to_le_bytes();
        self.hash(&[TILE, a, b, c, d]).0 as u32
    }

    /// What hides an address's spot within its tile from who does not know the tile's line.
    pub fn spot_pad(&self, mac: Mac, tile: u32, slope: u32) -> u64 {
        let mut bytes = [SPOT; 15];
        bytes[1..7].copy_from_slice(&mac.to_u64().to_le_bytes()[..6]);
        bytes[7..11].copy_from_slice(&tile.to_le_bytes());
        bytes[11..].copy_from_slice(&slope.to_le_bytes());
        self.hash(&bytes).0
    }
}

/// What the addresses of one device have in common: vendors number its networks in the last digit, or mark the first octet as
/// made up, and keep the rest.
pub(super) const fn body(mac: Mac) -> u64 {
    const FIRST_OCTET: u64 = 0xff << 40;
    const LAST_DIGIT: u64 = 0x0f;
    mac.to_u64() & !FIRST_OCTET & !LAST_DIGIT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(text: &str) -> Mac {
        Mac::parse(text).unwrap()
    }

    #[test]
    fn names_never_change_between_releases_and_depend_on_key_and_stretch() {
        let address = mac("00:1a:2b:3c:4d:5e");
        let name = Cipher::new(&[7; 16], 0).name(address);
        assert_eq!(name, Cipher::new(&[7; 16], 0).name(address));
        assert_ne!(name, Cipher::new(&[8; 16], 0).name(address));
        assert_ne!(name, Cipher::new(&[7; 16], 1).name(address));
    }

    #[test]
    fn the_networks_of_one_device_are_one() {
        let cipher = Cipher::new(&[7; 16], 0);
        let device = |text| cipher.device(mac(text), 65_537);
        assert_eq!(device("00:1a:2b:3c:4d:5e"), device("02:1a:2b:3c:4d:51"));
        assert_ne!(device("00:1a:2b:3c:4d:5e"), device("00:1a:2b:3c:4d:6e"));
    }
}
