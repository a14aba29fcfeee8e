//! The tests of the app, in one JVM, with Robolectric where a test asks for it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::build::{Build, class_path, files};
use super::core;
use super::kotlin::{self, APP_CLASSES};
use super::libraries::jars;
use super::resources::{MANIFEST, R_CLASSES, RESOURCE_APK};

const TEST_CLASSES: &str = "classes/test";

pub fn compile(build: &Build) -> Result<()> {
    let sources = [build.test("kotlin"), build.check("test-support")];
    kotlin::compile(build, "compile tests", &sources, &app_class_path(build), &build.out(TEST_CLASSES))
}

fn app_class_path(build: &Build) -> Vec<PathBuf> {
    let own = vec![build.out(APP_CLASSES), build.out(R_CLASSES)];
    [own, jars(build, "main"), jars(build, "test")].concat()
}

/// Runs every test, or those of the classes whose names hold one of `words`.
pub fn run(build: &Build, words: &[&str]) -> Result<()> {
    let config = write_config(build)?;
    let mut class_path_entries = vec![build.out(TEST_CLASSES), config, build.test("resources")];
    class_path_entries.extend(app_class_path(build));
    class_path_entries.extend(jars(build, "robolectric"));
    let class_path = class_path(class_path_entries)?;
    let properties = [
        ("robolectric.offline", "true".into()),
        ("robolectric.dependency.dir", build.out("lib/robolectric")),
        ("robolectric.pixelCopyRenderMode", "hardware".into()),
        // Loaded by JNA, and by the app itself for what the library needs from Android.
        ("jna.library.path", core::folder(build)),
        ("java.library.path", core::folder(build)),
        ("cairn.cli", core::command_line(build)),
        ("shots", build.out("shots")),
    ];
    let properties = properties.map(|(name, value)| format!("-D{name}={}", value.display()));
    let mut tests = test_names(&build.out(TEST_CLASSES))?;
    tests.retain(|name| words.is_empty() || words.iter().any(|word| name.contains(word)));
    ensure!(!tests.is_empty(), "no test's name holds one of {words:?}");
    let command = cmd!(build.sh, "java -Xmx3g {properties...} -cp {class_path} app.cairn.check.TestMain {tests...}");
    command.quiet().run().ok().context("the tests did not pass")
}

/// What the Android Gradle plugin writes when unit tests include Android resources.
fn write_config(build: &Build) -> Result<PathBuf> {
    let folder = build.out("test-config");
    let config = format!(
        "android_merged_manifest={}\nandroid_resource_apk={}\nandroid_custom_package=app.cairn\n",
        build.out(MANIFEST).display(),
        build.out(RESOURCE_APK).display(),
    );
    build.sh.write_file(folder.join("com/android/tools/test_config.properties"), config)?;
    Ok(folder)
}

/// Test classes are the ones whose names end in Test.
fn test_names(classes: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in files(classes, "class") {
        let path = file.strip_prefix(classes)?.with_extension("");
        let name = path.to_str().context("a class name is not UTF-8")?.replace('/', ".");
        if name.ends_with("Test") {
            names.push(name);
        }
    }
    Ok(names)
}
