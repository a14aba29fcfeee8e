//! The demo as its reader runs it, at its most talkative.

use std::process::Command;

use cairn_tests::leaks::leaks;

#[test]
fn the_demo_tells_its_story_and_gives_nothing_away() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_cairn"))
        .args(["-vv", "demo", "--tracks", concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/tracks"), "--out"])
        .arg(dir.path())
        .output()
        .expect("it starts");
    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}");
    for part in
        ["Heard", "Kept", "Dropped", "killed with a batch in flight", "0 waiting", "Leaderboard", "wifi", "cell"]
    {
        assert!(said.contains(part), "{part}");
    }
    let report = std::fs::read_to_string(dir.path().join("report.html")).expect("the report");
    assert!(report.contains("<svg") && report.ends_with("</html>"));
    assert!(log.lines().count() > 50, "it was talkative");
    assert_eq!(leaks(&log), Vec::<String>::new());
    assert_eq!(leaks(&said), Vec::<String>::new());
}
