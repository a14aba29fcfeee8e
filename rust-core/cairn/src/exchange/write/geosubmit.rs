//! A body of geosubmit, version 2: what services take, as measured.

use std::io::{self, Write};

use super::Writer;
use crate::model::{Report, TripId};
use crate::outbox::wire::{self, Metadata};

#[derive(Default)]
pub struct Geosubmit {
    begun: bool,
}

impl Writer for Geosubmit {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"items\":[")
    }

    fn report(&mut self, out: &mut dyn Write, _: TripId, report: &Report) -> io::Result<()> {
        out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        // The owner's own data for the owner's own use: nothing is coarsened.
        Ok(serde_json::to_writer(out, &wire::item(report, Metadata::Full))?)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]}}")
    }
}
