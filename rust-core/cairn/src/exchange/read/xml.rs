//! XML, event by event: what GPX, KML and Kismet's netxml share. Reading may begin in the middle of a file.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use crate::exchange::Fault;
use crate::exchange::input::Input;

/// A file of XML.
pub(super) struct Xml {
    reader: Reader<Ascii>,
    event: Vec<u8>,
}

impl Xml {
    /// Reads to the root, which must have that name.
    pub fn new(input: Input, root: &str) -> Result<Self, Fault> {
        let mut reader = Reader::from_reader(Ascii { input, mapped: Vec::new(), taken: 0 });
        // Reading may begin in the middle, where earlier starts are not known.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut new = Self { reader, event: Vec::new() };
        loop {
            match new.event()? {
                Event::Start(start) if start.local_name().as_ref() == root => return Ok(new),
                Event::Start(_) | Event::Empty(_) => return Err(Fault::UnknownFormat),
                Event::Eof => return Err(Fault::CutOff),
                _ => {}
            }
        }
    }

    /// The next event; any row may begin with it.
    pub fn event(&mut self) -> Result<Event<'_>, Fault> {
        self.reader.get_mut().input.new_row();
        self.event.clear();
        self.reader.read_event_into(&mut self.event).map_err(|e| match e {
            quick_xml::Error::Io(e) => io::Error::from(e.kind()).into(),
            quick_xml::Error::Syntax(_) => Fault::CutOff,
            _ => Fault::Malformed("XML"),
        })
    }

    pub fn input(&self) -> &Input {
        &self.reader.get_ref().input
    }

    pub fn input_mut(&mut self) -> &mut Input {
        let ascii = self.reader.get_mut();
        ascii.forget();
        &mut ascii.input
    }
}

/// The character that a reference stands for, where it is one of those every file may use.
pub(super) fn referred(reference: &BytesRef<'_>) -> Option<char> {
    match reference.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

/// No text that is read of these formats comes near, nor a report of a thousand sightings; of what is longer no more is taken into
/// memory.
const MAX_TEXT: usize = 1 << 18;

/// Adds a piece of an element's text to what there is of it.
pub(super) fn append(into: &mut String, piece: &str) {
    if into.len() + piece.len() <= MAX_TEXT {
        into.push_str(piece);
    }
}

/// Bytes with everything beyond ASCII replaced, one by one, so that places stay what they are. Programs write names in
/// encodings that they do not declare; nothing that is read of these formats is beyond ASCII.
struct Ascii {
    input: Input,
    mapped: Vec<u8>,
    taken: usize,
}

impl Ascii {
    fn forget(&mut self) {
        self.mapped.clear();
        self.taken = 0;
    }
}

impl Read for Ascii {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let n = here.len().min(into.len());
        into[..n].copy_from_slice(&here[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Ascii {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.mapped.len() {
            self.forget();
            let here = self.input.fill_buf()?;
            self.mapped.extend(here.iter().map(|b| if b.is_ascii() { *b } else { b'?' }));
        }
        Ok(&self.mapped[self.taken..])
    }

    fn consume(&mut self, n: usize) {
        self.taken += n;
        self.input.consume(n);
    }
}
