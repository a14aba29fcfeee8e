#!/bin/sh
# Makes sure of what links and runs the core for Android without the NDK: see android/native-check/README.md.
set -eu
cd "$(dirname "$0")/.."
. .ci/need.sh
need /usr/bin/rustc rustc-web
need /usr/bin/cargo cargo-web
[ -d /usr/lib/rustlib/src/rust/library/std ] || need "the source of Rust's standard library" rust-web-src
need clang-19 clang-19
need ld.lld-19 lld-19
need llvm-ar-19 llvm-19
need qemu-aarch64 qemu-user
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
