//! The Rust core for this machine, and its Kotlin bindings.

use std::path::{Path, PathBuf};
use std::slice::from_ref;

use anyhow::{Context, Result};
use camino::Utf8PathBuf;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate_with_bindgen_paths};
use uniffi_bindgen::{BindgenPaths, BindgenPathsLayer};
use xshell::cmd;

use super::build::{Build, run};

/// The bindings' Kotlin, for both builds.
pub const BINDINGS: &str = "generated/uniffi";

/// Cargo has its own up-to-date check.
pub fn build(build: &Build) -> Result<()> {
    run(cmd!(build.sh, "cargo build --quiet --package cairn-ffi"))
}

/// Where the library for this machine is.
pub fn folder(build: &Build) -> PathBuf {
    build.root.join("target/debug")
}

pub fn library(build: &Build) -> PathBuf {
    folder(build).join(format!("{}cairn{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

pub fn bindings(build: &Build) -> Result<()> {
    let output = build.out(BINDINGS);
    build.step("bindings", from_ref(&library(build)), &output, || generate(build, &output))
}

/// Writes the bindings of the library that was built last.
pub fn generate(build: &Build, output: &Path) -> Result<()> {
    let utf8 = |path: PathBuf| Utf8PathBuf::from_path_buf(path).ok().context("a path is not UTF-8");
    let mut paths = BindgenPaths::default();
    paths.add_layer(Crate { root: utf8(build.root.join("rust-core/ffi"))? });
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Kotlin],
        source: utf8(library(build))?,
        out_dir: utf8(output.to_path_buf())?,
        format: false,
        ..GenerateOptions::default()
    };
    generate_with_bindgen_paths(options, paths)
}

/// Says where uniffi.toml lies, which uniffi would otherwise ask `cargo metadata`.
struct Crate {
    root: Utf8PathBuf,
}

impl BindgenPathsLayer for Crate {
    fn get_crate_root(&self, name: &str) -> Option<Utf8PathBuf> {
        (name == "cairn").then(|| self.root.clone())
    }
}
