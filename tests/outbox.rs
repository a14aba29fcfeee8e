//! The outbox against a real service over HTTP, with every fault a network or service can have.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use cairn::engine::{Config, Engine};
use cairn::model::Millis;
use cairn::outbox::{
    Answer, Conditions, Ended, HttpTransport, Protocol, Request, ServiceId, ServiceSettings, Stop, Transport,
    TransportError,
};
use cairn::{Clock, CoreError};
use cairn_service::{Fault, FaultScript, RequestRecord, RetryAfter, Running, Service, Settings};
use cairn_tests::{numbered_fix, numbered_mac, numbered_scan, patiently};
use serde_json::Value;

/// A wall clock that the test moves on, so that waits of hours take no time.
#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn mono(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }

    fn utc(&self) -> Millis {
        Millis(1_780_000_000_000 + self.0.load(Ordering::Relaxed))
    }
}

struct Phone {
    dir: tempfile::TempDir,
    clock: Arc<TestClock>,
    engine: Engine,
    transport: HttpTransport,
}

impl Phone {
    /// A phone with so many reports, each with one access point of its own.
    fn with_reports(n: u64, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let engine = open(dir.path(), &clock, seed);
        let transport = HttpTransport::with_timeout(Duration::from_millis(700)).unwrap();
        let phone = Self { dir, clock, engine, transport };
        phone.collects(0..n);
        phone
    }

    /// What the next process finds after this one has ended.
    fn reopen(&mut self) {
        self.engine.close().unwrap();
        self.engine = open(self.dir.path(), &self.clock, 1);
    }

    fn collects(&self, numbers: std::ops::Range<u64>) {
        for i in numbers {
            patiently(|| self.engine.fix(numbered_fix(i))).unwrap();
            patiently(|| self.engine.scan(numbered_scan(i))).unwrap();
        }
        self.engine.end_trip().unwrap();
    }

    fn switch(&self, service: ServiceId, enabled: bool) {
        let known = self.engine.services().unwrap().into_iter().find(|s| s.id == service).unwrap();
        self.engine.set_service(service, ServiceSettings { enabled, ..known.settings }).unwrap();
    }

    fn uses(&self, service: &Running) -> ServiceId {
        let settings = ServiceSettings { allow_http: true, ..ServiceSettings::new(service.url(), Protocol::BeaconDb) };
        self.engine.add_service(settings).unwrap()
    }

    fn upload(&self, service: ServiceId) -> Ended {
        let upload =
            self.engine.upload(service, &self.transport, Conditions::default(), false, &AtomicBool::new(false));
        upload.unwrap().ended
    }

    /// Uploads as the phone would: again whenever the service may be asked again.
    fn upload_until_done(&self, service: ServiceId) -> Ended {
        for _ in 0..500 {
            match self.upload(service) {
                Ended::Later(at) => {
                    let wait = at - self.clock.utc();
                    assert!(wait.0 > 0 && wait <= Millis::from_hours(6), "{wait:?}");
                    self.clock.0.fetch_add(wait.0, Ordering::Relaxed);
                }
                ended => return ended,
            }
        }
        panic!("the upload never came to an end");
    }
}

fn open(dir: &Path, clock: &Arc<TestClock>, seed: u64) -> Engine {
    let config = Config { path: dir.join("cairn.db"), clock: Arc::clone(clock) as Arc<dyn Clock>, seed };
    Engine::open(config).unwrap().engine
}

fn service(faults: FaultScript) -> Running {
    Service::start(Settings { faults, ..Settings::default() }).unwrap()
}

/// How often each numbered report was accepted.
fn accepted(service: &Running) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for accepted in service.accepted().unwrap() {
        *counts.entry(number(&accepted.report)).or_default() += 1;
    }
    counts
}

fn number(report: &Value) -> u64 {
    let mac = report["wifiAccessPoints"][0]["macAddress"].as_str().unwrap().replace(':', "");
    u64::from_str_radix(&mac, 16).unwrap() - numbered_mac(0)
}

fn numbers_in(body: &[u8]) -> BTreeSet<u64> {
    let body: Value = serde_json::from_slice(body).unwrap();
    body["items"].as_array().unwrap().iter().map(number).collect()
}

fn poisoned(culprits: &'static [u64]) -> impl Fn(&Value) -> bool + Send + Sync + 'static {
    move |report| culprits.contains(&number(report))
}

fn once_each(n: u64, except: &[u64]) -> BTreeMap<u64, usize> {
    (0..n).filter(|i| !except.contains(i)).map(|i| (i, 1)).collect()
}

#[test]
fn every_passing_fault_is_outlived_and_nothing_is_accepted_twice() {
    let faults = [
        Fault::Status(500, None),
        Fault::Status(503, None),
        Fault::Status(503, Some(RetryAfter::Seconds(120))),
        Fault::Status(429, Some(RetryAfter::Seconds(30))),
        Fault::Status(429, Some(RetryAfter::DateIn(3_600))),
        Fault::Delay(Duration::from_millis(100)),
        Fault::ResetBeforeBody,
        Fault::CaptivePortal,
        Fault::Redirect("http://127.0.0.1:9/login".to_owned()),
        Fault::Truncated,
    ];
    for fault in faults {
        let phone = Phone::with_reports(30, 1);
        let service = service(FaultScript::none().then([Some(fault.clone()), Some(fault.clone())]));
        let id = phone.uses(&service);
        assert_eq!(phone.upload_until_done(id), Ended::Done, "{fault:?}");
        assert_eq!(accepted(&service), once_each(30, &[]), "{fault:?}");
    }
}

#[test]
fn a_connection_that_dies_after_the_body_was_read_repeats_that_batch_and_no_other() {
    let phone = Phone::with_reports(1_200, 1);
    let service = service(FaultScript::none().then([None, Some(Fault::ResetAfterAccepting)]));
    let id = phone.uses(&service);
    assert_eq!(phone.upload_until_done(id), Ended::Done);
    let counts = accepted(&service);
    assert_eq!(counts.len(), 1_200);
    let twice = counts.values().filter(|n| **n == 2).count();
    assert_eq!((twice, counts.values().filter(|n| **n > 2).count()), (250, 0), "the second batch of 250, once more");
}

#[test]
fn a_service_that_asks_to_be_left_alone_is_left_alone_for_so_long() {
    let phone = Phone::with_reports(3, 1);
    let service = service(FaultScript::none().then([Some(Fault::Status(429, Some(RetryAfter::Seconds(600))))]));
    let id = phone.uses(&service);
    let Ended::Later(at) = phone.upload(id) else { panic!("it was asked to wait") };
    assert_eq!(at - phone.clock.utc(), Millis::from_mins(10));
    phone.clock.0.fetch_add(599_000, Ordering::Relaxed);
    assert_eq!(phone.upload(id), Ended::Later(at));
    assert_eq!(service.requests().len(), 1, "not asked before its time");
    phone.clock.0.fetch_add(1_000, Ordering::Relaxed);
    assert_eq!(phone.upload(id), Ended::Done);
}

#[test]
fn a_poisoned_report_is_quarantined_alone_with_the_services_reason() {
    for (n, culprits) in [(500_u64, &[137_u64][..]), (500, &[3, 250, 499]), (2, &[0]), (1, &[0]), (950, &[10, 11])] {
        let phone = Phone::with_reports(n, n);
        let service = service(FaultScript::none().poison(poisoned(Box::leak(culprits.to_vec().into_boxed_slice()))));
        let id = phone.uses(&service);
        assert_eq!(phone.upload_until_done(id), Ended::Done);
        assert_eq!(accepted(&service), once_each(n, culprits));
        let quarantined = phone.engine.quarantined().unwrap();
        assert_eq!(quarantined.len(), culprits.len());
        assert!(quarantined.iter().all(|q| q.reason.starts_with("status 400")), "{quarantined:?}");
        let allowed = culprits.len() as f64 * (2.0 * (n as f64).log2() + 4.0);
        let extra = service.requests().len() as f64 - 1.0;
        assert!(extra <= allowed, "{extra} extra requests for {} of {n}, {allowed:.0} allowed", culprits.len());
    }
}

#[test]
fn a_body_that_is_too_large_is_halved_until_it_fits() {
    let phone = Phone::with_reports(300, 1);
    let service = service(FaultScript::none().max_items(40));
    let id = phone.uses(&service);
    assert_eq!(phone.upload_until_done(id), Ended::Done);
    assert_eq!(accepted(&service), once_each(300, &[]));
    assert!(phone.engine.quarantined().unwrap().is_empty());
}

#[test]
fn a_service_that_refuses_everything_is_stopped_and_no_report_is_blamed() {
    let phone = Phone::with_reports(200, 1);
    let service = service(FaultScript::none().poison(|_| true));
    let id = phone.uses(&service);
    assert_eq!(phone.upload_until_done(id), Ended::Stopped(Stop::RefusesAll));
    assert!(phone.engine.quarantined().unwrap().is_empty());
    assert!(service.requests().len() < 40, "{} requests", service.requests().len());
    service.set_faults(FaultScript::none());
    phone.engine.resume_service(id).unwrap();
    assert_eq!(phone.upload_until_done(id), Ended::Done);
    assert_eq!(accepted(&service), once_each(200, &[]));
}

#[test]
fn bad_reports_among_themselves_end_in_quarantine_and_hold_up_no_others_for_good() {
    let phone = Phone::with_reports(30, 1);
    let service = service(FaultScript::none().poison(|report| (30..60).contains(&number(report))));
    let id = phone.uses(&service);
    assert_eq!(phone.upload_until_done(id), Ended::Done);
    phone.collects(30..60);
    assert_eq!(phone.upload_until_done(id), Ended::Stopped(Stop::RefusesAll));
    phone.collects(60..65);
    let mut resumed = 0;
    while phone.upload_until_done(id) != Ended::Done {
        phone.engine.resume_service(id).unwrap();
        resumed += 1;
        assert!(resumed <= 8, "each time the user is believed more, and one that is taken clears those before it");
    }
    assert_eq!(accepted(&service), (0..30).chain(60..65).map(|i| (i, 1)).collect());
    assert_eq!(phone.engine.quarantined().unwrap().len(), 30);
}

#[test]
fn a_refusal_stops_that_service_until_the_user_acts_and_not_the_other() {
    for (status, why) in [(403, Stop::Forbidden), (404, Stop::WrongAddress)] {
        let phone = Phone::with_reports(50, 1);
        let refusing = service(FaultScript::none().then([Some(Fault::Status(status, None))]));
        let willing = service(FaultScript::none());
        let (first, second) = (phone.uses(&refusing), phone.uses(&willing));
        assert_eq!(phone.upload(first), Ended::Stopped(why));
        assert_eq!(phone.upload(first), Ended::Stopped(why), "and is not asked again");
        assert_eq!(refusing.requests().len(), 1);
        assert_eq!(phone.upload(second), Ended::Done);
        assert_eq!(accepted(&willing), once_each(50, &[]));
        phone.engine.resume_service(first).unwrap();
        assert_eq!(phone.upload(first), Ended::Done);
        assert_eq!(accepted(&refusing), once_each(50, &[]));
    }
}

#[test]
fn two_services_keep_separate_states() {
    let phone = Phone::with_reports(100, 1);
    let (one, other) = (service(FaultScript::none().poison(poisoned(&[7]))), service(FaultScript::none()));
    let (first, second) = (phone.uses(&one), phone.uses(&other));
    phone.upload_until_done(first);
    let views = phone.engine.stats().unwrap().outbox;
    assert_eq!((views[0].accepted, views[0].quarantined, views[0].waiting), (99, 1, 0));
    assert_eq!((views[1].accepted, views[1].quarantined, views[1].waiting), (0, 0, 100));
    assert_eq!(phone.engine.prune(1_000).unwrap(), 0, "what one service has not is kept");
    phone.upload_until_done(second);
    assert_eq!(accepted(&other), once_each(100, &[]));
    assert_eq!(phone.engine.prune(1_000).unwrap(), 99, "what is in quarantine is kept");
}

#[test]
fn what_the_user_sends_again_from_quarantine_goes() {
    let phone = Phone::with_reports(10, 1);
    let service = service(FaultScript::none().poison(poisoned(&[4])));
    let id = phone.uses(&service);
    phone.upload_until_done(id);
    service.set_faults(FaultScript::none());
    let culprit = phone.engine.quarantined().unwrap().remove(0);
    assert!(phone.engine.resend(id, culprit.report).unwrap());
    assert_eq!(phone.upload(id), Ended::Done);
    assert_eq!(accepted(&service), once_each(10, &[]));
}

#[test]
fn what_was_collected_while_a_service_was_off_goes_to_it_when_it_is_on_again() {
    let phone = Phone::with_reports(5, 1);
    let service = service(FaultScript::none());
    let id = phone.uses(&service);
    phone.switch(id, false);
    phone.collects(5..10);
    assert_eq!(phone.upload(id), Ended::Disabled);
    phone.switch(id, true);
    assert_eq!(phone.upload(id), Ended::Done);
    assert_eq!(accepted(&service), once_each(10, &[]));
}

#[test]
fn a_service_switched_off_during_an_upload_gets_no_further_batch() {
    /// Switches the service off while the first batch is on its way.
    struct SwitchesOff<'a>(&'a Phone, ServiceId);
    impl Transport for SwitchesOff<'_> {
        fn post(&self, request: &Request) -> Result<Answer, TransportError> {
            self.0.switch(self.1, false);
            self.0.transport.post(request)
        }
    }
    let phone = Phone::with_reports(1_200, 1);
    let service = service(FaultScript::none());
    let id = phone.uses(&service);
    let transport = SwitchesOff(&phone, id);
    let upload = phone.engine.upload(id, &transport, Conditions::default(), false, &AtomicBool::new(false));
    assert_eq!(upload.unwrap().ended, Ended::Disabled);
    assert_eq!(service.requests().len(), 1);
    phone.switch(id, true);
    assert_eq!(phone.upload(id), Ended::Done);
    assert_eq!(accepted(&service), once_each(1_200, &[]));
}

#[test]
fn quarantine_outlives_pruning_while_its_service_is_off() {
    let phone = Phone::with_reports(10, 1);
    let (strict, willing) = (service(FaultScript::none().poison(poisoned(&[4]))), service(FaultScript::none()));
    let (first, second) = (phone.uses(&strict), phone.uses(&willing));
    phone.upload_until_done(first);
    phone.upload_until_done(second);
    phone.switch(first, false);
    assert_eq!(phone.engine.prune(1_000).unwrap(), 9);
    assert_eq!(phone.engine.quarantined().unwrap().len(), 1);
}

#[test]
fn a_report_that_is_gone_does_not_hold_up_the_others() {
    let phone = Phone::with_reports(3, 1);
    let service = service(FaultScript::none());
    let id = phone.uses(&service);
    // What a damaged database leaves behind when a report's page cannot be read and its outbox row can.
    let db = rusqlite::Connection::open(phone.dir.path().join("cairn.db")).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM sighting; DELETE FROM report").unwrap();
    drop(db);
    assert_eq!(phone.upload(id), Ended::Done);
    assert_eq!(phone.engine.stats().unwrap().outbox[0].waiting, 0);
}

/// An upload whose process dies after some request, before its answer is settled, and is taken up by the next process.
#[test]
fn a_search_for_a_culprit_goes_on_where_the_process_died() {
    /// Carries so many requests, then dies with the answer in hand.
    struct Dies<'a>(&'a HttpTransport, AtomicI64);
    impl Transport for Dies<'_> {
        fn post(&self, request: &Request) -> Result<Answer, TransportError> {
            let answer = self.0.post(request);
            assert!(self.1.fetch_sub(1, Ordering::Relaxed) > 0, "the process dies here");
            answer
        }
    }
    let undisturbed = 1 + 2 * 6;
    for survived in 0..undisturbed {
        let mut phone = Phone::with_reports(64, 1);
        let service = service(FaultScript::none().poison(poisoned(&[17])));
        let id = phone.uses(&service);
        let dying = Dies(&phone.transport, AtomicI64::new(survived));
        let upload =
            AssertUnwindSafe(|| phone.engine.upload(id, &dying, Conditions::default(), false, &AtomicBool::new(false)));
        assert!(std::panic::catch_unwind(upload).is_err(), "after {survived} requests");

        phone.reopen();
        assert_eq!(phone.upload_until_done(id), Ended::Done, "after {survived} requests");
        let counts = accepted(&service);
        assert!(counts.keys().copied().eq((0..64).filter(|i| *i != 17)), "after {survived} requests");
        let in_flight = &service.requests()[survived as usize];
        let taken = in_flight.batch.map_or_else(BTreeSet::new, |_| numbers_in(&in_flight.body));
        let twice = counts.iter().filter(|(_, n)| **n > 1).map(|(i, _)| *i).collect::<BTreeSet<_>>();
        assert_eq!(twice, taken, "after {survived} requests");
        assert_eq!(phone.engine.quarantined().unwrap().len(), 1, "after {survived} requests");
        assert_eq!(service.requests().len() as i64, undisturbed + 1, "only the request in flight is repeated");
    }
}

/// 200 runs with a random mix of all passing faults and a poisoned report, each with its own seed.
#[test]
fn whatever_the_mix_every_healthy_report_arrives() {
    let kinds = || {
        vec![
            Fault::Status(500, None),
            Fault::Status(503, Some(RetryAfter::Seconds(60))),
            Fault::Status(429, Some(RetryAfter::DateIn(300))),
            Fault::Status(408, None),
            Fault::Delay(Duration::from_millis(3)),
            Fault::ResetBeforeBody,
            Fault::ResetAfterAccepting,
            Fault::Truncated,
            Fault::CaptivePortal,
            Fault::Redirect("http://127.0.0.1:9/login".to_owned()),
        ]
    };
    let phones: Vec<Phone> = (0..4).map(|seed| Phone::with_reports(40, seed)).collect();
    for seed in 0..200 {
        let phone = &phones[seed as usize % phones.len()];
        let service = service(FaultScript::none().random(seed, 0.35, kinds()).poison(poisoned(&[17])));
        let id = phone.uses(&service);
        assert_eq!(phone.upload_until_done(id), Ended::Done, "seed {seed}");
        let counts = accepted(&service);
        assert_eq!(
            counts.keys().copied().collect::<Vec<_>>(),
            (0..40).filter(|i| *i != 17).collect::<Vec<_>>(),
            "seed {seed}"
        );
        // Each connection that died after the body was read may repeat its own batch, nothing else is ever repeated.
        let died = |r: &RequestRecord| r.fault == Some(Fault::ResetAfterAccepting);
        let deaths: Vec<_> = service.requests().iter().filter(|r| died(r)).filter_map(|r| r.batch).collect();
        let mut repeats = BTreeMap::<u64, usize>::new();
        for a in service.accepted().unwrap().iter().filter(|a| deaths.contains(&a.batch)) {
            *repeats.entry(number(&a.report)).or_default() += 1;
        }
        for (report, n) in counts {
            let excused = repeats.get(&report).copied().unwrap_or(0);
            assert!(n <= 1 + excused, "seed {seed}: report {report} accepted {n} times, {excused} excused");
        }
        let mine: Vec<_> = phone.engine.quarantined().unwrap().into_iter().filter(|q| q.service == id).collect();
        assert_eq!(mine.len(), 1, "seed {seed}");
        assert!(mine[0].reason.starts_with("status 400"));
        phone.switch(id, false);
    }
}

#[test]
fn two_uploads_to_one_service_do_not_send_the_same_batch() {
    let phone = Phone::with_reports(50, 1);
    let service = service(FaultScript::none().then([Some(Fault::Delay(Duration::from_millis(300)))]));
    let id = phone.uses(&service);
    let engine = phone.engine.clone();
    let first = std::thread::spawn(move || {
        let transport = HttpTransport::new().unwrap();
        engine.upload(id, &transport, Conditions::default(), false, &AtomicBool::new(false)).unwrap().ended
    });
    while service.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = phone.engine.upload(id, &phone.transport, Conditions::default(), false, &AtomicBool::new(false));
    assert_eq!(second, Err(CoreError::Busy));
    assert_eq!(first.join().unwrap(), Ended::Done);
    assert_eq!(accepted(&service), once_each(50, &[]));
}
