//! What a merge brings, refuses and leaves alone.

use super::*;

#[test]
fn merging_a_database_with_itself_or_a_copy_changes_nothing() {
    let mut phone = Phone::with_service();
    for n in 0..5 {
        phone.hear(n, n as u8 % 3, n as i64 * 40, 7);
    }
    let before = phone.state();
    let path = phone.path();
    assert_eq!(phone.engine.merge(&path, &mut |_| {}, &AtomicBool::new(false)), Ok(MergeSummary::default()));
    let copy = phone.dir.path().join("copy.db");
    Connection::open(&path).unwrap().execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
    assert_eq!(phone.engine.merge(&copy, &mut |_| {}, &AtomicBool::new(false)), Ok(MergeSummary::default()));
    assert_eq!(phone.state(), before);
}

#[test]
fn zones_and_lists_of_either_hold_for_both() {
    let (mut one, mut other) = (Phone::with_service(), Phone::with_service());
    for n in 0..4 {
        one.hear(n, n as u8 * 8, 0, 1);
        other.hear(n + 4, n as u8 * 8, 0, 6);
    }
    one.engine.add_zone(place(0)).unwrap();
    other.engine.refuse_mac(Mac::from_u64(0x0c00_0000_0000 + 8 * 16).unwrap()).unwrap();
    let (mut first, mut second) = (Phone::new(), Phone::new());
    first.merge(&one);
    let deleted = first.merge(&other).reports_deleted;
    second.merge(&other);
    assert_eq!((deleted, second.merge(&one).reports_deleted), (1, 1), "what either heard in the zone");
    let (a, b) = (first.state(), second.state());
    assert_eq!(a["rules"].len(), 62);
    for table in ["rules", "ground"] {
        assert_eq!(a[table], b[table], "{table}");
    }
    let stored = |phone: &Phone, sql: &str| {
        Connection::open(phone.path()).unwrap().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let rules = [first.engine.rules().unwrap(), second.engine.rules().unwrap()];
    assert!(rules.iter().all(|r| r.zones.len() == 1 && r.macs.len() == 1));
    for phone in [&first, &second] {
        let db = Connection::open(phone.path()).unwrap();
        let guard = crate::store::guard::load(&db).unwrap();
        let mut select = db.prepare("SELECT lat, lon FROM report UNION ALL SELECT lat, lon FROM emitter").unwrap();
        let places = select.query_map([], |row| Ok(LatLng::from_e7(row.get(0)?, row.get(1)?).unwrap())).unwrap();
        assert!(places.map(Result::unwrap).all(|p| !guard.in_zone(p)));
    }
    // The one that was refused here came from the other phone: it does not come in, nor out.
    assert_eq!(stored(&second, "SELECT count(*) FROM sighting WHERE emitter = 13194139533440"), 0);
    assert_eq!(first.engine.check().unwrap().structure_faults, 0);
    assert_eq!(first.engine.check().unwrap().reference_faults, 0);
}

#[test]
fn what_cannot_be_merged_is_refused_and_neither_database_changes() {
    let mut phone = Phone::with_service();
    phone.hear(0, 0, 0, 7);
    let before = phone.state();
    let merge = |path: &Path| phone.engine.merge(path, &mut |_| {}, &AtomicBool::new(false));
    let file = |name: &str| phone.dir.path().join(name);

    std::fs::write(file("text"), "no database at all, but long enough to be looked at by whoever reads it").unwrap();
    assert_eq!(merge(&file("text")), Err(MergeError::Other(CoreError::Damaged)));
    Connection::open(file("foreign")).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert_eq!(merge(&file("foreign")), Err(MergeError::Other(CoreError::Damaged)));
    assert!(matches!(merge(&file("missing")), Err(MergeError::Other(_))));

    let mut other = Phone::with_service();
    for n in 1..60 {
        other.hear(n, n as u8 % 8, n as i64, 15);
    }
    Connection::open(other.path()).unwrap().execute("VACUUM INTO ?", [file("other").to_str().unwrap()]).unwrap();
    let bytes = std::fs::read(file("other")).unwrap();
    let mut torn = bytes.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 8_192].fill(0x5a);
    std::fs::write(file("torn"), &torn).unwrap();
    assert_eq!(merge(&file("torn")), Err(MergeError::Other(CoreError::Damaged)));
    assert_eq!(std::fs::read(file("torn")).unwrap(), torn);
    Connection::open(file("other")).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    assert!(matches!(merge(&file("other")), Err(MergeError::Other(CoreError::NewerData { found: 999, .. }))));
    std::fs::write(file("other"), bytes).unwrap();

    let stopped = phone.engine.merge(&file("other"), &mut |_| {}, &AtomicBool::new(true));
    assert_eq!(stopped, Err(MergeError::Cancelled));
    assert_eq!(phone.state(), before);
    assert_eq!(merge(&file("other")).unwrap().reports, other.engine.stats().unwrap().reports);
}

#[test]
fn a_database_of_every_older_version_is_brought_up_in_a_copy_and_merged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/migrations");
    for version in 1..=crate::store::SCHEMA_VERSION {
        let mut phone = Phone::new();
        phone.hear(0, 0, 0, 7);
        let old = phone.dir.path().join("old.db");
        let sql = std::fs::read_to_string(folder.join(format!("v{version}.sql"))).unwrap();
        Connection::open(&old).unwrap().execute_batch(&sql).unwrap();
        let bytes = std::fs::read(&old).unwrap();
        let merge = || phone.engine.merge(&old, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        assert_eq!(merge().reports, 2, "version {version}");
        let once = phone.state();
        assert_eq!(merge(), MergeSummary::default(), "version {version}");
        assert_eq!(phone.state(), once);
        assert_eq!(std::fs::read(&old).unwrap(), bytes, "the old file is only read");
        assert!(!phone.dir.path().join("cairn.db.merging").exists());
    }
}

#[test]
fn what_sensors_tell_while_a_merge_runs_is_kept() {
    let (mut phone, mut other) = (Phone::new(), Phone::new());
    for n in 0..40 {
        other.hear(n, n as u8, n as i64, 15);
    }
    phone.hear(100, 0, 0, 1);
    let (engine, path) = (phone.engine.clone(), other.path());
    let before = phone.engine.stats().unwrap().counts.fixes;
    let merging = std::thread::spawn(move || engine.merge(&path, &mut |_| {}, &AtomicBool::new(false)).unwrap());
    let mut told = 0;
    while !merging.is_finished() || told == 0 {
        let fix = Fix::gnss(Millis(1_000 * (told + 1)), Millis(START + 1_000 * told), place(0), Metres(5.0));
        if phone.engine.fix(fix).is_ok() {
            told += 1;
        }
    }
    merging.join().unwrap();
    phone.engine.flush().unwrap();
    let after = phone.engine.stats().unwrap().counts.fixes;
    assert_eq!(after - before, 40 + told as u64, "those of the other phone, and those told meanwhile");
}

#[test]
fn a_merge_into_an_empty_database_brings_everything() {
    let mut phone = Phone::with_service();
    for n in 0..5 {
        phone.hear(n, n as u8, n as i64 * 40, 7);
    }
    let mut fresh = Phone::new();
    let summary = fresh.merge(&phone);
    assert_eq!(
        (summary.trips, summary.reports, summary.sightings, summary.emitters, summary.hexagons),
        (5, 5, 15, 15, 5)
    );
    assert_eq!(summary.services, ["https://one.example"]);
    assert!(!fresh.engine.services().unwrap()[0].settings.enabled, "offered, not switched on");
    assert_eq!(totals(&fresh.engine), totals(&phone.engine));
    let (here, there) = (phone.state(), fresh.state());
    for (table, rows) in &here {
        assert_eq!(rows, &there[table], "{table}");
    }
}
