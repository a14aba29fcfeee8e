//! What comes in again as it went out.

use super::*;

fn read_back(home: &Home, format: ExportFormat) -> Vec<Row> {
    let path = home.path("exported");
    export_to(&home.engine, ExportOptions::new(format), &path, &mut |_| true).unwrap();
    let reading =
        Reading { now: Millis(START + 86_400_000), scratch: &home.path("scratch"), growing: false, onlooker: None };
    let mut reader = Reader::open(&parts(&path).unwrap()[0], reading).unwrap();
    let mut rows = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        let Item::Row(row) = item else { panic!("a row that cannot be read back") };
        rows.push(row);
    }
    rows
}

/// What is stored once rows were taken in by a fresh engine.
fn taken(rows: Vec<Row>) -> Vec<Report> {
    let home = Home::new();
    home.take(1, rows);
    home.reports()
}

#[test]
fn what_geosubmit_and_kml_take_out_comes_in_as_the_same_sightings() {
    let home = lived();
    let mut here = home.reports();
    // JSON is text: what is not UTF-8 in a name cannot stand in it.
    for sighting in here.iter_mut().flat_map(|r| &mut r.sightings) {
        if let Detail::Wifi { ssid, .. } = &mut sighting.detail {
            *ssid = Ssid::new(ssid.to_text().into_bytes());
        }
    }
    for format in [ExportFormat::Geosubmit, ExportFormat::Kml, ExportFormat::Kmz] {
        assert_eq!(taken(read_back(&home, format)), here, "{format:?}");
    }
}

#[test]
fn what_wigle_csv_takes_out_comes_in_as_far_as_it_has_columns() {
    let home = Home::new();
    let scan = Scan {
        wifi: vec![wifi(1, b"Cafe"), wifi(2, b"a, \"b\" c")],
        cells: vec![cell()],
        beacons: vec![beacon()],
        ..Scan::default()
    };
    home.take(1, vec![Row { fix: fix(0), scan }]);
    let (mut here, there) = (home.reports(), taken(read_back(&home, ExportFormat::Wigle)));
    for sighting in &mut here[0].sightings {
        sighting.age = Millis(0);
        match &mut sighting.detail {
            Detail::Wifi { standard, .. } => *standard = None,
            Detail::Beacon { format, .. } => *format = None,
            Detail::Cell { serving, asu, timing_advance, physical, .. } => {
                (*serving, *asu, *timing_advance, *physical) = (false, None, None, None);
            }
        }
    }
    assert_eq!(there, here);
}

#[test]
fn what_gpx_takes_out_comes_in_as_the_same_places_and_times() {
    let home = lived();
    let here: Vec<_> = home.reports().into_iter().map(|r| (r.fix.utc, r.fix.place, r.fix.altitude)).collect();
    let rows = read_back(&home, ExportFormat::Gpx);
    assert_eq!(rows.into_iter().map(|r| (r.fix.utc, r.fix.place, r.fix.altitude)).collect::<Vec<_>>(), here);
}
