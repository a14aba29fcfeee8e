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

    /// Takes a line without its end; answers whether it is one record.
    pub fn line(&mut self, line: &[u8]) -> bool {
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

    /// One column, from 0.
    pub fn column(&self, index: usize) -> Option<&[u8]> {
        let begin = if index == 0 { 0 } else { self.ends[..self.count].get(index - 1).copied()? };
        self.text.get(begin..*self.ends[..self.count].get(index)?)
    }

    /// One column as text without spaces around it; nothing where it is not UTF-8.
    pub fn text(&self, index: usize) -> Option<&str> {
        std::str::from_utf8(self.column(index)?).ok().map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(line: &str) -> Vec<String> {
        let mut split = Split::new();
        split.line(b"earlier,line");
        assert!(split.line(line.as_bytes()), "{line}");
        (0..).map_while(|i| split.text(i).map(str::to_owned)).collect()
    }

    #[test]
    fn quotes_hold_commas_together() {
        assert_eq!(columns("a,\"b,\"\"c\"\"\",,d"), ["a", "b,\"c\"", "", "d"]);
        assert_eq!(columns("a"), ["a"]);
        assert_eq!(columns("a,"), ["a", ""]);
    }

    #[test]
    fn a_line_of_too_many_columns_is_refused() {
        assert!(!Split::new().line(",".repeat(MAX_COLUMNS).as_bytes()));
    }
}
