# Sourced by ./demo and ./test: makes sure of what the machine must have. Installs it where it may, else names the command.

# need PROGRAM PACKAGE...: PROGRAM comes with the Debian PACKAGEs.
need() {
  program=$1
  shift
  command -v "$program" >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing $* for $program ..." >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; } || exit 1
  else
    echo "$program is missing. On Debian or Ubuntu:  sudo apt-get install $*" >&2
    exit 1
  fi
}

# A C compiler builds the bundled SQLite and the cryptography behind TLS.
need cc gcc libc6-dev
if ! command -v cargo >/dev/null 2>&1; then
  # rustup puts cargo where a shell started before does not look yet.
  PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
  export PATH
fi
if ! command -v cargo >/dev/null 2>&1; then
  echo "cargo is missing. It comes with rustup, see https://rustup.rs:  curl https://sh.rustup.rs -sSf | sh" >&2
  exit 1
fi

# The app is compiled and tested without an Android SDK: a JDK and Maven, as the resolver of libraries, are enough.
need_for_the_app() {
  need javac openjdk-17-jdk-headless
  need mvn maven
}

# What a phone loads is linked for arm64 Android with compilers of Debian's own and run under qemu: see android/native-check.
# Elsewhere than on Debian 12 they may not be had: answers whether they are there, and names what is missing.
have_for_the_phone() {
  (
    need clang-19 clang-19
    need ld.lld-19 lld-19
    need llvm-ar-19 llvm-19
    need /usr/bin/rustc rustc-web
    need /usr/bin/cargo cargo-web
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    need qemu-aarch64 qemu-user
    [ -e /usr/lib/rustlib/src/rust/library/std ] || need "the standard library's source" rust-web-src
  )
}
