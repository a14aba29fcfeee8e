//! R8: the classes of the app and its libraries, shrunk and turned into dex.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::cmd;
use zip::ZipArchive;

use super::build::{Build, run};
use super::kotlin::APP_CLASSES;
use super::libraries::{aars, android_classes, artifact};
use super::resources::{KEEP_RULES, MIN_SDK, R_CLASSES};
use super::slim;

pub const DEX: &str = "dex/dex.zip";

/// Whatever R8 warns of is an error: a class that is missing here is missing on the phone.
pub fn shrink(build: &Build) -> Result<()> {
    slim::slim(build)?;
    let mut rules = vec![build.root.join("android/app/proguard-rules.pro"), build.out(KEEP_RULES)];
    rules.extend(slim::rules(build));
    rules.extend(aars(build, "main").iter().map(|aar| aar.join("proguard.txt")).filter(|rules| rules.exists()));
    let classes = vec![slim::libraries(build), build.out(APP_CLASSES), build.out(R_CLASSES)];
    let inputs = [rules.clone(), classes].concat();
    build.step("shrink", &inputs, &build.out("dex"), || {
        let app = build.out("dex/app.jar");
        let (main, r) = (build.out(APP_CLASSES), build.out(R_CLASSES));
        run(cmd!(build.sh, "jar --create --file {app} -C {main} . -C {r} ."))?;
        run_r8(build, &rules, &app)?;
        check_desugared(&build.out(DEX))
    })
}

fn run_r8(build: &Build, rules: &[PathBuf], app: &Path) -> Result<()> {
    let r8 = artifact(build, "android", "com.android.tools.r8")?;
    let (output, map) = (build.out(DEX), build.out("dex/mapping.txt"));
    let command = cmd!(build.sh, "java -Xmx2g -cp {r8} com.android.tools.r8.R8 --release --min-api {MIN_SDK}");
    let command = command.args(["--map-diagnostics", "warning", "error", "--map-diagnostics", "info", "none"]);
    let command = command.arg("--lib").arg(android_classes(build)?).arg("--lib").arg(java_home(build)?);
    let command = rules.iter().fold(command, |command, file| command.arg("--pg-conf").arg(file));
    let command = command.arg("--pg-map-output").arg(map).arg("--output").arg(output);
    run(command.arg(app).arg(slim::libraries(build)))
}

/// android-all lacks the classes behind lambdas, without which R8 would leave the lambdas as they are.
fn java_home(build: &Build) -> Result<String> {
    let settings = cmd!(build.sh, "java -XshowSettings:properties -version").quiet().read_stderr()?;
    let home = settings.lines().find_map(|line| line.trim().strip_prefix("java.home = "));
    Ok(home.context("java does not tell its home")?.to_string())
}

fn check_desugared(dex: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(dex)?)?;
    let mut bytes = Vec::new();
    archive.by_name("classes.dex")?.read_to_end(&mut bytes)?;
    let needle = b"java/lang/invoke/LambdaMetafactory";
    ensure!(!bytes.windows(needle.len()).any(|window| window == needle), "a lambda was not desugared");
    Ok(())
}
