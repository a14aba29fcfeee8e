//! Decides what to collect and when: told what happens, it answers what the sensors do next and why.
//!
//! Pure: no clock, no sensor, no storage. Time comes in with each event, on the monotonic clock.

mod event;

pub use event::{Command, Event, Heat, Pause, SensorKind, Status};
