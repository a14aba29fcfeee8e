//! Reading that goes on where it ended, in files that grow and change.

use super::*;

#[test]
fn a_last_line_that_was_taken_before_it_was_whole_is_told_when_there_is_more_of_it() {
    let text = "mac,lat,lon,alt\n001a2b3c4d5e,60.17,24.94,1\n001a2b3c4d5f,60.18,24.95,1";
    let mut reader = open(text).unwrap();
    while reader.next_item().unwrap().is_some() {}
    let rest = |more: &str| {
        let mut grown = open(text.to_owned() + more).unwrap();
        assert!(grown.skip_to(&reader.place()).unwrap());
        grown.next_item().unwrap()
    };
    assert!(rest("").is_none());
    assert!(rest("\r\n").is_none());
    assert!(matches!(rest("2.5\n"), Some(Item::Bad(BadRow::Unfinished, 3))));
    assert!(matches!(rest("\n001a2b3c4d60,60.18,24.95,1\n"), Some(Item::Estimate(_))));
}

#[test]
fn of_a_growing_file_the_last_line_and_the_last_row_wait_for_more() {
    let growing = Reading { growing: true, ..reading() };
    let count = |text: &str, growing| {
        let mut reader = Reader::of_bytes(text.into(), growing).unwrap();
        std::iter::from_fn(|| reader.next_item().unwrap()).count()
    };
    assert_eq!((count(WIGLE, growing), count(WIGLE, reading())), (1, 2));
    assert_eq!(count(&WIGLE[..WIGLE.len() - 1], growing), 0, "that line may belong to the row before");
    assert_eq!(count(&GPX[..GPX.len() - 20], growing), 4, "the brackets are not closed yet");
    assert_eq!(count(&GEOSUBMIT[..GEOSUBMIT.len() - 30], growing), 3);
}

#[test]
fn reading_goes_on_at_every_place_as_if_it_had_not_stopped() {
    for text in [WIGLE, GPX, GEOSUBMIT] {
        let (all, _, _) = read(text.as_bytes());
        let mut before = Vec::new();
        let mut first = open(text).unwrap();
        loop {
            let ended = match first.next_item().unwrap() {
                Some(Item::Row(row)) => {
                    before.push(row);
                    false
                }
                Some(Item::Estimate(_) | Item::Bad(..)) => false,
                None => true,
            };
            let mut rows = before.clone();
            let mut second = open(text).unwrap();
            assert!(second.skip_to(&first.place()).unwrap());
            while let Some(item) = second.next_item().unwrap() {
                if let Item::Row(row) = item {
                    rows.push(row);
                }
            }
            assert_eq!(rows, all);
            if ended {
                break;
            }
        }
    }
}

#[test]
fn a_last_line_that_is_still_being_written_is_read_again_when_it_is_whole() {
    let cut = &WIGLE[..WIGLE.len() - 10];
    let mut reader = open(cut).unwrap();
    while reader.next_item().unwrap().is_some() {}
    let mut grown = open(WIGLE).unwrap();
    grown.skip_to(&reader.place()).unwrap();
    assert!(matches!(grown.next_item().unwrap(), Some(Item::Row(row)) if row.scan.wifi[0].ssid.bytes() == b"Later"));
}

#[test]
fn rows_that_were_added_before_the_closing_brackets_are_all_that_is_new() {
    let point = "<trkpt lat=\"60.19\" lon=\"24.94\"><time>2025-06-01T10:00:03Z</time></trkpt>\n</trkseg>";
    let item = "}},{\"timestamp\":1748772002000,\"latitude\":60.19,\"longitude\":24.94}]";
    for (text, end, added) in [(GPX, "</trkseg>", point), (GEOSUBMIT, "}}]", item)] {
        let mut reader = open(text).unwrap();
        while reader.next_item().unwrap().is_some() {}
        let mut grown = open(text.replace(end, added)).unwrap();
        grown.skip_to(&reader.place()).unwrap();
        assert!(matches!(grown.next_item().unwrap(), Some(Item::Row(row)) if row.fix.place.lat() > 60.189), "{added}");
        assert!(grown.next_item().unwrap().is_none(), "{added}");
    }
}

#[test]
fn tracks_that_one_device_wrote_are_different_files() {
    let from = |day: u8| {
        let namespaces = " xmlns:x=\"http://example.org/schema\"".repeat(40);
        let time = format!("2025-06-0{day}T10:00:00Z");
        let text = format!(
            "<gpx{namespaces}><trk><trkseg><trkpt lat=\"60\" lon=\"24\"><time>{time}</time></trkpt></trkseg></trk></gpx>"
        );
        open(text).unwrap().source()
    };
    assert_eq!(from(1), from(1));
    assert_ne!(from(1), from(2));
}

#[test]
fn a_file_that_was_changed_before_the_place_is_noticed() {
    let mut reader = open(WIGLE).unwrap();
    reader.next_item().unwrap();
    for changed in [WIGLE.replace("left", "next"), WIGLE[..WIGLE.len() - 260].to_owned()] {
        let mut again = open(changed).unwrap();
        assert_eq!(again.skip_to(&reader.place()), Ok(false));
    }
}
