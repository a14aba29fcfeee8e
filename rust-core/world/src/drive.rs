//! Runs a phone through its whole journey under a supervisor.

use cairn::model::Millis;
use cairn::supervisor::{Command, Event};

use crate::phone::{Counters, Heard, Phone};

/// After the stop, results are waited for at most this long: longer than any scan takes.
const DRAIN: Millis = Millis::from_secs(30);

/// Drives a phone from the start of its journey to the end: each event goes to `supervise`, whose commands the phone obeys;
/// fixes and scans go to `hear`. Times are on the phone's monotonic clock. Ends when the trip can be closed.
pub fn drive(
    phone: &mut Phone<'_>,
    mut supervise: impl FnMut(Millis, Event) -> Vec<Command>,
    mut hear: impl FnMut(Millis, Heard),
) -> Counters {
    let stop = phone.now() + phone.journey().duration();
    let mut tell = |phone: &mut Phone<'_>, at: Millis, event: Event| {
        for command in supervise(at, event) {
            phone.obey(at, &command);
        }
    };
    let start = phone.now();
    tell(phone, start, Event::Start);
    while !phone.finished() && phone.now() < stop + DRAIN {
        let now = phone.now() + Millis::from_secs(1);
        for (at, heard) in phone.step(now) {
            match heard {
                Heard::Event(event) => tell(phone, at, event),
                heard => hear(at, heard),
            }
        }
        if now >= stop && now < stop + Millis::from_secs(1) {
            tell(phone, now, Event::Stop);
        }
    }
    phone.counters()
}
