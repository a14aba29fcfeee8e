//! The service without its sockets: takes a request, keeps what is to be kept, and says what to answer.

use serde_json::json;

use crate::faults::Rules;
use crate::protocol::{Protocol, Reply, Request, Route};
use crate::settings::{Mode, ServiceError, Settings};
use crate::store::{Accepted, Store};

/// The store and the model, used by one request at a time.
pub(crate) struct Desk {
    mode: Mode,
    store: Store,
    protocol: Box<dyn Protocol>,
}

/// What became of a request.
pub(crate) struct Handled {
    pub reply: Reply,
    pub batch: Option<i64>,
}

impl From<Reply> for Handled {
    fn from(reply: Reply) -> Self {
        Self { reply, batch: None }
    }
}

impl Desk {
    /// Opens the store and learns again what is in it.
    pub fn open(settings: &Settings) -> Result<Self, ServiceError> {
        let store = Store::open(settings.db.as_deref())?;
        let mut protocol = settings.protocol();
        store.replay(|received_ms, reports| {
            protocol.learn(reports, received_ms);
        })?;
        Ok(Self { mode: settings.mode, store, protocol })
    }

    /// Answers a request that came at `now_ms`, Unix milliseconds, refusing what `rules` refuse.
    pub fn handle(&mut self, request: &Request, rules: &Rules, now_ms: i64) -> Handled {
        if request.path == "/health" {
            return self.health().into();
        }
        match self.protocol.route(request) {
            Ok(Route::Submit) => self.submit(request, rules, now_ms).unwrap_or_else(Handled::from),
            Ok(Route::Locate) => self.protocol.locate(request, now_ms).into(),
            Ok(Route::Country) => self.protocol.country(request, now_ms).into(),
            Err(reply) => reply.into(),
        }
    }

    fn submit(&mut self, request: &Request, rules: &Rules, now_ms: i64) -> Result<Handled, Reply> {
        let mut items = self.protocol.read(request)?;
        let sent = items.len();
        if rules.max_items.is_some_and(|max| sent > max) {
            return Err(too_large());
        }
        if let Some(culprit) = rules.poison.as_ref().and_then(|bad| items.iter().position(|item| bad(item))) {
            return Err(self.protocol.refuse(culprit));
        }
        items.retain(|item| self.protocol.keeps(item));
        let batch = self.store.keep(now_ms, sent, &items, |kept| self.protocol.learn(kept, now_ms));
        let batch = batch.map_err(|e| unavailable(&e))?;
        Ok(Handled { reply: self.protocol.taken(), batch: Some(batch) })
    }

    fn health(&self) -> Reply {
        match self.store.counts() {
            Ok(counts) => Reply::json(
                200,
                &json!({
                    "status": "ok",
                    "mode": self.mode.word(),
                    "batches": counts.batches,
                    "reports": counts.reports,
                    "emitters": counts.emitters,
                    "stations": self.protocol.stations(),
                }),
            ),
            Err(e) => unavailable(&e),
        }
    }

    /// Every report taken, in order of receipt.
    pub fn accepted(&self) -> rusqlite::Result<Vec<Accepted>> {
        self.store.accepted()
    }
}

/// A front proxy's answer to a body it does not want: neither service has one of its own.
pub(crate) fn too_large() -> Reply {
    Reply::text(413, "Payload Too Large")
}

fn unavailable(error: &rusqlite::Error) -> Reply {
    log::error!("service: the store failed: {:?}", error.sqlite_error_code());
    Reply::error(503, "global", "serviceUnavailable", "Service Unavailable")
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
