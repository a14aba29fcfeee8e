//! What must be wiped from memory after use and must never be printed.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use super::VaultError;
use super::code::RecoveryCode;

/// A new password has at least so many characters. Whoever holds the file may guess as fast as their machines stretch: eight
/// is what NIST SP 800-63B asks for, and five words are better.
pub const MIN_PASSWORD: usize = 8;

/// A password as Unicode's form NFKC has it, so that it is the same from whichever keyboard. Nothing is trimmed and no case is
/// folded.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The password that was typed.
    pub fn new(typed: &str) -> Self {
        // Room for the longest answer of most scripts, so that no copy is left behind by growing.
        let mut form = Zeroizing::new(String::with_capacity(typed.len() * 4));
        form.extend(ComposingNormalizerBorrowed::new_nfkc().normalize_iter(typed.chars()));
        Self(form)
    }

    /// Whether it may protect a new vault.
    ///
    /// # Errors
    /// [`VaultError::BadInput`] where it is shorter than [`MIN_PASSWORD`] characters.
    pub fn check_new(&self) -> Result<(), VaultError> {
        if self.0.chars().count() < MIN_PASSWORD {
            return Err(VaultError::BadInput(format!("a vault's password has at least {MIN_PASSWORD} characters")));
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What opens a vault.
#[derive(Clone, Debug)]
pub enum Unlock {
    /// The password.
    Password(Password),
    /// The printed recovery code.
    Recovery(RecoveryCode),
}

/// A key of 256 bits.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// Bytes from the operating system's generator. Never from the engine's own chance, which can be replayed.
///
/// # Errors
/// The system's, where it has none to give.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, VaultError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(std::io::Error::from)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use chacha20poly1305::XChaCha20Poly1305;
    use sha2::Sha256;
    use zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn one_password_is_the_same_from_every_keyboard() {
        let typed = |text: &str| Password::new(text).bytes().to_vec();
        assert_eq!(typed("Zu\u{308}rich"), typed("Z\u{fc}rich"), "composed and decomposed");
        assert_eq!(typed("\u{ff43}airn"), typed("cairn"), "full width");
        assert_eq!(typed("\u{fb01}x"), typed("fix"), "ligature");
        assert_ne!(typed("Cairn"), typed("cairn"));
        assert_ne!(typed("cairn "), typed("cairn"));
    }

    #[test]
    fn what_holds_a_secret_is_wiped_when_it_is_dropped() {
        // The compiler looks: whoever holds a key, a password or what a hash has made of one.
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Key>();
        wiped::<Zeroizing<String>>();
        wiped::<XChaCha20Poly1305>();
        wiped::<Sha256>();
    }

    #[test]
    fn a_short_password_is_refused_for_a_new_vault_and_is_never_printed() {
        assert!(Password::new("1234567").check_new().is_err());
        assert!(Password::new("äöüäöüäö").check_new().is_ok());
        assert_eq!(format!("{:?}", Unlock::Password(Password::new("open sesame"))), "Password(Password(..))");
    }
}
