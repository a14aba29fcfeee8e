//! Phones that imported the same file, each for itself, before they met.

use super::*;

/// Rows of a walk: at each place one of three access points that follow each other.
fn walk(places: std::ops::Range<u8>) -> Vec<Row> {
    let row = |n: u8| {
        let utc = Millis(START + 36_000_000 + i64::from(n) * 1_000);
        let fix = Fix { utc_offset_min: Some(0), ..Fix::gnss(Millis(0), utc, place(n), Metres(5.0)) };
        let wifi = (0..2).map(|ap| HeardWifi {
            mono: Millis(0),
            mac: Mac::from_u64(0x0c00_0000_0000 + u64::from(n / 3 + ap) * 16).unwrap(),
            ssid: Ssid::new(*b"Cafe"),
            signal: Some(Dbm(-60)),
            frequency_mhz: None,
            standard: None,
        });
        Row { fix, scan: Scan { wifi: wifi.collect(), ..Scan::default() } }
    };
    places.map(row).collect()
}

/// Reads rows of a file, from where it was left.
fn read(phone: &mut Phone, file: i64, rows: Vec<Row>) {
    let source = SourceId(file);
    let reached =
        phone.engine.call(move |owner| Ok(crate::store::imports::reached(owner.writer.db()?, source)?)).unwrap();
    let offset = reached.map_or(0, |r| r.place.offset) + rows.len() as u64;
    let chunk = Chunk {
        source,
        origin: Origin { format: Format::Wigle, name: "walk.csv".to_owned() },
        place: Place { offset, line: offset, tail_hash: 0 },
        marks: Vec::new(),
        rows,
        estimates: Vec::new(),
        upload: true,
        trip: reached.map(|r| r.trip),
        after: None,
    };
    phone.engine.import(chunk).unwrap();
}

/// What counts, but for what each phone went through.
fn counted(phone: &Phone) -> [u64; 6] {
    totals(&phone.engine)[..6].try_into().unwrap()
}

/// Merges both ways, twice, and holds both to count what one phone counts that lived through it alone.
fn meet(mut one: Phone, mut other: Phone, alone: &Phone) -> Phone {
    let (mut first, mut second) = (Phone::new(), Phone::new());
    for _ in 0..2 {
        first.merge(&one);
        first.merge(&other);
        second.merge(&other);
        second.merge(&one);
    }
    one.merge(&other);
    other.merge(&one);
    for (name, phone) in [("first", &first), ("second", &second), ("one", &one), ("other", &other)] {
        assert_eq!(counted(phone), counted(alone), "{name}: {:?}", phone.engine.stats().unwrap().totals);
        let check = phone.engine.check().unwrap();
        assert_eq!((check.structure_faults, check.reference_faults), (0, 0), "{name}");
    }
    let (a, b) = (first.state(), second.state());
    for (table, rows) in a.iter().filter(|(table, _)| **table != "counts") {
        assert_eq!(rows, &b[table], "{table}");
    }
    one
}

#[test]
fn a_file_that_two_phones_imported_counts_once() {
    let [mut one, mut other, mut alone] = [(); 3].map(|()| Phone::with_service());
    for phone in [&mut one, &mut other, &mut alone] {
        read(phone, 900, walk(0..30));
    }
    assert!(counted(&alone)[..4].iter().all(|n| *n > 0), "{:?}", counted(&alone));
    let met = meet(one, other, &alone);
    assert_eq!(met.engine.stats().unwrap().reports, alone.engine.stats().unwrap().reports, "and is stored once");
}

#[test]
fn a_file_that_one_phone_imported_further_counts_as_far_as_it_was() {
    let [mut one, mut other, mut alone] = [(); 3].map(|()| Phone::with_service());
    read(&mut one, 900, walk(0..12));
    read(&mut other, 900, walk(0..30));
    read(&mut alone, 900, walk(0..30));
    let mut met = meet(one, other, &alone);
    // It goes on with the file after they met.
    read(&mut met, 900, walk(30..40));
    read(&mut alone, 900, walk(30..40));
    assert_eq!(counted(&met), counted(&alone));
}

#[test]
fn emitters_and_ground_of_a_file_count_once_whatever_each_phone_knew_before() {
    let [mut one, mut other, mut alone] = [(); 3].map(|()| Phone::with_service());
    // One had walked the first half of the way before, the other the second.
    read(&mut one, 901, walk(0..15));
    read(&mut other, 902, walk(15..30));
    read(&mut alone, 901, walk(0..15));
    read(&mut alone, 902, walk(15..30));
    for phone in [&mut one, &mut other, &mut alone] {
        read(phone, 900, walk(0..40));
    }
    let [_, _, wifi, ground, again, days] = counted(&alone);
    one.merge(&other);
    let [reports, sightings, heard, walked, twice, on] = counted(&one);
    assert_eq!((heard, walked, twice, on), (wifi, ground, again, days));
    // What was in already is left out of a file, so each had counted its half under the file of its own.
    assert!(reports <= 80 && sightings <= 160 && reports >= counted(&alone)[0], "{reports}, {sightings}");
}

#[test]
fn a_report_that_two_phones_have_from_one_file_is_sent_once() {
    let [mut one, mut other] = [(); 2].map(|()| Phone::with_service());
    for phone in [&mut one, &mut other] {
        read(phone, 900, walk(0..30));
    }
    let taker = Taker::default();
    one.upload(0, &taker);
    let sent = taker.0.lock().unwrap().len();
    assert_eq!(sent as u64, one.engine.stats().unwrap().reports);
    other.merge(&one);
    other.upload(1, &taker);
    assert_eq!(taker.0.lock().unwrap().len(), sent, "what the one had sent the other does not send again");
}
