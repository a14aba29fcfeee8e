//! A vault on one's own service: a new phone is set up with an address, an id and the password, and nobody on the way or at the
//! other end has anything to read.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod secrets;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cairn::engine::{Config, Engine};
use cairn::model::LatLng;
use cairn::outbox::TransportError;
use cairn::vault::service::{HttpCourier, ServiceFault, VaultService, Writable};
use cairn::vault::{Locks, Password, Progress, Step, Stretch, Unlock, VaultError, VaultId, Watch};
use cairn_service::{Fault, FaultScript, Rate, RetryAfter, Running, Service, Settings, VaultSettings};
use cairn_tests::{numbered_fix, numbered_scan, patiently};

const PASSWORD: &str = "correct horse battery";
const NEW_PASSWORD: &str = "a staple instead of it";
/// How many reports the old phone has.
const WALKED: u64 = 300;

fn engine_on(path: &Path) -> Engine {
    Engine::open(Config { path: path.to_owned(), clock: Arc::new(cairn::SystemClock::new()), seed: 1 }).unwrap().engine
}

fn used(folder: &Path) -> Engine {
    let engine = engine_on(&folder.join("old.db"));
    walk(&engine, 0..WALKED);
    engine.add_zone(LatLng::new(60.2, 24.9).unwrap()).unwrap();
    engine.refuse_name("a neighbour's").unwrap();
    engine
}

fn walk(engine: &Engine, range: std::ops::Range<u64>) {
    engine.begin_trip().unwrap();
    for n in range {
        patiently(|| engine.fix(numbered_fix(n))).unwrap();
        patiently(|| engine.scan(numbered_scan(n))).unwrap();
    }
    engine.end_trip().unwrap();
}

fn locks(password: &str) -> Locks {
    Locks { password: Password::new(password), recovery: None, stretch: Stretch::CHEAP }
}

fn password(text: &str) -> Unlock {
    Unlock::Password(Password::new(text))
}

fn quietly<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    work(&mut Watch { progress: &mut |_| (), cancel: &AtomicBool::new(false) })
}

fn service_in(folder: &Path, change: impl FnOnce(&mut VaultSettings)) -> Running {
    let mut vault = VaultSettings::in_folder(folder.join("vaults"));
    vault.rate = Rate { burst: 10_000, per_second: 1_000.0 };
    change(&mut vault);
    Service::start(Settings { vault: Some(vault), ..Settings::default() }).unwrap()
}

fn vault_at(url: &str, id: &VaultId) -> VaultService {
    VaultService::new(url, false, id.clone(), Arc::new(HttpCourier::new().unwrap())).unwrap()
}

fn claim(engine: &Engine, service: &VaultService) {
    quietly(|w| engine.backup_store(service, &Writable::new(&locks(PASSWORD), w).unwrap(), "old phone", w)).unwrap();
}

fn opened(service: &VaultService) -> Writable {
    quietly(|w| service.open(&service.look().unwrap().unwrap(), &password(PASSWORD), w)).unwrap()
}

fn fetched(engine: &Engine, service: &VaultService, with: &str) -> Result<u64, VaultError> {
    quietly(|w| engine.backup_fetch(service, &password(with), None, w)).map(|restored| restored.described.reports)
}

#[test]
fn a_new_phone_is_set_up_with_an_address_an_id_and_the_password_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let running = service_in(dir.path(), |_| ());
    let old = used(dir.path());
    let id = VaultId::new().unwrap();
    claim(&old, &vault_at(running.url(), &id));

    let (address, noted, typed) = (running.url().to_owned(), id.reveal(), PASSWORD);
    let new = engine_on(&dir.path().join("new.db"));
    fetched(&new, &vault_at(&address, &VaultId::parse(&noted).unwrap()), typed).unwrap();
    let (old, new) = (old.stats().unwrap(), new.stats().unwrap());
    assert!(new.reports > 250, "{}", new.reports);
    assert_eq!((new.reports, new.totals), (old.reports, old.totals));
}

#[test]
fn neither_what_is_sent_nor_what_is_stored_holds_password_keys_or_anything_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    let running = service_in(dir.path(), |_| ());
    let wire = wire::Tap::before(running.url());
    let old = used(dir.path());
    let id = VaultId::new().unwrap();
    let vault = vault_at(&wire.url, &id);

    claim(&old, &vault);
    walk(&old, 1_000..1_050);
    quietly(|w| old.backup_store(&vault, &opened(&vault), "a second time", w)).unwrap();
    let new = engine_on(&dir.path().join("new.db"));
    assert!(matches!(fetched(&new, &vault, "wrong horse battery"), Err(VaultError::WrongPassword)));
    fetched(&new, &vault, PASSWORD).unwrap();
    quietly(|w| vault.rekey(&password(PASSWORD), &locks(NEW_PASSWORD), w)).unwrap();
    let newest = engine_on(&dir.path().join("newest.db"));
    fetched(&newest, &vault, NEW_PASSWORD).unwrap();
    assert_eq!(quietly(|w| vault.list(&password(NEW_PASSWORD), w)).unwrap().len(), 2);

    old.close().unwrap();
    let stored = wire::all_files(&dir.path().join("vaults"));
    running.stop();
    let sent = wire.bytes();
    let known = secrets::of(&dir.path().join("vaults"), NEW_PASSWORD, &id);
    // That the search would find it: what must be there is, and the clear data is in the database that it came from.
    let block = std::fs::read(known.newest_file.clone()).unwrap();
    assert!(wire::holds(&sent, &block) && wire::holds(&stored, &block));
    assert!(wire::holds(&sent, format!("Bearer {}", known.token).as_bytes()));
    let clear = secrets::clear(&(0..WALKED).chain(1_000..1_050).collect::<Vec<_>>());
    let database = wire::all_files(dir.path());
    let kinds_in_database: BTreeSet<_> = wire::found(&database, &clear).iter().map(|n| n.kind).collect();
    for kind in ["address, binary", "name", "place, binary"] {
        assert!(kinds_in_database.contains(kind), "{kind} is not where it must be: {kinds_in_database:?}");
    }

    let typed = secrets::typed(&[PASSWORD, NEW_PASSWORD, "wrong horse battery"]);
    let kinds = |found: Vec<&secrets::Needle>| found.iter().map(|n| n.kind).collect::<BTreeSet<_>>();
    let secret = || known.keys.iter().chain(&clear).chain(&typed);
    assert_eq!(kinds(wire::found(&sent, secret())), BTreeSet::new(), "on the wire");
    // The service has a database of its own beside the vaults.
    let mut in_stored = kinds(wire::found(&stored, secret().chain(&known.tokens)));
    in_stored.remove("database");
    assert_eq!(in_stored, BTreeSet::new(), "stored");
    let vaults = wire::all_files(&dir.path().join("vaults/data"));
    assert_eq!(kinds(wire::found(&vaults, &clear)), BTreeSet::new(), "in the vaults");
}

#[test]
fn a_lost_answer_is_not_taken_for_a_lost_backup() {
    let dir = tempfile::tempdir().unwrap();
    let running = service_in(dir.path(), |_| ());
    let old = used(dir.path());
    let vault = vault_at(running.url(), &VaultId::new().unwrap());
    // The room is asked for first, then the vault goes.
    running.set_faults(FaultScript::none().then([None, Some(Fault::ResetAfterAccepting)]));
    claim(&old, &vault);
    let writable = opened(&vault);
    running.set_faults(FaultScript::none().then([None, Some(Fault::ResetAfterAccepting)]));
    let stored = quietly(|w| old.backup_store(&vault, &writable, "", w)).unwrap();
    assert_eq!(stored.version.version, 2);
    running.set_faults(FaultScript::none().then([None, Some(Fault::ResetAfterAccepting)]));
    quietly(|w| vault.rekey(&password(PASSWORD), &locks(NEW_PASSWORD), w)).unwrap();
    let new = engine_on(&dir.path().join("new.db"));
    assert!(fetched(&new, &vault, NEW_PASSWORD).unwrap() > 250);
    running.set_faults(FaultScript::none().then([None, Some(Fault::ResetBeforeBody)]));
    let broken = quietly(|w| vault.rekey(&password(NEW_PASSWORD), &locks(PASSWORD), w));
    assert!(matches!(broken, Err(VaultError::Service(ServiceFault::Transport(_)))), "{broken:?}");
    assert!(quietly(|w| vault.list(&password(NEW_PASSWORD), w)).is_ok(), "the old password holds");
}

#[test]
fn whatever_stands_in_the_way_is_told_for_what_it_is_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let running = service_in(dir.path(), |_| ());
    let old = used(dir.path());
    let vault = vault_at(running.url(), &VaultId::new().unwrap());
    claim(&old, &vault);
    let new = engine_on(&dir.path().join("new.db"));
    let says = |faults: Vec<Option<Fault>>| {
        running.set_faults(FaultScript::none().then(faults));
        match fetched(&new, &vault, PASSWORD) {
            Err(VaultError::Service(fault)) => fault,
            other => panic!("{other:?}"),
        }
    };
    let busy = says(vec![Some(Fault::Status(429, Some(RetryAfter::Seconds(30))))]);
    assert_eq!(busy, ServiceFault::Later(Some(cairn::model::Millis(30_000))));
    assert_eq!(says(vec![Some(Fault::CaptivePortal)]), ServiceFault::NotAService);
    assert_eq!(says(vec![None, Some(Fault::CaptivePortal)]), ServiceFault::NotAService);
    assert_eq!(says(vec![Some(Fault::Redirect("http://127.0.0.1:9/".to_owned()))]), ServiceFault::NotAService);
    let broken = ServiceFault::Transport(TransportError::Broken);
    assert_eq!(says(vec![Some(Fault::ResetBeforeBody)]), broken);
    // In the middle of the data: neither "cut off" nor "tampered with", for nobody knows that.
    assert_eq!(says(vec![None, Some(Fault::Truncated)]), broken);
    let other = vault_at(running.url(), &VaultId::new().unwrap());
    let unknown = fetched(&new, &other, PASSWORD);
    assert!(matches!(unknown, Err(VaultError::Service(ServiceFault::Unknown))), "{unknown:?}");
    assert_eq!(new.stats().unwrap().reports, 0);
    assert!(fetched(&new, &vault, PASSWORD).unwrap() > 250);

    let plain = Service::start(Settings::default()).unwrap();
    let none_kept = fetched(&new, &vault_at(plain.url(), vault.id()), PASSWORD);
    assert!(matches!(none_kept, Err(VaultError::Service(ServiceFault::NotAService))), "{none_kept:?}");
    let far = VaultService::new("http://example.org", false, vault.id().clone(), Arc::new(HttpCourier::new().unwrap()));
    assert!(far.is_err_and(|e| e.to_string().contains("not encrypted")), "in clear on loopback only");
}

#[test]
fn of_two_phones_with_one_vault_the_slower_is_told_and_a_cancelled_one_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let running = service_in(dir.path(), |_| ());
    let old = used(dir.path());
    let vault = vault_at(running.url(), &VaultId::new().unwrap());
    claim(&old, &vault);
    let slow = opened(&vault);
    quietly(|w| old.backup_store(&vault, &opened(&vault), "the faster", w)).unwrap();
    let late = quietly(|w| old.backup_store(&vault, &slow, "the slower", w));
    assert!(matches!(late, Err(VaultError::Service(ServiceFault::Changed))), "{late:?}");
    for step in [Step::Copying, Step::Sealing, Step::Sending] {
        let cancel = AtomicBool::new(false);
        let mut at = |p: Progress| cancel.store(p.step == step, Ordering::Relaxed);
        let writable = opened(&vault);
        let ended = old.backup_store(&vault, &writable, "", &mut Watch { progress: &mut at, cancel: &cancel });
        assert!(matches!(ended, Err(VaultError::Cancelled)), "{step:?}: {ended:?}");
    }
    let beside: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|f| f.to_string_lossy().contains("sealed")), "{beside:?}");

    let small = service_in(&dir.path().join("small"), |vault| vault.max_bytes = 5_000);
    let vault = vault_at(small.url(), &VaultId::new().unwrap());
    let large = quietly(|w| old.backup_store(&vault, &Writable::new(&locks(PASSWORD), w).unwrap(), "", w));
    assert!(matches!(large, Err(VaultError::Service(ServiceFault::TooLarge))), "{large:?}");
}
