//! A map drawn as SVG: streets, hexagons of coverage, the track, and where estimates fell against the truth.

use std::fmt::Write as _;

use cairn::model::{LatLng, LocalPlane};

use super::svg::{escape, path};

/// A hexagon of coverage.
pub struct Hexagon {
    /// Its corners.
    pub corners: Vec<LatLng>,
    /// How well it is covered, 0 to 1.
    pub strength: f64,
    /// What a pointer over it reads.
    pub label: String,
}

/// An estimate beside the truth.
pub struct EstimateMark {
    /// Where the phone was.
    pub truth: LatLng,
    /// Where it believed to be.
    pub estimate: LatLng,
    /// Its 68 % radius in metres.
    pub r68: f64,
}

/// One place with what is to be seen there.
#[derive(Default)]
pub struct MapView {
    /// Name of the place or journey.
    pub title: String,
    /// A line below it.
    pub note: String,
    /// Outlines of buildings.
    pub buildings: Vec<Vec<LatLng>>,
    /// Streets.
    pub streets: Vec<Vec<LatLng>>,
    /// Where the phone went.
    pub tracks: Vec<Vec<LatLng>>,
    /// Coverage.
    pub hexagons: Vec<Hexagon>,
    /// Estimates.
    pub estimates: Vec<EstimateMark>,
}

/// Drawing width in SVG units; the height follows the place, within limits.
const WIDTH: f64 = 960.0;
const MAX_HEIGHT: f64 = 720.0;
const MARGIN: f64 = 24.0;

struct Projection {
    plane: LocalPlane,
    west: f64,
    north: f64,
    scale: f64,
    offset: (f64, f64),
    height: f64,
}

impl Projection {
    /// Fits what matters (tracks, hexagons, estimates) into the drawing; streets beyond are cut off by its edge.
    fn over(view: &MapView) -> Option<Self> {
        let mut focus = view
            .tracks
            .iter()
            .flatten()
            .copied()
            .chain(view.hexagons.iter().flat_map(|h| h.corners.iter().copied()))
            .chain(view.estimates.iter().flat_map(|e| [e.truth, e.estimate]))
            .peekable();
        let plane = LocalPlane::around(*focus.peek()?);
        let (mut west, mut east, mut south, mut north) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
        for place in focus {
            let (x, y) = plane.to_xy(place);
            (west, east) = (west.min(x), east.max(x));
            (south, north) = (south.min(y), north.max(y));
        }
        let (w, h) = ((east - west).max(50.0), (north - south).max(50.0));
        let scale = ((WIDTH - 2.0 * MARGIN) / w).min((MAX_HEIGHT - 2.0 * MARGIN) / h);
        let height = (h * scale + 2.0 * MARGIN).max(280.0);
        let offset = ((WIDTH - w * scale) / 2.0, (height - h * scale) / 2.0);
        Some(Self { plane, west, north, scale, offset, height })
    }

    fn point(&self, place: LatLng) -> (f64, f64) {
        let (x, y) = self.plane.to_xy(place);
        ((x - self.west) * self.scale + self.offset.0, (self.north - y) * self.scale + self.offset.1)
    }

    /// A line simplified to what can be seen: points nearer than half a unit to the last are left out.
    fn line(&self, places: &[LatLng], closed: bool) -> Option<String> {
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(places.len());
        for place in places {
            let p = self.point(*place);
            if points.last().is_none_or(|q| (p.0 - q.0).hypot(p.1 - q.1) > 0.5) {
                points.push(p);
            }
        }
        let visible =
            points.iter().any(|(x, y)| (-50.0..WIDTH + 50.0).contains(x) && (-50.0..self.height + 50.0).contains(y));
        (visible && points.len() > 1).then(|| path(&points, closed))
    }
}

/// Draws a map as an SVG element.
pub fn draw(view: &MapView) -> String {
    let Some(on) = Projection::over(view) else { return String::from("<p>Nothing was recorded here.</p>") };
    let mut svg = format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{}\">",
        on.height,
        escape(&view.title)
    );
    let mut group = |class: &str, content: String| {
        if !content.is_empty() {
            let _ = write!(svg, "<g class=\"{class}\">{content}</g>");
        }
    };
    let lines = |all: &[Vec<LatLng>], closed| {
        let d: String = all.iter().filter_map(|l| on.line(l, closed)).collect();
        if d.is_empty() { d } else { format!("<path d=\"{d}\"/>") }
    };
    group("buildings", lines(&view.buildings, true));
    group("streets", lines(&view.streets, false));
    group("hexagons", view.hexagons.iter().filter_map(|h| hexagon(&on, h)).collect());
    group("track", lines(&view.tracks, false));
    group("radii", view.estimates.iter().map(|e| radius(&on, e)).collect());
    group("misses", view.estimates.iter().map(|e| miss(&on, e)).collect());
    group("dots", view.estimates.iter().map(|e| dots(&on, e)).collect());
    svg.push_str(&scale_bar(&on));
    svg.push_str("</svg>");
    svg
}

fn hexagon(on: &Projection, hexagon: &Hexagon) -> Option<String> {
    let d = on.line(&hexagon.corners, true)?;
    let opacity = 0.12 + 0.5 * hexagon.strength.clamp(0.0, 1.0);
    Some(format!("<path d=\"{d}\" fill-opacity=\"{opacity:.2}\"><title>{}</title></path>", escape(&hexagon.label)))
}

fn radius(on: &Projection, mark: &EstimateMark) -> String {
    let (x, y) = on.point(mark.estimate);
    format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\"/>", mark.r68 * on.scale)
}

fn miss(on: &Projection, mark: &EstimateMark) -> String {
    format!("<path d=\"{}\"/>", path(&[on.point(mark.truth), on.point(mark.estimate)], false))
}

fn dots(on: &Projection, mark: &EstimateMark) -> String {
    let ((tx, ty), (ex, ey)) = (on.point(mark.truth), on.point(mark.estimate));
    let error = mark.truth.distance(mark.estimate).0;
    format!(
        "<circle class=\"truth\" cx=\"{tx:.1}\" cy=\"{ty:.1}\" r=\"2.2\"/><circle class=\"estimate\" cx=\"{ex:.1}\" cy=\"{ey:.1}\" \
         r=\"3\"><title>{error:.0} m off, 68 % radius {:.0} m</title></circle>",
        mark.r68
    )
}

fn scale_bar(on: &Projection) -> String {
    let wanted = 160.0 / on.scale;
    let magnitude = 10_f64.powf(wanted.log10().floor());
    let metres = [5.0, 2.0, 1.0].into_iter().map(|m| m * magnitude).find(|m| *m <= wanted).unwrap_or(magnitude);
    let label = if metres >= 1_000.0 { format!("{:.0} km", metres / 1_000.0) } else { format!("{metres:.0} m") };
    let (length, y) = (metres * on.scale, on.height - 14.0);
    format!(
        "<g class=\"scale\"><path d=\"M{MARGIN} {:.1}v5h{length:.1}v-5\"/><text x=\"{:.1}\" y=\"{:.1}\">{label}</text></g>",
        y - 5.0,
        MARGIN + length + 8.0,
        y + 1.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east: f64, north: f64) -> LatLng {
        LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, north)
    }

    #[test]
    fn north_is_up_and_everything_that_matters_is_inside() {
        let view = MapView { tracks: vec![vec![at(0.0, 0.0), at(500.0, 1_000.0)]], ..MapView::default() };
        let on = Projection::over(&view).unwrap();
        let (start, end) = (on.point(at(0.0, 0.0)), on.point(at(500.0, 1_000.0)));
        assert!(end.1 < start.1 && end.0 > start.0);
        for (x, y) in [start, end] {
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=on.height).contains(&y));
        }
    }

    #[test]
    fn an_empty_map_says_so() {
        assert!(draw(&MapView::default()).contains("Nothing was recorded"));
    }
}
