//! What each format asks for, and that nothing tells which phone it was.

use super::*;

#[test]
fn geojson_keeps_to_its_rfc() {
    let home = lived();
    let all: serde_json::Value = serde_json::from_str(&home.text(ExportFormat::GeoJson)).unwrap();
    assert_eq!(all["type"], "FeatureCollection");
    assert!(all.get("crs").is_none());
    for feature in all["features"].as_array().unwrap() {
        assert_eq!((&feature["type"], &feature["geometry"]["type"]), (&"Feature".into(), &"Point".into()));
        let numbers: Vec<f64> =
            feature["geometry"]["coordinates"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
        assert!(numbers.len() == 3 && numbers[0] < 25.0 && numbers[1] > 60.0, "longitude first");
        assert!(feature["properties"].is_object());
    }
    let empty: serde_json::Value = serde_json::from_str(&Home::new().text(ExportFormat::GeoJson)).unwrap();
    assert_eq!(empty["features"], serde_json::json!([]));
}

/// Walks a KML document and holds each element against what may stand in its parent, in that order (OGC 07-147r2).
fn assert_kml(document: &str) -> usize {
    use quick_xml::events::Event;
    const CHILDREN: &[(&str, &[&str])] = &[
        ("", &["kml"]),
        ("kml", &["Document"]),
        ("Document", &["name", "Folder"]),
        ("Folder", &["name", "Placemark"]),
        ("Placemark", &["name", "description", "TimeStamp", "ExtendedData", "Point"]),
        ("ExtendedData", &["Data"]),
        ("Data", &["value"]),
        ("value", &[]),
        ("TimeStamp", &["when"]),
        ("Point", &["coordinates"]),
        ("name", &[]),
        ("description", &[]),
        ("when", &[]),
        ("coordinates", &[]),
    ];
    let mut reader = quick_xml::Reader::from_str(document);
    let mut path: Vec<(String, usize)> = vec![(String::new(), 0)];
    let mut placemarks = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let (parent, reached) = path.last_mut().unwrap();
                let allowed = CHILDREN.iter().find(|(p, _)| p == parent).unwrap().1;
                let at =
                    allowed.iter().position(|child| **child == *name).unwrap_or_else(|| panic!("{name} in {parent}"));
                assert!(at >= *reached, "{name} comes too late in {parent}");
                *reached = at;
                placemarks += usize::from(name == "Placemark");
                path.push((name, 0));
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) if path.last().unwrap().0 == "coordinates" => {
                let numbers: Vec<f64> = text.split(',').map(|n| n.parse().unwrap()).collect();
                assert!(matches!(numbers[..], [lon, lat, _] if lon < 25.0 && lat > 60.0));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(path.len(), 1);
    placemarks
}

#[test]
fn kml_keeps_to_its_structure_and_kmz_is_the_same_packed() {
    let home = lived();
    let kml = home.text(ExportFormat::Kml);
    assert_eq!(assert_kml(&kml), 3);
    let mut packed = Vec::new();
    export(&home.engine, ExportOptions::new(ExportFormat::Kmz), &mut packed, &mut |_| true).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed)).unwrap();
    assert_eq!(zip.len(), 1);
    let mut document = String::new();
    zip.by_name("doc.kml").unwrap().read_to_string(&mut document).unwrap();
    assert_eq!(document, kml);
}

#[test]
fn nothing_tells_what_phone_it_was() {
    let home = lived();
    let text = home.text(ExportFormat::Wigle);
    let heading = text.lines().next().unwrap();
    for member in heading.split(',').skip(1) {
        let value = member.split_once('=').unwrap().1;
        let neutral =
            ["Cairn", concat!("Cairn ", env!("CARGO_PKG_VERSION")), env!("CARGO_PKG_VERSION"), "Sol", "3", "0"];
        assert!(neutral.contains(&value), "{member}");
    }
}
