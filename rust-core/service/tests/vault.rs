//! What a service that keeps vaults owes to their owners, and what it must not tell anybody else.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use cairn_service::{Rate, Running, Service, Settings, VaultSettings};
use common::client;
use reqwest::blocking::{RequestBuilder, Response};

const ONE: &str = "00112233445566778899aabbccddeeff";
const OTHER: &str = "ffeeddccbbaa99887766554433221100";

/// No token a real client would have, but of the right length.
const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const KEY_TOKEN: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const WRONG: &str = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

fn head(name: &[u8], length: u32, filling: u8) -> Vec<u8> {
    let mut head = [name, &[1, 0], &length.to_le_bytes()].concat();
    head.resize(length as usize, filling);
    head
}

fn keys(filling: u8) -> Vec<u8> {
    head(b"CAIRNVLT", 180, filling)
}

fn data(filling: u8, sealed: u32) -> Vec<u8> {
    let mut data = head(b"CAIRNDAT", 280, filling);
    data[208..216].copy_from_slice(&u64::from(sealed).to_le_bytes());
    data.resize(280 + sealed as usize, filling);
    data
}

fn with(folder: &Path, change: impl FnOnce(&mut VaultSettings)) -> Running {
    let mut vault = VaultSettings::in_folder(folder.to_owned());
    vault.rate = Rate { burst: 10_000, per_second: 1_000.0 };
    change(&mut vault);
    Service::start(Settings { vault: Some(vault), ..Settings::default() }).unwrap()
}

fn started(folder: &Path) -> Running {
    with(folder, |_| ())
}

fn get(service: &Running, path: &str, token: &str) -> Response {
    client().get(format!("{}/v1/vault/{path}", service.url())).bearer_auth(token).send().unwrap()
}

fn put(service: &Running, path: &str, token: &str, body: Vec<u8>) -> RequestBuilder {
    client().put(format!("{}/v1/vault/{path}", service.url())).bearer_auth(token).body(body)
}

fn claim(service: &Running, locator: &str, token: &str) -> Response {
    let body = [keys(1), data(1, 100)].concat();
    put(service, locator, token, body).header("if-none-match", "*").header("vault-key-token", KEY_TOKEN).send().unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

#[test]
fn a_vault_comes_back_as_it_was_sent_and_the_last_three_versions_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    let first = claim(&service, ONE, TOKEN);
    assert_eq!((first.status().as_u16(), header(&first, "vault-version").as_str()), (201, "1"));
    let mut tag = header(&first, "etag");
    for n in 2..=5 {
        let stored = put(&service, ONE, TOKEN, data(n, 70_000)).header("if-match", &tag).send().unwrap();
        assert_eq!((stored.status().as_u16(), header(&stored, "vault-version")), (201, n.to_string()));
        tag = header(&stored, "etag");
    }
    // Also by the next process.
    service.stop();
    let service = started(dir.path());
    let newest = get(&service, ONE, TOKEN);
    assert_eq!((newest.status().as_u16(), header(&newest, "etag"), newest.content_length()), (200, tag, Some(70_280)));
    assert_eq!(newest.bytes().unwrap(), data(5, 70_000));
    assert_eq!(get(&service, &format!("{ONE}?version=3"), TOKEN).bytes().unwrap(), data(3, 70_000));
    assert_eq!(get(&service, &format!("{ONE}?version=2"), TOKEN).status(), 404, "the fourth oldest is gone");
    let list: serde_json::Value =
        serde_json::from_str(&get(&service, &format!("{ONE}/versions"), TOKEN).text().unwrap()).unwrap();
    assert_eq!(list.as_array().unwrap().iter().map(|v| v["version"].as_i64().unwrap()).collect::<Vec<_>>(), [5, 4, 3]);
    assert_eq!(std::fs::read_dir(dir.path().join("data")).unwrap().count(), 3, "and so are their files");
    let block = get(&service, &format!("{ONE}/keys"), KEY_TOKEN);
    assert_eq!(block.bytes().unwrap(), keys(1));
}

#[test]
fn whoever_lacks_the_token_cannot_tell_a_vault_from_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    assert_eq!(claim(&service, ONE, TOKEN).status(), 201);
    let told = |response: Response| {
        let mut headers: Vec<_> =
            response.headers().iter().filter(|(n, _)| *n != "date").map(|(n, v)| format!("{n}: {v:?}")).collect();
        headers.sort();
        format!("{} {headers:?} {}", response.status(), response.text().unwrap())
    };
    for part in ["", "/keys", "/versions", "?version=1"] {
        // The key token reads keys, the token data, and neither the other.
        let tokens = if part == "/keys" { [WRONG, TOKEN] } else { [WRONG, KEY_TOKEN] };
        for token in tokens {
            let there = told(get(&service, &format!("{ONE}{part}"), token));
            let not_there = told(get(&service, &format!("{OTHER}{part}"), token));
            assert!(there.starts_with("404"), "{part}: {there}");
            assert_eq!(there, not_there, "{part}");
        }
        let bare =
            |locator: &str| told(client().get(format!("{}/v1/vault/{locator}{part}", service.url())).send().unwrap());
        assert!(bare(ONE).starts_with("401"), "{}", bare(ONE));
        assert_eq!(bare(ONE), bare(OTHER));
    }
    for (part, body) in [("", data(2, 10)), ("/keys", keys(2))] {
        let change = |locator: &str| {
            told(
                put(&service, &format!("{locator}{part}"), WRONG, body.clone())
                    .header("if-match", "\"00\"")
                    .send()
                    .unwrap(),
            )
        };
        assert!(change(ONE).starts_with("404"), "{}", change(ONE));
        assert_eq!(change(ONE), change(OTHER));
    }
    assert_eq!(claim(&service, ONE, WRONG).status(), 404, "nor is it told that a vault is somebody's already");
    assert_eq!(get(&service, ONE, TOKEN).bytes().unwrap(), data(1, 100));
}

#[test]
fn of_two_phones_that_change_the_same_the_later_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    let tag = header(&claim(&service, ONE, TOKEN), "etag");
    let second = |n| put(&service, ONE, TOKEN, data(n, 10)).header("if-match", &tag).send().unwrap().status().as_u16();
    assert_eq!((second(2), second(3)), (201, 412));
    assert_eq!(claim(&service, ONE, TOKEN).status(), 412, "claimed already");
    assert_eq!(get(&service, ONE, TOKEN).bytes().unwrap(), data(2, 10));
    for blind in [None, Some("*"), Some("no quotes")] {
        let request = put(&service, ONE, TOKEN, data(4, 10));
        let request = if let Some(tag) = blind { request.header("if-match", tag) } else { request };
        assert_eq!(request.send().unwrap().status(), 428, "{blind:?}");
    }

    let old = header(&get(&service, &format!("{ONE}/keys"), KEY_TOKEN), "etag");
    let rekey = |n| {
        let request = put(&service, &format!("{ONE}/keys"), TOKEN, keys(n)).header("if-match", &old);
        request.send().unwrap().status().as_u16()
    };
    assert_eq!((rekey(7), rekey(8)), (204, 412));
    assert_eq!(get(&service, &format!("{ONE}/keys"), KEY_TOKEN).bytes().unwrap(), keys(7));
}

#[test]
fn two_phones_at_the_very_same_moment_do_not_both_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    let tag = header(&claim(&service, ONE, TOKEN), "etag");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let phones: Vec<_> = (0..3)
            .map(|n| {
                let (service, tag) = (&service, &tag);
                scope.spawn(move || {
                    let request = put(service, ONE, TOKEN, data(n, 300_000)).header("if-match", tag);
                    request.send().unwrap().status().as_u16()
                })
            })
            .collect();
        phones.into_iter().map(|phone| phone.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|s| **s == 412).count(), 2, "{statuses:?}");
}

#[test]
fn what_is_too_large_too_much_or_no_vault_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let service = with(dir.path(), |vault| {
        vault.max_bytes = 2_000;
        vault.max_vaults = 1;
    });
    let tag = header(&claim(&service, ONE, TOKEN), "etag");
    let status =
        |body: Vec<u8>| put(&service, ONE, TOKEN, body).header("if-match", &tag).send().unwrap().status().as_u16();
    assert_eq!(status(data(2, 2_000)), 413);
    assert_eq!(status(b"a holiday film".to_vec()), 400);
    assert_eq!(status([keys(2), data(2, 10)].concat()), 400, "the key block is changed by itself");
    let mut cut = data(2, 100);
    cut.pop();
    assert_eq!(status(cut), 400);
    assert_eq!(claim(&service, OTHER, TOKEN).status(), 507, "as many vaults as there may be");
    let unclaimed = put(&service, OTHER, TOKEN, data(2, 10)).header("if-none-match", "*").send().unwrap();
    assert_eq!(unclaimed.status(), 400, "no key token");
    let stream = reqwest::blocking::Body::new(std::io::Cursor::new(data(2, 10)));
    let request = client().put(format!("{}/v1/vault/{ONE}", service.url())).bearer_auth(TOKEN);
    assert_eq!(request.header("if-match", &tag).body(stream).send().unwrap().status(), 411);
    for path in ["", "short", &ONE.to_uppercase(), &format!("{ONE}/other"), &format!("{ONE}?version=x"), "../health"] {
        assert_eq!(get(&service, path, TOKEN).status(), 404, "{path}");
    }
    let delete = client().delete(format!("{}/v1/vault/{ONE}", service.url())).bearer_auth(TOKEN).send().unwrap();
    assert_eq!(delete.status(), 405);
    assert_eq!(get(&service, ONE, TOKEN).bytes().unwrap(), data(1, 100));
    assert_eq!(std::fs::read_dir(dir.path().join("incoming")).unwrap().count(), 0);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let service = with(dir.path(), |vault| vault.rate = Rate { burst: 50, per_second: 0.01 });
    let answers: Vec<Response> = (0..20).map(|_| get(&service, ONE, WRONG)).collect();
    let refused: Vec<_> = answers.iter().filter(|r| r.status() == 429).collect();
    assert!(refused.len() >= 12, "a wrong token costs as much as ten requests: {}", refused.len());
    assert!(header(refused[0], "retry-after").parse::<u64>().unwrap() > 10);
}

#[test]
fn an_upload_that_breaks_off_or_a_death_in_the_middle_leaves_the_old_state() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    let tag = header(&claim(&service, ONE, TOKEN), "etag");
    let mut line = std::net::TcpStream::connect(service.url().trim_start_matches("http://")).unwrap();
    write!(
        line,
        "PUT /v1/vault/{ONE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\nif-match: {tag}\r\ncontent-length: 1280\r\n\r\n"
    )
    .unwrap();
    line.write_all(&data(2, 1_000)[..700]).unwrap();
    drop(line);
    assert_eq!(get(&service, ONE, TOKEN).bytes().unwrap(), data(1, 100));
    service.stop();
    // What a process leaves that dies before and after it has renamed.
    std::fs::write(dir.path().join("incoming/7"), b"half").unwrap();
    std::fs::write(dir.path().join(format!("data/{ONE}-2")), b"whole, but nobody's").unwrap();
    let service = started(dir.path());
    assert_eq!(get(&service, ONE, TOKEN).bytes().unwrap(), data(1, 100));
    assert_eq!(std::fs::read_dir(dir.path().join("incoming")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(dir.path().join("data")).unwrap().count(), 1);
    let second = VaultSettings::in_folder(dir.path().to_owned());
    let second = Service::start(Settings { vault: Some(second), ..Settings::default() });
    assert!(second.is_err(), "the folder belongs to one service at a time");
}

#[test]
fn what_is_stored_has_no_token_in_it_and_a_service_without_vaults_knows_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = started(dir.path());
    assert_eq!(claim(&service, ONE, TOKEN).status(), 201);
    assert_eq!(get(&service, &format!("{ONE}/keys"), KEY_TOKEN).status(), 200);
    for request in service.requests() {
        assert!(request.header("authorization").is_none() && request.header("vault-key-token").is_none());
        assert!(request.body.is_empty(), "nor is a vault kept in memory");
    }
    service.stop();
    let mut looked_at = 0;
    for folder in ["", "data"] {
        for file in std::fs::read_dir(dir.path().join(folder)).unwrap().map(|f| f.unwrap().path()) {
            if file.is_file() {
                let bytes = std::fs::read(file).unwrap();
                looked_at += bytes.len();
                for token in [TOKEN, KEY_TOKEN] {
                    let is_in = |part: &[u8]| bytes.windows(part.len()).any(|w| w == part);
                    assert!(!is_in(token.as_bytes()) && !is_in(&token.as_bytes()[..32]));
                }
            }
        }
    }
    assert!(looked_at > 500, "{looked_at}");
    let plain = Service::start(Settings::default()).unwrap();
    assert_eq!(get(&plain, ONE, TOKEN).status(), 404);
}
