//! Decides what to collect and when: told what happens, it answers what the sensors do next and why.
//!
//! Pure: no clock, no sensor, no storage. Time comes in with each event, on the monotonic clock.

mod cadence;
mod conditions;
mod event;
mod health;
mod limiter;
mod machine;
mod motion;
mod policy;
mod sensors;
mod settings;
mod words;

#[cfg(test)]
mod invariants;
#[cfg(test)]
mod scenarios;

pub use event::{Command, Event, Heat, Pause, SensorKind, Status};
pub use machine::Supervisor;
pub use settings::Settings;
pub use words::{Words, describe};
