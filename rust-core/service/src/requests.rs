//! What was asked, for the tests that look at a client from the service's side.
//!
//! Bodies hold positions and addresses: a record is looked at in memory and never printed.

use std::collections::VecDeque;
use std::fmt;
use std::time::SystemTime;

use crate::faults::Fault;

/// One request and what became of it.
#[derive(Clone)]
pub struct RequestRecord {
    /// Counted from 1 since the service started.
    pub number: u64,
    /// When its headers had come.
    pub at: SystemTime,
    /// The method, in capitals.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Headers in order, names in lower case; values that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// Bytes of the body as sent; 0 if it was not read.
    pub wire_bytes: usize,
    /// The body after unpacking; empty if it was not read or could not be unpacked.
    pub body: Vec<u8>,
    /// What went wrong on purpose.
    pub fault: Option<Fault>,
    /// The status that was, or would have been, answered; nothing if the connection was cut before there was one.
    pub status: Option<u16>,
    /// The batch that was stored, as in [`crate::Accepted::batch`].
    pub batch: Option<i64>,
}

impl RequestRecord {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestRecord")
            .field("number", &self.number)
            .field("wire_bytes", &self.wire_bytes)
            .field("fault", &self.fault)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: VecDeque<RequestRecord>,
    counted: u64,
    kept: usize,
}

impl RequestLog {
    /// A log of the latest `kept` requests.
    pub fn keeping(kept: usize) -> Self {
        Self { kept, ..Self::default() }
    }

    /// The next request's number.
    pub const fn count(&mut self) -> u64 {
        self.counted += 1;
        self.counted
    }

    /// Keeps a record, and forgets the oldest if there are too many.
    pub fn push(&mut self, record: RequestRecord) {
        if self.kept == 0 {
            return;
        }
        if self.records.len() == self.kept {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// The kept records by number: a delayed request is logged later than it came.
    pub fn records(&self) -> Vec<RequestRecord> {
        let mut records: Vec<_> = self.records.iter().cloned().collect();
        records.sort_by_key(|record| record.number);
        records
    }
}
