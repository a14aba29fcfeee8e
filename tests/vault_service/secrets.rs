//! What must not be seen: the keys of a vault, worked out by hand from what `schemas/vault/README.md` says, and what its owner
//! heard and where.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use cairn::vault::VaultId;
use cairn_tests::{numbered_fix, numbered_mac};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use hkdf::Hkdf;
use rusqlite::Connection;
use sha2::Sha256;

/// Something to search for.
pub struct Needle {
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

pub struct Known {
    pub keys: Vec<Needle>,
    pub tokens: Vec<Needle>,
    pub token: String,
    pub newest_file: PathBuf,
}

fn hkdf(salt: &[u8], secret: &[u8], words: &str, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    Hkdf::<Sha256>::new(Some(salt), secret).expand(words.as_bytes(), &mut out).unwrap();
    out
}

/// A secret's bytes, and as people and programs write them.
fn all_forms(kind: &'static str, bytes: &[u8]) -> Vec<Needle> {
    let texts = [HEXLOWER.encode(bytes), HEXUPPER.encode(bytes), BASE64.encode(bytes), BASE64URL_NOPAD.encode(bytes)];
    let forms = texts.into_iter().map(String::into_bytes).chain([bytes.to_vec()]);
    forms.map(|bytes| Needle { kind, bytes }).collect()
}

/// The keys of the only vault that a service keeps in `folder`.
pub fn of(folder: &Path, password: &str, id: &VaultId) -> Known {
    let db = Connection::open(folder.join("vaults.db")).unwrap();
    let keys: Vec<u8> = db.query_row("SELECT keys FROM vault", [], |row| row.get(0)).unwrap();
    let newest: String =
        db.query_row("SELECT lower(hex(locator)) || '-' || max(number) FROM version", [], |row| row.get(0)).unwrap();
    let newest_file = folder.join("data").join(newest);
    let file_salt = std::fs::read(&newest_file).unwrap()[16..48].to_vec();

    let wrap = &keys[15..15 + 133];
    let cost = |at: usize| u32::from_le_bytes(wrap[at..at + 4].try_into().unwrap());
    let params = Params::new(cost(1), cost(5), cost(9), Some(32)).unwrap();
    let mut stretched = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), &wrap[13..29], &mut stretched)
        .unwrap();
    let wrapping = hkdf(&[], &stretched, "cairn vault v1 wrap", 32);
    let bound = [&keys[8..10], &wrap[..85]].concat();
    let cipher = XChaCha20Poly1305::new_from_slice(&wrapping).unwrap();
    let nonce: [u8; 24] = wrap[61..85].try_into().unwrap();
    let master = cipher.decrypt(&XNonce::from(nonce), Payload { msg: &wrap[85..], aad: &bound }).unwrap();
    assert_eq!(hkdf(&[], &stretched, "cairn vault v1 proof", 32), wrap[29..61], "the description holds");

    let mut all = all_forms("stretched password", &stretched);
    all.extend(all_forms("wrapping key", &wrapping));
    all.extend(all_forms("master key", &master));
    all.extend(all_forms("key block's key", &hkdf(&[], &master, "cairn vault v1 keys", 32)));
    for (kind, words, length) in [
        ("data's key", "cairn vault v1 data", 32),
        ("data's nonce", "cairn vault v1 nonce", 19),
        ("data's head's key", "cairn vault v1 head", 32),
        ("names' key", "cairn vault v1 names", 32),
    ] {
        all.extend(all_forms(kind, &hkdf(&file_salt, &master, words, length)));
    }
    let shown = id.reveal();
    all.push(Needle { kind: "id", bytes: shown.clone().into_bytes() });
    all.push(Needle { kind: "id", bytes: shown.replace('-', "").into_bytes() });
    all.extend(all_forms("id", &crockford(&shown)));

    let token = hkdf(id.locator().as_bytes(), &master, "cairn vault v1 server", 32);
    let key_token = hkdf(&[], &crockford(&shown), "cairn vault v1 key token", 32);
    assert_eq!(HEXLOWER.encode(&key_token), *id.key_token());
    let tokens = [all_forms("token", &token), all_forms("key token", &key_token)];
    Known { keys: all, tokens: tokens.into_iter().flatten().collect(), token: HEXLOWER.encode(&token), newest_file }
}

/// The bytes of a code in Crockford's base32.
fn crockford(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for symbol in text.chars().filter(|c| *c != '-') {
        held = held << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(symbol).unwrap() as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

/// Passwords as they are typed, and their parts.
pub fn typed(passwords: &[&str]) -> Vec<Needle> {
    let whole = passwords.iter().flat_map(|p| all_forms("password", p.as_bytes()));
    let words = passwords.iter().flat_map(|p| p.split(' ')).filter(|word| word.len() >= 5);
    whole.chain(words.map(|word| Needle { kind: "password", bytes: word.as_bytes().to_vec() })).collect()
}

/// What was heard at the numbered places and where they are, as text and as numbers in either order of bytes.
pub fn clear(numbers: &[u64]) -> Vec<Needle> {
    let mut all: Vec<Needle> = ["open street", "a neighbour's", "old phone", "a second time"]
        .map(|name| Needle { kind: "name", bytes: name.as_bytes().to_vec() })
        .into();
    // What a database and its parts begin with, compressed or not.
    all.push(Needle { kind: "database", bytes: b"SQLite format 3".to_vec() });
    all.push(Needle { kind: "compressed data", bytes: vec![0x28, 0xb5, 0x2f, 0xfd] });
    for n in numbers {
        let mac = &numbered_mac(*n).to_be_bytes()[2..];
        let hex: Vec<String> = mac.iter().map(|b| format!("{b:02x}")).collect();
        let texts = [hex.join(":"), hex.join("-"), hex.concat()];
        let texts = texts.iter().flat_map(|text| [text.clone(), text.to_uppercase()]);
        all.extend(texts.map(|text| Needle { kind: "address, text", bytes: text.into_bytes() }));
        all.push(Needle { kind: "address, binary", bytes: mac.to_vec() });
        all.push(Needle { kind: "address, binary", bytes: mac.iter().rev().copied().collect() });

        let place = numbered_fix(*n).place;
        let (lat, lon) = (place.lat(), place.lon());
        for degrees in [lat, lon] {
            all.push(Needle { kind: "place, text", bytes: format!("{degrees:.4}").into_bytes() });
            all.push(Needle { kind: "place, binary", bytes: degrees.to_le_bytes().to_vec() });
            all.push(Needle { kind: "place, binary", bytes: degrees.to_be_bytes().to_vec() });
        }
        let [lat, lon] = [lat, lon].map(|degrees| (degrees * 1e7).round() as i32);
        all.push(Needle { kind: "place, binary", bytes: [lat.to_be_bytes(), lon.to_be_bytes()].concat() });
        all.push(Needle { kind: "place, binary", bytes: [lat.to_le_bytes(), lon.to_le_bytes()].concat() });
    }
    all
}
