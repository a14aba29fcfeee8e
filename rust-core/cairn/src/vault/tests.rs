//! What must hold of a vault whatever is done to it.

use std::io::{Cursor, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;
use crate::model::Millis;

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) fn locks() -> Locks {
    Locks { password: Password::new(PASSWORD), recovery: None, stretch: Stretch::CHEAP }
}

pub(super) fn password(text: &str) -> Unlock {
    Unlock::Password(Password::new(text))
}

pub(super) fn quietly<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    work(&mut Watch { progress: &mut |_| (), cancel: &AtomicBool::new(false) })
}

pub(super) fn described() -> Described {
    Described { made: Millis(1_767_225_600_000), schema: 5, reports: 7, label: "Grüße vom alten Telefon".to_owned() }
}

fn made_with(locks: &Locks, plain: &[u8], folder: &Path) -> PathBuf {
    let path = folder.join("vault");
    quietly(|watch| {
        let unlocked = Unlocked::new(locks, watch).unwrap();
        create(&unlocked, &described(), &mut &plain[..], plain.len() as u64, &path, watch).unwrap()
    });
    path
}

fn read_with(path: &Path, with: &Unlock) -> Result<Vec<u8>, VaultError> {
    let mut plain = Vec::new();
    quietly(|watch| unseal(path, with, &mut plain, watch)).map(|_| plain)
}

pub(super) fn read_bytes(bytes: &[u8], with: &Unlock) -> Result<Vec<u8>, VaultError> {
    let mut input = Cursor::new(bytes);
    let block = KeyBlock::read(&mut input)?;
    let left = (bytes.len() - block.bytes().len()) as u64;
    let mut plain = Vec::new();
    quietly(|watch| open(&block.unlock(with, watch)?, &mut input, left, &mut plain, watch))?;
    Ok(plain)
}

/// Bytes that do not pack well, so that several chunks come of them.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(length)
    .collect()
}

#[test]
fn what_was_put_in_comes_out_again_and_the_head_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for length in [0, 1, 65_535, 65_536, 300_000] {
        let plain = noise(length);
        let path = made_with(&locks(), &plain, dir.path());
        assert_eq!(read_with(&path, &password(PASSWORD)).unwrap(), plain, "{length}");
        let head = quietly(|watch| verify(&path, &password(PASSWORD), watch)).unwrap();
        assert_eq!((head.described, head.plain), (described(), length as u64));
    }
}

#[test]
fn nothing_of_what_is_in_it_can_be_read_without_the_password() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(made_with(&locks(), b"a street in Helsinki ".repeat(9).as_slice(), dir.path())).unwrap();
    for clear in
        [&b"Helsinki"[..], "Grüße".as_bytes(), b"Telefon", PASSWORD.as_bytes(), &1_767_225_600_000_u64.to_le_bytes()]
    {
        assert!(!bytes.windows(clear.len()).any(|w| w == clear), "{}", String::from_utf8_lossy(clear));
    }
}

#[test]
fn every_single_bit_flip_of_a_small_vault_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut locks = locks();
    locks.recovery = Some(RecoveryCode::new().unwrap());
    let mut bytes = std::fs::read(made_with(&locks, b"a small database", dir.path())).unwrap();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let answer = read_bytes(&bytes, &password(PASSWORD));
        assert!(
            matches!(answer, Err(VaultError::Tampered(_) | VaultError::Foreign | VaultError::Truncated)),
            "bit {bit}: {answer:?}"
        );
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(read_bytes(&bytes, &password(PASSWORD)).is_ok());
}

#[test]
fn every_truncation_of_a_vault_is_told_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(made_with(&locks(), &noise(70_000), dir.path())).unwrap();
    let heads = 700;
    // Every length of the heads and around every chunk's end; between them the data is all alike.
    let chunk_end = bytes.len() - (70_000 % 65_536);
    let lengths = (0..heads).chain(chunk_end - 100..bytes.len()).chain((heads..chunk_end).step_by(997));
    for length in lengths.filter(|length| *length < bytes.len()) {
        let answer = read_bytes(&bytes[..length], &password(PASSWORD));
        assert!(matches!(answer, Err(VaultError::Truncated)), "{length}: {answer:?}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(read_bytes(&longer, &password(PASSWORD)), Err(VaultError::Tampered("end"))));
}

#[test]
fn every_truncation_length_of_a_small_vault_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(made_with(&locks(), &noise(300), dir.path())).unwrap();
    for length in 0..bytes.len() {
        assert!(matches!(read_bytes(&bytes[..length], &password(PASSWORD)), Err(VaultError::Truncated)), "{length}");
    }
}

#[test]
fn from_outside_a_vault_is_whole_cut_or_damaged_and_what_is_sealed_in_it_is_not_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = made_with(&locks(), &noise(1_000), dir.path());
    let whole = std::fs::read(&path).unwrap();
    assert!(look_over(&path).is_ok());
    let with = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        look_over(&path)
    };
    assert!(matches!(with(&whole[..whole.len() - 1]), Err(VaultError::Truncated)));
    assert!(matches!(with(&[&whole[..], &[0]].concat()), Err(VaultError::Tampered("end"))));
    for place in [20, data_of(&whole) - 40] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        assert!(matches!(with(&damaged), Err(VaultError::Tampered(_))), "{place}");
    }
    let mut sealed = whole.clone();
    *sealed.last_mut().unwrap() ^= 1;
    assert!(with(&sealed).is_ok(), "only the password tells");
}

/// Where the data block's chunks begin.
fn data_of(bytes: &[u8]) -> usize {
    KeyBlock::read(&mut &bytes[..]).unwrap().bytes().len() + head::HEAD
}

#[test]
fn chunks_that_are_exchanged_repeated_or_taken_from_another_vault_are_refused() {
    const SEALED: usize = head::CHUNK + head::TAG;
    let dir = tempfile::tempdir().unwrap();
    let unlocked = quietly(|watch| Unlocked::new(&locks(), watch)).unwrap();
    let make = |name: &str| {
        let (path, plain) = (dir.path().join(name), noise(200_000));
        quietly(|watch| create(&unlocked, &described(), &mut &plain[..], 200_000, &path, watch)).unwrap();
        std::fs::read(path).unwrap()
    };
    let (bytes, other) = (make("a"), make("b"));
    let start = data_of(&bytes);
    let chunk = |n: usize| start + n * SEALED..start + (n + 1) * SEALED;
    let refused = |what: &str, bytes: &[u8]| {
        let answer = read_bytes(bytes, &password(PASSWORD));
        assert!(matches!(answer, Err(VaultError::Tampered(_))), "{what}: {answer:?}");
    };
    let mut swapped = bytes.clone();
    swapped[chunk(0)].copy_from_slice(&bytes[chunk(1)]);
    refused("one chunk twice", &swapped);
    swapped[chunk(1)].copy_from_slice(&bytes[chunk(0)]);
    refused("two chunks exchanged", &swapped);
    // The same owner, the same master key, the same data: still another file.
    let mut spliced = bytes.clone();
    spliced[chunk(1)].copy_from_slice(&other[chunk(1)]);
    refused("a chunk of another vault", &spliced);
    let mut beheaded = bytes.clone();
    beheaded[start - head::HEAD..start].copy_from_slice(&other[start - head::HEAD..start]);
    refused("another vault's head", &beheaded);
}

#[test]
fn wrong_password_and_newer_and_foreign_are_answers_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let path = made_with(&locks(), b"data", dir.path());
    assert!(matches!(read_with(&path, &password("wrong horse battery")), Err(VaultError::WrongPassword)));
    let code = RecoveryCode::new().unwrap();
    assert!(matches!(read_with(&path, &Unlock::Recovery(code)), Err(VaultError::NoCode)));
    // What a newer Cairn will write: another version, and a checksum that fits.
    let bytes = std::fs::read(&path).unwrap();
    let block = KeyBlock::read(&mut &bytes[..]).unwrap().bytes().to_vec();
    let mut newer = block[..block.len() - frame::CHECKSUM].to_vec();
    newer[8] = 2;
    assert!(matches!(
        read_bytes(&frame::end(newer), &password(PASSWORD)),
        Err(VaultError::Newer { found: 2, known: 1 })
    ));
    assert!(matches!(read_bytes(b"PK\x03\x04 something else", &password(PASSWORD)), Err(VaultError::Foreign)));
}

#[test]
fn edits_of_the_key_block_that_mend_its_checksum_are_found_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut locks = locks();
    locks.recovery = Some(RecoveryCode::new().unwrap());
    let bytes = std::fs::read(made_with(&locks, b"data", dir.path())).unwrap();
    let length = KeyBlock::read(&mut &bytes[..]).unwrap().bytes().len();
    for place in frame::START..length - frame::CHECKSUM {
        let mut edited = bytes[..length - frame::CHECKSUM].to_vec();
        edited[place] ^= 0x40;
        let edited = [frame::end(edited), bytes[length..].to_vec()].concat();
        let answer = read_bytes(&edited, &password(PASSWORD));
        // Salt, cost and proof of the password: nobody without it can tell this from a wrong one.
        assert!(
            matches!(answer, Err(VaultError::Tampered(_) | VaultError::WrongPassword | VaultError::TooCostly)),
            "{place}: {answer:?}"
        );
    }
}

#[test]
fn a_new_password_leaves_every_byte_of_the_data_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = locks();
    let code = RecoveryCode::new().unwrap();
    first.recovery = Some(code.clone());
    let path = made_with(&first, &noise(100_000), dir.path());
    let before = std::fs::read(&path).unwrap();
    let new =
        Locks { password: Password::new("a new password"), recovery: None, stretch: Stretch::Pbkdf2 { rounds: 3 } };
    quietly(|watch| rekey(&path, &password(PASSWORD), &new, watch)).unwrap();
    let after = std::fs::read(&path).unwrap();
    let data = |bytes: &[u8]| bytes[data_of(bytes) - head::HEAD..].to_vec();
    assert_eq!(data(&before), data(&after));
    assert!(matches!(read_with(&path, &password(PASSWORD)), Err(VaultError::WrongPassword)));
    assert_eq!(read_with(&path, &password("a new password")).unwrap(), noise(100_000));
    assert_eq!(read_with(&path, &Unlock::Recovery(code.clone())).unwrap(), noise(100_000), "the code stays");
    // Who has forgotten the password sets a new one with the code.
    quietly(|watch| rekey(&path, &Unlock::Recovery(code), &locks(), watch)).unwrap();
    assert_eq!(read_with(&path, &password(PASSWORD)).unwrap(), noise(100_000));
}

#[test]
fn a_failed_or_cancelled_step_leaves_the_old_file_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = made_with(&locks(), b"old", dir.path());
    let before = std::fs::read(&path).unwrap();
    let cancel = AtomicBool::new(false);
    let mut stop_at_half = |p: Progress| cancel.store(p.step == Step::Sealing && p.done > 0, Ordering::Relaxed);
    let mut watch = Watch { progress: &mut stop_at_half, cancel: &cancel };
    let unlocked = quietly(|watch| Unlocked::new(&locks(), watch)).unwrap();
    let answer = create(&unlocked, &described(), &mut &noise(1_000_000)[..], 1_000_000, &path, &mut watch);
    assert!(matches!(answer, Err(VaultError::Cancelled)));
    assert!(matches!(
        quietly(|watch| rekey(&path, &password("wrong horse battery"), &locks(), watch)),
        Err(VaultError::WrongPassword)
    ));
    let mut short = locks();
    short.password = Password::new("short");
    assert!(matches!(quietly(|w| rekey(&path, &password(PASSWORD), &short, w)), Err(VaultError::BadInput(_))));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_large_vault_is_written_and_read_in_small_parts() {
    // Zeros pack to nothing: what is tested is that nothing here keeps what has passed. A limit on memory is put on the whole
    // program in tests/vault_kill.
    struct Counting(u64);
    impl std::io::Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            assert!(bytes.len() <= 1 << 20, "handed on in small parts");
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    const LENGTH: u64 = 64 << 20;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vault");
    let unlocked = quietly(|watch| Unlocked::new(&locks(), watch)).unwrap();
    let mut plain = std::io::repeat(0).take(LENGTH);
    quietly(|watch| create(&unlocked, &described(), &mut plain, LENGTH, &path, watch)).unwrap();
    let mut out = Counting(0);
    quietly(|watch| unseal(&path, &password(PASSWORD), &mut out, watch)).unwrap();
    out.flush().unwrap();
    assert_eq!(out.0, LENGTH);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_bytes_whatever_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), named in any::<bool>()) {
        let mut bytes = bytes;
        if named && bytes.len() > 14 {
            bytes[..8].copy_from_slice(b"CAIRNVLT");
            bytes[8..14].copy_from_slice(&[1, 0, 200, 0, 0, 0]);
            // With a checksum that fits, so that what is behind it is read.
            if bytes.len() > 200 {
                let frame = frame::end(bytes[..200 - frame::CHECKSUM].to_vec());
                bytes[..200].copy_from_slice(&frame);
            }
        }
        prop_assert!(read_bytes(&bytes, &password(PASSWORD)).is_err());
    }
}
