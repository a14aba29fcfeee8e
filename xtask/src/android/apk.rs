//! R8, packing, signing, and checks on the result.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use xshell::cmd;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::build::{Build, files, run};
use super::kotlin::APP_CLASSES;
use super::libraries::{aars, android_classes, artifact, jars};
use super::resources::{KEEP_RULES, MIN_SDK, R_CLASSES, RESOURCE_APK};

const DEX: &str = "dex/dex.zip";
const UNSIGNED: &str = "apk/unsigned.apk";
const SIGNED: &str = "apk/cairn.apk";
const ABIS: [&str; 2] = ["arm64-v8a", "x86_64"];
const PAGE: u64 = 16 * 1024;
/// Guards a throw-away key only.
const PASSWORD: &str = "android";

pub fn shrink(build: &Build) -> Result<()> {
    let mut rules = vec![build.root.join("android/app/proguard-rules.pro"), build.out(KEEP_RULES)];
    rules.extend(aars(build, "main").iter().map(|aar| aar.join("proguard.txt")).filter(|rules| rules.exists()));
    let inputs = [rules.clone(), jars(build, "main"), vec![build.out(APP_CLASSES), build.out(R_CLASSES)]].concat();
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
    let output = build.out(DEX);
    let map = build.out("dex/mapping.txt");
    let command = cmd!(
        build.sh,
        "java -Xmx2g -cp {r8} com.android.tools.r8.R8 --release --min-api {MIN_SDK} --map-diagnostics info none"
    );
    let command = command.arg("--lib").arg(android_classes(build)?).arg("--lib").arg(java_home(build)?);
    let command = rules.iter().fold(command, |command, file| command.arg("--pg-conf").arg(file));
    let command = command.arg("--pg-map-output").arg(map).arg("--output").arg(output);
    run(command.arg(app).args(jars(build, "main")))
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

pub fn pack(build: &Build) -> Result<()> {
    let inputs = [build.out(RESOURCE_APK), build.out(DEX)];
    build.step("pack", &inputs, &build.out("apk"), || {
        let mut apk = ZipWriter::new(File::create(build.out(UNSIGNED))?);
        copy_entries(&build.out(RESOURCE_APK), &mut apk)?;
        copy_entries(&build.out(DEX), &mut apk)?;
        add_native_libraries(build, &mut apk)?;
        apk.finish()?;
        Ok(())
    })
}

fn copy_entries(from: &Path, apk: &mut ZipWriter<File>) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(from)?)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        if name.starts_with("META-INF/") && !name.starts_with("META-INF/services/") {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let stored = name == "resources.arsc" || entry.compression() == CompressionMethod::Stored;
        add(apk, &name, &bytes, stored)?;
    }
    Ok(())
}

fn add_native_libraries(build: &Build, apk: &mut ZipWriter<File>) -> Result<()> {
    for aar in aars(build, "main") {
        for abi in ABIS {
            for library in files(&aar.join("jni").join(abi), "so") {
                let name = library.file_name().context("a library without a name")?.to_string_lossy();
                let bytes = fs::read(&library)?;
                ensure!(elf_alignment(&bytes) >= PAGE, "{} is not built for 16 KiB pages", library.display());
                add(apk, &format!("lib/{abi}/{name}"), &bytes, true)?;
            }
        }
    }
    Ok(())
}

/// The entries carry no time, so that the same input gives the same bytes.
fn add(apk: &mut ZipWriter<File>, name: &str, bytes: &[u8], stored: bool) -> Result<()> {
    let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    apk.start_file(name, options.compression_method(method))?;
    Ok(apk.write_all(bytes)?)
}

/// The smallest alignment of the loadable segments of a 64-bit little-endian ELF file.
fn elf_alignment(elf: &[u8]) -> u64 {
    const LOAD: u64 = 1;
    let number =
        |at: usize, size: usize| elf[at..at + size].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let (table, entry_size, entries) = (number(32, 8), number(54, 2), number(56, 2));
    let headers = (0..entries).map(|index| (table + index * entry_size) as usize);
    let loads = headers.filter(|header| number(*header, 4) == LOAD);
    loads.map(|header| number(header + 48, 8)).min().unwrap_or(0)
}

pub fn sign(build: &Build) -> Result<()> {
    let key = debug_key(build)?;
    let apksig = artifact(build, "android", "com.android.tools.build.apksig")?;
    let (signer, unsigned, signed) = (build.check("sign/Sign.java"), build.out(UNSIGNED), build.out(SIGNED));
    run(cmd!(build.sh, "java -cp {apksig} {signer} {key} {PASSWORD} {unsigned} {signed}"))?;
    check_alignment(&signed)
}

/// RSA, because its signatures are the same every time.
fn debug_key(build: &Build) -> Result<PathBuf> {
    let key = build.out("key/debug.p12");
    if !key.exists() {
        build.sh.create_dir(build.out("key"))?;
        let command = cmd!(build.sh, "keytool -genkeypair -keystore {key} -storetype PKCS12 -storepass {PASSWORD}");
        let command =
            command.args(["-alias", "debug", "-dname", "CN=Cairn debug", "-keyalg", "RSA", "-keysize", "3072"]);
        run(command.args(["-validity", "10000"]).ignore_stdout().ignore_stderr())?;
    }
    Ok(key)
}

fn check_alignment(apk: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(apk)?)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        let name = entry.name()?;
        let alignment = if name.ends_with(".so") { PAGE } else { 4 };
        let start = entry.data_start().context("an entry without data")?;
        let aligned = entry.compression() != CompressionMethod::Stored || start % alignment == 0;
        ensure!(aligned, "{name} starts at {start}");
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub fn report(build: &Build) -> Result<()> {
    let apk = build.out(SIGNED);
    let bytes = fs::read(&apk)?;
    let digest = hex(&Sha256::digest(&bytes));
    println!("{}: {} bytes, sha256 {digest}", apk.strip_prefix(&build.root)?.display(), bytes.len());
    Ok(())
}
