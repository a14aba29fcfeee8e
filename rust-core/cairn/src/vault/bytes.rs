//! Reads the fixed fields of a head, little-endian, without ever running past its end.

use super::VaultError;

/// What is left of a head.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`VaultError::Tampered`]: heads say their own length, so one that is too short for its fields was not written by Cairn.
    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], VaultError> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(VaultError::Tampered("head"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub fn byte(&mut self) -> Result<u8, VaultError> {
        Ok(self.take::<1>()?[0])
    }

    pub fn u32(&mut self) -> Result<u32, VaultError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    pub fn u64(&mut self) -> Result<u64, VaultError> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
