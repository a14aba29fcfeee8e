//! What `flush` has confirmed survives the death of the process, whenever it comes.

use std::path::Path;

use cairn_tests::kill::kill_again_and_again;

#[test]
fn fifty_kills_lose_nothing_that_was_confirmed() {
    let killed = kill_again_and_again(Path::new(env!("CARGO_BIN_EXE_victim")), 50, 1).unwrap();
    println!("{killed:?}");
    assert!(killed.confirmed > 100, "the victims had time to confirm something: {killed:?}");
    assert!(killed.stored >= killed.confirmed);
}
