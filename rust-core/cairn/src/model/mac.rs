//! IEEE 802 hardware addresses.

use std::fmt;

use thiserror::Error;

/// An IEEE 802 hardware address: a number below 2^48, first octet highest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(u64);

/// Why a text or number is not a hardware address. It names the place, never the text: an address is its owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MacError {
    /// Not twelve hexadecimal digits.
    #[error("a hardware address has 12 hexadecimal digits, not {0}")]
    Length(usize),
    /// Something other than a hexadecimal digit or a separator between octets.
    #[error("character {0} of a hardware address is neither a hexadecimal digit nor a separator between octets")]
    Digit(usize),
    /// A number of 2^48 or more.
    #[error("a hardware address is a number below 2^48")]
    Range,
}

impl Mac {
    /// Reads twelve hex digits in either case, with `:` or `-` between octets or nothing.
    ///
    /// # Errors
    /// [`MacError::Length`] and [`MacError::Digit`] (1-based) name the place, not the text.
    pub fn parse(text: &str) -> Result<Self, MacError> {
        let mut value = 0_u64;
        let mut digits = 0_usize;
        let mut separator = None;
        for (index, c) in text.chars().enumerate() {
            if let Some(digit) = c.to_digit(16) {
                // A thirteenth digit is counted but not taken up: the length is what is wrong then.
                if digits < 12 {
                    value = value << 4 | u64::from(digit);
                }
                digits += 1;
                continue;
            }
            let between_octets =
                digits > 0 && digits < 12 && digits.is_multiple_of(2) && index == digits + digits / 2 - 1;
            let same = separator.is_none_or(|s| s == c) && (separator.is_some() || digits == 2);
            if !(matches!(c, ':' | '-') && between_octets && same) {
                return Err(MacError::Digit(index + 1));
            }
            separator = Some(c);
        }
        let length_with_separators = 12 + 5;
        if digits != 12 || (separator.is_some() && text.chars().count() != length_with_separators) {
            return Err(MacError::Length(digits));
        }
        Ok(Self(value))
    }

    /// The address a number stands for.
    ///
    /// # Errors
    /// [`MacError::Range`] for numbers of 2^48 or more.
    pub const fn from_u64(value: u64) -> Result<Self, MacError> {
        if value >> 48 == 0 { Ok(Self(value)) } else { Err(MacError::Range) }
    }

    /// The address as a number below 2^48.
    pub const fn to_u64(self) -> u64 {
        self.0
    }

    /// Whether the owner made the address up (IEEE 802c, U/L bit): phones' hotspots do, and so do extra SSIDs of honest routers.
    pub const fn is_locally_administered(self) -> bool {
        self.0 >> 41 & 1 == 1
    }

    /// Whether the address names a group of receivers (I/G bit), which no transmitter may use as its own. Includes broadcast.
    pub const fn is_multicast(self) -> bool {
        self.0 >> 40 & 1 == 1
    }

    /// Whether every bit is zero: what Android and broken drivers give for "unknown".
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Lower-case, colon-separated: the only form every service reads (`BeaconDB` refuses dots). Not for logs.
    pub fn to_wire(self) -> String {
        let o = self.0.to_be_bytes();
        format!("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", o[2], o[3], o[4], o[5], o[6], o[7])
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_three_spellings_are_one_address() {
        let mac = Mac::parse("00:1a:2B:3c:4d:5e").unwrap();
        assert_eq!(Mac::parse("00-1A-2b-3C-4D-5E").unwrap(), mac);
        assert_eq!(Mac::parse("001a2b3c4d5e").unwrap(), mac);
        assert_eq!(mac.to_u64(), 0x001a_2b3c_4d5e);
        assert_eq!(mac.to_wire(), "00:1a:2b:3c:4d:5e");
    }

    #[test]
    fn a_wrong_text_is_refused_at_the_place_where_it_goes_wrong() {
        for (text, error) in [
            ("", MacError::Length(0)),
            ("00:1a:2b:3c:4d", MacError::Length(10)),
            ("00:1a:2b:3c:4d:5e:6f", MacError::Digit(18)),
            ("001a2b3c4d5e6f", MacError::Length(14)),
            ("001a.2b3c.4d5e", MacError::Digit(5)),
            ("0:01a:2b:3c:4d:5e", MacError::Digit(2)),
            ("00:1a-2b:3c:4d:5e", MacError::Digit(6)),
            ("001a:2b3c:4d5e", MacError::Digit(5)),
            ("00:1a:2b:3c:4d:5e:", MacError::Digit(18)),
            ("００:1a:2b:3c:4d:5e", MacError::Digit(1)),
        ] {
            assert_eq!(Mac::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_bits_of_the_first_octet_are_told_apart() {
        assert!(Mac::parse("02:00:00:00:00:01").unwrap().is_locally_administered());
        assert!(!Mac::parse("02:00:00:00:00:01").unwrap().is_multicast());
        assert!(Mac::parse("01:00:5e:90:10:00").unwrap().is_multicast());
        assert!(Mac::parse("ff:ff:ff:ff:ff:ff").unwrap().is_multicast());
        assert!(Mac::from_u64(0).unwrap().is_zero());
        assert_eq!(Mac::from_u64(1 << 48), Err(MacError::Range));
    }

    #[test]
    fn debug_output_does_not_name_the_address() {
        assert_eq!(format!("{:?}", Mac::parse("001a2b3c4d5e").unwrap()), "Mac(..)");
    }

    proptest! {
        #[test]
        fn every_address_survives_its_wire_form(value in 0_u64..1 << 48) {
            let mac = Mac::from_u64(value).unwrap();
            prop_assert_eq!(Mac::parse(&mac.to_wire()), Ok(mac));
        }

        #[test]
        fn no_text_makes_the_parser_panic_and_what_it_takes_has_twelve_digits(text in "\\PC{0,24}") {
            if Mac::parse(&text).is_ok() {
                prop_assert_eq!(text.chars().filter(char::is_ascii_hexdigit).count(), 12);
            }
        }
    }
}
