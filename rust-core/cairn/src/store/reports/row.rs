//! Rows of reports and sightings, back into what they were.

use rusqlite::Row;

use crate::model::{
    BeaconFormat, CellKey, Dbm, Detail, EmitterKey, EmitterKind, Fix, FixSource, LatLng, Metres, Millis, Radio,
    Sighting, Ssid, WifiStandard,
};
use crate::store::StoreError;

pub fn read_fix(row: &Row<'_>) -> Result<Fix, StoreError> {
    let hundredths = |i| row.get::<_, Option<i64>>(i).map(|v| v.map(|v| v as f64 / 100.0));
    Ok(Fix {
        mono: Millis(0),
        utc: Millis(row.get(0)?),
        utc_offset_min: row.get(1)?,
        place: LatLng::from_e7(row.get(2)?, row.get(3)?).map_err(|_| StoreError::Value("report.lat, report.lon"))?,
        accuracy: hundredths(4)?.map(Metres),
        altitude: hundredths(5)?.map(Metres),
        altitude_accuracy: hundredths(6)?.map(Metres),
        speed: hundredths(7)?,
        heading: hundredths(8)?,
        pressure: hundredths(9)?,
        source: *[FixSource::Gnss, FixSource::Fused, FixSource::Fixed]
            .get(row.get::<_, u32>(10)? as usize)
            .ok_or(StoreError::Value("report.source"))?,
        mock: false,
    })
}

pub fn read_sighting(row: &Row<'_>, place: LatLng) -> Result<Sighting, StoreError> {
    const STANDARDS: [WifiStandard; 5] =
        [WifiStandard::Legacy, WifiStandard::N, WifiStandard::Ac, WifiStandard::Ax, WifiStandard::Be];
    const FORMATS: [BeaconFormat; 3] = [BeaconFormat::IBeacon, BeaconFormat::AltBeacon, BeaconFormat::Eddystone];
    let emitter = EmitterKey::from_i64(row.get(0)?).ok_or(StoreError::Value("sighting.emitter"))?;
    let format = row.get::<_, Option<u32>>(5)?.map(|f| f as usize);
    let detail = match (emitter.kind(), emitter.mac()) {
        (EmitterKind::Wifi, Some(mac)) => Detail::Wifi {
            mac,
            ssid: Ssid::new(row.get_ref(3)?.as_blob_or_null().map_err(rusqlite::Error::from)?.unwrap_or_default()),
            frequency_mhz: row.get(4)?,
            standard: format.and_then(|f| STANDARDS.get(f).copied()),
        },
        (EmitterKind::Beacon, Some(mac)) => {
            Detail::Beacon { mac, format: format.and_then(|f| FORMATS.get(f).copied()) }
        }
        _ => Detail::Cell {
            key: read_cell(row, 11)?,
            serving: row.get::<_, Option<bool>>(6)?.unwrap_or(false),
            asu: row.get(7)?,
            timing_advance: row.get(8)?,
            physical: row.get(9)?,
            arfcn: row.get(10)?,
        },
    };
    Ok(Sighting { age: Millis(row.get(1)?), place, signal: row.get::<_, Option<i16>>(2)?.map(Dbm), detail })
}

/// A cell from five columns in the order of its table.
pub(in crate::store) fn read_cell(row: &Row<'_>, at: usize) -> Result<CellKey, StoreError> {
    const RADIOS: [Radio; 4] = [Radio::Gsm, Radio::Wcdma, Radio::Lte, Radio::Nr];
    let unknown = || StoreError::Value("cell");
    let radio = row.get::<_, Option<u32>>(at)?.and_then(|r| RADIOS.get(r as usize).copied()).ok_or_else(unknown)?;
    let cell: i64 = row.get(at + 4)?;
    CellKey::new(radio, row.get(at + 1)?, row.get(at + 2)?, row.get(at + 3)?, cell as u64).map_err(|_| unknown())
}
