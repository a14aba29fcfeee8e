//! The fuzz targets need a compiler of their own and run elsewhere; that they compile, have their programs and take damaged samples is
//! held here.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

#[path = "../rust-core/fuzz/src/lib.rs"]
#[allow(clippy::panic, dead_code, reason = "a crate of its own, of which a part is used here")]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_target_has_its_program_and_every_program_its_target() {
    let fuzz = root().join("../rust-core/fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let names: BTreeSet<String> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut programs = BTreeSet::new();
    for file in fs::read_dir(fuzz.join("fuzz_targets")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let runs = format!("libfuzzer_sys::fuzz_target!(|data: &[u8]| cairn_fuzz::run(\"{name}\", data));");
        assert!(text.contains("#![no_main]") && text.contains(&runs), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
        programs.insert(name);
    }
    assert_eq!(programs, names);
}

#[test]
fn every_target_takes_samples_with_anything_changed() {
    let mut chance = ChaCha8Rng::seed_from_u64(11);
    let mut samples: Vec<Vec<u8>> = vec![Vec::new(), fs::read(root().join("vault/v1.cairn")).unwrap()];
    for file in fs::read_dir(root().join("data/exchange")).unwrap() {
        samples.push(fs::read(file.unwrap().path()).unwrap());
    }
    for (name, target) in targets::TARGETS {
        for sample in &samples {
            target(sample);
            // Vaults and databases are written, copied and checked as a whole: a few of each are enough of them.
            for _ in 0..if matches!(name, "vault" | "database" | "pack" | "packed") { 2 } else { 10 } {
                let mut bytes = sample.clone();
                for _ in 0..chance.random_range(1..4) {
                    let at = chance.random_range(0..=bytes.len());
                    match chance.random_range(0..3) {
                        0 => bytes.truncate(at),
                        1 => bytes.insert(at, chance.random()),
                        _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = chance.random()),
                    }
                }
                target(&bytes);
            }
        }
    }
}
