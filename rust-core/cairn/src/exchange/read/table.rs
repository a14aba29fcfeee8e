//! Lines of CSV, one by one, with what all formats made of them need: where a line begins, and its columns by name.

use std::io::BufRead;

use super::split::Split;
use crate::exchange::Fault;
use crate::exchange::input::Input;
use crate::exchange::place::Mark;

/// What some programs begin UTF-8 with.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file of lines.
pub(super) struct Table {
    pub input: Input,
    split: Split,
    line: Vec<u8>,
    begin: Mark,
    number: u64,
    /// Columns of the heading, where there is one.
    width: Option<usize>,
}

impl Table {
    pub fn new(input: Input) -> Self {
        Self { input, split: Split::new(), line: Vec::new(), begin: Mark::default(), number: 0, width: None }
    }

    /// Reads the next line that is not empty; answers false where there is none.
    pub fn read(&mut self) -> Result<bool, Fault> {
        loop {
            self.input.new_row();
            self.line.clear();
            self.begin.clone_from(self.input.mark());
            self.number = self.input.line();
            if self.input.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(false);
            }
            if !self.text().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The line that was read, without its end.
    pub fn text(&self) -> &[u8] {
        let line = if self.begin.offset == 0 { self.line.strip_prefix(BOM).unwrap_or(&self.line) } else { &self.line };
        line.trim_ascii_end()
    }

    /// Splits the line; answers whether it is one record, of as many columns as the heading: otherwise columns would be mistaken
    /// for others.
    pub fn split(&mut self) -> bool {
        let line = if self.begin.offset == 0 { self.line.strip_prefix(BOM).unwrap_or(&self.line) } else { &self.line };
        self.split.line(line.trim_ascii_end(), self.width) && self.width.is_none_or(|width| self.split.count() == width)
    }

    /// Takes the line as the heading.
    pub fn is_heading(&mut self) {
        self.width = Some(self.split.count());
    }

    /// The line's columns, once split.
    pub fn columns(&self) -> &Split {
        &self.split
    }

    /// Where the line begins.
    pub fn begin(&self) -> &Mark {
        &self.begin
    }

    /// The line's number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether the line is ended. The last one of a file may still be being written.
    pub fn is_ended(&self) -> bool {
        self.line.ends_with(b"\n")
    }
}
