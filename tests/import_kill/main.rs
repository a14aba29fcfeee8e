//! The same as the test `import_kill`, as often as one likes:
//! `cargo run --package cairn-tests --bin kill-import -- [log|formats] 1000 [SEED]`.

use std::fmt::Debug;
use std::path::Path;
use std::process::ExitCode;

use cairn_tests::format_kill::import_all_formats_again_and_again;
use cairn_tests::import_kill::import_again_and_again;

/// Kills so many times; answers what was done, in words.
type Kill = fn(&Path, u32, u64) -> Result<String, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (kill, arguments): (Kill, _) = match arguments.split_first() {
        Some((which, rest)) if which == "formats" => {
            (|v, n, seed| import_all_formats_again_and_again(v, n, seed).map(words), rest)
        }
        Some((which, rest)) if which == "log" => (|v, n, seed| import_again_and_again(v, n, seed).map(words), rest),
        _ => (|v, n, seed| import_again_and_again(v, n, seed).map(words), &arguments[..]),
    };
    let rounds = arguments.first().and_then(|n| n.parse().ok());
    let seed = arguments.get(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    let victim = std::env::current_exe().map(|path| path.with_file_name("import-victim"));
    let (Some(rounds), Ok(victim)) = (rounds, victim) else {
        eprintln!("usage: kill-import [log|formats] ROUNDS [SEED]");
        return ExitCode::from(2);
    };
    match kill(&victim, rounds, seed) {
        Ok(done) => {
            println!("{rounds} rounds: {done}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("kill-import: {what}");
            ExitCode::FAILURE
        }
    }
}

fn words(done: impl Debug) -> String {
    format!("{done:?}")
}
