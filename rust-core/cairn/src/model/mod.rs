//! The values everything else speaks in: validated when made, and silent about what they hold when printed for debugging.
//!
//! No logic lives here beyond what a value needs to guard itself: no clock, no storage, no policy.

mod cell;
mod emitter;
mod fix;
mod mac;
mod position;
mod report;
mod scan;
mod sighting;
mod ssid;
mod units;

pub use cell::{CellError, CellIdentity, CellKey, Radio};
pub use emitter::{EmitterKey, EmitterKind};
pub use fix::{Fix, FixSource};
pub use mac::{Mac, MacError};
pub use position::{EARTH_RADIUS, LatLng, LocalPlane, PositionError};
pub use report::{Report, ReportId, TripId};
pub use scan::{BeaconFormat, HeardBeacon, HeardCell, HeardWifi, Scan, WifiStandard};
pub use sighting::{Detail, Sighting};
pub use ssid::Ssid;
pub use units::{Dbm, Metres, Millis};
