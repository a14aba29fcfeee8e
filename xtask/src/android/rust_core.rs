//! The Rust core for the host, and its Kotlin bindings.

use std::path::PathBuf;
use std::slice::from_ref;

use anyhow::Result;
use xshell::cmd;

use super::build::{Build, run};

/// Cargo has its own up-to-date check.
pub fn build(build: &Build) -> Result<()> {
    run(cmd!(build.sh, "cargo build --quiet --package cairn-ffi --lib"))
}

pub fn folder(build: &Build) -> PathBuf {
    build.root.join("target/debug")
}

pub fn bindings(build: &Build) -> Result<()> {
    let library = folder(build).join(format!("{}cairn{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let output = build.out("generated/uniffi");
    build.step("bindings", from_ref(&library), &output, || {
        let bindgen = cmd!(build.sh, "cargo run --quiet --package uniffi-bindgen --");
        let generate = bindgen.args(["generate", "--language", "kotlin", "--no-format", "--out-dir"]);
        run(generate.arg(&output).arg(&library))
    })
}
