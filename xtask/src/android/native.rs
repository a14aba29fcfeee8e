//! The core for arm64 Android, linked and run without the NDK: see android/native-check/README.md. For checking, never for
//! release.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, cmd};

use super::build::{Build, run};
use super::elf;
use super::resources::MIN_SDK;

const TARGET: &str = "aarch64-linux-android";
const STUBS: &str = "native/stubs";
/// What of the library comes from where, in bytes: for whoever wants to know what weighs.
const MAP: &str = "native/map.txt";
const LIBRARIES: [&str; 4] = ["c", "m", "dl", "log"];

/// Links the core; the link fails where it needs anything a phone lacks.
pub fn build(build: &Build) -> Result<PathBuf> {
    run(cmd!(build.sh, "sh .ci/native-tools.sh"))?;
    stubs(build)?;
    // Cargo has its own up-to-date check. Debian's compiler comes with the sources of the standard library, for which there is
    // no other way to a build for Android; to build them is unstable, hence RUSTC_BOOTSTRAP.
    let (variable, target) = (TARGET.to_uppercase().replace('-', "_"), TARGET.replace('-', "_"));
    let cargo = cmd!(build.sh, "/usr/bin/cargo build --quiet --locked --profile native-check --package cairn-ffi");
    let cargo = cargo
        .args(["--target", TARGET, "-Zbuild-std=std,panic_abort", "-Zbuild-std-features=", "--target-dir"])
        .arg(build.out("native/cargo"))
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env(format!("CC_{target}"), "clang-19")
        .env(format!("AR_{target}"), "llvm-ar-19")
        .env(format!("CFLAGS_{target}"), c_flags(build))
        .env("LIBSQLITE3_FLAGS", fs::read_to_string(build.root.join("android/sqlite-flags.txt"))?.trim())
        .env(format!("CARGO_TARGET_{variable}_LINKER"), "clang-19")
        .env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), rust_flags(build));
    // What the cargo that runs xtask says of itself is not true of this one.
    run(cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTFLAGS"))?;
    let library = build.out("native/cargo").join(TARGET).join("native-check/libcairn.so");
    elf::check_pages("libcairn.so", &fs::read(&library)?)?;
    Ok(library)
}

fn clang(build: &Build) -> Cmd<'_> {
    cmd!(build.sh, "clang-19 --target={TARGET}{MIN_SDK} -w -Os -fPIC -ffreestanding -fno-builtin")
}

fn c_flags(build: &Build) -> String {
    let include = build.root.join("android/native-check/include");
    let include = include.display();
    format!(
        "--target={TARGET}{MIN_SDK} -nostdlibinc -isystem {include} -fPIC -ffunction-sections -fdata-sections \
         -DNDEBUG -DZSTD_TRACE=0 -mno-outline-atomics -fno-unwind-tables -fno-asynchronous-unwind-tables"
    )
}

fn rust_flags(build: &Build) -> String {
    let stubs = build.out(STUBS);
    let link = [
        &format!("--target={TARGET}{MIN_SDK}"),
        "-fuse-ld=lld",
        "-nostdlib",
        &format!("-L{}", stubs.display()),
        "-Wl,-z,max-page-size=16384",
        "-Wl,--build-id=none",
        "-Wl,-z,defs",
        "-Wl,--error-limit=0",
        "-Wl,--icf=all",
        // As the shipping build does with Android's own tags, which the C library of the run does not know.
        "-Wl,--pack-dyn-relocs=relr",
        &format!("-Wl,-Map={}", build.out(MAP).display()),
    ];
    let link: String = link.map(|flag| format!(" -Clink-arg={flag}")).concat();
    // Where crates and the standard library lie on this machine is nobody's business, and long.
    let cargo = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    let crates = cargo.map(|folder| format!("--remap-path-prefix={folder}=/c ")).unwrap_or_default();
    let root = build.root.display();
    let remap =
        format!("{crates}--remap-path-prefix={root}=/cairn --remap-path-prefix=/usr/lib/rustlib/src/rust=/rust");
    format!("-Clinker-flavor=gcc {remap}{link}")
}

/// Libraries that export exactly what symbols.txt names, and nothing to call behind it.
fn stubs(build: &Build) -> Result<()> {
    let source = build.root.join("android/native-check");
    let (list, unwind) = (source.join("symbols.txt"), source.join("unwind.c"));
    let output = build.out(STUBS);
    build.step("native stubs", &[list.clone(), unwind.clone()], &output, || {
        let list = fs::read_to_string(list)?;
        for library in LIBRARIES {
            let (code, stub) = (output.join(format!("{library}.c")), output.join(format!("lib{library}.so")));
            build.sh.write_file(&code, stub_source(&list, library))?;
            let soname = format!("-Wl,-soname,lib{library}.so");
            run(clang(build).args(["-fuse-ld=lld", "-nostdlib", "-shared", &soname, "-o"]).arg(stub).arg(code))?;
        }
        let (object, archive) = (output.join("unwind.o"), output.join("libunwind.a"));
        run(clang(build).arg("-c").arg("-o").arg(&object).arg(unwind))?;
        run(cmd!(build.sh, "llvm-ar-19 rcs {archive} {object}"))
    })
}

fn stub_source(list: &str, library: &str) -> String {
    let lines = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines
        .filter_map(|words| match words[..] {
            [of, name] if of == library => Some(format!("void {name}(void) {{}}\n")),
            [of, name, "data"] if of == library => Some(format!("void *{name};\n")),
            _ => None,
        })
        .collect()
}

/// Goes once through the library under qemu, with the C library of arm64 Debian in place of bionic.
pub fn smoke(build: &Build, library: &Path) -> Result<()> {
    let sources = build.root.join("android/native-check/run");
    let list = build.root.join("android/native-check/symbols.txt");
    let output = build.out("native/run");
    build.step("native smoke test", &[sources.clone(), list.clone(), library.to_path_buf()], &output, || {
        let (shim, log) = (output.join("libc.so"), output.join("log.c"));
        build.sh.write_file(&log, silent_log(&fs::read_to_string(list)?))?;
        let (bionic, smoke) = (sources.join("bionic_on_glibc.c"), sources.join("smoke.c"));
        let gcc = cmd!(build.sh, "aarch64-linux-gnu-gcc -O1 -w");
        let gcc = gcc.args(["-shared", "-fPIC", "-Wl,-soname,libc.so", "-o"]).arg(&shim).args([bionic, log]);
        // Nothing in the shim computes; the core finds its functions through it.
        run(gcc.args(["-Wl,--no-as-needed", "-lm"]))?;
        check_answered(build, library, &shim)?;
        // The library asks for four by name; one file answers for all.
        for name in ["libm.so", "libdl.so", "liblog.so"] {
            std::os::unix::fs::symlink("libc.so", output.join(name))?;
        }
        let program = output.join("smoke");
        let gcc = cmd!(build.sh, "aarch64-linux-gnu-gcc -O1 -w -rdynamic -o {program} {smoke}");
        // By its path: were its folder searched, glibc's own libc.so would be found no more.
        run(gcc.arg("-Wl,--no-as-needed").arg(&shim).arg("-ldl"))?;
        let folder = output.join("files");
        build.sh.create_dir(&folder)?;
        let log = build.root.join("tests/data/exchange/wigle-1.6.csv");
        let command = cmd!(build.sh, "qemu-aarch64 -L {ARM64_DEBIAN} {program} {library} {folder} {log}");
        run(command.env("LD_LIBRARY_PATH", &output)).context("the core for Android does not run")
    })
}

/// Where Debian's packages for arm64 lie.
const ARM64_DEBIAN: &str = "/usr/aarch64-linux-gnu";

/// Android's log, with nobody to read it.
fn silent_log(list: &str) -> String {
    stub_source(list, "log").replace("void ", "int ").replace("{}", "{ return 0; }")
}

/// Names everything the library asks for and would not find, where the loader names only the first of it.
fn check_answered(build: &Build, library: &Path, shim: &Path) -> Result<()> {
    let debian = Path::new(ARM64_DEBIAN).join("lib");
    let answers =
        [shim.to_path_buf(), debian.join("libc.so.6"), debian.join("libm.so.6"), debian.join("ld-linux-aarch64.so.1")];
    let mut answered = HashSet::new();
    for file in answers {
        answered.extend(dynamic_symbols(build, &file, "--defined-only")?);
    }
    let mut missing = dynamic_symbols(build, library, "--undefined-only")?;
    missing.retain(|name| !answered.contains(name));
    ensure!(missing.is_empty(), "run/bionic_on_glibc.c lacks {}", missing.join(", "));
    Ok(())
}

fn dynamic_symbols(build: &Build, file: &Path, which: &str) -> Result<Vec<String>> {
    let list = cmd!(build.sh, "llvm-nm-19 --dynamic --format=just-symbols {which} {file}").quiet().read()?;
    Ok(list.lines().map(|line| line.split('@').next().unwrap_or(line).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_becomes_a_symbol_of_one_library() {
        let list = include_str!("../../../android/native-check/symbols.txt");
        let lines = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        let symbols: usize = LIBRARIES.map(|library| stub_source(list, library).lines().count()).iter().sum();
        assert_eq!(symbols, lines);
    }

    /// The SQLite of the tests on a desk has all of it, so that only a phone would notice.
    #[test]
    fn no_query_asks_for_what_the_phones_sqlite_is_built_without() {
        let words =
            ["json(", "json_each", "json_extract", "json_group", "json_object", "->>", "using fts", "using rtree"];
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let sources = ["rust-core/cairn/src", "schemas"].map(|folder| walkdir::WalkDir::new(root.join(folder)));
        let mut read = 0;
        for source in sources.into_iter().flatten() {
            let source = source.unwrap();
            if source.path().extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
                let text = fs::read_to_string(source.path()).unwrap().to_lowercase();
                let asked: Vec<_> = words.iter().filter(|word| text.contains(*word)).collect();
                assert!(asked.is_empty(), "{} asks for {asked:?}", source.path().display());
                read += 1;
            }
        }
        assert!(read > 100, "{read} files");
    }

    #[test]
    fn the_log_of_the_run_has_every_function_that_the_core_may_call() {
        let source = silent_log("c open\nlog __android_log_write\nlog __android_log_buf_write\n");
        assert_eq!(
            source,
            "int __android_log_write(void) { return 0; }\nint __android_log_buf_write(void) { return 0; }\n"
        );
    }
}
