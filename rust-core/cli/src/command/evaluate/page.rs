//! The evaluation as a page: tables and plots, nothing to be fetched, and no place in it.

use std::fmt::Write as _;

use super::measure::{Measured, Row};
use crate::demo::report::{self, EstimateStory};

/// The whole page.
pub fn render(measured: &Measured) -> String {
    let held = if measured.is_held_back {
        "held back from learning"
    } else {
        "learned from as well: elsewhere errors are larger"
    };
    let subtitle = format!(
        "Estimates learned from {} reports, asked for {} places that were {held}.",
        report::thousands(measured.learned as u64),
        report::thousands(measured.asked as u64)
    );
    let stories: Vec<EstimateStory> = measured
        .sources
        .iter()
        .map(|s| EstimateStory {
            source: s.source.word().to_owned(),
            errors: s.errors.clone(),
            inside68: s.inside68,
            inside95: s.inside95,
        })
        .collect();
    let mut body = report::estimate_charts("By what the estimates were made of", &stories, None);
    for rows in measured.rows.chunk_by(|a, b| a.question == b.question) {
        let title = format!("Told {}", rows[0].question);
        let stories: Vec<EstimateStory> = rows
            .iter()
            .filter(|r| !r.errors.is_empty())
            .map(|r| EstimateStory {
                source: r.estimator.to_owned(),
                errors: r.errors.clone(),
                inside68: 0.0,
                inside95: 0.0,
            })
            .collect();
        body.push_str(&report::estimate_charts(&title, &stories, Some(&table(rows))));
    }
    report::plain_page("Cairn: how good estimates are", &subtitle, &body)
}

fn table(rows: &[Row]) -> String {
    let mut html = String::from(
        "<div class=\"table\"><table><thead><tr><th></th><th>answered</th><th>median</th><th>68 %</th><th>95 %</th>\
         <th>inside, radius</th></tr></thead><tbody>",
    );
    for row in rows {
        let answered = 100.0 * row.errors.len() as f64 / row.asked.max(1) as f64;
        let claims: Vec<String> = row
            .inside
            .iter()
            .zip(&row.radius)
            .map(|(inside, radius)| format!("{:.0} % in {radius:.0} m", 100.0 * inside))
            .collect();
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{answered:.1} %</td><td>{:.0} m</td><td>{:.0} m</td><td>{:.0} m</td><td>{}</td></tr>",
            row.estimator,
            row.error_at(0.5),
            row.error_at(0.68),
            row.error_at(0.95),
            claims.join(", ")
        );
    }
    html.push_str("</tbody></table></div>");
    html
}
