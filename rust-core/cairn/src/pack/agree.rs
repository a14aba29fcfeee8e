//! Which of the stations found in one scan are of one tile, and so open each other.
//!
//! Pure: points in, lines out. A station whose line nobody else in the scan shares stays closed.

use super::line::{Line, Lines, Point};
use crate::model::LatLng;

/// So many devices on one line are no chance: with a field of 2^16 numbers three random ones meet in one of 65 000 cases.
const CERTAIN: usize = 3;

/// Two devices that are heard at once are not farther apart, m: twice the farthest an access point is usually heard.
const HEARD_AT_ONCE: f64 = 400.0;

/// The line of each point that shares one with another device's. `place` tells where a point would be if its line were that.
pub(super) fn open(
    points: &[Point],
    lines: &Lines<'_>,
    place: impl Fn(usize, Line) -> Option<LatLng>,
) -> Vec<Option<Line>> {
    let mut best: Vec<Option<(Line, usize)>> = vec![None; points.len()];
    let is_certain = |best: &[Option<(Line, usize)>], i: usize| best[i].is_some_and(|(_, devices)| devices >= CERTAIN);
    for i in 0..points.len() {
        for j in i + 1..points.len() {
            // Whoever shares the line of one that is certain has been found along with it.
            if is_certain(&best, i) || is_certain(&best, j) {
                continue;
            }
            let Some(line) = lines.through(points[i], points[j]) else { continue };
            let members: Vec<usize> = (0..points.len()).filter(|k| lines.holds(line, points[*k])).collect();
            let mut devices: Vec<u32> = members.iter().map(|k| points[*k].x).collect();
            devices.sort_unstable();
            devices.dedup();
            if devices.len() < CERTAIN && !are_near(place(i, line), place(j, line)) {
                continue;
            }
            for member in members {
                if best[member].is_none_or(|(_, others)| others < devices.len()) {
                    best[member] = Some((line, devices.len()));
                }
            }
        }
    }
    best.into_iter().map(|found| found.map(|(line, _)| line)).collect()
}

fn are_near(a: Option<LatLng>, b: Option<LatLng>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.distance(b).0 <= HEARD_AT_ONCE)
}

#[cfg(test)]
mod tests {
    use super::super::key::Cipher;
    use super::super::line::Field;
    use super::*;

    fn here(_: usize, _: Line) -> Option<LatLng> {
        LatLng::new(60.0, 25.0).ok()
    }

    /// Points of devices 1, 2, .. of these tiles.
    fn points(lines: &Lines<'_>, tiles: &[u32]) -> Vec<Point> {
        let x = |i: usize| 1 + i as u32 * 7;
        tiles
            .iter()
            .enumerate()
            .map(|(i, t)| Point { x: x(i), y: lines.y(lines.draw(*t, u64::from(*t) * 77), x(i)) })
            .collect()
    }

    fn tiles_of(found: &[Option<Line>]) -> Vec<Option<u32>> {
        found.iter().map(|line| line.map(|l| l.tile)).collect()
    }

    #[test]
    fn those_of_one_tile_open_each_other_and_one_alone_stays_closed() {
        let cipher = Cipher::new(&[3; 16], 0);
        let (field, check) = Field::for_tiles(5_000);
        let lines = Lines { field, check, tiles: 5_000, cipher: &cipher };
        let found = open(&points(&lines, &[5, 5, 9, 5, 11, 11, 11, 4_000]), &lines, here);
        let expected = [Some(5), Some(5), None, Some(5), Some(11), Some(11), Some(11), None];
        assert_eq!(tiles_of(&found), expected);
        assert_eq!(tiles_of(&open(&points(&lines, &[5]), &lines, here)), [None]);
    }

    #[test]
    fn the_networks_of_one_device_do_not_open_each_other() {
        let cipher = Cipher::new(&[3; 16], 0);
        let lines = Lines { field: Field(65_537), check: 0, tiles: 100, cipher: &cipher };
        let one = points(&lines, &[5])[0];
        assert_eq!(tiles_of(&open(&[one, one, one], &lines, here)), [None, None, None]);
    }

    #[test]
    fn two_that_would_be_far_apart_do_not_agree_but_three_are_no_chance() {
        let cipher = Cipher::new(&[3; 16], 0);
        let lines = Lines { field: Field(65_537), check: 0, tiles: 100, cipher: &cipher };
        let scattered = |i: usize, _: Line| LatLng::new(60.0 + i as f64 * 0.005, 25.0).ok();
        assert_eq!(tiles_of(&open(&points(&lines, &[5, 5]), &lines, scattered)), [None, None]);
        assert_eq!(tiles_of(&open(&points(&lines, &[5, 5, 5]), &lines, scattered)), [Some(5); 3]);
    }
}
