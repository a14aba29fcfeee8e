//! The two builds of the app must be builds of the same app: what the Gradle files say is compared with what the check build
//! uses.

use std::collections::BTreeMap;

use super::resources::{MIN_SDK, TARGET_SDK};

const CATALOGUE: &str = include_str!("../../../gradle/libs.versions.toml");
const MODULE: &str = include_str!("../../../android/app/build.gradle.kts");
const LOCK: &str = include_str!("../../../android/check/pom.xml");
/// The Gradle build's own tools, which the check build does without.
const GRADLE_ONLY: [&str; 2] = ["agp", "ndk"];

/// The catalogue's section of versions.
fn shipped() -> BTreeMap<&'static str, &'static str> {
    let section = CATALOGUE.split("[versions]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("versions");
    let lines = section.lines().filter_map(|line| line.split_once(" = "));
    lines.map(|(name, version)| (name, version.trim_matches('"'))).collect()
}

/// The lock file's properties that end in `.version`.
fn checked() -> BTreeMap<&'static str, &'static str> {
    let properties = LOCK.lines().filter_map(|line| line.trim().strip_prefix('<')?.split_once(".version>"));
    properties.filter_map(|(name, rest)| Some((name, rest.split_once('<')?.0))).collect()
}

#[test]
fn both_builds_name_the_same_versions() {
    let checked = checked();
    let shipped = shipped();
    assert!(shipped.len() > 12, "the catalogue was read: {shipped:?}");
    for (name, version) in shipped.iter().filter(|(name, _)| !GRADLE_ONLY.contains(name)) {
        assert_eq!(checked.get(name), Some(version), "{name}");
    }
}

#[test]
fn every_library_of_the_catalogue_is_pinned_under_its_own_version() {
    for line in CATALOGUE.lines().filter(|line| line.contains("{ module = ")) {
        let quoted: Vec<_> = line.split('"').skip(1).step_by(2).collect();
        let [module, version] = quoted[..] else { panic!("a library has a module and the name of a version: {line}") };
        let (group, artifact) = module.split_once(':').expect("group:artifact");
        // Where a library is made for several platforms, Gradle chooses among these by itself.
        let pinned = ["", "-android", "-jvm"].iter().any(|suffix| {
            let group = format!("<groupId>{group}</groupId><artifactId>{artifact}{suffix}</artifactId>");
            LOCK.contains(&format!("{group}<version>${{{version}.version}}</version>"))
        });
        assert!(pinned, "{module} is not pinned as ${{{version}.version}}");
    }
}

#[test]
fn both_builds_are_for_the_same_phones_and_of_the_same_version() {
    for line in [
        format!("minSdk = {MIN_SDK}"),
        format!("targetSdk = {TARGET_SDK}"),
        format!("compileSdk = {TARGET_SDK}"),
        format!("platform = {MIN_SDK}"),
        format!("versionName = \"{}\"", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(MODULE.contains(&line), "android/app/build.gradle.kts does not say {line}");
    }
}
