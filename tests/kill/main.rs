//! The same as the test `kill`, as often as one likes: `cargo run --package cairn-tests --bin kill -- 1000`.

use std::process::ExitCode;

use cairn_tests::kill::kill_again_and_again;

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let victim = std::env::current_exe().map(|path| path.with_file_name("victim"));
    let (Some(rounds), Ok(victim)) = (rounds, victim) else {
        eprintln!("usage: kill ROUNDS");
        return ExitCode::from(2);
    };
    match kill_again_and_again(&victim, rounds, 1) {
        Ok(killed) => {
            println!("{rounds} kills: {killed:?}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("kill: {what}");
            ExitCode::FAILURE
        }
    }
}
