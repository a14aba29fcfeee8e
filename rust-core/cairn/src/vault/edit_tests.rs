//! A vault with anything changed in it, its checksums mended so that what lies behind them is reached: the fuzz target `vault`
//! does the same for as long as one likes.

use std::io::Cursor;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::tests::{PASSWORD, described, locks, noise, password, quietly, read_bytes};
use super::*;

/// More than a chunk.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (unlocked, plain) = (quietly(|watch| Unlocked::new(&locks(), watch)).unwrap(), noise(90_000));
    let mut out = Cursor::new(unlocked.block().bytes().to_vec());
    out.set_position(unlocked.block().bytes().len() as u64);
    quietly(|watch| seal(&unlocked, &described(), &mut &plain[..], 90_000, &mut out, watch)).unwrap();
    out.into_inner()
});

/// Puts right the checksums of both heads, as far as their lengths lead to them.
fn mend(vault: &mut [u8]) {
    let mut start = 0;
    for _ in 0..2 {
        let Some(length) = vault.get(start + 10..start + 14) else { return };
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        let Some(head) = vault.get_mut(start..start + length).filter(|_| length > frame::CHECKSUM) else { return };
        let mended = frame::end(head[..length - frame::CHECKSUM].to_vec());
        head.copy_from_slice(&mended);
        start += length;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_is_changed_and_however_its_checksums_are_mended_nothing_opens(
        edits in proptest::collection::vec((0..100_000_usize, 1..=u8::MAX, any::<bool>()), 1..5)
    ) {
        let mut edited = WHOLE.clone();
        for (place, flipped, in_heads) in edits {
            let place = place % if in_heads { 500 } else { edited.len() };
            edited[place] ^= flipped;
        }
        mend(&mut edited);
        // What it costs to open is bounded, and tested elsewhere: here it would cost minutes.
        let block = KeyBlock::read(&mut &edited[..]);
        if edited != *WHOLE && block.is_ok_and(|block| block.stretch() == Some(Stretch::CHEAP)) {
            prop_assert!(read_bytes(&edited, &password(PASSWORD)).is_err());
        }
    }
}

#[test]
fn a_vault_that_is_mended_unchanged_still_opens() {
    let mut same = WHOLE.clone();
    mend(&mut same);
    assert_eq!(same, *WHOLE);
    assert_eq!(read_bytes(&same, &password(PASSWORD)).unwrap(), noise(90_000));
}
