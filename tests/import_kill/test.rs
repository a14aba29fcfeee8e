//! An import may be killed at any moment, and its files rotated, packed, grown and cut meanwhile: the totals are those of one
//! clean run.

use std::path::Path;

use cairn_tests::format_kill::import_all_formats_again_and_again;
use cairn_tests::formats;
use cairn_tests::import_kill::import_again_and_again;

#[test]
fn fifty_kills_and_a_log_that_never_stands_still_count_nothing_twice_and_lose_nothing() {
    let done = import_again_and_again(Path::new(env!("CARGO_BIN_EXE_import-victim")), 50, 1).unwrap();
    println!("{done:?}");
    assert_eq!(done.killed, 50, "every run was alive when it was killed: {done:?}");
    assert!(done.rotated > 3 && done.packed > 0 && done.cut > 3, "the log did not stand still: {done:?}");
    assert!(done.told > 0, "what was cut off behind the import was told: {done:?}");
}

#[test]
fn files_of_every_format_killed_grown_cut_and_packed_count_nothing_twice_and_lose_nothing() {
    let rounds = 4 * formats::ALL.len() as u32;
    let victim = Path::new(env!("CARGO_BIN_EXE_import-victim"));
    let done = import_all_formats_again_and_again(victim, rounds, 1).unwrap();
    println!("{done:?}");
    assert_eq!(done.files as usize, formats::ALL.len());
    assert!(done.killed > rounds / 4 && done.grown > 0 && done.packed > 0 && done.cut > 0, "{done:?}");
}
