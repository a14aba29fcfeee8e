//! Towers of two operators, with the cells of each generation on them.

use cairn::model::{CellKey, LatLng, LocalPlane, Radio};
use rand::RngExt;

use super::build::Builder;
use super::site::{Ground, Site};
use crate::emitter::{Emitter, Voice, Whereabouts};

/// A tower in each square of so many tiles: 800 m, as in the suburbs of a town.
const SQUARE_TILES: i64 = 16;
/// Towers stand up to this far from the middle of their square, in metres.
const SCATTER: f64 = 300.0;
/// Operators at each tower, by network code.
const OPERATORS: [u32; 2] = [1, 2];

/// How a generation is built: share of towers that have it, level of the measured signal at one metre in dBm, channel.
struct Generation {
    radio: Radio,
    share: f64,
    power: f64,
    arfcn: u32,
}

/// Levels: GSM's RSSI is of the whole carrier, the others' RSRP and RSCP of a part of it.
const GENERATIONS: [Generation; 4] = [
    Generation { radio: Radio::Gsm, share: 0.6, power: 8.0, arfcn: 62 },
    Generation { radio: Radio::Wcdma, share: 0.3, power: 0.0, arfcn: 10_838 },
    Generation { radio: Radio::Lte, share: 1.0, power: -6.0, arfcn: 1_300 },
    Generation { radio: Radio::Nr, share: 0.5, power: -10.0, arfcn: 632_448 },
];

impl Builder<'_> {
    /// Sets up the towers around a site; `first` is the number of its first tower.
    pub(super) fn towers(&mut self, site: &Site, ground: &Ground, first: u64) -> u64 {
        let squares = ground.squares(SQUARE_TILES);
        for (index, middle) in squares.iter().enumerate() {
            let mut scatter = || self.chance.random_range(-SCATTER..=SCATTER);
            let place = LocalPlane::around(*middle).to_place(scatter(), scatter());
            for operator in OPERATORS {
                for generation in &GENERATIONS {
                    if self.chance.random::<f64>() < generation.share {
                        self.sectors(site.mcc, operator, generation, first + index as u64, place);
                    }
                }
            }
        }
        first + squares.len() as u64
    }

    /// Three cells, a third of the horizon each.
    fn sectors(&mut self, mcc: u16, operator: u32, generation: &Generation, tower: u64, place: LatLng) {
        let turn = self.chance.random_range(0.0..120.0);
        for sector in 0..3_u64 {
            let cell = match generation.radio {
                Radio::Gsm => tower * 10 + sector + 1,
                Radio::Wcdma => 1 << 16 | (tower * 10 + sector + 1),
                Radio::Lte => tower << 8 | (sector + 1),
                Radio::Nr => tower << 14 | (sector + 1),
            };
            // Ten towers share an area. A tower's number is small enough for 16 bits of cell only in the first 6 000 towers.
            let area = 1_000 * operator + tower as u32 / 10;
            let Ok(key) = CellKey::new(generation.radio, u32::from(mcc), operator, area, cell) else { continue };
            let physical = generation.radio.max_physical().map(|most| ((tower * 3 + sector) % u64::from(most)) as u16);
            let azimuth = turn + 120.0 * sector as f64;
            let exponent = self.chance.random_range(2.8..3.2);
            let arfcn = generation.arfcn + operator;
            self.emitters.push(Emitter {
                voice: Voice::Cell { key, physical, arfcn, azimuth },
                whereabouts: Whereabouts::Fixed(place),
                power: generation.power,
                exponent,
                walls: 0.0,
                seed: key.hash61(),
            });
        }
    }
}
