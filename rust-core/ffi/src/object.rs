//! The core: the one object that the app holds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use engine::CoreError;
use engine::engine::{Collection, Config, Engine, MergeProgress, Opened, Told};
use engine::exchange::{self, ImportOptions};
use engine::ledger::{Day, Subject, View};
use engine::locate::Query;
use engine::model::{LatLng, Mac, Millis, ReportId, Scan};
use engine::outbox::{HttpTransport, ServiceId};

use crate::coverage;
use crate::data::{ExportChoice, ImportResult, MergeResult, Numbers, Saved};
use crate::error::CoreException;
use crate::ledger::{DayRow, Leaderboard, Reached};
use crate::locate::Position;
use crate::outbox::{AttemptRow, OutboxRow, QuarantinedRow, ServiceChoice, UploadConditions, UploadResult};
use crate::rules::{PrivacyRules, ZoneResult};
use crate::sensors::{FixEvent, ScanEvent};
use crate::supervisor::{CollectingSettings, CollectingStatus, PhoneEvent, Sensor, SensorReaction};
use crate::work::Work;

/// The core. It may be called from any thread; calls that write wait for those before them.
#[derive(uniffi::Object)]
pub struct NativeCore {
    pub(crate) engine: Engine,
    collection: Mutex<Option<Arc<Collection>>>,
    /// Made with the first upload: TLS takes megabytes that an app which never uploads need not have.
    transport: OnceLock<HttpTransport>,
    saved: Option<Saved>,
}

#[uniffi::export]
impl NativeCore {
    /// Opens the database, made where there is none. A damaged one is set aside and its readable rows are saved; a newer one
    /// is left untouched. `version` is the version that the app was built for.
    #[uniffi::constructor]
    pub fn open(path: &str, version: &str) -> Result<Arc<Self>, CoreException> {
        let own = env!("CARGO_PKG_VERSION");
        if version != own {
            let what = format!("the app was built for core {version}, and this is core {own}");
            return Err(CoreException::BadInput { what });
        }
        let Opened { engine, salvage } = Engine::open(Config::for_file(PathBuf::from(path)))?;
        let saved = salvage.map(|s| Saved {
            set_aside: s.set_aside.to_string_lossy().into_owned(),
            rows: s.rows,
            damaged_tables: s.damaged_tables,
        });
        Ok(Arc::new(Self { engine, collection: Mutex::new(None), transport: OnceLock::new(), saved }))
    }

    /// What was saved when a damaged database was opened.
    pub fn saved(&self) -> Option<Saved> {
        self.saved.clone()
    }

    /// Makes everything durable and closes the database; every later call throws `Closed`.
    pub fn shut_down(&self) -> Result<(), CoreException> {
        Ok(self.engine.close()?)
    }

    /// Makes everything told before durable.
    pub fn flush(&self) -> Result<(), CoreException> {
        Ok(self.engine.flush()?)
    }

    // Collecting.

    /// Prepares collecting in this process, with the commands to do at once. `was_collecting` where a process before this one
    /// died while it collected. `now_ms` is `elapsedRealtime`, here and below.
    pub fn prepare(&self, settings: CollectingSettings, now_ms: i64, was_collecting: bool) -> SensorReaction {
        let (collection, commands) =
            Collection::restore(self.engine.clone(), settings.into(), Millis(now_ms), was_collecting);
        *self.collection.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(collection));
        engine::engine::Reaction { commands, trouble: None }.into()
    }

    /// Tells a position.
    pub fn on_fix(&self, now_ms: i64, fix: FixEvent) -> Result<SensorReaction, CoreException> {
        self.tell(now_ms, Told::Fix(fix.read()?))
    }

    /// Tells what a radio heard.
    pub fn on_scan(&self, now_ms: i64, sensor: Sensor, scan: ScanEvent) -> Result<SensorReaction, CoreException> {
        self.tell(now_ms, Told::Scan(sensor.into(), scan.into()))
    }

    /// Tells anything else.
    pub fn on_event(&self, now_ms: i64, event: PhoneEvent) -> Result<SensorReaction, CoreException> {
        self.tell(now_ms, Told::Event(event.into()))
    }

    /// Takes over other settings about collecting, at once.
    pub fn change_settings(&self, now_ms: i64, settings: CollectingSettings) -> Result<SensorReaction, CoreException> {
        Ok(self.collection()?.change_settings(Millis(now_ms), settings.into()).into())
    }

    /// What the collection is doing, and why.
    pub fn status(&self) -> CollectingStatus {
        self.collection().map_or(CollectingStatus::Stopped, |collection| collection.status().into())
    }

    // Reading.

    /// What there is, in numbers.
    pub fn numbers(&self) -> Result<Numbers, CoreException> {
        Ok(self.engine.stats()?.into())
    }

    /// The leaderboard as of a local day, in days since 1970-01-01.
    pub fn leaderboard(&self, today: i32) -> Result<Leaderboard, CoreException> {
        Ok(self.engine.leaderboard(Day::new(today))?.into())
    }

    /// The local days from `first` to `last` that have anything, in order.
    pub fn days(&self, first: i32, last: i32) -> Result<Vec<DayRow>, CoreException> {
        let days = self.engine.days(Day::new(first), Day::new(last))?;
        Ok(days.into_iter().map(|(day, score)| DayRow { day: day.number(), reached: score.into() }).collect())
    }

    /// What the running trip has reached; null between trips and before its first report.
    pub fn trip(&self) -> Result<Option<Reached>, CoreException> {
        let Some(trip) = self.engine.trip()? else { return Ok(None) };
        Ok(self.engine.score(Subject::Trip(trip))?.map(Into::into))
    }

    /// The ground covered within a view, packed as `coverage.rs` says; coarser where more than about `limit` hexagons would
    /// be needed.
    pub fn coverage(&self, south: f64, west: f64, north: f64, east: f64, limit: u32) -> Result<Vec<u8>, CoreException> {
        let view = View { south_west: place(south, west)?, north_east: place(north, east)? };
        Ok(coverage::pack(&self.engine.coverage(&view, limit as usize)?))
    }

    /// Where a phone that hears this must be; null where too little of it is known.
    pub fn locate(&self, scan: ScanEvent) -> Result<Option<Position>, CoreException> {
        Ok(self.engine.locate(&Query::from(&Scan::from(scan)))?.map(Into::into))
    }

    // Outbox.

    /// Each service and its share of the outbox.
    pub fn outbox(&self) -> Result<Vec<OutboxRow>, CoreException> {
        Ok(self.engine.outbox()?.into_iter().map(Into::into).collect())
    }

    /// Adds a service, or changes the one at the same address; answers its number.
    pub fn add_service(&self, choice: ServiceChoice) -> Result<i64, CoreException> {
        Ok(self.engine.add_service(choice.into())?.0)
    }

    /// Changes what the user chose about a service; one that was stopped gets another chance.
    pub fn set_service(&self, id: i64, choice: ServiceChoice) -> Result<(), CoreException> {
        Ok(self.engine.set_service(ServiceId(id), choice.into())?)
    }

    /// Removes a service with all that is known of what it took and refused. Ask the user first.
    pub fn remove_service(&self, id: i64) -> Result<(), CoreException> {
        Ok(self.engine.remove_service(ServiceId(id))?)
    }

    /// Gives a stopped or failing service another chance now.
    pub fn resume_service(&self, id: i64) -> Result<(), CoreException> {
        Ok(self.engine.resume_service(ServiceId(id))?)
    }

    /// Sends what waits for a service until nothing is left or something stands in the way; `hurry` asks a service that
    /// failed before its time. `work` can stop it between two requests.
    pub fn upload(
        &self,
        id: i64,
        conditions: UploadConditions,
        hurry: bool,
        work: &Arc<Work>,
    ) -> Result<UploadResult, CoreException> {
        let summary = self.engine.upload(ServiceId(id), self.transport()?, conditions.into(), hurry, &work.cancel)?;
        Ok(summary.into())
    }

    /// What services refused, with their reasons.
    pub fn quarantined(&self) -> Result<Vec<QuarantinedRow>, CoreException> {
        Ok(self.engine.quarantined()?.into_iter().map(Into::into).collect())
    }

    /// Lets a quarantined report be sent again; answers whether there was one.
    pub fn resend(&self, service: i64, report: i64) -> Result<bool, CoreException> {
        Ok(self.engine.resend(ServiceId(service), ReportId(report))?)
    }

    /// The requests of the past, oldest first.
    pub fn attempts(&self) -> Result<Vec<AttemptRow>, CoreException> {
        Ok(self.engine.attempts()?.into_iter().map(Into::into).collect())
    }

    /// Deletes up to `limit` of the oldest reports that every service in use has settled; answers how many.
    pub fn prune(&self, limit: u32) -> Result<u64, CoreException> {
        Ok(self.engine.prune(limit)?)
    }

    // Privacy.

    /// The zones and lists there are.
    pub fn privacy_rules(&self) -> Result<PrivacyRules, CoreException> {
        Ok(self.engine.rules()?.into())
    }

    /// Makes the surroundings of a place a zone and deletes what was recorded there. Cannot be undone: ask the user first.
    pub fn add_zone(&self, lat: f64, lon: f64) -> Result<ZoneResult, CoreException> {
        let added = self.engine.add_zone(place(lat, lon)?)?;
        Ok(ZoneResult { id: added.zone, reports_deleted: added.reports_deleted })
    }

    /// Lets a zone's surroundings be recorded again.
    pub fn remove_zone(&self, id: i64) -> Result<(), CoreException> {
        Ok(self.engine.remove_zone(id)?)
    }

    /// Never records this address any more.
    pub fn refuse_address(&self, address: &str) -> Result<(), CoreException> {
        Ok(self.engine.refuse_mac(mac(address)?)?)
    }

    /// Lets an address be recorded again.
    pub fn allow_address(&self, address: &str) -> Result<(), CoreException> {
        Ok(self.engine.allow_mac(mac(address)?)?)
    }

    /// Never records networks whose name contains this.
    pub fn refuse_name(&self, part: &str) -> Result<(), CoreException> {
        Ok(self.engine.refuse_name(part)?)
    }

    /// Lets networks whose name contains this be recorded again.
    pub fn allow_name(&self, part: &str) -> Result<(), CoreException> {
        Ok(self.engine.allow_name(part.as_bytes())?)
    }

    // Files.

    /// Imports a file; `upload` sends its reports to the services as well. `work` tells how far it is and can stop it: what
    /// is in stays in, and the next import of the file goes on from there.
    pub fn import_file(&self, path: &str, upload: bool, work: &Arc<Work>) -> Result<ImportResult, CoreException> {
        let mut progress = |p: exchange::Progress| work.set(p.bytes, p.size, p.rows);
        let options = ImportOptions { upload, ..ImportOptions::default() };
        let summary = exchange::run(&self.engine, Path::new(path), options, &mut progress, &work.cancel)?;
        // What is in of the others stays in.
        summary.failed.first().map_or(Ok(()), |error| Err(error.clone()))?;
        Ok(summary.into())
    }

    /// Brings in everything that another phone's database holds, or an older one of this phone: nothing counts twice. `work`
    /// tells how far it is and can stop it; then everything is as it was.
    pub fn merge_file(&self, path: &str, work: &Arc<Work>) -> Result<MergeResult, CoreException> {
        let mut progress = |p: MergeProgress| work.set(p.done, p.of, 0);
        Ok(self.engine.merge(Path::new(path), &mut progress, &work.cancel)?.into())
    }

    /// Writes what is chosen into a file, which appears when it is complete; answers how many rows.
    pub fn export_file(&self, path: &str, choice: &ExportChoice, work: &Arc<Work>) -> Result<u64, CoreException> {
        // How many there are of a part is not known beforehand; counting them would read all of them twice.
        let of = if choice.is_everything() { self.engine.stats()?.reports } else { 0 };
        let mut watch = |written| {
            work.set(written, of, written);
            !work.is_cancelled()
        };
        Ok(exchange::export_to(&self.engine, choice.read()?, Path::new(path), &mut watch)?)
    }
}

impl NativeCore {
    fn collection(&self) -> Result<Arc<Collection>, CoreException> {
        let collection = self.collection.lock().unwrap_or_else(PoisonError::into_inner);
        collection
            .clone()
            .ok_or_else(|| CoreException::BadInput { what: "collecting has not been prepared".to_owned() })
    }

    fn tell(&self, now_ms: i64, told: Told) -> Result<SensorReaction, CoreException> {
        Ok(self.collection()?.tell(Millis(now_ms), told).into())
    }

    fn transport(&self) -> Result<&HttpTransport, CoreError> {
        if let Some(transport) = self.transport.get() {
            return Ok(transport);
        }
        let made = HttpTransport::new()?;
        Ok(self.transport.get_or_init(|| made))
    }
}

pub(crate) fn place(lat: f64, lon: f64) -> Result<LatLng, CoreException> {
    LatLng::new(lat, lon).map_err(|_| CoreException::BadInput { what: "the place is not on Earth".to_owned() })
}

fn mac(text: &str) -> Result<Mac, CoreException> {
    Mac::parse(text).map_err(|e| CoreException::BadInput { what: e.to_string() })
}
