//! Holds `schemas/vault/vectors.json` true: every step of the format for known inputs, as another program would have to do it.

use std::io::Cursor;
use std::sync::atomic::AtomicBool;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::head::Draft;
use super::keys::{MasterKey, Purpose};
use super::wrap::{Chance, Wrap};
use super::*;
use crate::model::Millis;

const FILE: &str = include_str!("../../../../schemas/vault/vectors.json");

fn hex(bytes: impl AsRef<[u8]>) -> Value {
    HEXLOWER.encode(bytes.as_ref()).into()
}

fn counting<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|i| from.wrapping_add(i as u8))
}

fn now() -> Value {
    let master = MasterKey::of(Zeroizing::new(counting(0)));
    let salt = counting::<32>(0x40);
    let password = Password::new("Zu\u{308}rich 8000");
    let chance = Chance { salt: counting(0x80), nonce: counting(0xa0) };
    let argon2id = Stretch::Argon2id { memory: 64, passes: 3, lanes: 2 };
    let pbkdf2 = Stretch::Pbkdf2 { rounds: 1000 };
    let id = VaultId::of(&counting(0xe0));
    let wrap = |stretch| Wrap::with_password(&master, &password, stretch, &chance).unwrap();
    let purposes = [
        ("keys", hex(*master.derive::<32>(&[], Purpose::Keys))),
        ("data", hex(*master.derive::<32>(&salt, Purpose::Data))),
        ("nonce", hex(*master.derive::<19>(&salt, Purpose::Nonce))),
        ("head", hex(*master.derive::<32>(&salt, Purpose::Head))),
        ("names", hex(*master.derive::<32>(&salt, Purpose::Names))),
    ];
    let described = Described { made: Millis(1_767_225_600_000), schema: 5, reports: 7, label: "Grüße".to_owned() };
    json!({
        "master": hex(master.bytes()),
        "fileSalt": hex(salt),
        "derived": purposes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<serde_json::Map<_, _>>(),
        "password": { "typed": "Zu\u{308}rich 8000", "utf8": hex(password.bytes()) },
        "wrapSalt": hex(chance.salt),
        "wrapNonce": hex(chance.nonce),
        "stretched": {
            "argon2id-64-3-2": hex(*argon2id.apply(&password, &chance.salt).unwrap()),
            "pbkdf2-1000": hex(*pbkdf2.apply(&password, &chance.salt).unwrap()),
        },
        "wrap": { "argon2id-64-3-2": hex(wrap(argon2id).bytes()), "pbkdf2-1000": hex(wrap(pbkdf2).bytes()) },
        "description": hex(&Draft::with(&master, &described, salt, counting(0xc0)).bound),
        "id": { "shown": id.reveal(), "locator": id.locator(), "keyToken": id.key_token().as_str() },
    })
}

#[test]
fn every_step_gives_the_bytes_that_the_vectors_have() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    let now = now();
    for (name, value) in now.as_object().unwrap() {
        assert_eq!(&file[name], value, "{name}; all of it: {now:#}");
    }
}

#[test]
fn the_vectors_whole_vault_opens_and_its_tokens_are_the_vectors() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    let vault = HEXLOWER.decode(file["vault"]["bytes"].as_str().unwrap().as_bytes()).unwrap();
    let mut input = Cursor::new(&vault);
    let block = KeyBlock::read(&mut input).unwrap();
    let left = (vault.len() - block.bytes().len()) as u64;
    let cancel = AtomicBool::new(false);
    let mut watch = Watch { progress: &mut |_| (), cancel: &cancel };
    let with = Unlock::Password(Password::new("Z\u{fc}rich 8000"));
    let unlocked = block.unlock(&with, &mut watch).unwrap();
    let code = RecoveryCode::parse(file["vault"]["recoveryCode"].as_str().unwrap()).unwrap();
    assert!(block.unlock(&Unlock::Recovery(code), &mut watch).is_ok());
    let mut plain = Vec::new();
    let head = open(&unlocked, &mut input, left, &mut plain, &mut watch).unwrap();
    assert_eq!(hex(&plain), file["vault"]["plain"]);
    assert_eq!(head.described.label, "Grüße");
    let id = VaultId::parse(file["id"]["shown"].as_str().unwrap()).unwrap();
    assert_eq!(*unlocked.server_token(&id), file["vault"]["token"].as_str().unwrap());
}

/// Writes the vectors anew: only ever for a new version of the format.
#[test]
#[ignore = "prints what schemas/vault/vectors.json holds; run it by hand"]
fn print_the_vectors() {
    let master = MasterKey::of(Zeroizing::new(counting(0)));
    let cancel = AtomicBool::new(false);
    let mut watch = Watch { progress: &mut |_| (), cancel: &cancel };
    let code = RecoveryCode::new().unwrap();
    let locks = Locks {
        password: Password::new("Z\u{fc}rich 8000"),
        recovery: Some(code.clone()),
        stretch: Stretch::Argon2id { memory: 64, passes: 3, lanes: 2 },
    };
    let unlocked = Unlocked::of(master, &locks, &mut watch).unwrap();
    let plain = "a cairn is a pile of stones".repeat(5);
    let described = Described { made: Millis(1_767_225_600_000), schema: 5, reports: 7, label: "Grüße".to_owned() };
    let mut out = Cursor::new(unlocked.block().bytes().to_vec());
    out.set_position(unlocked.block().bytes().len() as u64);
    seal(&unlocked, &described, &mut plain.as_bytes(), plain.len() as u64, &mut out, &mut watch).unwrap();
    let mut all = now();
    let id = VaultId::parse(all["id"]["shown"].as_str().unwrap()).unwrap();
    all["vault"] = json!({
        "bytes": hex(out.into_inner()),
        "plain": hex(plain),
        "recoveryCode": code.reveal().as_str(),
        "token": unlocked.server_token(&id).as_str(),
    });
    println!("{all:#}");
}
