//! What may not be read or written: one clear line, exit code 3, nothing half done, and what is there stays.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{cairn, text, walk};

/// Whom nothing belongs to: root may read everything, so the program is run as somebody else.
const NOBODY: u32 = 65_534;

struct Home {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Home {
    /// A folder that everybody may look into, with the program in it, for where it was built may be closed to others.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("cairn");
        fs::copy(env!("CARGO_BIN_EXE_cairn"), &program).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        Self { folder, program }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn close(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Runs `cairn` as somebody who may not, and holds it to one line of trouble with `what`, and exit code 3.
    fn is_refused(&self, what: &Path, arguments: &[&str]) {
        let (out, err) = self.run(arguments);
        assert_eq!((err.lines().count(), out.as_str()), (1, ""), "{arguments:?}: {err}");
        assert!(err.contains(text(what)) && err.contains("permi"), "{arguments:?}: {err}");
    }

    /// Runs `cairn` as somebody who may not: what it says, and what it complains of. Its exit code is 3.
    fn run(&self, arguments: &[&str]) -> (String, String) {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        if fs::metadata(self.folder.path()).unwrap().uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        let ran = command.output().unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert_eq!(ran.status.code(), Some(3), "{arguments:?}: {out}{err}");
        (out, err)
    }
}

#[test]
fn who_may_not_read_a_file_is_told_which_and_nothing_is_taken_or_written() {
    let home = Home::new();
    let (file, db, vault, password) =
        (home.path("walk.csv"), home.path("db"), home.path("vault"), home.path("password"));
    fs::write(&file, walk(40)).unwrap();
    fs::write(&password, "correct horse battery staple\n").unwrap();
    assert_eq!(cairn(&["import", "--db", text(&db), text(&file)]).code, Some(0));
    let create = ["backup", "create", text(&vault), "--db", text(&db), "--password-file", text(&password)];
    assert_eq!(cairn(&create).code, Some(0));
    let open = home.path("open");
    fs::create_dir(&open).unwrap();
    home.close("open", 0o777);
    let new = open.join("new.db");

    home.close("walk.csv", 0o000);
    let (plan, trouble) = home.run(&["import", "--db", text(&new), "--plan", text(&file)]);
    let told = format!("1. {}: not read: no permission to read it\n", text(&file));
    assert_eq!((plan, trouble), (told, String::new()));
    home.is_refused(&file, &["import", "--db", text(&new), text(&file)]);
    home.close("vault", 0o000);
    let from_vault = [text(&vault), "--password-file", text(&password)];
    home.is_refused(&vault, &[&["backup", "verify"], &from_vault[..]].concat());
    home.is_refused(&vault, &[&["backup", "restore", "--db", text(&new)], &from_vault[..]].concat());
    home.close("password", 0o000);
    home.is_refused(&password, &[&["backup", "verify"], &from_vault[..]].concat());
    home.close("db", 0o000);
    for command in ["stats", "doctor"] {
        home.is_refused(&db, &[command, "--db", text(&db)]);
    }
    let out = open.join("out.csv");
    home.is_refused(&db, &["export", "--db", text(&db), "--format", "wigle", "--out", text(&out)]);
    home.is_refused(&db, &["merge", "--db", text(&new), text(&db)]);
    let left: Vec<_> = fs::read_dir(&open).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| text(name.as_ref()).starts_with("new.db")), "an empty database at most: {left:?}");
}

#[test]
fn who_may_not_write_is_told_where_and_what_was_there_stays() {
    let home = Home::new();
    let (file, db, password) = (home.path("walk.csv"), home.path("db"), home.path("password"));
    fs::write(&file, walk(40)).unwrap();
    fs::write(&password, "correct horse battery staple\n").unwrap();
    assert_eq!(cairn(&["import", "--db", text(&db), text(&file)]).code, Some(0));
    home.close("db", 0o644);
    let before = fs::read(&db).unwrap();
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(home.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let there = names();

    // Neither the database nor the folder around it may be written to.
    home.is_refused(&db, &["import", "--db", text(&db), text(&file)]);
    let new = home.path("new.db");
    home.is_refused(&new, &["import", "--db", text(&new), text(&file)]);
    assert_eq!(fs::read(&db).unwrap(), before);
    assert_eq!(names(), there);
}
