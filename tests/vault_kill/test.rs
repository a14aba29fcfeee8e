//! A backup survives the death of whoever makes, restores or re-keys it, and needs little memory however large it is.

use std::path::Path;

use cairn_tests::large::large;
use cairn_tests::vaults::kill_again_and_again;

const VICTIM: &str = env!("CARGO_BIN_EXE_vault-victim");

#[test]
fn kills_at_any_moment_leave_the_old_state_whole_or_the_new_one() {
    let killed = kill_again_and_again(Path::new(VICTIM), 12, 1).unwrap();
    println!("{killed:?}");
    assert!(killed.alive > 24, "most were alive when they were killed: {killed:?}");
    assert!(
        killed.created[0] > 0 && killed.put[0] > 0 && killed.merged[0] > 0,
        "some died before their end: {killed:?}"
    );
}

#[test]
fn a_backup_larger_than_the_memory_it_may_use_is_made_and_restored() {
    let dir = tempfile::tempdir().unwrap();
    let done = large(Path::new(VICTIM), dir.path(), 100).unwrap();
    println!("{done:?}");
    assert!(done.database > 100_000_000 && done.vault > 70_000_000, "neither small nor well packed: {done:?}");
    // Other systems than Linux do not tell: then it is zero.
    assert!(done.create_kib.max(done.restore_kib) < 64 * 1024, "{done:?}");
}
