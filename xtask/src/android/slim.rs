//! What of the libraries goes to R8: their classes and what these read, each once, and the rules they carry for it.
//!
//! Descriptions for build tools lie under the same name in several libraries; R8 takes that for an accident and stops.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::build::{Build, files};
use super::libraries::jars;

const FOLDER: &str = "slim";
const LIBRARIES: &str = "slim/libraries.jar";

/// Where the libraries lie as R8 is to see them.
pub fn libraries(build: &Build) -> PathBuf {
    build.out(LIBRARIES)
}

/// The rules that the libraries carry inside.
pub fn rules(build: &Build) -> Vec<PathBuf> {
    files(&build.out(FOLDER), "pro")
}

pub fn slim(build: &Build) -> Result<()> {
    let jars = jars(build, "main");
    build.step("slim libraries", &jars, &build.out(FOLDER), || {
        let mut all = ZipWriter::new(File::create(build.out(LIBRARIES))?);
        let mut seen = HashSet::new();
        for (number, jar) in jars.iter().enumerate() {
            let rules = build.out(FOLDER).join(format!("{number}.pro"));
            take(jar, &mut all, &mut seen, &rules).with_context(|| jar.display().to_string())?;
        }
        all.finish()?;
        Ok(())
    })
}

fn take(jar: &Path, all: &mut ZipWriter<File>, seen: &mut HashSet<String>, rules: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(jar)?)?;
    let names = archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<Vec<String>>>()?;
    let mut kept_rules = Vec::new();
    for name in &names {
        let mut bytes = Vec::new();
        if are_rules(name, &names) {
            archive.by_name(name)?.read_to_end(&mut kept_rules)?;
            kept_rules.push(b'\n');
        } else if goes_in(name) {
            ensure!(seen.insert(name.clone()), "{name} is in another library as well");
            archive.by_name(name)?.read_to_end(&mut bytes)?;
            // R8 reads it once: to pack it would only take time.
            all.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
            all.write_all(&bytes)?;
        }
    }
    if kept_rules.is_empty() { Ok(()) } else { Ok(fs::write(rules, kept_rules)?) }
}

/// Whether R8 of today is to obey this file. A library that has rules for R8 has those for other shrinkers beside them.
fn are_rules(name: &str, beside: &[String]) -> bool {
    const R8: &str = "META-INF/com.android.tools/r8";
    if beside.iter().any(|other| other.starts_with(R8)) {
        name.starts_with(R8) && ends_in(name, "pro") && !name.contains("-upto-")
    } else {
        name.starts_with("META-INF/proguard/") && ends_in(name, "pro")
    }
}

/// Whether a phone may need it. `kotlin_builtins` are for reflection on Kotlin's own types, which nothing here does.
fn goes_in(name: &str) -> bool {
    let for_tools = name.starts_with("META-INF/") && !name.starts_with("META-INF/services/");
    let for_reflection = ends_in(name, "kotlin_builtins") || ends_in(name, "kotlin_metadata");
    let for_debuggers = name == "DebugProbesKt.bin" || name == "module-info.class";
    // JNA's libraries for desks; those for phones lie in the folders of the AAR.
    let for_desks = name.starts_with("com/sun/jna/") && !ends_in(name, "class");
    !(name.ends_with('/') || for_tools || for_reflection || for_debuggers || for_desks)
}

fn ends_in(name: &str, extension: &str) -> bool {
    Path::new(name).extension() == Some(OsStr::new(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_services_and_what_classes_read_go_in_and_nothing_for_tools() {
        for name in ["a/B.class", "META-INF/services/a.B", "assets/mapsforge/default.xml"] {
            assert!(goes_in(name), "{name}");
        }
        for name in [
            "a/",
            "META-INF/versions/9/module-info.class",
            "META-INF/proguard/a.pro",
            "META-INF/MANIFEST.MF",
            "module-info.class",
            "kotlin/kotlin.kotlin_builtins",
            "com/sun/jna/linux-x86-64/libjnidispatch.so",
        ] {
            assert!(!goes_in(name), "{name}");
        }
    }

    #[test]
    fn rules_for_todays_r8_go_before_those_for_others() {
        let both = [
            "META-INF/proguard/c.pro",
            "META-INF/com.android.tools/proguard/c.pro",
            "META-INF/com.android.tools/r8-upto-3.0.0/c.pro",
            "META-INF/com.android.tools/r8-from-1.6.0/c.pro",
        ]
        .map(str::to_owned);
        let obeyed: Vec<_> = both.iter().filter(|name| are_rules(name, &both)).collect();
        assert_eq!(obeyed, ["META-INF/com.android.tools/r8-from-1.6.0/c.pro"]);
        assert!(are_rules(&both[0], &both[..1]));
    }

    #[test]
    fn a_class_that_two_libraries_hold_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let jar = folder.path().join("one.jar");
        let mut one = ZipWriter::new(File::create(&jar).expect("made"));
        one.start_file("a/B.class", SimpleFileOptions::default()).expect("begun");
        one.finish().expect("whole");
        let mut all = ZipWriter::new(File::create(folder.path().join("all.jar")).expect("made"));
        let mut seen = HashSet::new();
        let rules = folder.path().join("rules.pro");
        take(&jar, &mut all, &mut seen, &rules).expect("the first time");
        let twice = take(&jar, &mut all, &mut seen, &rules).expect_err("the second time");
        assert!(twice.to_string().contains("a/B.class"), "{twice}");
    }
}
