//! The same as the test `import_kill`, as often as one likes: `cargo run --package cairn-tests --bin kill-import -- 1000 [SEED]`.

use std::process::ExitCode;

use cairn_tests::import_kill::import_again_and_again;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rounds = arguments.next().and_then(|n| n.parse().ok());
    let seed = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let victim = std::env::current_exe().map(|path| path.with_file_name("import-victim"));
    let (Some(rounds), Ok(victim)) = (rounds, victim) else {
        eprintln!("usage: kill-import ROUNDS [SEED]");
        return ExitCode::from(2);
    };
    match import_again_and_again(&victim, rounds, seed) {
        Ok(done) => {
            println!("{rounds} rounds: {done:?}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("kill-import: {what}");
            ExitCode::FAILURE
        }
    }
}
