//! Writes the Kotlin side of `rust-core/ffi`: the program has to be of exactly the same version as the library.

fn main() {
    uniffi::uniffi_bindgen_main();
}
