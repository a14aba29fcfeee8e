//! A fixed-seed simulation of radio worlds, of journeys through them and of the phones that travel: for the demo, tests and
//! benches. Nothing in it is anyone's real network; places and paths are real, emitters are made up by the seed.

mod drive;
mod emitter;
mod gps;
mod journey;
mod noise;
mod outings;
mod packed;
mod phone;
pub mod ports;
mod radio;
mod streets;
pub mod town;
pub mod tracks;
mod world;

use cairn::model::Millis;

pub use drive::drive;
pub use emitter::{Emitter, Voice, Whereabouts};
pub use gps::{Episode, Trouble};
pub use journey::{Journey, State};
pub use outings::{Outings, outings};
pub use packed::{packed, settled};
pub use phone::{Counters, Heard, Phone, PhoneParams};
pub use radio::Propagation;
pub use streets::Streets;
pub use world::{Listener, Params, Site, World};

/// The first day of everything simulated, UTC: Monday, 2 June 2025.
pub const FIRST_DAY: Millis = Millis::from_days(20_241);

/// The day on which some emitters move house: halfway through the demo's week.
pub const MOVING_DAY: Millis = Millis::from_days(20_244);

/// The folder of test tracks.
#[cfg(test)]
fn test_tracks() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/tracks")
}
