//! The doctor, as a user calls for one.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, cairn, stats, text, walk};
use rusqlite::Connection;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.0.path().join("walk.csv"), walk(400)).unwrap();
        assert_eq!(cairn(&["import", "--db", &home.at("db"), &home.at("walk.csv")]).code, Some(0));
        home
    }

    fn at(&self, name: &str) -> String {
        text(&self.0.path().join(name)).to_owned()
    }

    fn spoil(&self, sql: &str) {
        let db = Connection::open(self.at("db")).unwrap();
        db.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    }

    fn doctor(&self, arguments: &[&str]) -> Ran {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|a| a.strip_prefix('@').map_or_else(|| (*a).to_owned(), |name| self.at(name)))
            .collect();
        cairn(&[&["doctor"][..], &arguments.iter().map(String::as_str).collect::<Vec<_>>()].concat())
    }
}

#[test]
fn what_is_wrong_is_said_in_plain_words_and_mended_on_request() {
    let home = Home::new();
    home.spoil("DELETE FROM trip; UPDATE stored SET reports = 7");
    let before = fs::read(home.at("db")).unwrap();
    let told = home.doctor(&["--db", "@db"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.out.contains("fault: 102 reports and imports belong to trips that are gone"), "{told:?}");
    assert!(told.out.contains("running counts are wrong") && told.out.contains("--mend mends it"), "{told:?}");
    let json = home.doctor(&["--db", "@db", "--json"]).json();
    assert_eq!((&json["sound"], &json["database"]["found"][0]["what"]), (&false.into(), &"lostTrips".into()));

    let copied = home.doctor(&["--db", "@db", "--copy", "@copy", "--mend"]);
    assert_eq!((copied.code, copied.out.lines().count()), (Some(0), 3), "{copied:?}");
    assert!(copied.out.contains("mended: 102 reports"), "{copied:?}");
    assert_eq!(fs::read(home.at("db")).unwrap(), before, "the original is left alone");
    assert_eq!(home.doctor(&["--db", "@db", "--copy", "@copy"]).code, Some(2), "nothing is written over");

    assert_eq!(home.doctor(&["--db", "@db", "--mend"]).code, Some(0));
    assert_eq!(home.doctor(&["--db", "@db"]).out.lines().count(), 1);
    assert_eq!(stats(&home.at("db"))["reports"], 100);
}

#[test]
fn a_torn_database_is_told_before_anything_is_done_and_saved_when_that_is_wanted() {
    let home = Home::new();
    let where_sightings_begin = "SELECT rootpage FROM sqlite_schema WHERE name = 'sighting'";
    let db = Connection::open(home.at("db")).unwrap();
    let page = db.query_row(where_sightings_begin, [], |row| row.get::<_, u32>(0)).unwrap() as usize - 1;
    drop(db);
    // Closing has written the log back.
    let mut bytes = fs::read(home.at("db")).unwrap();
    bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
    fs::write(home.at("db"), &bytes).unwrap();
    let told = home.doctor(&["--db", "@db"]);
    assert!(told.code == Some(1) && told.out.contains("the file is damaged"), "{told:?}");
    assert_eq!(fs::read(home.at("db")).unwrap(), bytes);
    let mended = home.doctor(&["--db", "@db", "--mend"]);
    assert!(mended.code == Some(0) && mended.out.contains("as it was, it is kept in"), "{mended:?}");
    assert_eq!(fs::read(home.at("db.damaged-1")).unwrap(), bytes);
}

#[test]
fn packs_and_vaults_are_looked_at_to_their_last_byte() {
    let home = Home::new();
    fs::write(home.at("password"), "correct horse battery").unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vault/v1.cairn");
    fs::copy(&kept, home.at("vault")).unwrap();
    let mut bytes = fs::read(&kept).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(home.at("tampered"), &bytes).unwrap();
    fs::write(home.at("cut"), &bytes[..last]).unwrap();
    fs::write(home.at("pack"), "no pack").unwrap();
    let whole = home.doctor(&["--db", "@db", "--vault", "@vault", "--password-file", "@password"]);
    assert!(whole.code == Some(0) && whole.out.contains("whole and genuine"), "{whole:?}");
    let outside = home.doctor(&["--vault", "@tampered"]);
    assert!(outside.code == Some(0) && outside.out.contains("as far as can be told"), "{outside:?}");
    for (arguments, words) in [
        (&["--vault", "@tampered", "--password-file", "@password"][..], "damaged or tampered with"),
        (&["--vault", "@cut"], "cut off"),
        (&["--vault", "@walk.csv"], "not a vault"),
        (&["--pack", "@pack"], "pack"),
        (&["--pack", "@missing"], "missing"),
    ] {
        let told = home.doctor(arguments);
        assert!(told.code == Some(1) && told.out.contains(words), "{arguments:?}: {told:?}");
    }
    assert_eq!(home.doctor(&[]).code, Some(2));
}
