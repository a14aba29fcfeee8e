//! The style of the Kotlin: ktlint, by the rules in .editorconfig.

use anyhow::{Context, Result};
use xshell::cmd;

use super::build::Build;
use super::libraries::artifact;

/// Says what is off; with `fix`, mends what can be mended by itself.
pub fn run(build: &Build, fix: bool) -> Result<()> {
    let ktlint = artifact(build, "lint", "com.pinterest.ktlint.ktlint-cli")?;
    let command = cmd!(build.sh, "java -jar {ktlint} --relative --log-level=warn");
    let command = if fix { command.arg("--format") } else { command };
    let command = command.args(["android/**/*.kt", "android/**/*.kts", "*.kts", "!**/build/**"]);
    command.quiet().run().ok().context("the Kotlin is not in style; cargo xtask android lint --fix mends most of it")
}
