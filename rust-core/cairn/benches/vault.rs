//! What stretching a password takes, and what sealing and opening cost beside SHA-256 over the same bytes.
//!
//! `cargo bench --package cairn --bench vault`

use std::hint::black_box;
use std::io::{Cursor, Read as _, sink};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use cairn::model::Millis;
use cairn::vault::{Described, Locks, Password, Stretch, Unlocked, Watch, open, seal};
use sha2::{Digest as _, Sha256};

/// Bytes of the data that is sealed: random, so that packing does not help.
const BYTES: usize = 64 << 20;

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let answer = work();
    (answer, start.elapsed())
}

fn main() {
    let cancel = AtomicBool::new(false);
    let mut watch = Watch { progress: &mut |_| (), cancel: &cancel };
    let locks = |stretch| Locks { password: Password::new("correct horse battery"), recovery: None, stretch };
    for (name, stretch) in [
        ("Argon2id, 64 MiB, 3 passes (RFC 9106)", Stretch::Argon2id { memory: 64 * 1024, passes: 3, lanes: 1 }),
        ("Argon2id as usual", Stretch::USUAL),
        ("PBKDF2, 600 000 rounds", Stretch::Pbkdf2 { rounds: 600_000 }),
    ] {
        let mut times: Vec<Duration> =
            (0..7).map(|_| timed(|| Unlocked::new(&locks(stretch), &mut watch).map(black_box).is_ok()).1).collect();
        times.sort();
        println!(
            "{name}: {:.2} s (least {:.2}, most {:.2} of 7)",
            times[3].as_secs_f64(),
            times[0].as_secs_f64(),
            times[6].as_secs_f64()
        );
    }

    let Ok(unlocked) = Unlocked::new(&locks(Stretch::CHEAP), &mut watch) else { return };
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let plain: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(BYTES)
    .collect();
    let described = Described { made: Millis(0), schema: 1, reports: 0, label: String::new() };
    let (_, hashing) = timed(|| black_box(Sha256::digest(&plain)));
    let mut out = Cursor::new(Vec::new());
    let (sealed, sealing) = timed(|| seal(&unlocked, &described, &mut &plain[..], BYTES as u64, &mut out, &mut watch));
    let Ok(length) = sealed else { return };
    out.set_position(0);
    let (_, opening) =
        timed(|| open(&unlocked, &mut out.by_ref(), length, &mut sink(), &mut watch).map(black_box).is_ok());
    let ratio = |took: Duration| took.as_secs_f64() / hashing.as_secs_f64();
    println!(
        "against SHA-256 over the same {} MiB: sealing {:.2}, opening {:.2}",
        BYTES >> 20,
        ratio(sealing),
        ratio(opening)
    );
}
