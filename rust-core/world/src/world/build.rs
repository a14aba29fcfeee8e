//! Fills ground with emitters, drawn by the seed.

use cairn::model::{BeaconFormat, LatLng, LocalPlane, Mac, Millis, Ssid, WifiStandard};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::Params;
use super::site::{Ground, Site};
use crate::emitter::{Emitter, Voice, Whereabouts};

/// One band of an access point: frequencies of its channels and what it loses against 2.4 GHz at the same power, in dB.
struct Band {
    channels: &'static [u16],
    loss: f64,
    standards: &'static [WifiStandard],
}

const BAND_2: Band = Band {
    channels: &[2412, 2437, 2462],
    loss: 0.0,
    standards: &[WifiStandard::Legacy, WifiStandard::N, WifiStandard::N, WifiStandard::Ax],
};
const BAND_5: Band = Band {
    channels: &[5180, 5220, 5260, 5500, 5540, 5745],
    loss: 7.0,
    standards: &[WifiStandard::N, WifiStandard::Ac, WifiStandard::Ac, WifiStandard::Ax],
};
const BAND_6: Band =
    Band { channels: &[5955, 6115, 6275], loss: 9.0, standards: &[WifiStandard::Ax, WifiStandard::Be] };

/// Level of a 2.4 GHz access point at one metre, in dBm.
const WIFI_POWER: (f64, f64) = (-36.0, -26.0);
/// Level of a beacon at one metre, in dBm: what their makers calibrate them to.
const BEACON_POWER: (f64, f64) = (-65.0, -55.0);

/// Makes the emitters of one site.
pub(super) struct Builder<'a> {
    pub(super) params: &'a Params,
    pub(super) chance: ChaCha8Rng,
    pub(super) emitters: Vec<Emitter>,
}

impl Builder<'_> {
    pub(super) fn fill(&mut self, site: &Site, ground: &Ground) {
        let mut houses: Vec<LatLng> = site.houses.iter().copied().filter(|house| ground.contains(*house)).collect();
        if houses.is_empty() {
            houses = ground.spots(|| (self.chance.random(), self.chance.random()));
        } else {
            houses.extend(ground.spots_beyond(&houses, &mut self.chance));
        }
        let area = ground.square_kilometres() * site.settled;
        for _ in 0..(area * self.params.access_points_per_km2).round() as u64 {
            self.access_point(&houses);
        }
        for _ in 0..(area * self.params.beacons_per_km2).round() as u64 {
            self.beacon(&houses);
        }
        for _ in 0..(area * self.params.hotspots_per_km2).round() as u64 {
            let places: Vec<LatLng> = (0..3).filter_map(|_| houses.choose(&mut self.chance).copied()).collect();
            self.hotspot(Whereabouts::Wanders(places), "phone");
        }
        for (start, path) in &site.rides {
            self.bus(*start, path);
        }
    }

    fn draw(&mut self, (low, high): (f64, f64)) -> f64 {
        self.chance.random_range(low..=high)
    }

    fn odds(&mut self, share: f64) -> bool {
        self.chance.random::<f64>() < share
    }

    /// A globally administered, individual address.
    fn mac(&mut self) -> u64 {
        self.chance.random::<u64>() & 0xfcff_ffff_ffff | 1
    }

    /// A place in or at one of the houses.
    fn at_house(&mut self, houses: &[LatLng]) -> LatLng {
        let house = houses.choose(&mut self.chance).copied().unwrap_or_default();
        let (east, north) = (self.draw((-8.0, 8.0)), self.draw((-8.0, 8.0)));
        LocalPlane::around(house).to_place(east, north)
    }

    /// A device with its bands and virtual networks.
    fn access_point(&mut self, houses: &[LatLng]) {
        let place = self.at_house(houses);
        let whereabouts = if self.odds(self.params.moved) {
            Whereabouts::Moves { at: self.params.moving_day, places: [place, self.at_house(houses)] }
        } else {
            Whereabouts::Fixed(place)
        };
        // The lower of two draws: most houses in reach of a street are on it.
        let exponent = self.draw(self.params.propagation.exponent).min(self.draw(self.params.propagation.exponent));
        let walls = f64::from(self.chance.random_range(0..=2)) * self.draw(self.params.propagation.wall);
        let power = self.draw(WIFI_POWER);
        let base = self.mac();
        let name: u16 = self.chance.random();
        let mark = if self.odds(self.params.private) {
            *["_nomap", "_optout", "_optout_nomap"].choose(&mut self.chance).unwrap_or(&"_nomap")
        } else {
            ""
        };
        let hidden = self.odds(self.params.hidden);
        let networks = if self.odds(0.5) { 1 } else { self.chance.random_range(2..=5) };
        for network in 0..networks {
            let band = match (network, self.chance.random_range(0..10)) {
                (0, _) | (_, 0..4) => &BAND_2,
                (_, 9) => &BAND_6,
                _ => &BAND_5,
            };
            // Half of the makers count on for further networks, half set the locally administered bit.
            let local = if network > 0 && base >> 8 & 1 == 1 { 1 << 41 } else { 0 };
            let address = (base & !0xf | (base + network) & 0xf) ^ local;
            let ssid = if hidden {
                String::new()
            } else {
                format!("net {name:04x}{}{mark}", ["", " guest"][usize::from(network % 2 == 1)])
            };
            let voice = Voice::Wifi {
                mac: known(address),
                ssid: Ssid::new(ssid),
                frequency_mhz: *band.channels.choose(&mut self.chance).unwrap_or(&2412),
                standard: *band.standards.choose(&mut self.chance).unwrap_or(&WifiStandard::N),
            };
            // One device throws one shadow per band.
            let seed = base ^ u64::from(band.channels[0]) << 48;
            self.emitters.push(Emitter {
                voice,
                whereabouts: whereabouts.clone(),
                power: power - band.loss,
                exponent,
                walls,
                seed,
            });
        }
    }

    fn beacon(&mut self, houses: &[LatLng]) {
        let formats = [BeaconFormat::IBeacon, BeaconFormat::AltBeacon, BeaconFormat::Eddystone];
        let format = *formats.choose(&mut self.chance).unwrap_or(&BeaconFormat::IBeacon);
        let mac = self.mac();
        let emitter = Emitter {
            voice: Voice::Beacon { mac: known(mac), format },
            whereabouts: Whereabouts::Fixed(self.at_house(houses)),
            power: self.draw(BEACON_POWER),
            exponent: self.params.propagation.exponent.0,
            walls: 0.0,
            seed: mac ^ 1 << 60,
        };
        self.emitters.push(emitter);
    }

    /// A phone's hotspot or a vehicle's access point: an address made up, no walls.
    fn hotspot(&mut self, whereabouts: Whereabouts, name: &str) {
        let mac = self.mac() | 1 << 41;
        let voice = Voice::Wifi {
            mac: known(mac),
            ssid: Ssid::new(format!("{name} {:04x}", mac & 0xffff)),
            frequency_mhz: 2437,
            standard: WifiStandard::Ac,
        };
        let power = self.draw(WIFI_POWER);
        self.emitters.push(Emitter { voice, whereabouts, power, exponent: 2.5, walls: 0.0, seed: mac });
    }

    /// A bus in which the traveller sits, or behind which they drive, for two to five minutes.
    fn bus(&mut self, start: Millis, path: &[LatLng]) {
        let lasting = self.chance.random_range(120..300);
        let Some(latest) = path.len().checked_sub(lasting).filter(|latest| *latest > 0) else { return };
        let from = self.chance.random_range(0..latest);
        let seconds = path[from..from + lasting].to_vec();
        self.hotspot(Whereabouts::Rides { from: start + Millis::from_secs(from as i64), seconds }, "bus");
    }
}

/// An address of this module's making: always below 2^48.
fn known(address: u64) -> Mac {
    Mac::from_u64(address & 0xffff_ffff_ffff).expect("48 bits are an address")
}
