//! The core for arm64 Android, linked and run without the NDK: see android/native-check/README.md. For checking, never for
//! release.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, cmd};

use super::build::{Build, run};
use super::elf;
use super::resources::MIN_SDK;

const TARGET: &str = "aarch64-linux-android";
const STUBS: &str = "native/stubs";
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
         -mno-outline-atomics"
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
    ];
    let link: String = link.map(|flag| format!(" -Clink-arg={flag}")).concat();
    format!("-Clinker-flavor=gcc --remap-path-prefix={}=/cairn{link}", build.root.display())
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
    let output = build.out("native/run");
    build.step("native smoke test", &[sources.clone(), library.to_path_buf()], &output, || {
        let (shim, program) = (output.join("libc.so"), output.join("smoke"));
        let (bionic, smoke) = (sources.join("bionic_on_glibc.c"), sources.join("smoke.c"));
        let gcc = cmd!(build.sh, "aarch64-linux-gnu-gcc -O1 -w");
        run(gcc.args(["-shared", "-fPIC", "-Wl,-soname,libc.so", "-o"]).arg(&shim).arg(bionic).arg("-lm"))?;
        // The library asks for four by name; one file answers for all.
        for name in ["libm.so", "libdl.so", "liblog.so"] {
            std::os::unix::fs::symlink("libc.so", output.join(name))?;
        }
        let gcc = cmd!(build.sh, "aarch64-linux-gnu-gcc -O1 -w -rdynamic -o {program} {smoke}");
        run(gcc.args(["-Wl,--no-as-needed", "-L"]).arg(&output).args(["-l:libc.so", "-ldl"]))?;
        let folder = output.join("files");
        build.sh.create_dir(&folder)?;
        let command = cmd!(build.sh, "qemu-aarch64 -L /usr/aarch64-linux-gnu {program} {library} {folder}");
        run(command.env("LD_LIBRARY_PATH", &output)).context("the core for Android does not run")
    })
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
}
