//! Finds the items of `{"items":[..]}` one by one, without holding more than one of them.

use std::io::BufRead;

use crate::exchange::Fault;
use crate::exchange::input::Input;

/// The bytes of one JSON value, followed far enough to know where it ends.
#[derive(Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Takes the next byte.
    fn take(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

fn next_byte(input: &mut Input) -> Result<u8, Fault> {
    let byte = *input.fill_buf()?.first().ok_or(Fault::CutOff)?;
    input.consume(1);
    Ok(byte)
}

/// Reads to the first item: past the `[` that belongs to the key `items` of the outermost object.
pub(super) fn enter(input: &mut Input) -> Result<(), Fault> {
    let mut nesting = Nesting::default();
    let mut key = Vec::new();
    loop {
        let byte = match next_byte(input) {
            Err(Fault::CutOff) => return Err(Fault::UnknownFormat),
            other => other?,
        };
        let at_list = byte == b'[' && !nesting.in_string && nesting.depth == 1;
        if at_list && key == b"items" {
            return Ok(());
        }
        if nesting.depth == 1 && byte == b'"' && !nesting.in_string {
            key.clear();
        } else if nesting.in_string && byte != b'"' {
            key.push(byte);
        }
        nesting.take(byte);
    }
}

/// Reads the next item's text and its line; none at the end of the list, which is read past.
pub(super) fn next(input: &mut Input, item: &mut Vec<u8>) -> Result<Option<u64>, Fault> {
    item.clear();
    input.new_row();
    let first = loop {
        match next_byte(input)? {
            b']' => return Ok(None),
            b',' => {}
            byte if byte.is_ascii_whitespace() => {}
            byte => break byte,
        }
    };
    let line = input.line();
    let mut nesting = Nesting::default();
    nesting.take(first);
    item.push(first);
    if nesting.depth == 0 {
        return Err(Fault::Malformed("JSON: the list of items holds something that is no object"));
    }
    while nesting.depth > 0 {
        let here = input.fill_buf()?;
        if here.is_empty() {
            return Err(Fault::CutOff);
        }
        let mut taken = 0;
        while taken < here.len() && nesting.depth > 0 {
            nesting.take(here[taken]);
            taken += 1;
        }
        item.extend_from_slice(&here[..taken]);
        input.consume(taken);
    }
    Ok(Some(line))
}
