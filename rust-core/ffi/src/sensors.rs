//! What the radios and the satellites tell.

use engine::model::{
    BeaconFormat, CellIdentity, Dbm, Fix, FixSource, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis,
    Radio, Scan, Ssid, WifiStandard,
};

use crate::CoreException;

/// A position, as a location provider told it. What the provider did not say is null.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FixEvent {
    /// `elapsedRealtime` at which it was true, in ms.
    pub mono_ms: i64,
    /// The same moment in UTC, ms since 1970.
    pub utc_ms: i64,
    /// Minutes that the wall clock adds to UTC.
    pub utc_offset_min: Option<i16>,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// 68 % radius in metres.
    pub accuracy_m: Option<f64>,
    /// Above the ellipsoid, in metres.
    pub altitude_m: Option<f64>,
    /// 68 % of the height's error, in metres.
    pub altitude_accuracy_m: Option<f64>,
    /// Metres per second.
    pub speed_mps: Option<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Option<f64>,
    /// Air pressure in hPa.
    pub pressure_hpa: Option<f64>,
    /// Whether another app made it up.
    pub mock: bool,
}

impl FixEvent {
    /// # Errors
    /// [`CoreException::BadInput`] where the position is none; the numbers are not repeated.
    pub(crate) fn read(self) -> Result<Fix, CoreException> {
        let place = LatLng::new(self.lat, self.lon)
            .map_err(|_| CoreException::BadInput { what: "the position is not on Earth".to_owned() })?;
        Ok(Fix {
            mono: Millis(self.mono_ms),
            utc: Millis(self.utc_ms),
            utc_offset_min: self.utc_offset_min,
            place,
            accuracy: self.accuracy_m.map(Metres),
            altitude: self.altitude_m.map(Metres),
            altitude_accuracy: self.altitude_accuracy_m.map(Metres),
            speed: self.speed_mps,
            heading: self.heading_deg,
            pressure: self.pressure_hpa,
            source: FixSource::Gnss,
            mock: self.mock,
        })
    }
}

/// A generation of WiFi.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum WifiGeneration {
    /// 802.11a/b/g.
    Legacy,
    /// 802.11n.
    N,
    /// 802.11ac.
    Ac,
    /// 802.11ax.
    Ax,
    /// 802.11be.
    Be,
}

/// One access point in a scan.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct WifiHeard {
    /// `elapsedRealtime` of its beacon, in ms.
    pub mono_ms: i64,
    /// BSSID, as the system writes it.
    pub bssid: String,
    /// Network name as bytes: not every name is UTF-8.
    pub ssid: Vec<u8>,
    /// dBm.
    pub signal_dbm: Option<i16>,
    /// Centre of the primary channel.
    pub frequency_mhz: Option<u16>,
    /// Generation.
    pub generation: Option<WifiGeneration>,
}

/// A generation of mobile radio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CellRadio {
    /// 2G.
    Gsm,
    /// 3G, TD-SCDMA among it.
    Wcdma,
    /// 4G.
    Lte,
    /// 5G.
    Nr,
}

/// One cell in a scan: numbers as far as the modem gave them.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CellHeard {
    /// `elapsedRealtime` of the measurement, in ms.
    pub mono_ms: i64,
    /// Generation.
    pub radio: CellRadio,
    /// Mobile country code.
    pub mcc: Option<u32>,
    /// Mobile network code.
    pub mnc: Option<u32>,
    /// LAC or TAC.
    pub area: Option<u32>,
    /// CI, UCI, ECI or NCI.
    pub cell: Option<u64>,
    /// Scrambling code or physical cell id.
    pub physical: Option<u16>,
    /// Channel number of the carrier.
    pub arfcn: Option<u32>,
    /// dBm.
    pub signal_dbm: Option<i16>,
    /// Arbitrary strength unit.
    pub asu: Option<u16>,
    /// Steps of the generation.
    pub timing_advance: Option<u16>,
    /// Whether the phone is registered with it.
    pub serving: bool,
}

/// What a beacon advertises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum BeaconKind {
    /// Apple's.
    IBeacon,
    /// Radius Networks' open one.
    AltBeacon,
    /// Google's.
    Eddystone,
}

/// One Bluetooth beacon in a scan.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct BeaconHeard {
    /// `elapsedRealtime` at which it was heard, in ms.
    pub mono_ms: i64,
    /// Its address, as the system writes it.
    pub address: String,
    /// dBm.
    pub signal_dbm: Option<i16>,
    /// What it advertises.
    pub kind: Option<BeaconKind>,
}

/// What the radios heard at one moment.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct ScanEvent {
    /// Access points.
    #[uniffi(default)]
    pub wifi: Vec<WifiHeard>,
    /// Cells of all SIMs.
    #[uniffi(default)]
    pub cells: Vec<CellHeard>,
    /// Beacons.
    #[uniffi(default)]
    pub beacons: Vec<BeaconHeard>,
}

impl From<ScanEvent> for Scan {
    fn from(event: ScanEvent) -> Self {
        let mut unreadable = 0;
        let mut mac = |text: &str| {
            let mac = Mac::parse(text).ok();
            unreadable += u32::from(mac.is_none());
            mac
        };
        let wifi = event.wifi.into_iter().filter_map(|w| Some(wifi(mac(&w.bssid)?, w))).collect();
        let beacons = event.beacons.into_iter().filter_map(|b| Some(beacon(mac(&b.address)?, &b))).collect();
        Self { wifi, cells: event.cells.iter().map(cell).collect(), beacons, unreadable }
    }
}

fn wifi(mac: Mac, heard: WifiHeard) -> HeardWifi {
    HeardWifi {
        mono: Millis(heard.mono_ms),
        mac,
        ssid: Ssid::new(heard.ssid),
        signal: heard.signal_dbm.map(Dbm),
        frequency_mhz: heard.frequency_mhz,
        standard: heard.generation.map(|g| match g {
            WifiGeneration::Legacy => WifiStandard::Legacy,
            WifiGeneration::N => WifiStandard::N,
            WifiGeneration::Ac => WifiStandard::Ac,
            WifiGeneration::Ax => WifiStandard::Ax,
            WifiGeneration::Be => WifiStandard::Be,
        }),
    }
}

fn cell(heard: &CellHeard) -> HeardCell {
    let radio = match heard.radio {
        CellRadio::Gsm => Radio::Gsm,
        CellRadio::Wcdma => Radio::Wcdma,
        CellRadio::Lte => Radio::Lte,
        CellRadio::Nr => Radio::Nr,
    };
    HeardCell {
        mono: Millis(heard.mono_ms),
        identity: CellIdentity { radio, mcc: heard.mcc, mnc: heard.mnc, area: heard.area, cell: heard.cell },
        serving: heard.serving,
        signal: heard.signal_dbm.map(Dbm),
        asu: heard.asu,
        timing_advance: heard.timing_advance,
        physical: heard.physical,
        arfcn: heard.arfcn,
    }
}

fn beacon(mac: Mac, heard: &BeaconHeard) -> HeardBeacon {
    HeardBeacon {
        mono: Millis(heard.mono_ms),
        mac,
        signal: heard.signal_dbm.map(Dbm),
        format: heard.kind.map(|k| match k {
            BeaconKind::IBeacon => BeaconFormat::IBeacon,
            BeaconKind::AltBeacon => BeaconFormat::AltBeacon,
            BeaconKind::Eddystone => BeaconFormat::Eddystone,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_read_is_counted_and_the_rest_goes_on() {
        let heard = |bssid: &str| WifiHeard {
            mono_ms: 1,
            bssid: bssid.to_owned(),
            ssid: b"net".to_vec(),
            signal_dbm: Some(-60),
            frequency_mhz: Some(2412),
            generation: Some(WifiGeneration::Ax),
        };
        let event = ScanEvent { wifi: vec![heard("00:1a:2b:3c:4d:5e"), heard("nonsense")], ..ScanEvent::default() };
        let scan = Scan::from(event);
        assert_eq!((scan.wifi.len(), scan.unreadable), (1, 1));
        assert_eq!(scan.wifi[0].standard, Some(WifiStandard::Ax));
    }

    #[test]
    fn a_position_that_is_none_is_refused_without_repeating_it() {
        let event = FixEvent {
            mono_ms: 0,
            utc_ms: 0,
            utc_offset_min: None,
            lat: 91.123,
            lon: 0.0,
            accuracy_m: None,
            altitude_m: None,
            altitude_accuracy_m: None,
            speed_mps: None,
            heading_deg: None,
            pressure_hpa: None,
            mock: false,
        };
        let error = event.read().unwrap_err().to_string();
        assert!(error.contains("position") && !error.contains("91"), "{error}");
    }
}
