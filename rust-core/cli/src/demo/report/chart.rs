//! Charts as SVG: bars, steps of the outbox over time, cumulative errors, calibration.

use std::fmt::Write as _;

use super::svg::{escape, path, ticks};
use super::{EstimateStory, OutboxStory, TryKind};

/// A labelled amount.
pub struct Bar {
    /// What it is.
    pub label: String,
    /// How much.
    pub value: u64,
    /// Whether it is what one wants to see much of.
    pub good: bool,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 16.0;

/// Horizontal bars on a logarithmic scale: drops are a few beside hundreds of thousands, and both matter.
pub fn bars(bars: &[Bar]) -> String {
    let max = bars.iter().map(|b| b.value).max().unwrap_or(1).max(1);
    let mut html = String::from("<table class=\"bars\">");
    for bar in bars {
        let share = ((bar.value as f64).ln_1p() / (max as f64).ln_1p() * 100.0).max(0.5);
        let class = if bar.good { "good" } else { "dropped" };
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"bar\"><span class=\"{class}\" style=\"width:{share:.1}%\"></span></td><td>{}</td></tr>",
            escape(&bar.label),
            thousands(bar.value)
        );
    }
    html.push_str("</table>");
    html
}

/// A number with thin spaces between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

struct Axes {
    max_x: f64,
    max_y: f64,
}

impl Axes {
    fn x(&self, x: f64) -> f64 {
        LEFT + x / self.max_x * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, y: f64) -> f64 {
        HEIGHT - BOTTOM - y / self.max_y * (HEIGHT - BOTTOM - TOP)
    }

    fn draw(&self, label: &str, x_label: &str, y_of: impl Fn(f64) -> String) -> String {
        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\"><g class=\"axis\">",
            escape(label)
        );
        for t in ticks(self.max_y).into_iter().filter(|t| *t <= self.max_y * 1.001) {
            let y = self.y(t);
            let _ = write!(
                svg,
                "<path d=\"M{LEFT} {y:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                y_of(t)
            );
        }
        for t in ticks(self.max_x).into_iter().filter(|t| *t <= self.max_x * 1.001) {
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" class=\"middle\">{t}</text>",
                self.x(t),
                HEIGHT - BOTTOM + 16.0
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"middle name\">{}</text></g>",
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 4.0,
            escape(x_label)
        );
        svg
    }
}

/// Reports waiting after each try, with a mark per try that says how it ended.
pub fn outbox(story: &OutboxStory) -> String {
    let most = story.tries.iter().map(|t| t.waiting + u64::from(t.reports)).max().unwrap_or(1).max(1);
    let axes = Axes { max_x: (story.tries.len().max(1)) as f64, max_y: *ticks(most as f64).last().unwrap_or(&1.0) };
    let mut svg = axes.draw(&format!("Outbox of {}", story.service), "requests, in order", |t| thousands(t as u64));
    let mut steps = Vec::new();
    for (i, t) in story.tries.iter().enumerate() {
        // What a request took had waited until then.
        let taken = if matches!(t.kind, TryKind::Accepted) { u64::from(t.reports) } else { 0 };
        let (before, after) = (axes.y((t.waiting + taken) as f64), axes.y(t.waiting as f64));
        let at = axes.x(i as f64 + 0.5);
        steps.extend([(axes.x(i as f64), before), (at, before), (at, after), (axes.x(i as f64 + 1.0), after)]);
    }
    let _ = write!(svg, "<path class=\"line s0\" d=\"{}\"/>", path(&steps, false));
    for (i, t) in story.tries.iter().enumerate() {
        let class = match t.kind {
            TryKind::Accepted => "accepted",
            TryKind::Refused => "refused",
            TryKind::Failed => "failed",
        };
        let (x, y) = (axes.x(i as f64 + 0.5), axes.y(t.waiting as f64));
        let _ = write!(
            svg,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{}. {} reports: {}</title></circle>",
            i + 1,
            t.reports,
            escape(&t.outcome)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Share of estimates within a distance, by source.
pub fn errors(stories: &[EstimateStory]) -> String {
    let reach = stories
        .iter()
        .filter_map(|s| s.errors.get(s.errors.len() * 97 / 100))
        .fold(20.0_f64, |a, b| a.max(*b))
        .min(400.0);
    let axes = Axes { max_x: *ticks(reach).last().unwrap_or(&100.0), max_y: 1.0 };
    let mut svg = axes.draw("Error of the estimates", "metres from the truth", |t| format!("{:.0} %", t * 100.0));
    for (index, story) in stories.iter().enumerate() {
        let n = story.errors.len().max(1) as f64;
        let points: Vec<_> = story
            .errors
            .iter()
            .enumerate()
            .filter(|(_, e)| **e <= axes.max_x)
            .map(|(i, e)| (axes.x(*e), axes.y((i + 1) as f64 / n)))
            .collect();
        let _ = write!(
            svg,
            "<path class=\"line s{index}\" d=\"{}\"><title>{}</title></path>",
            path(&points, false),
            escape(&story.source)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// What the radii promised against what they held.
pub fn calibration(stories: &[EstimateStory]) -> String {
    let axes = Axes { max_x: 2.0, max_y: 1.0 };
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Truth inside the radii\"><g class=\"axis\">"
    );
    for t in ticks(1.0) {
        let y = axes.y(t);
        let _ = write!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{:.0} %</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0,
            t * 100.0
        );
    }
    svg.push_str("</g>");
    let width = ((WIDTH - LEFT - RIGHT) / 2.0 - 60.0) / stories.len().max(1) as f64;
    for (group, promised) in [0.68, 0.95].into_iter().enumerate() {
        let start = axes.x(group as f64) + 30.0;
        for (index, story) in stories.iter().enumerate() {
            let held = if group == 0 { story.inside68 } else { story.inside95 };
            let (x, y) = (start + width * index as f64, axes.y(held));
            // Inside the bar, and clear of the line that says what was promised.
            let inside = y.min(axes.y(0.1)) + 17.0;
            let label = if (inside - 5.0 - axes.y(promised)).abs() < 12.0 { axes.y(promised) + 20.0 } else { inside };
            let _ = write!(
                svg,
                "<rect class=\"s{index}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"><title>{}: {:.1} %</title></rect><text class=\"held\" x=\"{:.1}\" y=\"{:.1}\">{:.0} %</text>",
                x + 3.0,
                width - 6.0,
                axes.y(0.0) - y,
                escape(&story.source),
                held * 100.0,
                x + width / 2.0,
                label,
                held * 100.0
            );
        }
        let y = axes.y(promised);
        let _ = write!(
            svg,
            "<path class=\"promise\" d=\"M{:.1} {y:.1}h{:.1}\"/><text class=\"middle name\" x=\"{:.1}\" y=\"{:.1}\">inside the {:.0} % radius</text>",
            start - 12.0,
            width * stories.len() as f64 + 24.0,
            start + width * stories.len() as f64 / 2.0,
            HEIGHT - BOTTOM + 18.0,
            promised * 100.0
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Names of curves beside their colours.
pub fn legend<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut html = String::from("<ul class=\"legend\">");
    for (i, name) in names.enumerate() {
        let _ = write!(html, "<li class=\"s{i}\">{}</li>", escape(name));
    }
    html.push_str("</ul>");
    html
}
