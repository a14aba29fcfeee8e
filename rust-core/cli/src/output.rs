//! What commands print: results to stdout, trouble to stderr, one line each.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

/// One line of results. Unlike `println!` it answers, rather than dies, when nobody reads.
pub fn line(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// One object of results, on one line.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string(value)?)
}

/// One line of trouble.
pub fn complain(trouble: &impl Display) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "cairn: {trouble}");
}
