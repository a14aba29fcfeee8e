//! What is made of the week's database and taken in again: exports, imports, a merge, a vault, a pack. Each is searched, and
//! everything that its users are told is handed back, for that is searched as well.

use std::fmt::{Debug, Display, Write as _};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use cairn::engine::Engine;
use cairn::exchange::{Begin, ExportFormat, ExportOptions, ImportOptions, export_to, run};
use cairn::model::{Dbm, Fix, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Scan, Ssid};
use cairn::pack::{Builder, Options, Pack};
use cairn::vault::{Locks, Password, Stretch, Unlock, Watch};
use cairn_tests::patiently;
use serde_json::Value;

use super::week::{Week, engine_on};

/// All there are, with a file name and whether an import takes it for something that was heard.
const FORMATS: [(ExportFormat, &str, bool); 9] = [
    (ExportFormat::Geosubmit, "week.json", true),
    (ExportFormat::Gpx, "week.gpx", true),
    (ExportFormat::Kml, "week.kml", false),
    (ExportFormat::Kmz, "week.kmz", false),
    (ExportFormat::GeoJson, "week.geojson", false),
    (ExportFormat::Wigle, "week.csv", true),
    (ExportFormat::MicrogWifi, "wifi.csv.gz", true),
    (ExportFormat::MicrogCells, "cells.csv.gz", true),
    (ExportFormat::Database, "given.db", false),
];

/// As a user reads it, and as a bug report may show it.
fn note<T: Debug, E: Debug + Display>(said: &mut String, result: &Result<T, E>) {
    let _ = match result {
        Ok(done) => writeln!(said, "{done:?}"),
        Err(e) => writeln!(said, "{e}\n{e:?}"),
    };
}

fn import(engine: &Engine, path: &Path, said: &mut String) {
    // A damaged copy is known for the file that is in: it is read all the same.
    let options = ImportOptions { begin: Begin::AtTheStart, ..ImportOptions::default() };
    note(said, &run(engine, path, options, &mut |_| (), &AtomicBool::new(false)));
}

/// Every format is written, searched, and read again by a phone without zones or lists; and so is a damaged copy of it.
pub fn exports(week: &Week, said: &mut String) {
    let taker_path = week.dir.path().join("taker.db");
    let taker = engine_on(&taker_path);
    for (format, name, is_heard) in FORMATS {
        let path = week.dir.path().join(name);
        let written = export_to(&week.engine, ExportOptions::new(format), &path, &mut |_| true);
        assert!(*written.as_ref().unwrap() > 0, "{name}");
        note(said, &written);
        if format == ExportFormat::Database {
            week.check_database(&path);
        } else if format != ExportFormat::Kmz {
            check_text(week, &text_of(&path), name);
        }
        if is_heard {
            import(&taker, &path, said);
            let damaged = week.dir.path().join(format!("damaged-{}", name.trim_end_matches(".gz")));
            fs::write(&damaged, damage(&text_of(&path))).unwrap();
            import(&taker, &damaged, said);
        }
    }
    let json: Value = serde_json::from_slice(&fs::read(week.dir.path().join("week.json")).unwrap()).unwrap();
    json["items"].as_array().unwrap().iter().for_each(|item| week.check_item(item, "export"));
    // No export goes to a folder that is not there, and none to one of another's.
    note(
        said,
        &export_to(&week.engine, ExportOptions::new(ExportFormat::Gpx), &week.dir.path().join("no/where"), &mut |_| {
            true
        }),
    );
    assert!(taker.stats().unwrap().reports > 0);
    week.check_database(&taker_path);
    week.check_reports(&taker);
}

fn text_of(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// Addresses with and without colons, and names that opt out.
fn check_text(week: &Week, text: &str, from: &str) {
    let text = text.to_lowercase();
    for mac in &week.forbidden {
        let wire = mac.to_wire().to_lowercase();
        assert!(!text.contains(&wire), "{from}: an address that must not be there");
    }
    assert!(!text.contains("_nomap") && !text.contains("_optout"), "{from}: a name that opts out");
}

/// Lines cut off, digits that are none, numbers with two points: whatever complains has something private before it.
fn damage(text: &str) -> String {
    let damaged = text.lines().enumerate().map(|(n, line)| match n % 9 {
        3 => line.chars().take(line.chars().count() * 6 / 10).collect(),
        5 => line.replace('.', ".."),
        7 => line.replace([':', '_'], "g"),
        _ => line.to_owned(),
    });
    damaged.collect::<Vec<_>>().join("\n")
}

/// A file with everything in it that must not come in, into the phone that has the zone and the list.
pub fn hostile_imports(week: &Week, said: &mut String) {
    let (home, public) = (week.home, week.on_the_way);
    let forbidden = week.forbidden.iter().next().unwrap().to_wire();
    let refused = week.refused.to_wire();
    let row = |mac: &str, name: &str, at: LatLng| {
        format!("{mac},{name},[ESS],2024-06-01 10:00:00,11,2462,-61,{},{},12.5,4,,,WIFI\n", at.lat(), at.lon())
    };
    let mut text = String::from(
        "WigleWifi-1.6,appRelease=2.90\nMAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,\
         AltitudeMeters,AccuracyMeters,RCOIs,MfgrId,Type\n",
    );
    for (mac, name, at) in [
        (refused.as_str(), "net cafe", public),
        (&forbidden, "net cafe_nomap", public),
        (&forbidden, "net_optout 00ff", public),
        (&forbidden, "", public),
        ("0c:22:00:00:00:01", "net 0bad at home", home),
        ("0c:22:00:00:00:zz", "net 0bad", public),
        ("0c:22:00:00:00:02", "open street", public),
    ] {
        text.push_str(&row(mac, name, at));
    }
    let path = week.dir.path().join("hostile.csv");
    fs::write(&path, &text).unwrap();
    let before = week.engine.stats().unwrap().reports;
    import(&week.engine, &path, said);
    assert_eq!(week.engine.stats().unwrap().reports, before + 1, "the one good row");
    for (name, bytes) in [
        ("empty.csv", Vec::new()),
        ("semicolons.csv", text.replace(',', ";").into_bytes()),
        ("headless.csv", row(&refused, "open street", home).into_bytes()),
        ("half.json", text_of(&week.dir.path().join("week.json")).into_bytes()[..5_000].to_vec()),
        ("half.csv.gz", fs::read(week.dir.path().join("wifi.csv.gz")).unwrap()[..200].to_vec()),
    ] {
        let path = week.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        import(&week.engine, &path, said);
    }
    week.check_database(&week.dir.path().join("cairn.db"));
    week.check_reports(&week.engine);
}

/// Another phone, without zone or list, has been at the home and has heard the neighbour.
pub fn a_merge(week: &Week, said: &mut String) {
    let path = week.dir.path().join("other.db");
    let other = engine_on(&path);
    let plane = LocalPlane::around(week.home);
    for n in 0..200_i64 {
        let mono = Millis::from_secs(10 * n);
        let mut fix =
            Fix::gnss(mono, Millis(1_767_225_600_000) + mono, plane.to_place(0.0, 30.0 * n as f64), Metres(5.0));
        fix.speed = Some(3.0);
        let heard = |mac| HeardWifi {
            mono,
            mac,
            ssid: Ssid::new(*b"open street"),
            signal: Some(Dbm(-60)),
            frequency_mhz: Some(2_437),
            standard: None,
        };
        let own = Mac::from_u64(0x0c33_0000_0000 + n.unsigned_abs()).unwrap();
        patiently(|| other.fix(fix.clone())).unwrap();
        patiently(|| other.scan(Scan { wifi: vec![heard(own), heard(week.refused)], ..Scan::default() })).unwrap();
    }
    other.end_trip().unwrap();
    assert!(other.stats().unwrap().reports > 100);
    other.close().unwrap();
    let before = week.engine.stats().unwrap().reports;
    let merged = week.engine.merge(&path, &mut |_| (), &AtomicBool::new(false));
    assert!(merged.is_ok());
    note(said, &merged);
    assert!(week.engine.stats().unwrap().reports > before, "what it heard outside of the zone");
    fs::write(&path, "no database, but 0c:22:00:00:00:01 at 60.16991").unwrap();
    let refused = week.engine.merge(&path, &mut |_| (), &AtomicBool::new(false));
    assert!(refused.is_err(), "{refused:?}");
    note(said, &refused);
    week.check_database(&week.dir.path().join("cairn.db"));
    week.check_reports(&week.engine);
}

/// A vault shows nothing of what is in it, whoever asks without the password hears nothing, and the restored phone has no more.
pub fn a_vault(week: &Week, said: &mut String) {
    let path = week.dir.path().join("week.vault");
    let go_on = AtomicBool::new(false);
    let mut watch = Watch { progress: &mut |_| (), cancel: &go_on };
    let locks = |password| Locks { password: Password::new(password), recovery: None, stretch: Stretch::CHEAP };
    note(said, &week.engine.backup_create(&path, &locks("short"), "", &mut watch));
    let made = week.engine.backup_create(&path, &locks("correct horse battery"), "phone", &mut watch);
    assert!(made.is_ok());
    note(said, &made);
    let sealed = fs::read(&path).unwrap();
    for name in ["open street", "net ", "sighting", "CREATE TABLE"] {
        assert!(!sealed.windows(name.len()).any(|w| w == name.as_bytes()), "{name}");
    }
    let restored_path = week.dir.path().join("restored.db");
    let restored = engine_on(&restored_path);
    let unlock = |password| Unlock::Password(Password::new(password));
    note(said, &restored.backup_restore(&path, &unlock("wrong horse battery"), &mut watch));
    for damaged in [sealed[..sealed.len() / 2].to_vec(), sealed.iter().map(|b| b ^ 1).collect()] {
        let path = week.dir.path().join("damaged.vault");
        fs::write(&path, damaged).unwrap();
        note(said, &restored.backup_restore(&path, &unlock("correct horse battery"), &mut watch));
    }
    let done = restored.backup_restore(&path, &unlock("correct horse battery"), &mut watch);
    assert!(done.is_ok());
    note(said, &done);
    week.check_database(&restored_path);
    week.check_reports(&restored);
}

/// A pack of what the phone learned answers for none of those who must be nowhere.
pub fn a_pack(week: &Week, said: &mut String) {
    let path = week.dir.path().join("week.pack");
    let options = Options::everything(20_500, [7; 32]);
    let mut builder = Builder::new(&path, options);
    let filled = week.engine.fill_pack(&mut builder, &mut |_| true);
    assert!(*filled.as_ref().unwrap() > 100, "{filled:?}");
    note(said, &filled);
    note(said, &builder.finish(&mut |_| true));
    let pack = Pack::open(&path).unwrap();
    assert!(week.forbidden.iter().all(|mac| pack.hits(*mac).unwrap() == 0));
    let added = week.engine.add_pack(&path);
    assert!(added.is_ok());
    let whole = fs::read(&path).unwrap();
    for damaged in [Vec::new(), whole[..whole.len() / 2].to_vec(), whole.iter().map(|b| b ^ 0x55).collect()] {
        let path = week.dir.path().join("damaged.pack");
        fs::write(&path, damaged).unwrap();
        note(said, &week.engine.add_pack(&path));
    }
}
