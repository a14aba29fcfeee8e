//! The same as the test `vault_kill`, as often as one likes, `cargo run --package cairn-tests --bin kill-vault -- 1000`, and a large
//! backup, `.. -- large MEGABYTES FOLDER`.

use std::path::Path;
use std::process::ExitCode;

use cairn_tests::large::large;
use cairn_tests::vaults::kill_again_and_again;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Ok(victim) = std::env::current_exe().map(|path| path.with_file_name("vault-victim")) else {
        return ExitCode::FAILURE;
    };
    let done = match arguments[..] {
        ["large", megabytes, folder] => match megabytes.parse() {
            Ok(megabytes) => large(&victim, Path::new(folder), megabytes).map(|done| format!("{done:?}")),
            Err(_) => Err("how many megabytes?".to_owned()),
        },
        [rounds] if rounds.parse::<u32>().is_ok() => {
            kill_again_and_again(&victim, rounds.parse().unwrap_or(0), 1).map(|done| format!("{done:?}"))
        }
        _ => Err("usage: kill-vault ROUNDS, or kill-vault large MEGABYTES FOLDER".to_owned()),
    };
    match done {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("kill-vault: {what}");
            ExitCode::FAILURE
        }
    }
}
