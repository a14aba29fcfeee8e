//! A process that makes, restores or re-keys a backup: what `tests/vault_kill` kills, and what `large-vault` measures.
//!
//! `vault-victim create DATABASE VAULT`, `.. restore DATABASE VAULT`, `.. rekey VAULT OLD NEW`. The password of the first two is
//! the one of `cairn_tests::vaults`. Prints the most memory it used, in KiB, where the system tells.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use cairn::vault::{self, Watch};
use cairn_tests::vaults::{PASSWORD, engine_on, locks, unlock};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let cancel = AtomicBool::new(false);
    let mut watch = Watch { progress: &mut |_| (), cancel: &cancel };
    match arguments[..] {
        ["create", database, file] => {
            let engine = engine_on(Path::new(database))?;
            engine.backup_create(Path::new(file), &locks(PASSWORD), "victim", &mut watch)?;
        }
        ["restore", database, file] => {
            let engine = engine_on(Path::new(database))?;
            engine.backup_restore(Path::new(file), &unlock(PASSWORD), &mut watch)?;
            engine.close()?;
        }
        ["rekey", file, old, new] => vault::rekey(Path::new(file), &unlock(old), &locks(new), &mut watch)?,
        _ => return Err("usage: vault-victim create|restore DATABASE VAULT, or rekey VAULT OLD NEW".into()),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    println!("{}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}
