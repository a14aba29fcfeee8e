//! The list of what the app is made of and under which licences, which the app shows: the crates in the core and the libraries
//! beside it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

const LIST: &str = "android/app/src/main/res/raw/licences.txt";
const LOCK_FILE: &str = "android/check/pom.xml";

/// Groups of artifacts: how their ids begin, the name people know them by, and their licence.
const LIBRARIES: [(&str, &str, &str); 8] = [
    ("androidx.", "AndroidX, Jetpack Compose", "Apache-2.0"),
    ("com.caverock", "AndroidSVG", "Apache-2.0"),
    ("com.google.guava", "Guava ListenableFuture", "Apache-2.0"),
    ("com.squareup.okio", "Okio", "Apache-2.0"),
    ("net.java.dev.jna", "Java Native Access", "Apache-2.0 OR LGPL-2.1-or-later"),
    ("org.jetbrains", "Kotlin, kotlinx", "Apache-2.0"),
    ("org.jspecify", "JSpecify", "Apache-2.0"),
    ("org.mapsforge", "mapsforge", "LGPL-3.0-or-later"),
];

/// Writes the list anew.
pub fn write() -> Result<()> {
    let shell = at_root()?;
    let list = list(&shell)?;
    shell.write_file(LIST, &list)?;
    println!("{LIST}: {} entries", list.lines().count());
    Ok(())
}

fn at_root() -> Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    Ok(shell)
}

/// A line for each: the name, a tab, the licence; in order of names.
fn list(shell: &Shell) -> Result<String> {
    let metadata = cmd!(shell, "cargo metadata --format-version 1 --offline --filter-platform aarch64-linux-android");
    let mut all = crates(&serde_json::from_str(&metadata.quiet().read()?)?)?;
    all.extend(libraries(&shell.read_file(LOCK_FILE)?)?);
    let lines: Vec<String> = all.iter().map(|(name, licence)| format!("{name}\t{licence}")).collect();
    Ok(lines.join("\n") + "\n")
}

/// The crates that are compiled into the core on a phone; those that only build or test it are not.
fn crates(metadata: &Value) -> Result<BTreeMap<String, String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let packages: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|p| (text(&p["id"]), p)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|n| (text(&n["id"]), n)).collect();
    let root = packages.iter().find(|(_, p)| p["name"] == "cairn-ffi").context("no package cairn-ffi")?.0.clone();
    let mut open = vec![root];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) {
            let used = list(&nodes[&id]["deps"]).into_iter();
            let used = used.filter(|d| list(&d["dep_kinds"]).iter().any(|k| k["kind"].is_null()));
            open.extend(used.map(|d| text(&d["pkg"])));
        }
    }
    // Older manifests separate alternatives by a slash.
    let licence = |p: &Value| text(&p["license"]).replace('/', " OR ");
    Ok(seen
        .iter()
        .map(|id| &packages[id])
        .filter(|p| !p["source"].is_null())
        .map(|p| (text(&p["name"]), licence(p)))
        .collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What the app ships beside the core, by the lock file's first group.
fn libraries(lock_file: &str) -> Result<BTreeMap<String, String>> {
    let shipped = lock_file.split("<id>main</id>").nth(1).and_then(|rest| rest.split("</execution>").next());
    let groups = shipped.context("no group 'main' in the lock file")?.split("<groupId>").skip(1);
    let mut found = BTreeMap::new();
    for group in groups.filter_map(|rest| rest.split('<').next()) {
        let known = LIBRARIES.iter().find(|(begin, ..)| group.starts_with(begin));
        ensure!(known.is_some(), "the licence of {group} is not known to xtask/src/licences.rs");
        found.extend(known.map(|(_, name, licence)| ((*name).to_owned(), (*licence).to_owned())));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_list_in_the_app_is_todays() {
        let shell = at_root().expect("the root");
        let shown = fs::read_to_string(shell.current_dir().join(LIST)).expect("the list");
        assert_eq!(list(&shell).expect("a list"), shown, "run cargo xtask android licences");
    }

    #[test]
    fn what_only_builds_or_tests_the_core_is_not_in_it_and_cairn_is_not() {
        let shell = at_root().expect("the root");
        let list = list(&shell).expect("a list");
        assert!(list.contains("\nrusqlite\tMIT\n") && list.contains("\nmapsforge\tLGPL"));
        assert!(!list.contains("\nproptest\t") && !list.contains("cairn"));
    }

    #[test]
    fn a_library_whose_licence_nobody_has_looked_up_is_an_error() {
        let lock_file = "<id>main</id><groupId>com.example</groupId></execution>";
        assert!(libraries(lock_file).expect_err("unknown").to_string().contains("com.example"));
    }
}
