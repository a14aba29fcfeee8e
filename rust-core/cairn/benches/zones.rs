//! What an attacker who sees every upload learns of a home inside a zone, beside a disc of the same area around that home.
//!
//! A month of ways from home is simulated in many towns. Whatever lies outside of the zone is uploaded, and the attacker knows
//! more than any service does: which positions belong to one trip, and in which order. Several strategies guess the home from
//! the ends of the trips, the last one with the shape, size and grid of the protection known. What is printed are distances
//! between guess and home.

use std::collections::HashSet;

use cairn::intake::zone::{ZONE_RESOLUTION, patch};
use cairn::model::{LatLng, LocalPlane};
use h3o::CellIndex;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Homes, each in a town of its own.
const TOWNS: u64 = 200;
/// Places one goes to in a month: work, shops, friends.
const DESTINATIONS: usize = 8;
/// Trips in a month; half of them to the first destination.
const TRIPS: usize = 60;
/// Metres between two uploaded positions, and their error (m).
const STEP: f64 = 10.0;
const GPS_ERROR: f64 = 4.0;
/// Metres of a trip's visible end that give its direction.
const LEAD: f64 = 200.0;
/// Rings of a zone's patch around its middle, and those of them that may hold the home.
const RINGS: u32 = 4;
const INNER: u32 = 3;

type Point = [f64; 2];

fn main() {
    println!(
        "{TOWNS} towns, a month of {TRIPS} trips each; how far the guess is from the home (median), and how many homes"
    );
    println!("are found within 50, 100 and 200 m\n");
    for (town, straight) in
        [("streets in blocks", false), ("straight roads that all meet at the home: the worst case", true)]
    {
        println!("{town}");
        println!("  {:<58} {:>26} {:>26}", "strategy", "zone", "disc");
        let mut errors = vec![[Vec::new(), Vec::new()]; STRATEGIES.len()];
        for seed in 0..TOWNS {
            let mut chance = ChaCha8Rng::seed_from_u64(seed);
            let month = month(straight, &mut chance);
            let home = LatLng::new(60.17 + chance.random_range(-0.05..0.05), 24.94).expect("a place");
            let zone = Zone::around(home, &mut chance);
            let shapes: [&dyn Shape; 2] = [&zone, &Disc { radius: zone.radius_of_its_area() }];
            for (which, shape) in shapes.into_iter().enumerate() {
                let ends: Vec<End> = month.iter().filter_map(|trip| End::of(trip, shape)).collect();
                for (n, (_, guess)) in STRATEGIES.iter().enumerate() {
                    let [x, y] = guess(&ends, shape);
                    errors[n][which].push(x.hypot(y));
                }
            }
        }
        for ((name, _), errors) in STRATEGIES.iter().zip(errors) {
            let [zone, disc] = errors.map(|mut all| {
                all.sort_by(f64::total_cmp);
                let within = |m: f64| 100.0 * all.iter().filter(|e| **e < m).count() as f64 / all.len() as f64;
                let [near, nearer, nearest] = [200.0, 100.0, 50.0].map(within);
                format!("{:.0} m: {nearest:.0}, {nearer:.0}, {near:.0} %", all[all.len() / 2])
            });
            println!("  {name:<58} {zone:>26} {disc:>26}");
        }
    }
    println!(
        "\nThe home is one of {} hexagons of its zone, drawn evenly: at best one guess in as many is right.",
        3 * INNER * (INNER + 1) + 1
    );
}

/// What the protection leaves out. The home is at the origin.
trait Shape {
    fn hides(&self, at: Point) -> bool;
    /// The middles it can have, for all that the attacker knows who knows its kind.
    fn middle(&self, ends: &[End]) -> Point;
    /// The place that may be the home and is nearest to `at`, the middle being known.
    fn nearest_possible(&self, middle: Point, at: Point) -> Point;
}

struct Zone {
    plane: LocalPlane,
    cells: HashSet<CellIndex>,
}

impl Zone {
    fn around(home: LatLng, chance: &mut ChaCha8Rng) -> Self {
        Self { plane: LocalPlane::around(home), cells: patch(home, chance) }
    }

    fn cell(&self, at: Point) -> CellIndex {
        let place = self.plane.to_place(at[0], at[1]);
        h3o::LatLng::new(place.lat(), place.lon()).expect("a place").to_cell(ZONE_RESOLUTION)
    }

    fn centre(&self, cell: CellIndex) -> Point {
        let centre = h3o::LatLng::from(cell);
        let (x, y) = self.plane.to_xy(LatLng::new(centre.lat(), centre.lng()).expect("a place"));
        [x, y]
    }

    fn radius_of_its_area(&self) -> f64 {
        let square_metres: f64 = self.cells.iter().map(|cell| cell.area_m2()).sum();
        (square_metres / std::f64::consts::PI).sqrt()
    }
}

impl Shape for Zone {
    fn hides(&self, at: Point) -> bool {
        self.cells.contains(&self.cell(at))
    }

    /// Tries every hexagon of the grid: the patch must hide nothing that was seen, and trips should end at its edge.
    fn middle(&self, ends: &[End]) -> Point {
        let first = self.cell(hull_centre(ends, self));
        let score = |middle: CellIndex| {
            let patch: HashSet<CellIndex> = middle.grid_disk::<Vec<_>>(RINGS).into_iter().collect();
            let seen_inside = ends.iter().flat_map(|e| &e.way).filter(|p| patch.contains(&self.cell(**p))).count();
            let at_the_edge =
                ends.iter().filter(|e| patch.contains(&self.cell(e.beyond(STEP + 3.0 * GPS_ERROR)))).count();
            (std::cmp::Reverse(seen_inside), at_the_edge)
        };
        let middles: Vec<(CellIndex, _)> =
            first.grid_disk::<Vec<_>>(2 * RINGS).into_iter().map(|middle| (middle, score(middle))).collect();
        let best = middles.iter().map(|(_, score)| *score).max();
        mean(middles.iter().filter(|(_, score)| Some(*score) == best).map(|(middle, _)| self.centre(*middle)))
    }

    fn nearest_possible(&self, middle: Point, at: Point) -> Point {
        let inner = self.cell(middle).grid_disk::<Vec<_>>(INNER);
        let centres = inner.into_iter().map(|cell| self.centre(cell));
        centres.min_by(|a, b| distance(*a, at).total_cmp(&distance(*b, at))).unwrap_or(middle)
    }
}

struct Disc {
    radius: f64,
}

impl Shape for Disc {
    fn hides(&self, [x, y]: Point) -> bool {
        x.hypot(y) < self.radius
    }

    /// Fits a circle of the known radius to the ends (Gauss-Newton).
    fn middle(&self, ends: &[End]) -> Point {
        let mut centre = hull_centre(ends, self);
        for _ in 0..50 {
            let (mut normal, mut right) = ([[1e-9, 0.0], [0.0, 1e-9]], [0.0, 0.0]);
            for end in ends {
                let far = distance(end.at, centre).max(1.0);
                let (dx, dy) = ((centre[0] - end.at[0]) / far, (centre[1] - end.at[1]) / far);
                add_row(&mut normal, &mut right, [dx, dy], self.radius - far);
            }
            let step = solve(normal, right);
            centre = [centre[0] + step[0], centre[1] + step[1]];
        }
        centre
    }

    /// A disc says no more than its middle, and the home is there.
    fn nearest_possible(&self, middle: Point, _: Point) -> Point {
        middle
    }
}

/// The first that is seen of a trip from home (or the last of one to it, turned round).
struct End {
    at: Point,
    /// Unit vector towards where it came from, over the first [`LEAD`] metres.
    back: Point,
    /// Everything seen of the trip near its end.
    way: Vec<Point>,
}

impl End {
    fn of(trip: &[Point], shape: &dyn Shape) -> Option<Self> {
        let out = trip.iter().rposition(|p| shape.hides(*p)).map_or(0, |last| last + 1);
        let way: Vec<Point> = trip.get(out..)?.iter().take((LEAD / STEP) as usize).copied().collect();
        let (at, lead) = (*way.first()?, *way.last()?);
        let length = distance(at, lead).max(1.0);
        Some(Self { at, back: [(at[0] - lead[0]) / length, (at[1] - lead[1]) / length], way })
    }

    /// Where the trip was so many metres before it came into sight, had it been straight.
    fn beyond(&self, metres: f64) -> Point {
        [self.at[0] + metres * self.back[0], self.at[1] + metres * self.back[1]]
    }
}

type Strategy = (&'static str, fn(&[End], &dyn Shape) -> Point);

const STRATEGIES: [Strategy; 5] = [
    ("middle of the hole (hull of where trips end)", |ends, shape| hull_centre(ends, shape)),
    ("a circle through where trips end", |ends, _| circle(ends)),
    ("where the trips, prolonged, would meet", |ends, _| meeting(ends)),
    ("kind, size and grid of the protection known", |ends, shape| shape.middle(ends)),
    ("the same, and the possible place nearest to the meeting", |ends, shape| {
        shape.nearest_possible(shape.middle(ends), meeting(ends))
    }),
];

/// The middle of the convex hull's corners' bounding circle would be pulled by nothing but the hole; its area's middle is near.
fn hull_centre(ends: &[End], _: &dyn Shape) -> Point {
    let mut points: Vec<Point> = ends.iter().map(|e| e.at).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let cross = |o: Point, a: Point, b: Point| (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut hull: Vec<Point> = Vec::new();
        for p in points {
            while hull.len() >= 2 && cross(hull[hull.len() - 2], hull[hull.len() - 1], p) <= 0.0 {
                hull.pop();
            }
            hull.push(p);
        }
        hull.pop();
        hull
    };
    let mut hull = half(&mut points.iter().copied());
    hull.extend(half(&mut points.iter().rev().copied()));
    let (mut area, mut middle) = (0.0, [0.0, 0.0]);
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let twice = a[0] * b[1] - b[0] * a[1];
        area += twice;
        middle = [middle[0] + twice * (a[0] + b[0]), middle[1] + twice * (a[1] + b[1])];
    }
    if area.abs() < 1.0 { mean(points.into_iter()) } else { [middle[0] / (3.0 * area), middle[1] / (3.0 * area)] }
}

/// Kåsa's fit: x² + y² + ax + by + c = 0 by least squares.
fn circle(ends: &[End]) -> Point {
    let middle = mean(ends.iter().map(|e| e.at));
    let (mut normal, mut right) = ([[1e-6, 0.0], [0.0, 1e-6]], [0.0, 0.0]);
    let square = |p: Point| (p[0] - middle[0]).powi(2) + (p[1] - middle[1]).powi(2);
    let mean_square = ends.iter().map(|e| square(e.at)).sum::<f64>() / ends.len() as f64;
    for end in ends {
        let row = [end.at[0] - middle[0], end.at[1] - middle[1]];
        add_row(&mut normal, &mut right, row, 0.5 * (square(end.at) - mean_square));
    }
    let centre = solve(normal, right);
    [middle[0] + centre[0], middle[1] + centre[1]]
}

/// The point nearest to all the prolonged trips.
fn meeting(ends: &[End]) -> Point {
    let (mut normal, mut right) = ([[1e-6, 0.0], [0.0, 1e-6]], [0.0, 0.0]);
    for end in ends {
        let across = [-end.back[1], end.back[0]];
        add_row(&mut normal, &mut right, across, across[0] * end.at[0] + across[1] * end.at[1]);
    }
    solve(normal, right)
}

fn add_row(normal: &mut [[f64; 2]; 2], right: &mut [f64; 2], row: Point, value: f64) {
    for i in 0..2 {
        for j in 0..2 {
            normal[i][j] += row[i] * row[j];
        }
        right[i] += row[i] * value;
    }
}

fn solve(m: [[f64; 2]; 2], r: [f64; 2]) -> Point {
    let det = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    [(r[0] * m[1][1] - r[1] * m[0][1]) / det, (r[1] * m[0][0] - r[0] * m[1][0]) / det]
}

fn mean(points: impl Iterator<Item = Point>) -> Point {
    let (mut n, mut sum) = (0.0_f64, [0.0, 0.0]);
    for p in points {
        n += 1.0;
        sum = [sum[0] + p[0], sum[1] + p[1]];
    }
    [sum[0] / n.max(1.0), sum[1] / n.max(1.0)]
}

fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// A month's trips, each from home outwards; who comes home the same way adds nothing.
fn month(straight: bool, chance: &mut ChaCha8Rng) -> Vec<Vec<Point>> {
    let turn: f64 = chance.random_range(0.0..std::f64::consts::TAU);
    let block = [chance.random_range(80.0..160.0), chance.random_range(80.0..160.0)];
    let destinations: Vec<Point> = (0..DESTINATIONS)
        .map(|_| {
            let (far, sin_cos) =
                (chance.random_range(4_000.0..9_000.0), chance.random_range(0.0..std::f64::consts::TAU).sin_cos());
            [far * sin_cos.1, far * sin_cos.0]
        })
        .collect();
    (0..TRIPS)
        .map(|trip| {
            let to = destinations[if trip % 2 == 0 { 0 } else { trip / 2 % DESTINATIONS }];
            let corners = if straight { vec![[0.0, 0.0], to] } else { by_blocks(to, block, chance) };
            walked(&corners, turn, chance)
        })
        .collect()
}

/// Along streets that cross at right angles: at each crossing the way goes on in one of the two directions that lead there.
fn by_blocks(to: Point, block: [f64; 2], chance: &mut ChaCha8Rng) -> Vec<Point> {
    let mut left = [(to[0] / block[0]).round() as i64, (to[1] / block[1]).round() as i64];
    let (mut at, mut corners) = ([0.0, 0.0], vec![[0.0, 0.0]]);
    while left != [0, 0] {
        let total = (left[0].abs() + left[1].abs()) as f64;
        let axis = usize::from(chance.random_range(0.0..total) >= left[0].abs() as f64);
        // Nobody turns at every crossing.
        let blocks = left[axis].signum() * left[axis].abs().min(chance.random_range(1..6));
        left[axis] -= blocks;
        at[axis] += blocks as f64 * block[axis];
        corners.push(at);
    }
    corners
}

/// Positions along a line of corners, turned with the town, with the errors of GPS.
fn walked(corners: &[Point], turn: f64, chance: &mut ChaCha8Rng) -> Vec<Point> {
    let (sin, cos) = turn.sin_cos();
    let mut error = || chance.random_range(-1.7 * GPS_ERROR..1.7 * GPS_ERROR);
    let mut points = Vec::new();
    for pair in corners.windows(2) {
        let steps = (distance(pair[0], pair[1]) / STEP).ceil() as usize;
        for n in 0..steps {
            let share = n as f64 / steps as f64;
            let at = [pair[0][0] + share * (pair[1][0] - pair[0][0]), pair[0][1] + share * (pair[1][1] - pair[0][1])];
            points.push([cos * at[0] - sin * at[1] + error(), sin * at[0] + cos * at[1] + error()]);
        }
    }
    points
}
