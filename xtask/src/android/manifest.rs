//! What the packed app says of itself to Android: it is what we meant, whatever libraries have added.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use super::build::Build;
use super::libraries::aapt2;
use super::resources::{MIN_SDK, PACKAGE, TARGET_SDK};

/// A permission of the app's own, by which androidx keeps broadcasts to itself.
const ADDED_BY_ANDROIDX: &str = "app.cairn.DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION";

/// # Errors
/// Where the APK is for other versions of Android or processors than meant, is not labelled as a debug build, or asks for a
/// permission that the app's own manifest does not.
pub fn check(build: &Build, apk: &Path, abi: &str) -> Result<()> {
    let aapt2 = aapt2(build);
    let badging = cmd!(build.sh, "{aapt2} dump badging {apk}").quiet().read()?;
    let own = fs::read_to_string(build.main("AndroidManifest.xml"))?;
    let faults = faults(&badging, &own, abi);
    ensure!(faults.is_empty(), "the packed manifest: {}", faults.join("; "));
    Ok(())
}

fn faults(badging: &str, own: &str, abi: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let version = concat!("versionName='", env!("CARGO_PKG_VERSION"), "-debug'");
    for expected in [
        format!("name='{PACKAGE}'"),
        version.to_owned(),
        // One aapt2 writes sdkVersion, another minSdkVersion.
        format!("dkVersion:'{MIN_SDK}'"),
        format!("targetSdkVersion:'{TARGET_SDK}'"),
        format!("native-code: '{abi}'"),
    ] {
        if !badging.contains(&expected) {
            faults.push(format!("no {expected}"));
        }
    }
    let declared = permissions(own, "<uses-permission", "android:name=\"", '"');
    let asked = permissions(badging, "uses-permission: ", "name='", '\'');
    let strangers = asked.difference(&declared).filter(|name| **name != ADDED_BY_ANDROIDX);
    faults.extend(strangers.map(|name| format!("{name} is asked for and is not in the app's own manifest")));
    faults.extend(declared.difference(&asked).map(|name| format!("{name} is not asked for")));
    faults
}

/// The names after each `tag`, between `before` and `after`.
fn permissions<'a>(text: &'a str, tag: &str, before: &str, after: char) -> BTreeSet<&'a str> {
    let each = text.split(tag).skip(1);
    each.filter_map(|rest| rest.split_once(before)?.1.split(after).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        "<uses-permission android:name=\"a.WIFI\" />\n<uses-permission\n    android:name=\"a.MOCK\" tools:x=\"1\" />";

    fn badging(permissions: &[&str]) -> String {
        let asked =
            permissions.iter().map(|name| ["uses-permission: name='", name, "'\n"].concat()).collect::<String>();
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "package: name='app.cairn' versionCode='1' versionName='{version}-debug'\nminSdkVersion:'29'\n\
             targetSdkVersion:'36'\n{asked}native-code: 'arm64-v8a'\n"
        )
    }

    #[test]
    fn what_was_meant_passes() {
        assert!(faults(&badging(&["a.WIFI", "a.MOCK", ADDED_BY_ANDROIDX]), OWN, "arm64-v8a").is_empty());
    }

    #[test]
    fn a_permission_that_a_library_added_is_named_and_so_is_one_that_is_lost() {
        let faults = faults(&badging(&["a.WIFI", "a.CONTACTS"]), OWN, "arm64-v8a");
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("a.CONTACTS") && faults[1].starts_with("a.MOCK"), "{faults:?}");
    }

    #[test]
    fn an_apk_for_another_processor_or_without_its_label_is_refused() {
        assert_eq!(faults(&badging(&["a.WIFI", "a.MOCK"]), OWN, "x86_64"), ["no native-code: 'x86_64'"]);
        let unlabelled = badging(&["a.WIFI", "a.MOCK"]).replace("-debug", "");
        assert_eq!(faults(&unlabelled, OWN, "arm64-v8a").len(), 1);
    }
}
