//! Splits a line of CSV into its columns.

use csv_core::ReadRecordResult;

/// No format has half as many.
const MAX_COLUMNS: usize = 64;

/// A line's columns, unquoted; its buffers are used again for the next line.
pub(super) struct Split {
    csv: csv_core::Reader,
    text: Vec<u8>,
    ends: [usize; MAX_COLUMNS],
    count: usize,
}

impl Split {
    pub fn new() -> Self {
        Self { csv: csv_core::Reader::new(), text: Vec::new(), ends: [0; MAX_COLUMNS], count: 0 }
    }

    /// Takes a line without its end; answers whether it is one record. Old programs write names as they are, so where quotes do
    /// not give the `width` of the heading and commas alone do, the quotes are part of a name.
    pub fn line(&mut self, line: &[u8], width: Option<usize>) -> bool {
        let is_record = self.quoted(line);
        match width {
            Some(width) if !(is_record && self.count == width) && line.contains(&b'"') => {
                let plain = line.split(|b| *b == b',').count() == width;
                if plain { self.plain(line) } else { is_record }
            }
            _ => is_record,
        }
    }

    fn quoted(&mut self, line: &[u8]) -> bool {
        self.csv.reset();
        self.text.resize(line.len() + 1, 0);
        let (result, _, written, columns) = self.csv.read_record(line, &mut self.text, &mut self.ends);
        // Without its end the line leaves the last column open; no more input closes it.
        let (ended, _, _, last) = match result {
            ReadRecordResult::InputEmpty => {
                self.csv.read_record(&[], &mut self.text[written..], &mut self.ends[columns..])
            }
            other => (other, 0, 0, 0),
        };
        self.count = columns + last;
        ended == ReadRecordResult::Record
    }

    fn plain(&mut self, line: &[u8]) -> bool {
        self.text.clear();
        self.count = 0;
        for column in line.split(|b| *b == b',') {
            let Some(end) = self.ends.get_mut(self.count) else { return false };
            self.text.extend_from_slice(column);
            *end = self.text.len();
            self.count += 1;
        }
        true
    }

    /// How many columns there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// One column, from 0.
    pub fn column(&self, index: usize) -> Option<&[u8]> {
        let begin = if index == 0 { 0 } else { self.ends[..self.count].get(index - 1).copied()? };
        self.text.get(begin..*self.ends[..self.count].get(index)?)
    }

    /// One column as text without spaces around it; nothing where it is not UTF-8.
    pub fn text(&self, index: usize) -> Option<&str> {
        std::str::from_utf8(self.column(index)?).ok().map(str::trim)
    }

    /// Which column a heading names, in whichever case.
    pub fn find(&self, name: &str) -> Option<usize> {
        (0..self.count)
            .position(|i| self.column(i).is_some_and(|c| c.trim_ascii().eq_ignore_ascii_case(name.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(line: &str, width: Option<usize>) -> Vec<String> {
        let mut split = Split::new();
        split.line(b"earlier,line", None);
        assert!(split.line(line.as_bytes(), width), "{line}");
        (0..).map_while(|i| split.text(i).map(str::to_owned)).collect()
    }

    #[test]
    fn quotes_hold_commas_together() {
        assert_eq!(columns("a,\"b,\"\"c\"\"\",,d", None), ["a", "b,\"c\"", "", "d"]);
        assert_eq!(columns("a", None), ["a"]);
        assert_eq!(columns("a,", None), ["a", ""]);
    }

    #[test]
    fn quotes_of_a_name_that_nobody_escaped_are_part_of_it() {
        assert_eq!(columns("a,\"Bob's\" net,c", Some(3)), ["a", "Bob's net", "c"]);
        assert_eq!(columns("a,\"Bob,c", Some(3)), ["a", "\"Bob", "c"]);
        assert_eq!(columns("a,\"b,b\",c", Some(3)), ["a", "b,b", "c"]);
    }

    #[test]
    fn a_line_of_too_many_columns_is_refused() {
        assert!(!Split::new().line(",".repeat(MAX_COLUMNS).as_bytes(), None));
        assert!(!Split::new().line(("\"".to_owned() + &",".repeat(MAX_COLUMNS)).as_bytes(), Some(MAX_COLUMNS + 1)));
    }

    #[test]
    fn a_heading_is_read_in_any_case() {
        let mut split = Split::new();
        split.line(b"\"MAC\", SSID ,firstseen", None);
        assert_eq!(["mac", "SSID", "FirstSeen", "x"].map(|n| split.find(n)), [Some(0), Some(1), Some(2), None]);
    }
}
