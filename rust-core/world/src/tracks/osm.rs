//! Streets and buildings of an OpenStreetMap extract (`.osm.pbf`).

use std::collections::HashMap;
use std::path::Path;

use cairn::model::LatLng;
use osmpbf::{Element, ElementReader};

use super::TrackError;

/// What people walk and drive along.
const STREETS: [&str; 11] = [
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "pedestrian",
    "service",
    "footway",
    "path",
    "cycleway",
];

/// Streets and buildings.
#[derive(Clone, Default)]
pub struct StreetMap {
    /// Every node that a street or building needs.
    pub nodes: HashMap<i64, LatLng>,
    /// Streets as chains of nodes.
    pub streets: Vec<Vec<i64>>,
    /// Outlines of buildings, closed.
    pub buildings: Vec<Vec<LatLng>>,
}

/// Reads an extract.
///
/// # Errors
/// [`TrackError`] when the file cannot be read or is no such extract.
pub fn read_street_map(file: &Path) -> Result<StreetMap, TrackError> {
    let fail = |e: osmpbf::Error| TrackError { file: file.to_owned(), place: "blocks".into(), what: e.to_string() };
    let mut map = StreetMap::default();
    let mut outlines: Vec<Vec<i64>> = Vec::new();
    let node = |id: i64, lat: f64, lon: f64, nodes: &mut HashMap<i64, LatLng>| {
        if let Ok(place) = LatLng::new(lat, lon) {
            nodes.insert(id, place);
        }
    };
    ElementReader::from_path(file)
        .map_err(fail)?
        .for_each(|element| match element {
            Element::Node(n) => node(n.id(), n.lat(), n.lon(), &mut map.nodes),
            Element::DenseNode(n) => node(n.id(), n.lat(), n.lon(), &mut map.nodes),
            Element::Way(way) if way.tags().any(|(key, value)| key == "highway" && STREETS.contains(&value)) => {
                map.streets.push(way.refs().collect());
            }
            Element::Way(way) if way.tags().any(|(key, _)| key == "building") => outlines.push(way.refs().collect()),
            Element::Way(_) | Element::Relation(_) => {}
        })
        .map_err(fail)?;
    // Ways that lead out of the extract have nodes it does not hold.
    for street in &mut map.streets {
        street.retain(|node| map.nodes.contains_key(node));
    }
    map.streets.retain(|street| street.len() >= 2);
    let outline = |refs: Vec<i64>| refs.iter().filter_map(|node| map.nodes.get(node).copied()).collect::<Vec<_>>();
    map.buildings = outlines.into_iter().map(outline).filter(|corners| corners.len() >= 4).collect();
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tracks;

    #[test]
    fn central_helsinki_has_streets_and_buildings() {
        let map = read_street_map(&test_tracks().join("helsinki.osm.pbf")).unwrap();
        assert!(map.streets.len() > 100, "{} streets", map.streets.len());
        assert!(map.buildings.len() > 100, "{} buildings", map.buildings.len());
        for place in map.buildings.iter().flatten() {
            assert!((60.1..60.3).contains(&place.lat()) && (24.8..25.1).contains(&place.lon()));
        }
    }
}
