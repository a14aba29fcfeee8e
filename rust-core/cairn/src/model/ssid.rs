//! WiFi network names, and what they ask of those who hear them.

use std::fmt;

use smallvec::SmallVec;

/// A network name as it was on the air: bytes, mostly but not always UTF-8, at most 32 of them in honest beacons.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Ssid(
    // In place, for there is one with every sighting; longer ones, as files have them, are kept whole all the same, for a mark of
    // their owner may stand at the end.
    SmallVec<[u8; 32]>,
);

impl Ssid {
    /// A name from its raw bytes; empty where the beacon carried none.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(SmallVec::from_slice(bytes.as_ref()))
    }

    /// The raw bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the owner hides the name: none, empty, or all NUL (what access points send for "hidden").
    pub fn is_hidden(&self) -> bool {
        self.0.iter().all(|&b| b == 0)
    }

    /// Whether the owner opted out of location services: `_nomap` or `_optout` anywhere in the name, in any case.
    ///
    /// Services look for them case as is (`BeaconDB`) or at the end only (Google's rule); the widest reading respects every
    /// owner who meant it.
    pub fn opts_out(&self) -> bool {
        // Every name that is heard comes by here, and few have an underscore.
        if !self.0.contains(&b'_') {
            return false;
        }
        let marks = |rest: &[u8]| starts_with(rest, b"_nomap") || starts_with(rest, b"_optout");
        self.0.iter().enumerate().any(|(i, &byte)| byte == b'_' && marks(&self.0[i..]))
    }

    /// The name as text, with U+FFFD for what is not UTF-8: for the wire and the screen, never for logs.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

fn starts_with(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

impl fmt::Debug for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ssid(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opting_out_is_heard_wherever_and_however_it_is_written() {
        for name in ["Home_nomap", "_optout", "a_NoMap_b", "x_OPTOUT"] {
            assert!(Ssid::new(name.as_bytes()).opts_out(), "{name}");
        }
        for name in ["nomap", "Home_no_map", "optout", "Home-nomap", ""] {
            assert!(!Ssid::new(name.as_bytes()).opts_out(), "{name}");
        }
    }

    #[test]
    fn a_name_of_nothing_or_of_nuls_is_hidden() {
        assert!(Ssid::default().is_hidden());
        assert!(Ssid::new([0; 8]).is_hidden());
        assert!(!Ssid::new(*b"a\0").is_hidden());
    }
}
