//! Zones and the user's lists: what must not be recorded, from now on and in what is already there.

use rusqlite::Connection;

use super::Engine;
use super::owner::Owner;
use crate::intake::zone;
use crate::ledger::Hexagon;
use crate::model::{LatLng, Mac};
use crate::store::{StoreError, emitters, estimates, guard, ledger, outbox, reports};
use crate::{CoreError, model::ReportId};

/// What adding a zone did to the data that was already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneAdded {
    /// The zone's number, for [`Engine::remove_zone`].
    pub zone: i64,
    /// Reports that lay in it and were deleted, sent or not.
    pub reports_deleted: u64,
}

/// Reports looked at per step when old data is searched for a new zone.
const PAGE: u32 = 1_000;

impl Engine {
    /// Makes the surroundings of a place a zone: nothing there is recorded any more, and what was is deleted from reports,
    /// outbox, coverage and learned emitters. This cannot be undone, so ask the user first. The place itself is not stored.
    ///
    /// # Errors
    /// As for [`Engine::flush`]; the zone then does not exist.
    pub fn add_zone(&self, home: LatLng) -> Result<ZoneAdded, CoreError> {
        self.call(move |owner| owner.add_zone(home))
    }

    /// Lets a zone's surroundings be recorded again.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn remove_zone(&self, zone: i64) -> Result<(), CoreError> {
        self.call(move |owner| owner.take_back(|db| guard::remove_zone(db, zone)))
    }

    /// Never records this address any more; reports already stored are kept but no longer sent or exported with it.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn refuse_mac(&self, mac: Mac) -> Result<(), CoreError> {
        self.call(move |owner| {
            guard::refuse_mac(owner.writer.db()?, mac)?;
            owner.reload_guard()
        })
    }

    /// Never records networks whose name contains this, in either case; reports already stored as for [`Engine::refuse_mac`].
    ///
    /// # Errors
    /// [`CoreError::BadInput`] for an empty part, which would refuse every network; else as for [`Engine::flush`].
    pub fn refuse_name(&self, part: &str) -> Result<(), CoreError> {
        if part.is_empty() {
            return Err(CoreError::BadInput(
                "a part of a name cannot be empty: it would refuse every network".to_owned(),
            ));
        }
        let part = part.as_bytes().to_vec();
        self.call(move |owner| {
            guard::refuse_name(owner.writer.db()?, &part)?;
            owner.reload_guard()
        })
    }
}

/// What must not be recorded, as the user set it up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Zones by number, each with its hexagons of resolution 9. For the owner's own eyes.
    pub zones: Vec<(i64, Vec<Hexagon>)>,
    /// Addresses that are never recorded.
    pub macs: Vec<Mac>,
    /// Parts of names of networks that are never recorded.
    pub names: Vec<Vec<u8>>,
}

impl Engine {
    /// The zones and lists there are.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn rules(&self) -> Result<Rules, CoreError> {
        Ok(self.shared.readers.read(|db| {
            let (macs, names) = guard::refused(db)?;
            let hexagons = |cells: Vec<h3o::CellIndex>| cells.into_iter().map(Hexagon::from).collect();
            let zones = guard::zones(db)?.into_iter().map(|(zone, cells)| (zone, hexagons(cells))).collect();
            Ok(Rules { zones, macs, names })
        })?)
    }

    /// Lets an address be recorded again.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn allow_mac(&self, mac: Mac) -> Result<(), CoreError> {
        self.call(move |owner| owner.take_back(|db| guard::allow_mac(db, mac)))
    }

    /// Lets networks whose name contains this be recorded again.
    ///
    /// # Errors
    /// As for [`Engine::flush`].
    pub fn allow_name(&self, part: &[u8]) -> Result<(), CoreError> {
        let part = part.to_vec();
        self.call(move |owner| owner.take_back(|db| guard::allow_name(db, &part)))
    }
}

impl Owner {
    /// Takes a rule back; what services were not sent because of it is judged again.
    fn take_back(&mut self, rule: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<(), CoreError> {
        self.in_transaction(|db, _| {
            rule(db)?;
            outbox::reconsider_private(db)
        })?;
        self.reload_guard()
    }

    fn reload_guard(&mut self) -> Result<(), CoreError> {
        self.guard = guard::load(self.writer.db()?)?;
        Ok(())
    }

    fn add_zone(&mut self, home: LatLng) -> Result<ZoneAdded, CoreError> {
        self.flush()?;
        let cells = zone::patch(home, &mut self.chance);
        let tx = self.writer.begin()?;
        let zone = guard::add_zone(&tx, &cells)?;
        let rules = guard::load(&tx)?;
        let mut reports_deleted = 0;
        let mut after = ReportId(0);
        loop {
            let page = reports::places(&tx, after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, _) in page.iter().filter(|(_, place)| rules.in_zone(*place)) {
                outbox::forget(&tx, *id)?;
                reports::delete(&tx, *id)?;
                reports_deleted += 1;
            }
        }
        emitters::delete_where(&tx, |place| rules.in_zone(place))?;
        estimates::delete_where(&tx, |place| rules.in_zone(place))?;
        ledger::forget_ground(&tx, &cells)?;
        tx.commit().map_err(StoreError::from)?;
        self.guard = rules;
        self.cache.clear();
        Ok(ZoneAdded { zone, reports_deleted })
    }
}
