//! Privacy, applied before anything is written: opt-outs, the user's lists, addresses that are nobody's, zones.
//!
//! The same guard is asked again before upload and export, so that what was stored under older rules stays home too.

use std::collections::HashSet;

use h3o::{CellIndex, LatLng as H3LatLng};

use super::Drop;
use super::zone::ZONE_RESOLUTION;
use crate::model::{Detail, EmitterKey, HeardBeacon, HeardWifi, LatLng, Mac, Report, Ssid};

/// What must not be recorded.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    zone_cells: HashSet<CellIndex>,
    macs: HashSet<Mac>,
    names: Vec<Vec<u8>>,
}

impl Guard {
    /// A guard over the hexagons of all zones, the user's refused addresses and parts of names.
    pub fn new(zone_cells: HashSet<CellIndex>, macs: HashSet<Mac>, names: Vec<Vec<u8>>) -> Self {
        let names = names.into_iter().filter(|n| !n.is_empty()).map(|n| n.to_ascii_lowercase()).collect();
        Self { zone_cells, macs, names }
    }

    /// What either refuses.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.zone_cells.extend(other.zone_cells);
        self.macs.extend(other.macs);
        self.names.extend(other.names);
        self
    }

    /// Whether there are zones at all.
    pub fn has_zones(&self) -> bool {
        !self.zone_cells.is_empty()
    }

    /// Whether the user refuses any address or name.
    pub fn has_lists(&self) -> bool {
        !self.macs.is_empty() || !self.names.is_empty()
    }

    /// Whether the user refuses an emitter by its address.
    pub fn refuses(&self, emitter: EmitterKey) -> bool {
        emitter.mac().is_some_and(|mac| self.macs.contains(&mac))
    }

    /// Whether a network must not be recorded: by its name, its address, or because it is nobody's.
    pub fn refuses_network(&self, mac: Mac, name: &Ssid) -> bool {
        self.network(mac, name).is_some()
    }

    /// Whether a place lies in a zone.
    pub fn in_zone(&self, place: LatLng) -> bool {
        // Indexing costs half a microsecond; most people have no zone.
        !self.zone_cells.is_empty()
            && H3LatLng::new(place.lat(), place.lon())
                .is_ok_and(|p| self.zone_cells.contains(&p.to_cell(ZONE_RESOLUTION)))
    }

    /// Why an access point must not be recorded.
    pub fn wifi(&self, heard: &HeardWifi) -> Option<Drop> {
        self.network(heard.mac, &heard.ssid)
    }

    /// Why a beacon must not be recorded.
    pub fn beacon(&self, heard: &HeardBeacon) -> Option<Drop> {
        self.address(heard.mac)
    }

    /// What is left of a report from the store after today's rules; none where nothing is.
    pub fn allow(&self, mut report: Report) -> Option<Report> {
        if self.in_zone(report.fix.place) {
            return None;
        }
        report.sightings.retain(|s| match &s.detail {
            Detail::Wifi { mac, ssid, .. } => self.network(*mac, ssid).is_none(),
            Detail::Beacon { mac, .. } => self.address(*mac).is_none(),
            Detail::Cell { .. } => true,
        });
        (!report.sightings.is_empty()).then_some(report)
    }

    fn network(&self, mac: Mac, ssid: &Ssid) -> Option<Drop> {
        if ssid.is_hidden() {
            return Some(Drop::Hidden);
        }
        if ssid.opts_out() {
            return Some(Drop::OptedOut);
        }
        if !self.names.is_empty() {
            let lower = ssid.bytes().to_ascii_lowercase();
            if self.names.iter().any(|name| lower.windows(name.len()).any(|part| part == name.as_slice())) {
                return Some(Drop::Refused);
            }
        }
        self.address(mac)
    }

    fn address(&self, mac: Mac) -> Option<Drop> {
        // A group's address or none at all is no transmitter's (ichnaea refuses three of them by name).
        if mac.is_multicast() || mac.is_zero() {
            Some(Drop::InvalidMac)
        } else if self.macs.contains(&mac) {
            Some(Drop::Refused)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    fn wifi(mac: u64, name: &str) -> HeardWifi {
        HeardWifi {
            mono: Millis(0),
            mac: Mac::from_u64(mac).unwrap(),
            ssid: Ssid::new(name.as_bytes()),
            signal: None,
            frequency_mhz: None,
            standard: None,
        }
    }

    #[test]
    fn what_asks_not_to_be_recorded_is_not() {
        let guard = Guard::new(HashSet::new(), [Mac::from_u64(7).unwrap()].into(), vec![b"Tram".to_vec(), vec![]]);
        for (mac, name, why) in [
            (1, "Cafe", None),
            (1, "", Some(Drop::Hidden)),
            (1, "Cafe_nomap", Some(Drop::OptedOut)),
            (1, "City tram 4", Some(Drop::Refused)),
            (7, "Cafe", Some(Drop::Refused)),
            (0, "Cafe", Some(Drop::InvalidMac)),
            (1 << 40, "Cafe", Some(Drop::InvalidMac)),
            (2 << 40, "Cafe", None),
        ] {
            assert_eq!(guard.wifi(&wifi(mac, name)), why, "{name}");
        }
    }

    #[test]
    fn a_stored_report_is_judged_by_todays_rules() {
        let report = crate::store::reports::tests::full_report();
        assert_eq!(Guard::default().allow(report.clone()), Some(report.clone()));
        let without_cafe =
            Guard::new(HashSet::new(), HashSet::new(), vec![b"cafe".to_vec()]).allow(report.clone()).unwrap();
        assert_eq!(without_cafe.sightings.len(), report.sightings.len() - 1);
        let home = H3LatLng::new(report.fix.place.lat(), report.fix.place.lon()).unwrap().to_cell(ZONE_RESOLUTION);
        assert_eq!(Guard::new([home].into(), HashSet::new(), vec![]).allow(report), None);
    }
}
