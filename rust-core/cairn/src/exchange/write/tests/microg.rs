//! What microG is given, read as it reads.

use super::*;

/// Emitters whose place is well known: heard often enough at one place.
fn settled() -> Home {
    let home = Home::new();
    for n in 0..8 {
        let scan = |ap: u64| Scan { wifi: vec![wifi(ap, b"Cafe")], cells: vec![cell()], ..Scan::default() };
        let at = |metres: i64| Fix { place: place(metres), ..fix(n) };
        home.take(n, vec![Row { fix: at(0), scan: scan(1) }, Row { fix: at(5), scan: scan(2) }]);
    }
    // One that was heard once, and one that is heard all over the town.
    home.take(20, vec![Row { fix: fix(20), scan: Scan { wifi: vec![wifi(3, b"Once")], ..Scan::default() } }]);
    for n in 0..12 {
        let far =
            Fix { place: LatLng::from_e7(601_000_000 + n as i32 * 1_000_000, 240_000_000).unwrap(), ..fix(30 + n) };
        home.take(30 + n, vec![Row { fix: far, scan: Scan { wifi: vec![wifi(4, b"Tram")], ..Scan::default() } }]);
    }
    home
}

/// Reads as microG does: a heading of known names, then lines with as many fields, split at commas.
fn as_microg_reads(text: &str) -> Vec<Vec<String>> {
    let mut lines = text.lines();
    let heading: Vec<_> = lines.next().unwrap().split(',').collect();
    let wifi = heading == ["mac", "lat", "lon", "alt"];
    assert!(wifi || heading == ["mcc", "mnc", "type", "lac", "cid", "psc", "lat", "lon", "alt"]);
    lines
        .map(|line| {
            let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            assert_eq!(fields.len(), heading.len(), "microG ends its reading at such a line");
            let number = |name| {
                let at = heading.iter().position(|h| *h == name).unwrap();
                fields[at].parse::<f64>().unwrap()
            };
            assert!(number("lat").abs() <= 90.0 && number("lon").abs() <= 180.0);
            if wifi {
                assert!(fields[0].len() == 12 && fields[0].bytes().all(|b| b.is_ascii_hexdigit()));
            } else {
                assert!(["GSM", "WCDMA", "LTE", "NR"].contains(&fields[2].as_str()));
                assert!(number("mcc") > 0.0 && number("cid") > 0.0 && number("lac") > 0.0 && number("mnc") >= 0.0);
            }
            fields
        })
        .collect()
}

#[test]
fn microg_gets_what_stays_where_it_is_and_nothing_else() {
    let home = settled();
    let wifi = as_microg_reads(&home.text(ExportFormat::MicrogWifi));
    assert_eq!(wifi.iter().map(|f| f[0].as_str()).collect::<Vec<_>>(), ["0c1a2b3c4d01", "0c1a2b3c4d02"]);
    let cells = as_microg_reads(&home.text(ExportFormat::MicrogCells));
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0][..6], ["244", "5", "LTE", "4711", "12345678", "123"]);
}

#[test]
fn microg_learns_nothing_of_a_zone_or_a_refused_network() {
    let home = settled();
    home.engine.refuse_mac(Mac::from_u64(0x0c1a_2b3c_4d01).unwrap()).unwrap();
    let left = as_microg_reads(&home.text(ExportFormat::MicrogWifi));
    assert_eq!(left.iter().map(|f| f[0].as_str()).collect::<Vec<_>>(), ["0c1a2b3c4d02"]);
    home.engine.refuse_name("caf").unwrap();
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogWifi)).len(), 0);
    let home = settled();
    home.engine.add_zone(place(0)).unwrap();
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogWifi)).len(), 0);
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogCells)).len(), 0);
}
