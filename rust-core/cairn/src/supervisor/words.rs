//! What a status says to its reader. The screen takes the parts and its own language; the command line takes the English.

use super::{Pause, Status};
use crate::model::Millis;

/// A status in parts, for a screen to arrange and translate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What the collection does: "collecting", "paused" ...
    pub state: &'static str,
    /// Why, where that is not plain.
    pub reason: Option<&'static str>,
    /// Since when, in monotonic time.
    pub since: Option<Millis>,
}

/// Puts a status into words.
pub const fn describe(status: Status) -> Words {
    match status {
        Status::Stopped => Words { state: "stopped", reason: None, since: None },
        Status::Collecting => Words { state: "collecting", reason: None, since: None },
        Status::WaitingForFix { since } => {
            Words { state: "waiting", reason: Some("no position from satellites"), since: Some(since) }
        }
        Status::Paused { why, since } => Words { state: "paused", reason: Some(reason(why)), since: Some(since) },
        Status::CheckingMove { since } => {
            Words { state: "checking", reason: Some("looking whether the phone moves"), since: Some(since) }
        }
        Status::Draining { since } => {
            Words { state: "stopping", reason: Some("waiting for the last results"), since: Some(since) }
        }
    }
}

const fn reason(why: Pause) -> &'static str {
    match why {
        Pause::User => "you asked for a break",
        Pause::Still => "not moving",
        Pause::NoSky => "no satellites in view",
        Pause::BatteryLow => "the battery is low",
        Pause::Hot => "the phone is too hot",
        Pause::PowerSave => "the phone saves power",
        Pause::NoPermission => "the permission for location is missing",
        Pause::LocationOff => "location is switched off",
        Pause::GnssFailed => "satellite positioning does not work",
    }
}

impl Words {
    /// One English line, "paused: not moving since 14:02"; `clock` shows a monotonic time as the reader's clock did.
    pub fn english(&self, clock: impl FnOnce(Millis) -> String) -> String {
        let reason = self.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let since = self.since.map(|since| format!(" since {}", clock(since))).unwrap_or_default();
        format!("{}{reason}{since}", self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_says_why_and_since_when() {
        let paused = Status::Paused { why: Pause::Still, since: Millis::from_mins(14 * 60 + 2) };
        let clock = |at: Millis| format!("{:02}:{:02}", at.0 / 3_600_000, at.0 / 60_000 % 60);
        assert_eq!(describe(paused).english(clock), "paused: not moving since 14:02");
        assert_eq!(describe(Status::Collecting).english(clock), "collecting");
    }
}
