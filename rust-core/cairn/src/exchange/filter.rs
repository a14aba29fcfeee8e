//! Which part of what is stored is wanted: by time, trip, place and kind.
//!
//! Pure. It only ever leaves out; what zones and lists forbid is left out elsewhere, whatever is wanted here.

use super::when;
use crate::ledger::Hexagon;
use crate::model::{EmitterKind, Fix, LatLng, Metres, Millis, Report, TripId};

/// What is wanted. By default all there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Filter {
    /// From this moment on, UTC.
    pub from: Option<Millis>,
    /// Before this moment, UTC.
    pub to: Option<Millis>,
    /// Of this trip only.
    pub trip: Option<TripId>,
    /// In this area only.
    pub area: Option<Area>,
    /// These kinds of emitter only.
    pub kinds: Kinds,
}

/// Kinds of emitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    /// Access points.
    pub wifi: bool,
    /// Cells.
    pub cells: bool,
    /// Bluetooth beacons.
    pub beacons: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self { wifi: true, cells: true, beacons: true }
    }
}

impl Kinds {
    /// Whether a kind is among them.
    pub const fn has(self, kind: EmitterKind) -> bool {
        match kind {
            EmitterKind::Wifi => self.wifi,
            EmitterKind::Cell => self.cells,
            EmitterKind::Beacon => self.beacons,
        }
    }
}

/// A piece of the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Area {
    /// From one corner to the other; over the date line where west is the greater.
    Box {
        /// The corner with the least latitude.
        south_west: LatLng,
        /// The corner with the greatest latitude.
        north_east: LatLng,
    },
    /// Around a place.
    Circle {
        /// The place.
        middle: LatLng,
        /// How far.
        radius: Metres,
    },
    /// A cell of H3, of any resolution.
    Hexagon(Hexagon),
}

/// What an area may be written as.
const FORMS: &str = "an area is SOUTH,WEST,NORTH,EAST or LAT,LON,METRES or a cell of H3";

impl Area {
    /// Reads `south,west,north,east` in degrees, `lat,lon,radius` in degrees and metres, or the index of an H3 cell.
    ///
    /// # Errors
    /// Says what an area is written as, or what is out of range. It does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if !text.contains(',') {
            let index = u64::from_str_radix(text.trim(), 16).map_err(|_| FORMS)?;
            return Hexagon::from_index(index).map(Self::Hexagon).ok_or("there is no such cell of H3");
        }
        let numbers: Vec<f64> =
            text.split(',').map(|n| n.trim().parse().map_err(|_| FORMS)).collect::<Result<_, _>>()?;
        let place = |lat, lon| LatLng::new(lat, lon).map_err(|_| "a corner or middle of the area is no place on earth");
        match numbers[..] {
            [lat, lon, radius] if radius.is_finite() && radius > 0.0 => {
                Ok(Self::Circle { middle: place(lat, lon)?, radius: Metres(radius) })
            }
            [_, _, _] => Err("the radius of the area must be above zero"),
            [south, _, north, _] if south > north => Err("the area's south lies north of its north"),
            [south, west, north, east] => {
                Ok(Self::Box { south_west: place(south, west)?, north_east: place(north, east)? })
            }
            _ => Err(FORMS),
        }
    }

    /// Whether a place lies in it.
    pub fn holds(&self, place: LatLng) -> bool {
        match self {
            Self::Box { south_west, north_east } => {
                let (west, east, lon) = (south_west.lon_e7(), north_east.lon_e7(), place.lon_e7());
                let between = if west <= east { (west..=east).contains(&lon) } else { lon >= west || lon <= east };
                between && (south_west.lat_e7()..=north_east.lat_e7()).contains(&place.lat_e7())
            }
            Self::Circle { middle, radius } => middle.distance(place).0 <= radius.0,
            Self::Hexagon(hexagon) => Hexagon::around(place, hexagon.resolution()) == *hexagon,
        }
    }
}

/// A moment as people write it: `2026-01-31`, `2026-01-31T12:00` or with an offset; UTC where none is named. A day alone is its
/// beginning, or, as the `end` of a time, the beginning of the next, so that the day itself is in it.
///
/// # Errors
/// Says what a moment is written as.
pub fn moment(text: &str, end: bool) -> Result<Millis, &'static str> {
    const FORMS: &str = "a time is written as 2026-01-31 or 2026-01-31T12:00:00Z";
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() <= "2026-01-31".len()
    {
        let date = if end { date.tomorrow().map_err(|_| FORMS)? } else { date };
        return when::of_utc(date.at(0, 0, 0, 0)).ok_or(FORMS);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Millis(time.as_millisecond()));
    }
    text.parse().ok().and_then(when::of_utc).ok_or(FORMS)
}

impl Filter {
    /// Whether a position is wanted, whatever was heard there. Trips are not looked at.
    pub fn takes(&self, fix: &Fix) -> bool {
        self.from.is_none_or(|from| fix.utc >= from)
            && self.to.is_none_or(|to| fix.utc < to)
            && self.area.is_none_or(|area| area.holds(fix.place))
    }

    /// What is wanted of a report; none where nothing is.
    pub fn part_of(&self, mut report: Report) -> Option<Report> {
        if !self.takes(&report.fix) {
            return None;
        }
        report.sightings.retain(|s| self.kinds.has(s.emitter().kind()));
        (!report.sightings.is_empty()).then_some(report)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::GROUND;
    use crate::store::reports::tests::full_report;

    fn at(lat: f64, lon: f64) -> LatLng {
        LatLng::new(lat, lon).unwrap()
    }

    #[test]
    fn an_area_is_a_box_a_circle_or_a_hexagon() {
        let helsinki = at(60.17, 24.94);
        let cell = format!("{:x}", Hexagon::around(helsinki, GROUND).index());
        for (text, inside, outside) in [
            ("60,24,61,25", helsinki, at(59.9, 24.5)),
            ("-1,179,1,-179", at(0.0, -179.5), at(0.0, 0.0)),
            ("60.17,24.94,500", at(60.173, 24.94), at(60.18, 24.94)),
            (cell.as_str(), helsinki, at(60.18, 24.94)),
        ] {
            let area = Area::parse(text).unwrap();
            assert!(area.holds(inside) && !area.holds(outside), "{text}");
        }
        for text in
            ["", "here", "1,2", "1,2,3,4,5", "91,0,92,1", "2,0,1,1", "1,1,-5", "1,1,NaN", "0", "ffffffffffffffff"]
        {
            assert!(Area::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_a_day_or_a_time() {
        for (text, end, ms) in [
            ("2026-01-01", false, 1_767_225_600_000),
            ("2026-01-01", true, 1_767_312_000_000),
            ("2026-01-01T02:00:00+02:00", true, 1_767_225_600_000),
            ("2026-01-01 00:00:01", false, 1_767_225_601_000),
        ] {
            assert_eq!(moment(text, end), Ok(Millis(ms)), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "9999-12-31x"] {
            assert!(moment(text, true).is_err(), "{text}");
        }
    }

    #[test]
    fn a_report_is_cut_to_the_kinds_that_are_wanted_and_left_out_where_nothing_is_left() {
        let report = full_report();
        let utc = report.fix.utc;
        let part = |filter: Filter| filter.part_of(full_report()).map(|r| r.sightings.len());
        assert_eq!(Filter::default().part_of(full_report()), Some(report));
        let only_cells = Kinds { wifi: false, beacons: false, ..Kinds::default() };
        assert_eq!(part(Filter { kinds: only_cells, ..Filter::default() }), Some(1));
        let none = Kinds { wifi: false, cells: false, beacons: false };
        assert_eq!(part(Filter { kinds: none, ..Filter::default() }), None);
        assert_eq!(part(Filter { from: Some(utc), to: Some(utc + Millis(1)), ..Filter::default() }), Some(3));
        assert_eq!(part(Filter { to: Some(utc), ..Filter::default() }), None);
        assert_eq!(part(Filter { from: Some(utc + Millis(1)), ..Filter::default() }), None);
    }

    proptest! {
        #[test]
        fn whatever_is_written_as_an_area_is_read_or_refused(text in ".{0,40}") {
            let _ = Area::parse(&text);
        }
    }
}
