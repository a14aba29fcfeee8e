//! Makes a password costly to guess. What it costs stands in the file; what a file may ask for is bounded here.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::VaultError;
use super::secret::{Key, Password};

/// How a password is stretched into a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Argon2id, version 0x13 (RFC 9106).
    Argon2id {
        /// KiB of memory: 8 a lane to 512 MiB.
        memory: u32,
        /// How often it is gone through: 1 to 64.
        passes: u32,
        /// Lanes: 1 to 16. They are gone through one after the other.
        lanes: u32,
    },
    /// PBKDF2 with HMAC-SHA256 (RFC 8018), for vaults of programs that have nothing better. Cairn reads it and writes it only
    /// where asked to.
    Pbkdf2 {
        /// Rounds: 1 to 10 million.
        rounds: u32,
    },
}

impl Stretch {
    /// What new vaults are made with.
    ///
    /// 64 MiB is RFC 9106's second recommendation, for machines short of memory: a phone with 2 GB can spare it for half a second,
    /// one with less free kills the app rather than waits. Its three passes took 0.13 s on the machine Cairn is built on, a tenth of
    /// what a person waits for gladly; ten take 0.4 to 0.9 s there and on a phone of 2020. One lane, because lanes are not gone
    /// through side by side here and would only help who has more cores.
    pub const USUAL: Self = Self::Argon2id { memory: 64 * 1024, passes: 10, lanes: 1 };

    /// The cheapest there is, for tests that make thousands of vaults: it protects nothing.
    pub const CHEAP: Self = Self::Argon2id { memory: 8, passes: 1, lanes: 1 };

    /// Half a gigabyte is more than any phone of today gives to one app; a header that asks for more means harm.
    const MAX_MEMORY: u32 = 512 * 1024;
    const MAX_PASSES: u32 = 64;
    const MAX_LANES: u32 = 16;
    /// KiB gone through in all: 25 times the usual, half a minute on a slow phone.
    const MAX_WORK: u64 = 16 << 20;
    const MAX_ROUNDS: u32 = 10_000_000;

    /// Whether it can be carried out here.
    ///
    /// # Errors
    /// [`VaultError::TooCostly`] above the bounds, [`VaultError::Tampered`] below: nobody ever made such a vault.
    pub fn check(self) -> Result<(), VaultError> {
        let (costly, void) = match self {
            Self::Argon2id { memory, passes, lanes } => (
                memory > Self::MAX_MEMORY
                    || passes > Self::MAX_PASSES
                    || lanes > Self::MAX_LANES
                    || u64::from(memory) * u64::from(passes) > Self::MAX_WORK,
                passes == 0 || lanes == 0 || u64::from(memory) < 8 * u64::from(lanes),
            ),
            Self::Pbkdf2 { rounds } => (rounds > Self::MAX_ROUNDS, rounds == 0),
        };
        match (costly, void) {
            (true, _) => Err(VaultError::TooCostly),
            (_, true) => Err(VaultError::Tampered("cost of the password")),
            _ => Ok(()),
        }
    }

    /// The password, stretched. Takes most of a second, on purpose.
    pub(super) fn apply(self, password: &Password, salt: &[u8; 16]) -> Result<Key, VaultError> {
        self.check()?;
        let mut key = Zeroizing::new([0; 32]);
        match self {
            Self::Argon2id { memory, passes, lanes } => {
                let params = Params::new(memory, passes, lanes, Some(32)).map_err(|_| VaultError::TooCostly)?;
                let mut blocks = Vec::<Block>::new();
                // A phone that has not got the memory says so here rather than dies.
                blocks.try_reserve_exact(params.block_count()).map_err(|_| VaultError::TooCostly)?;
                blocks.resize(params.block_count(), Block::default());
                let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into_with_memory(password.bytes(), salt, &mut *key, &mut blocks[..]);
                blocks.iter_mut().for_each(zeroize::Zeroize::zeroize);
                stretched.map_err(|_| VaultError::TooCostly)?;
            }
            Self::Pbkdf2 { rounds } => pbkdf2::pbkdf2_hmac::<Sha256>(password.bytes(), salt, rounds, &mut *key),
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_header_cannot_ask_for_a_hundred_gigabytes_or_a_year() {
        for costly in [
            Stretch::Argon2id { memory: 100 << 20, passes: 1, lanes: 1 },
            Stretch::Argon2id { memory: u32::MAX, passes: u32::MAX, lanes: u32::MAX },
            Stretch::Argon2id { memory: 512 * 1024, passes: 64, lanes: 1 },
            Stretch::Argon2id { memory: 1024, passes: 1, lanes: 17 },
            Stretch::Pbkdf2 { rounds: u32::MAX },
        ] {
            let answer = costly.apply(&Password::new("a password"), &[0; 16]);
            assert!(matches!(answer, Err(VaultError::TooCostly)), "{costly:?}");
        }
        for void in [
            Stretch::Argon2id { memory: 0, passes: 1, lanes: 1 },
            Stretch::Argon2id { memory: 64, passes: 0, lanes: 1 },
            Stretch::Argon2id { memory: 64, passes: 1, lanes: 0 },
            Stretch::Pbkdf2 { rounds: 0 },
        ] {
            assert!(matches!(void.check(), Err(VaultError::Tampered(_))), "{void:?}");
        }
    }

    #[test]
    fn the_usual_cost_is_within_the_bounds_with_room_for_phones_to_come() {
        let Stretch::Argon2id { memory, passes, .. } = Stretch::USUAL else { panic!("Argon2id") };
        assert!(Stretch::USUAL.check().is_ok());
        assert!(Stretch::Argon2id { memory: memory * 4, passes: passes * 4, lanes: 4 }.check().is_ok());
    }
}
