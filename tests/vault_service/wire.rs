//! Everything that passes between a phone and its service, kept to be searched.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::secrets::Needle;

/// Stands between a client and a service, and keeps both directions.
pub struct Tap {
    pub url: String,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    pub fn before(service: &str) -> Self {
        let service = service.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&service) else { return };
                let pairs = [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))];
                for (from, to) in pairs {
                    let (from, to, kept) = (from.unwrap(), to.unwrap(), Arc::clone(&kept));
                    thread::spawn(move || pass(from, to, &kept));
                }
            }
        });
        Self { url, seen }
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().clone()
    }
}

/// Keeps each direction's bytes together, so that nothing is cut in two where the other says something.
fn pass(mut from: TcpStream, mut to: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut whole = Vec::new();
    let mut piece = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        whole.extend_from_slice(&piece[..read]);
        // As long as connections are kept open, what they said must be there to be searched.
        let mut kept = kept.lock().unwrap();
        kept.extend_from_slice(&piece[..read]);
        drop(kept);
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    kept.lock().unwrap().extend_from_slice(&whole);
}

/// The bytes of all files in a folder and the folders in it.
pub fn all_files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            all.extend(all_files(&path));
        } else {
            all.extend(std::fs::read(path).unwrap());
        }
    }
    all
}

/// Those of the needles that are in there, found in one pass.
pub fn found<'a>(all: &[u8], needles: impl IntoIterator<Item = &'a Needle>) -> Vec<&'a Needle> {
    let mut by_start = HashMap::<[u8; 4], Vec<&Needle>>::new();
    for needle in needles {
        let start = needle.bytes.first_chunk().expect("shorter ones are everywhere");
        by_start.entry(*start).or_default().push(needle);
    }
    let mut found = Vec::new();
    for at in 0..all.len().saturating_sub(3) {
        let candidates = all[at..].first_chunk::<4>().and_then(|start| by_start.get(start));
        found.extend(candidates.into_iter().flatten().filter(|needle| all[at..].starts_with(&needle.bytes)));
    }
    found
}

pub fn holds(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
