//! Files of every format that is read, as long as one likes: for what must hold for all of them, whatever their size.
//!
//! Made up. The n-th row of a file is the same however many there are, so that a file can grow.

use std::fmt::{Display, Write as _};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::{Connection, params};
use zip::write::SimpleFileOptions;

/// What a file may be packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Plain,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
    /// The one file of a zip archive.
    Zip,
}

impl Packing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Gzip, Self::Zstd, Self::Zip];
}

/// A format that files can be made of.
pub struct Made {
    /// What it is called here.
    pub name: &'static str,
    body: Body,
}

enum Body {
    Text { head: &'static str, row: fn(u64) -> String, tail: &'static str },
    Database { sample: &'static str, tables: &'static [&'static str], add: Add },
}

/// Adds the rows from one number up to another.
type Add = fn(&Connection, u64, u64) -> rusqlite::Result<()>;

/// One of each: all formats that are read, and both kinds where a format has two.
pub const ALL: [Made; 16] = [
    text("wigle-1.4", WIGLE_14, wigle_14, ""),
    text("wigle-1.6", WIGLE_16, wigle_16, ""),
    text(
        "wigle-kml",
        "<?xml version=\"1.0\"?>\n<kml><Document><Folder><name>Wifi Networks</name>\n",
        kml,
        "</Folder></Document></kml>\n",
    ),
    text(
        "kml",
        "<?xml version=\"1.0\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document><name>Cairn</name>\n<Folder>\n",
        kml_report,
        "</Folder></Document></kml>\n",
    ),
    text("gpx", "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\"><trk><trkseg>\n", gpx, "</trkseg></trk></gpx>\n"),
    text("geosubmit-2", "{\"items\":[\n", geosubmit_2, "\n]}\n"),
    text("geosubmit-1", "{\"items\":[\n", geosubmit_1, "\n]}\n"),
    text("neostumbler-csv", NEOSTUMBLER, neostumbler, ""),
    Made {
        name: "neostumbler-db",
        body: Body::Database {
            sample: "neostumbler-11.db",
            tables: &["Report", "PositionEntity", "WifiAccessPointEntity", "CellTowerEntity", "BluetoothBeaconEntity"],
            add: neostumbler_rows,
        },
    },
    text("tower-collector", TOWER_COLLECTOR, tower_collector, ""),
    text("tower-collector-opencellid", TOWER_COLLECTOR_OPENCELLID, tower_collector_opencellid, ""),
    text(
        "cells",
        "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n",
        cells,
        "",
    ),
    text("microg-wifi", "mac,lat,lon,alt\n", microg_wifi, ""),
    text("microg-cells", "mcc,mnc,type,lac,cid,psc,lat,lon,alt\n", microg_cells, ""),
    Made {
        name: "kismet",
        body: Body::Database { sample: "kismet-8.kismet", tables: &["packets", "devices"], add: kismet_rows },
    },
    text(
        "netxml",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<detection-run kismet-version=\"2013\">\n",
        netxml,
        "</detection-run>\n",
    ),
];

const fn text(name: &'static str, head: &'static str, row: fn(u64) -> String, tail: &'static str) -> Made {
    Made { name, body: Body::Text { head, row, tail } }
}

fn said<E: Display>(what: &'static str) -> impl Fn(E) -> String {
    move |e| format!("{what}: {e}")
}

impl Made {
    /// Whether it is a database: then it does not end within a row, and its rows have numbers.
    #[must_use]
    pub const fn is_database(&self) -> bool {
        matches!(self.body, Body::Database { .. })
    }

    /// The text of a file of so many rows, and the line of its first row; none of a database.
    #[must_use]
    pub fn text(&self, rows: u64) -> Option<(String, u64)> {
        let Body::Text { head, row, tail } = &self.body else { return None };
        let line = head.matches('\n').count() as u64 + 1;
        Some(((*head).to_owned() + &(0..rows).map(row).collect::<String>() + tail, line))
    }

    /// Writes a file of so many rows, in place of what is there.
    ///
    /// # Errors
    /// A sentence that says what could not be written.
    pub fn write(&self, path: &Path, rows: u64, packing: Packing) -> Result<(), String> {
        let mut plain = path.as_os_str().to_owned();
        plain.push(".plain");
        let plain = Path::new(&plain);
        self.write_plain(plain, rows)?;
        if packing == Packing::Plain {
            return fs::rename(plain, path).map_err(said("the file"));
        }
        let mut from = File::open(plain).map_err(said("the plain file"))?;
        let mut to = BufWriter::new(File::create(path).map_err(said("the packed file"))?);
        match packing {
            Packing::Plain => {}
            Packing::Gzip => {
                let mut gz = GzEncoder::new(&mut to, Compression::fast());
                std::io::copy(&mut from, &mut gz).map_err(said("gzip"))?;
                gz.finish().map_err(said("gzip"))?;
            }
            Packing::Zstd => zstd::stream::copy_encode(&mut from, &mut to, 1).map_err(said("zstd"))?,
            Packing::Zip => {
                let mut zip = zip::ZipWriter::new(&mut to);
                zip.start_file("a file", SimpleFileOptions::default().large_file(true)).map_err(said("zip"))?;
                std::io::copy(&mut from, &mut zip).map_err(said("zip"))?;
                zip.finish().map_err(said("zip"))?;
            }
        }
        to.flush().map_err(said("the packed file"))?;
        fs::remove_file(plain).map_err(said("the plain file"))
    }

    fn write_plain(&self, path: &Path, rows: u64) -> Result<(), String> {
        match &self.body {
            Body::Text { head, row, tail } => {
                let mut to = BufWriter::new(File::create(path).map_err(said("the file"))?);
                to.write_all(head.as_bytes()).map_err(said("the file"))?;
                for n in 0..rows {
                    to.write_all(row(n).as_bytes()).map_err(said("the file"))?;
                }
                to.write_all(tail.as_bytes()).map_err(said("the file"))?;
                to.flush().map_err(said("the file"))
            }
            Body::Database { sample, tables, add } => {
                let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exchange").join(sample);
                fs::copy(sample, path).map_err(said("the sample"))?;
                let db = Connection::open(path).map_err(said("the sample"))?;
                let filled = db
                    .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
                    .and_then(|()| {
                        tables.iter().try_for_each(|table| db.execute_batch(&format!("DELETE FROM {table}")))
                    })
                    .and_then(|()| add(&db, 0, rows))
                    .and_then(|()| db.execute_batch("COMMIT"));
                filled.map_err(said("the database"))
            }
        }
    }
}

/// 2025-01-01.
const START: u64 = 1_735_689_600;

/// When the n-th row was heard: seconds since 1970.
const fn seconds(n: u64) -> u64 {
    START + 3 * n
}

/// The same as `YYYY-MM-DD` and `hh:mm:ss`. Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn date_time(n: u64) -> (String, String) {
    let (days, second) = (seconds(n) / 86_400 + 719_468, seconds(n) % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (
        format!("{:04}-{month:02}-{day:02}", year + era * 400 + carry),
        format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60),
    )
}

/// Where the n-th row was heard: ten metres on from the one before, in rows side by side.
fn place(n: u64) -> (f64, f64) {
    (60.0 + (n % 10_000) as f64 * 1e-4, 20.0 + (n / 10_000) as f64 * 1e-2)
}

/// The access point of the n-th row; three rows in turn tell of one. Those whose addresses differ in the last digit only would be
/// networks of one device.
fn mac(n: u64) -> String {
    let o = (0x001a_0000_0000 | (n / 3) << 4).to_be_bytes();
    format!("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", o[2], o[3], o[4], o[5], o[6], o[7])
}

/// The cell of the n-th row.
const fn cell(n: u64) -> u64 {
    1_000_000 + n / 3
}

const WIGLE_14: &str = "WigleWifi-1.4,appRelease=made-up\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,Type\n";

fn wigle_14(n: u64) -> String {
    let ((date, time), (lat, lon)) = (date_time(n), place(n));
    format!("{},Net,[WPA2],{date} {time},6,-60,{lat:.6},{lon:.6},12,4,WIFI\n", mac(n))
}

const WIGLE_16: &str = "WigleWifi-1.6,appRelease=made-up\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,RCOIs,MfgrId,Type\n";

fn wigle_16(n: u64) -> String {
    let ((date, time), (lat, lon)) = (date_time(n), place(n));
    format!("{},\"A, net\",[WPA2],{date} {time},6,2437,-60,{lat:.6},{lon:.6},12,4,,,WIFI\n", mac(n))
}

fn kml(n: u64) -> String {
    let (lat, lon) = place(n);
    format!(
        "<Placemark><name><![CDATA[Net]]></name><description><![CDATA[Network ID: {}\nTimestamp: {}000\nSignal: -60\nType: WIFI\n]]>\
         </description><Point><coordinates>{lon:.6},{lat:.6}</coordinates></Point></Placemark>\n",
        mac(3 * n),
        seconds(n)
    )
}

fn kml_report(n: u64) -> String {
    format!(
        "<Placemark><name>1 heard</name><description>WiFi</description><ExtendedData><Data name=\"cairn-report\"><value>{}</value>\
         </Data></ExtendedData></Placemark>\n",
        geosubmit_2(n).trim_start_matches(comma(n))
    )
}

fn gpx(n: u64) -> String {
    let ((date, time), (lat, lon)) = (date_time(n), place(n));
    format!("<trkpt lat=\"{lat:.6}\" lon=\"{lon:.6}\"><ele>12.5</ele><time>{date}T{time}Z</time></trkpt>\n")
}

/// What stands before an item of a list.
const fn comma(n: u64) -> &'static str {
    if n == 0 { "" } else { ",\n" }
}

fn geosubmit_2(n: u64) -> String {
    let (lat, lon) = place(n);
    format!(
        "{}{{\"timestamp\":{}000,\"position\":{{\"latitude\":{lat:.6},\"longitude\":{lon:.6},\"accuracy\":4.0,\"age\":0,\"source\":\"gps\"}},\
         \"wifiAccessPoints\":[{{\"macAddress\":\"{}\",\"ssid\":\"Net\",\"age\":300,\"signalStrength\":-60,\"frequency\":2437}}]}}",
        comma(n),
        seconds(n),
        mac(n)
    )
}

fn geosubmit_1(n: u64) -> String {
    let (lat, lon) = place(n);
    format!(
        "{}{{\"timestamp\":{}000,\"latitude\":{lat:.6},\"longitude\":{lon:.6},\"accuracy\":4.0,\"cellTowers\":[{{\"radioType\":\"lte\",\
         \"mobileCountryCode\":244,\"mobileNetworkCode\":5,\"locationAreaCode\":7,\"cellId\":{},\"psc\":12}}]}}",
        comma(n),
        seconds(n),
        cell(n)
    )
}

const NEOSTUMBLER: &str = "timestamp,latitude,longitude,locationAccuracy,altitude,altitudeAccuracy,locationAge,speed,pressure,\
    macAddress,wifiScanAge,signalStrength,ssid\n";

fn neostumbler(n: u64) -> String {
    let (lat, lon) = place(n);
    format!("{}000,{lat:.6},{lon:.6},4.2,12.5,2.1,500,1.4,1013.2,{},-350,-60,\"A, net\"\n", seconds(n), mac(n))
}

const TOWER_COLLECTOR: &str = "mcc,mnc,lac,cell_id,psc,asu,dbm,ta,lat,lon,accuracy,speed,bearing,altitude,measured_at,net_type,\
    neighboring,device\r\n";

fn tower_collector(n: u64) -> String {
    let ((date, time), (lat, lon)) = (date_time(n), place(n));
    format!(
        "244,5,4711,{},123,45,-95,3,{lat:.6},{lon:.6},6,1.4,87,12.5,\"{date}T{time}.000Z\",LTE,false,\"Made up\"\r\n",
        cell(n)
    )
}

const TOWER_COLLECTOR_OPENCELLID: &str =
    "lat,lon,mcc,mnc,sid,lac,tac,nid,cellid,bid,psc,pci,signal,ta,measured_at,rating,speed,direction,act,devn\n";

fn tower_collector_opencellid(n: u64) -> String {
    let ((date, time), (lat, lon)) = (date_time(n), place(n));
    format!("{lat:.6},{lon:.6},244,5,,,4711,,{},,,123,45,3,\"{date} {time}.000Z\",6,1,87,LTE,\"Made up\"\n", cell(n))
}

fn cells(n: u64) -> String {
    let (lat, lon) = place(n);
    format!("LTE,244,5,4711,{},123,{lon:.7},{lat:.7},1500,17,1,1459692342,{},-95\r\n", cell(3 * n), seconds(0))
}

fn microg_wifi(n: u64) -> String {
    let (lat, lon) = place(n);
    format!("{},{lat:.7},{lon:.7},\n", mac(3 * n).replace(':', ""))
}

fn microg_cells(n: u64) -> String {
    let (lat, lon) = place(n);
    format!("244,5,LTE,4711,{},,{lat:.7},{lon:.7},\n", cell(3 * n))
}

fn netxml(n: u64) -> String {
    let (lat, lon) = place(n);
    let mut text = format!(
        "<wireless-network number=\"{n}\" type=\"infrastructure\" last-time=\"Wed Jan  1 10:00:09 2025\">\n<SSID>\
         <essid cloaked=\"false\">Net</essid></SSID>\n<BSSID>{}</BSSID>\n<packets><total>9</total></packets>\n<gps-info>\n",
        mac(3 * n)
    );
    for (name, off) in [("min", -1e-4), ("max", 1e-4), ("peak", 0.0), ("avg", 1e-5)] {
        let _ = write!(text, "<{name}-lat>{:.6}</{name}-lat><{name}-lon>{:.6}</{name}-lon>", lat + off, lon + off);
    }
    text + "\n</gps-info>\n</wireless-network>\n"
}

fn neostumbler_rows(db: &Connection, from: u64, to: u64) -> rusqlite::Result<()> {
    let mut report = db.prepare("INSERT INTO Report (id, timestamp, uploaded) VALUES (?, ?, 0)")?;
    let mut position = db.prepare(
        "INSERT INTO PositionEntity (latitude, longitude, accuracy, age, source, reportId) VALUES (?, ?, 4.2, 500, 'GPS', ?)",
    )?;
    let mut wifi = db.prepare(
        "INSERT INTO WifiAccessPointEntity (macAddress, age, frequency, signalStrength, ssid, reportId)
         VALUES (?, -350, 2437, -60, 'Net', ?)",
    )?;
    for n in from..to {
        let ((lat, lon), id) = (place(n), n as i64 + 1);
        report.execute(params![id, seconds(n) as i64 * 1_000])?;
        position.execute(params![lat, lon, id])?;
        wifi.execute(params![mac(n), id])?;
    }
    Ok(())
}

fn kismet_rows(db: &Connection, from: u64, to: u64) -> rusqlite::Result<()> {
    let mut device = db.prepare(
        "INSERT INTO devices (phyname, devmac, type, device) VALUES ('IEEE802.11', ?, 'Wi-Fi AP',
           '{\"dot11.device\":{\"dot11.device.last_beaconed_ssid_record\":{\"dot11.advertisedssid.ssid\":\"Net\"}}}')",
    )?;
    let mut packet = db.prepare(
        "INSERT INTO packets (ts_sec, ts_usec, phyname, sourcemac, frequency, lat, lon, alt, speed, heading, signal, error)
         VALUES (?, 1, 'IEEE802.11', ?, 2437000.0, ?, ?, 12.5, 5.04, 87.0, -60, 0)",
    )?;
    for n in from..to {
        let ((lat, lon), mac) = (place(n), mac(n).to_uppercase());
        if n.is_multiple_of(3) || n == from {
            device.execute([&mac])?;
        }
        packet.execute(params![seconds(n) as i64, mac, lat, lon])?;
    }
    Ok(())
}
