//! What stands in files of every format, what is told of bad ones, and where reading goes on.

mod anything;
mod resumed;
mod stopped;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::model::{Dbm, Metres, Radio, Scan};

const NOW: Millis = Millis(1_767_225_600_000);

const WIGLE: &str = "WigleWifi-1.6,appRelease=2.90,model=x\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,RCOIs,MfgrId,Type\n\
    00:1a:2b:3c:4d:5e,\"Cafe, left\",[WPA2],2025-06-01 10:00:00,36,5180,-61,60.17,24.94,12.5,4,,,WIFI\n\
    24405_4711_12345678,Elisa,LTE;fi,2025-06-01 10:00:00,1300,0,-95,60.17,24.94,12.5,4,,,LTE\n\
    00:1a:2b:3c:4d:5f,,[BLE],2025-06-01 10:00:00,0,0,-80,60.17,24.94,12.5,4,,76,BLE\n\
    00:1a:2b:3c:4d:60,Later,[WPA2],2025-06-01 10:00:05,6,,-70,60.1701,24.94,12.5,4,,,WIFI\n";

const GPX: &str = "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\"><metadata><time>2025-01-01T00:00:00Z</time></metadata>\
    <wpt lat=\"1\" lon=\"1\"/><trk><name>n</name><trkseg>\n\
    <trkpt lat=\"60.17\" lon=\"24.94\"><ele>12.5</ele><time>2025-06-01T10:00:00Z</time></trkpt>\n\
    <trkpt lat=\"91\" lon=\"24.94\"><time>2025-06-01T10:00:01Z</time></trkpt>\n\
    <trkpt lat=\"60.17\" lon=\"24.95\"/>\n\
    <trkpt lat=\"60.18\" lon=\"24.94\"><time>2025-06-01T10:00:02Z</time><extensions><a:speed>1.5</a:speed></extensions></trkpt>\n\
    </trkseg></trk></gpx>\n";

const GEOSUBMIT: &str = "{\"version\":[1],\"items\":[\n\
    {\"timestamp\":1748772000000,\"position\":{\"latitude\":60.17,\"longitude\":24.94,\"accuracy\":4.0,\"age\":1000,\"source\":\"gps\"},\
    \"wifiAccessPoints\":[{\"macAddress\":\"00:1a:2b:3c:4d:5e\",\"ssid\":\"a]}\\\"\",\"age\":1500,\"signalStrength\":-61,\"channel\":36}],\
    \"cellTowers\":[{\"radioType\":\"lte\",\"mobileCountryCode\":244,\"mobileNetworkCode\":5,\"locationAreaCode\":4711,\"cellId\":12345678,\"psc\":12}]},\n\
    {\"timestamp\":1748772001000,\"latitude\":60.17,\"longitude\":24.94,\"wifiAccessPoints\":[{\"macAddress\":\"none\"}]},\n\
    {\"timestamp\":1e400,\"position\":{}} , {\"timestamp\":3,\"position\":{\"latitude\":1,\"longitude\":2}}]}\n";

fn reading() -> Reading<'static> {
    Reading { now: NOW, scratch: Path::new("/nowhere/at/all"), growing: false, onlooker: None }
}

fn open(bytes: impl Into<Vec<u8>>) -> Result<Reader, Fault> {
    Reader::of_bytes(bytes.into(), reading()).map_err(|e| e.fault)
}

fn read(bytes: &[u8]) -> (Vec<Row>, Vec<(BadRow, u64)>, Option<Fault>) {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut reader = match open(bytes) {
        Ok(reader) => reader,
        Err(fault) => return (rows, bad, Some(fault)),
    };
    loop {
        match reader.next_item() {
            Ok(Some(Item::Row(row))) => rows.push(row),
            Ok(Some(Item::Estimate(_))) => {}
            Ok(Some(Item::Bad(why, line))) => bad.push((why, line)),
            Ok(None) => return (rows, bad, None),
            Err(error) => return (rows, bad, Some(error.fault)),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

#[test]
fn lines_of_one_place_and_time_make_one_row() {
    let (rows, bad, fault) = read(WIGLE.as_bytes());
    assert_eq!((rows.len(), bad.len(), fault), (2, 0, None));
    let scan = &rows[0].scan;
    assert_eq!((scan.wifi.len(), scan.cells.len(), scan.beacons.len()), (1, 1, 1));
    assert_eq!(scan.wifi[0].ssid.bytes(), b"Cafe, left");
    assert_eq!((scan.wifi[0].signal, scan.wifi[0].frequency_mhz), (Some(Dbm(-61)), Some(5180)));
    let cell = scan.cells[0].identity;
    assert_eq!(
        (cell.radio, cell.mcc, cell.mnc, cell.area, cell.cell),
        (Radio::Lte, Some(244), Some(5), Some(4711), Some(12_345_678))
    );
    assert_eq!(
        (rows[0].fix.utc, rows[0].fix.accuracy, rows[0].fix.altitude),
        (Millis(1_748_772_000_000), Some(Metres(4.0)), Some(Metres(12.5)))
    );
    assert_eq!(rows[1].scan.wifi[0].frequency_mhz, Some(2437), "from its channel");
}

#[test]
fn the_older_wigle_format_has_its_columns_elsewhere() {
    let text = "WigleWifi-1.4,appRelease=2.53\n\
        MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,Type\n\
        00:1a:2b:3c:4d:5e,Cafe,[WPA2],2019-06-01 10:00:00,11,-61,60.17,24.94,12,4,WIFI\n\
        310_1_2,x,CDMA,2019-06-01 10:00:00,11,-61,60.17,24.94,12,4,CDMA\n\
        310260_x_2,x,GSM,2019-06-01 10:00:00,11,-61,60.17,24.94,12,4,GSM";
    let (rows, bad, fault) = read(text.as_bytes());
    assert_eq!((rows.len(), fault), (1, None));
    assert_eq!(rows[0].scan.wifi[0].frequency_mhz, Some(2462));
    assert_eq!(bad, [(BadRow::Unsupported, 4), (BadRow::Cell, 5)]);
}

#[test]
fn numbers_that_are_none_make_a_row_bad_and_not_the_file() {
    let line = |lat: &str, accuracy: &str, time: &str| {
        format!("00:1a:2b:3c:4d:5e,n,[],{time},1,,-60,{lat},24.9,1,{accuracy},,,WIFI\n")
    };
    let good = "2025-06-01 10:00:00";
    let heading: String = WIGLE.split_inclusive('\n').take(2).collect();
    for (row, why) in [
        (line("NaN", "4", good), BadRow::Position),
        (line("1e400", "4", good), BadRow::Position),
        (line("90.1", "4", good), BadRow::Position),
        (line("60", "1e400", good), BadRow::Number),
        (line("60", "4", "1970-01-01 00:00:00"), BadRow::Date),
        (line("60", "4", "2100-01-01 00:00:00"), BadRow::Date),
        (line("60", "4", "soon"), BadRow::Time),
        (line("60", "4", good).replace("5e,", "5,"), BadRow::Mac),
        ("00:1a:2b:3c:4d:5e,n\n".to_owned(), BadRow::Columns),
    ] {
        let (rows, bad, fault) = read(format!("{heading}{row}{}", line("60", "4", good)).as_bytes());
        assert_eq!((rows.len(), bad, fault), (1, vec![(why, 3)], None), "{why}");
    }
}

#[test]
fn the_points_of_a_track_are_ground_without_anything_heard() {
    let (rows, bad, fault) = read(GPX.as_bytes());
    assert_eq!((rows.len(), fault), (2, None));
    assert_eq!(bad, [(BadRow::Position, 4), (BadRow::Time, 5)]);
    assert!(rows.iter().all(|row| row.scan == Scan::default() && row.fix.accuracy.is_none()));
    assert_eq!((rows[0].fix.altitude, rows[1].fix.speed), (Some(Metres(12.5)), Some(1.5)));
}

#[test]
fn items_of_both_versions_are_read_one_by_one() {
    let (rows, bad, fault) = read(GEOSUBMIT.as_bytes());
    assert_eq!((rows.len(), fault), (2, None));
    assert_eq!(bad, [(BadRow::Item, 4), (BadRow::Date, 4)]);
    assert_eq!(rows[0].fix.utc, Millis(1_748_771_999_000), "the position is a second older than the timestamp");
    let wifi = &rows[0].scan.wifi[0];
    assert_eq!((wifi.mono, wifi.frequency_mhz, wifi.ssid.bytes()), (Millis(-500), Some(5180), &b"a]}\""[..]));
    assert_eq!((rows[0].scan.cells[0].physical, rows[0].scan.cells[0].mono), (Some(12), Millis(0)));
    assert_eq!(rows[1].scan.unreadable, 1);
}

#[test]
fn the_format_is_told_by_content_and_packed_files_are_unpacked() {
    for text in [WIGLE, GPX, GEOSUBMIT] {
        assert_eq!(read(&gzip(text.as_bytes())), read(text.as_bytes()));
        assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), read(text.as_bytes()));
    }
}

#[test]
fn what_is_no_such_file_is_named() {
    for (bytes, fault) in [
        (b"".to_vec(), Fault::Empty),
        (b" \n".to_vec(), Fault::Empty),
        (b"Dear diary".to_vec(), Fault::UnknownFormat),
        (b"\x00\xff\x13".to_vec(), Fault::UnknownFormat),
        (b"<?xml version=\"1.0\"?><html></html>".to_vec(), Fault::UnknownFormat),
        (b"\xff\xfeM\0A\0C\0".to_vec(), Fault::Utf16),
        (WIGLE.replace(',', ";").replace("WigleWifi-1.6;", "WigleWifi-1.6,").into_bytes(), Fault::Spreadsheet),
        (b"{\"type\":\"FeatureCollection\",\"features\":[]}".to_vec(), Fault::UnknownFormat),
        (b"WigleWifi-1.6,x\nMAC,SSID\n".to_vec(), Fault::Heading),
        (b"PK\x03\x04rest".to_vec(), Fault::NestedZip),
        (b"\x1f\x8bno gzip at all".to_vec(), Fault::Damaged),
        (gzip(GPX.as_bytes())[..60].to_vec(), Fault::CutOff),
        (GPX.as_bytes()[..GPX.len() - 20].to_vec(), Fault::CutOff),
        (GEOSUBMIT.as_bytes()[..GEOSUBMIT.len() - 6].to_vec(), Fault::CutOff),
        (b"{\"items\":[1]}".to_vec(), Fault::Malformed("JSON: the list of items holds something that is no object")),
    ] {
        assert_eq!(read(&bytes).2, Some(fault));
    }
}

#[test]
fn a_row_without_an_end_is_not_read_into_memory() {
    let endless = vec![b'x'; 3 << 20];
    for begin in [WIGLE, &GPX[..GPX.len() - 30], &GEOSUBMIT[..GEOSUBMIT.len() - 10], "{\"items\":[{\"x\":\""] {
        let bytes = [begin.as_bytes(), &endless].concat();
        assert_eq!(read(&bytes).2, Some(Fault::TooLong));
    }
}

#[test]
fn names_with_quotes_that_nobody_escaped_cost_no_line() {
    let heading: String = WIGLE.split_inclusive('\n').take(2).collect();
    let line = |name: &str| format!("00:1a:2b:3c:4d:5e,{name},[],2025-06-01 10:00:00,1,,-60,60,24.9,1,4,,,WIFI\n");
    for name in ["\"Bob", "Bob\"s", "\"Bob\" & co"] {
        let (rows, bad, _) = read(format!("{heading}{}", line(name)).as_bytes());
        assert_eq!((rows.len(), bad.len()), (1, 0), "{name}");
    }
    // A comma in a name shifts what follows: no column is mistaken for another.
    assert_eq!(read(format!("{heading}{}", line("a,b")).as_bytes()).1, [(BadRow::Columns, 3)]);
}

#[test]
fn signals_that_are_none_leave_the_sighting_and_an_accuracy_of_0_says_nothing() {
    let heading: String = WIGLE.split_inclusive('\n').take(2).collect();
    for signal in ["0", "20", "", "-2147483648"] {
        let text = format!("{heading}00:1A:2B:3C:4D:5E,n,[],2025-06-01 10:00:00,1,,{signal},60,24.9,1,0,,,wifi\n");
        let (rows, ..) = read(text.as_bytes());
        assert_eq!((rows[0].scan.wifi[0].signal, rows[0].fix.accuracy), (None, None), "{signal}");
    }
}
