//! The engine as the Android app sees it: arguments are converted here, and nothing is decided.
//!
//! Every call is synchronous and may take its time: the app makes none on its main thread. A panic does not cross the edge;
//! it arrives as an `InternalException`. Every call throws [`CoreException`] as the engine's call of the same name says.
#![allow(clippy::missing_errors_doc, reason = "said once, above")]

mod backup;
mod coverage;
mod data;
mod error;
mod ledger;
mod locate;
mod object;
mod outbox;
mod packs;
mod rules;
mod sensors;
mod startup;
mod supervisor;
mod work;

pub use error::CoreException;
pub use object::NativeCore;
pub use work::Work;

uniffi::setup_scaffolding!();

/// So that a test can see what a defect in the core looks like from outside.
///
/// # Panics
/// Always.
#[uniffi::export]
pub fn panic_for_a_test() {
    panic!("a test asked for it");
}

/// The core's version: an app that was built for another one must not go on with it.
#[uniffi::export]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
