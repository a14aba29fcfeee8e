//! Services and uploads, as callers see them.

use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use rand::SeedableRng;

use super::Engine;
use super::owner::Owner;
use crate::CoreError;
use crate::model::{Millis, ReportId};
use crate::outbox::{
    Attempt, Conditions, Leased, OutboxStore, OutboxView, Quarantined, Sent, Service, ServiceId, ServiceSettings,
    Settled, Settlement, Transport, UploadSummary, send,
};
use crate::store::{StoreError, outbox, reports};

impl Engine {
    /// Adds a service, or changes the one at the same address. Everything stored waits for it from now on.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] for an address or key that cannot work, else as [`Engine::flush`].
    pub fn add_service(&self, settings: ServiceSettings) -> Result<ServiceId, CoreError> {
        settings.check()?;
        self.call(move |owner| {
            owner.in_transaction(|db, chance| {
                let id = outbox::add(db, &settings)?;
                outbox::enqueue_stored(db, id, chance)?;
                Ok(id)
            })
        })
    }

    /// Changes a service's settings; one that was stopped gets another chance.
    ///
    /// # Errors
    /// As [`Engine::add_service`].
    pub fn set_service(&self, id: ServiceId, settings: ServiceSettings) -> Result<(), CoreError> {
        settings.check()?;
        self.call(move |owner| owner.in_transaction(|db, _| outbox::set(db, id, &settings)))
    }

    /// Removes a service with all that is known of what it took and refused; ask the user first. Reports stay. One that is
    /// being uploaded to ends with [`CoreError::BadInput`] at its next step.
    ///
    /// # Errors
    /// As [`Engine::flush`].
    pub fn remove_service(&self, id: ServiceId) -> Result<(), CoreError> {
        self.call(move |owner| owner.in_transaction(|db, _| outbox::remove(db, id)))
    }

    /// Gives a stopped or failing service another chance now.
    ///
    /// # Errors
    /// As [`Engine::flush`].
    pub fn resume_service(&self, id: ServiceId) -> Result<(), CoreError> {
        self.call(move |owner| owner.in_transaction(|db, _| outbox::resume(db, id)))
    }

    /// Every service, oldest first.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn services(&self) -> Result<Vec<Service>, CoreError> {
        Ok(self.shared.readers.read(|db| Ok(outbox::all(db)?.into_iter().map(|(service, _)| service).collect()))?)
    }

    /// Sends what waits for a service, on the caller's thread, until nothing is left or something stands in the way.
    /// `hurry` asks a service that failed before its time.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] where there is no such service, [`CoreError::Busy`] while another thread uploads to it, else as
    /// [`Engine::flush`].
    pub fn upload(
        &self,
        service: ServiceId,
        transport: &dyn Transport,
        conditions: Conditions,
        hurry: bool,
        cancel: &AtomicBool,
    ) -> Result<UploadSummary, CoreError> {
        let _alone = Uploading::begin(self, service)?;
        self.call(move |owner| owner.in_transaction(|db, _| outbox::recover(db, service)))?;
        send::run(self, service, transport, self.shared.clock.utc(), conditions, hurry, cancel)
    }

    /// Each service and its share of the outbox, oldest first.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn outbox(&self) -> Result<Vec<OutboxView>, CoreError> {
        Ok(self.shared.readers.read(outbox::view)?)
    }

    /// What services refused, with their reasons.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn quarantined(&self) -> Result<Vec<Quarantined>, CoreError> {
        Ok(self.shared.readers.read(outbox::quarantined)?)
    }

    /// Lets a quarantined report be sent again; answers whether there was one.
    ///
    /// # Errors
    /// As [`Engine::flush`].
    pub fn resend(&self, service: ServiceId, report: ReportId) -> Result<bool, CoreError> {
        self.call(move |owner| owner.in_transaction(|db, _| outbox::resend(db, service, report)))
    }

    /// The requests of the past, oldest first.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn attempts(&self) -> Result<Vec<Attempt>, CoreError> {
        Ok(self.shared.readers.read(outbox::attempts)?)
    }

    /// Deletes up to `limit` of the oldest reports that every service in use has settled; answers how many. The ledger and
    /// what was learned stay. What is unsent or in quarantine is never touched.
    ///
    /// # Errors
    /// As [`Engine::flush`].
    pub fn prune(&self, limit: u32) -> Result<u64, CoreError> {
        self.call(move |owner| {
            owner.in_transaction(|db, _| {
                let doomed = outbox::prunable(db, limit)?;
                for id in &doomed {
                    outbox::note_pruned(db, *id)?;
                    outbox::forget(db, *id)?;
                    reports::delete(db, *id)?;
                }
                Ok(doomed.len() as u64)
            })
        })
    }
}

/// The right to be the only upload to a service, given back when dropped.
struct Uploading<'a> {
    engine: &'a Engine,
    service: ServiceId,
}

impl<'a> Uploading<'a> {
    fn begin(engine: &'a Engine, service: ServiceId) -> Result<Self, CoreError> {
        let mut uploading = engine.shared.uploading.lock().unwrap_or_else(PoisonError::into_inner);
        if uploading.insert(service) { Ok(Self { engine, service }) } else { Err(CoreError::Busy) }
    }
}

impl Drop for Uploading<'_> {
    fn drop(&mut self) {
        self.engine.shared.uploading.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.service);
    }
}

impl OutboxStore for Engine {
    fn service(&self, service: ServiceId) -> Result<(Service, Option<Millis>), CoreError> {
        let known = self.shared.readers.read(|db| outbox::by_id(db, service))?;
        known.ok_or_else(|| CoreError::BadInput("there is no such service".to_owned()))
    }

    fn lease(&self, service: ServiceId) -> Result<Option<Leased>, CoreError> {
        self.call(move |owner| {
            let rules = owner.guard.clone();
            owner.in_transaction(|db, _| outbox::lease(db, service, |report| rules.allow(report)))
        })
    }

    fn settle(&self, service: ServiceId, batch: i64, settlement: Settlement, sent: Sent) -> Result<Settled, CoreError> {
        self.call(move |owner| {
            let now = owner.clock.utc();
            owner.in_transaction(|db, chance| outbox::settle(db, service, batch, &settlement, sent, now, chance))
        })
    }
}

impl Owner {
    /// Does something in a transaction of its own, between groups.
    pub fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Connection, &mut rand_chacha::ChaCha8Rng) -> Result<T, StoreError>,
    ) -> Result<T, CoreError> {
        let mut chance = rand_chacha::ChaCha8Rng::from_rng(&mut self.chance);
        let tx = self.writer.begin()?;
        let answer = work(&tx, &mut chance)?;
        tx.commit().map_err(StoreError::from)?;
        Ok(answer)
    }
}
