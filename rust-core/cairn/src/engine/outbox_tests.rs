//! The outbox as the engine keeps it while zones, lists and services change under it. Nothing is sent: answers are made up here.

use std::sync::atomic::AtomicBool;

use super::tests::{Home, fix, scan};
use super::*;
use crate::model::{CellIdentity, HeardCell, Millis, Radio};
use crate::outbox::{
    Answer, Conditions, Ended, OutboxView, Protocol, Request, ServiceSettings, Transport, TransportError,
};

/// Asks the given function for the status of each answer, with the number of the request from 0 on.
struct Statuses<F>(AtomicU64, F);

impl<F: Fn(u64) -> u16 + Send + Sync> Transport for Statuses<F> {
    fn post(&self, _: &Request) -> Result<Answer, TransportError> {
        let status = (self.1)(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(Answer { status, retry_after: None, content_type: None, body: b"{}".to_vec() })
    }
}

impl Home {
    fn service(&self, protocol: Protocol) -> ServiceId {
        self.engine.add_service(ServiceSettings::new("https://service.example", protocol)).unwrap()
    }

    fn upload(&self, service: ServiceId, status: impl Fn(u64) -> u16 + Send + Sync) -> OutboxView {
        let answers = Statuses(AtomicU64::new(0), status);
        let go_on = AtomicBool::new(false);
        let summary = self.engine.upload(service, &answers, Conditions::default(), true, &go_on).unwrap();
        assert_eq!(summary.ended, Ended::Done);
        let counts_and_rows = self.engine.check().unwrap();
        assert_eq!((counts_and_rows.structure_faults, counts_and_rows.reference_faults), (0, 0));
        self.engine.outbox().unwrap().remove(0)
    }
}

#[test]
fn what_a_zone_leaves_of_a_refused_batch_is_asked_about_alone() {
    let home = Home::new();
    let service = home.service(Protocol::BeaconDb);
    home.walk(0..3);
    // Six kilometres on.
    home.walk(600..601);
    home.engine.flush().unwrap();

    let outbox = home.upload(service, |request| {
        if request > 0 {
            return 200;
        }
        assert_eq!(home.engine.add_zone(fix(0).place).unwrap().reports_deleted, 3);
        400
    });

    assert_eq!((outbox.accepted, outbox.quarantined, outbox.waiting), (1, 0, 0));
}

#[test]
fn what_is_not_useful_is_looked_at_again_under_another_protocol() {
    let home = Home::new();
    let service = home.service(Protocol::BeaconDb);
    home.engine.fix(fix(0)).unwrap();
    // Without its physical identity BeaconDB ignores a cell, and ichnaea does not.
    let identity =
        CellIdentity { radio: Radio::Lte, mcc: Some(244), mnc: Some(5), area: Some(4711), cell: Some(12_345_678) };
    let cell = HeardCell {
        mono: Millis(0),
        identity,
        serving: true,
        signal: None,
        asu: None,
        timing_advance: None,
        physical: None,
        arfcn: None,
    };
    home.engine.scan(Scan { cells: vec![cell], ..Scan::default() }).unwrap();
    home.engine.flush().unwrap();
    assert_eq!(home.upload(service, |_| 200).not_useful, 1);

    home.engine.set_service(service, ServiceSettings::new("https://service.example", Protocol::Ichnaea)).unwrap();

    let outbox = home.upload(service, |_| 200);
    assert_eq!((outbox.accepted, outbox.not_useful), (1, 0));
}

#[test]
fn what_a_list_kept_at_home_is_sent_once_it_is_taken_off_the_list() {
    let home = Home::new();
    let service = home.service(Protocol::BeaconDb);
    home.walk(0..3);
    home.engine.flush().unwrap();
    let refused = scan(1).wifi[0].mac;
    home.engine.refuse_mac(refused).unwrap();
    let outbox = home.upload(service, |_| 200);
    assert_eq!((outbox.accepted, outbox.not_useful), (2, 1));

    home.engine.allow_mac(refused).unwrap();

    let outbox = home.upload(service, |_| 200);
    assert_eq!((outbox.accepted, outbox.not_useful), (3, 0));
}

#[test]
fn counts_follow_reports_that_are_pruned_quarantined_and_sent_again() {
    let home = Home::new();
    let service = home.service(Protocol::Open);
    home.walk(0..20);
    home.engine.flush().unwrap();
    // Requests 0 to 5: the batch, and its halves down to the first report, are refused.
    let outbox = home.upload(service, |request| if request < 6 { 400 } else { 200 });
    assert_eq!((outbox.accepted, outbox.quarantined), (19, 1));
    let refused = home.engine.quarantined().unwrap()[0].report;

    assert_eq!(home.engine.prune(100).unwrap(), 19);
    assert_eq!((home.engine.stats().unwrap().reports, home.engine.stats().unwrap().sightings), (1, 1));
    assert!(home.engine.resend(service, refused).unwrap());

    let outbox = home.upload(service, |_| 200);
    assert_eq!((outbox.accepted, outbox.quarantined, outbox.waiting), (1, 0, 0));
    home.engine.remove_service(service).unwrap();
    assert_eq!(home.engine.check().unwrap().structure_faults, 0);
}
