//! Backups as a user makes them: from one database into another, with a password that is typed nowhere it could be read.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use cairn_service::{Service, Settings, VaultSettings};
use common::{Ran, cairn, stats, text, walk};
use sha2::{Digest as _, Sha256};

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.0.path().join("walk.csv"), walk(400)).unwrap();
        fs::write(home.0.path().join("password"), "correct horse battery\nthe second line is a note\n").unwrap();
        fs::write(home.0.path().join("wrong"), "wrong horse battery").unwrap();
        assert_eq!(cairn(&["import", "--upload", "--db", &home.at("db"), &home.at("walk.csv")]).code, Some(0));
        home
    }

    fn at(&self, name: &str) -> String {
        text(&self.0.path().join(name)).to_owned()
    }

    fn backup(&self, what: &[&str]) -> Ran {
        let named: Vec<String> =
            what.iter().map(|a| a.strip_prefix('@').map_or_else(|| (*a).to_owned(), |name| self.at(name))).collect();
        cairn(&[&["backup"][..], &named.iter().map(String::as_str).collect::<Vec<_>>()].concat())
    }
}

#[test]
fn a_database_goes_into_a_vault_and_comes_out_of_it_elsewhere() {
    let home = Home::new();
    let made = home.backup(&[
        "create",
        "--db",
        "@db",
        "@vault",
        "--password-file",
        "@password",
        "--recovery",
        "--label",
        "my phone",
        "--json",
    ]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let code = made.json()["recoveryCode"].as_str().unwrap().to_owned();
    fs::write(home.at("code"), &code).unwrap();

    let verified = home.backup(&["verify", "@vault", "--password-file", "@password"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.out.contains("\"my phone\" whole and genuine"), "{verified:?}");

    let restored = home.backup(&["restore", "--db", "@new", "@vault", "--password-file", "@code", "--recovery-code"]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(stats(&home.at("new"))["reports"], stats(&home.at("db"))["reports"]);
    assert_eq!(stats(&home.at("new"))["newWifi"], stats(&home.at("db"))["newWifi"]);
}

#[test]
fn every_way_a_vault_can_be_wrong_has_one_line_of_its_own_and_an_exit_code() {
    let home = Home::new();
    assert_eq!(home.backup(&["create", "--db", "@db", "@vault", "--password-file", "@password"]).code, Some(0));
    let whole = fs::read(home.at("vault")).unwrap();
    fs::write(home.at("cut"), &whole[..whole.len() - 1]).unwrap();
    let mut tampered = whole.clone();
    tampered[250] ^= 1;
    fs::write(home.at("tampered"), tampered).unwrap();
    // What a newer Cairn will write: another version, and a checksum that fits.
    let head = u32::from_le_bytes(whole[10..14].try_into().unwrap()) as usize;
    let mut newer = whole.clone();
    newer[8] = 2;
    let checksum = Sha256::digest(&newer[..head - 32]);
    newer[head - 32..head].copy_from_slice(&checksum);
    fs::write(home.at("newer"), newer).unwrap();
    fs::write(home.at("short"), "1234567").unwrap();
    let says = |what: &[&str], code: i32, words: &str| {
        let ran = home.backup(what);
        assert_eq!((ran.code, ran.err.lines().count(), ran.out.as_str()), (Some(code), 1, ""), "{what:?}: {ran:?}");
        assert!(ran.err.contains(words), "{what:?}: {ran:?}");
    };
    says(&["restore", "--db", "@new", "@vault", "--password-file", "@wrong"], 1, "wrong password");
    says(&["verify", "@cut", "--password-file", "@password"], 1, "cut off");
    says(&["verify", "@tampered", "--password-file", "@password"], 1, "damaged or tampered with");
    says(&["restore", "--db", "@new", "@newer", "--password-file", "@password"], 1, "made by a newer Cairn");
    says(&["restore", "--db", "@new", "@walk.csv", "--password-file", "@password"], 1, "not a vault");
    says(&["restore", "--db", "@new", "@missing", "--password-file", "@password"], 3, "missing: ");
    says(&["restore", "--db", "@new", "@vault"], 3, "nobody is there to type the password");
    says(&["create", "--db", "@db", "@other", "--password-file", "@short"], 2, "at least 8 characters");
    says(&["create", "--db", "@nothing", "@other", "--password-file", "@password"], 3, "no such database");
    for made_for_nothing in ["new", "other", "nothing"] {
        assert!(!Path::new(&home.at(made_for_nothing)).exists(), "{made_for_nothing}");
    }
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one() {
    let home = Home::new();
    assert_eq!(home.backup(&["create", "--db", "@db", "@vault", "--password-file", "@password"]).code, Some(0));
    fs::write(home.at("new password"), "another, and longer").unwrap();
    let rekeyed =
        home.backup(&["rekey", "@vault", "--password-file", "@password", "--new-password-file", "@new password"]);
    assert_eq!(rekeyed.code, Some(0), "{rekeyed:?}");
    assert_eq!(home.backup(&["verify", "@vault", "--password-file", "@password"]).code, Some(1));
    assert_eq!(home.backup(&["verify", "@vault", "--password-file", "@new password"]).code, Some(0));
}

#[test]
fn a_new_phone_needs_an_address_an_id_and_the_password() {
    let home = Home::new();
    let vault = Some(VaultSettings::in_folder(home.0.path().join("vaults")));
    let service = Service::start(Settings { vault, ..Settings::default() }).unwrap();
    let made = home.backup(&["create", "--db", "@db", "--to", service.url(), "--password-file", "@password", "--json"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let again = ["create", "--db", "@db", "--to", service.url(), "--id", &id, "--password-file", "@password"];
    let again = home.backup(&again);
    assert!(again.code == Some(0) && again.out.contains("version 2, 100 reports"), "{again:?}");

    let at = ["--from", service.url(), "--id", &id, "--password-file"];
    let on_service = |what: &[&str], password: &str| home.backup(&[what, &at, &[password]].concat());
    let listed = on_service(&["list"], "@password");
    assert_eq!((listed.code, listed.out.lines().count()), (Some(0), 2), "{listed:?}");
    let wrong = on_service(&["restore", "--db", "@new"], "@wrong");
    assert!(wrong.code == Some(1) && wrong.err.contains("wrong password"), "{wrong:?}");
    assert!(!Path::new(&home.at("new")).exists(), "made for nothing");
    assert_eq!(on_service(&["rekey", "--new-password-file", "@wrong"], "@password").code, Some(0));
    let restored = on_service(&["restore", "--db", "@new", "--number", "1"], "@wrong");
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(stats(&home.at("new"))["newWifi"], stats(&home.at("db"))["newWifi"]);

    let mut slip = id.clone();
    slip.replace_range(0..1, if id.starts_with('0') { "1" } else { "0" });
    let says = |what: &[&str], code: i32, words: &str| {
        let ran = home.backup(&[what, &["--password-file", "@password"]].concat());
        assert_eq!((ran.code, ran.err.lines().count()), (Some(code), 1), "{what:?}: {ran:?}");
        assert!(ran.err.contains(words), "{what:?}: {ran:?}");
    };
    says(&["verify", "--from", service.url(), "--id", &slip], 2, "a slip in it");
    says(&["verify", "--from", service.url()], 2, "give the vault's id");
    says(&["verify", "--from", "http://example.org", "--id", &id], 2, "not encrypted");
    let url = service.url().to_owned();
    service.stop();
    says(&["verify", "--from", &url, "--id", &id], 4, "the service cannot be reached");
}
