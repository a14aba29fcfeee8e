//! Puts the pictures and tables together into one page.

use std::fmt::Write as _;

use super::svg::escape;
use super::{EstimateStory, MapView, OutboxStory, Story, Table, chart, map};

/// The whole page: style, pictures and all, nothing to be fetched.
pub fn render(story: &Story) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Cairn: the demo's report</title><style>{}</style></head><body>\
         <header><h1>Cairn</h1><p>{}</p></header><main>",
        include_str!("style.css"),
        escape(&story.subtitle)
    );
    html.push_str("<section class=\"headlines\" aria-label=\"In numbers\">");
    for headline in &story.headlines {
        let _ = write!(html, "<div><b>{}</b><span>{}</span></div>", escape(&headline.value), escape(&headline.label));
    }
    html.push_str("</section>");
    section(
        &mut html,
        "Where it went",
        "Hexagons are ground covered, stronger where it was walked on more days. A pointer over one tells since when.",
        &maps(&story.maps),
    );
    section(
        &mut html,
        "What became of what was heard",
        "Bars are logarithmic. Private networks and wrong positions end here, before anything is stored.",
        &chart::bars(&story.fate),
    );
    section(
        &mut html,
        "Leaderboard",
        "Only your own days against each other; none of it leaves the phone.",
        &leaderboard(story),
    );
    section(
        &mut html,
        "Outbox",
        "Each dot is one request: taken, refused and halved, or failed for now. The line is what still waits.",
        &outboxes(&story.outbox),
    );
    section(
        &mut html,
        "Where am I, without GPS or network",
        "Along paths held back from learning. Lines lead from the truth to the estimate; circles are its 68 % radius.",
        &estimates(story),
    );
    html.push_str(
        "</main><footer>Streets and buildings © OpenStreetMap contributors, ODbL. Tracks are real, the radio world is simulated: \
         no real network is in this report.</footer></body></html>",
    );
    html
}

/// A page of one subject in the same style.
pub fn plain_page(title: &str, subtitle: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{style}</style></head><body>\
         <header><h1>{title}</h1><p>{subtitle}</p></header><main>{body}</main></body></html>",
        title = escape(title),
        style = include_str!("style.css"),
        subtitle = escape(subtitle),
    )
}

/// How far off estimates are, and beside it a table, or, where there is none, how honest their two radii are.
pub fn estimate_charts(title: &str, stories: &[EstimateStory], table: Option<&str>) -> String {
    let legend = chart::legend(stories.iter().map(|e| e.source.as_str()));
    let beside = table.map_or_else(
        || format!("<figure><h3>How honest</h3>{}{legend}</figure>", chart::calibration(stories)),
        |table| format!("<figure><h3>In numbers</h3>{table}</figure>"),
    );
    format!(
        "<section><h2>{}</h2><div class=\"columns\"><figure><h3>How far off</h3>{}{legend}</figure>{beside}</div></section>",
        escape(title),
        chart::errors(stories),
    )
}

fn section(html: &mut String, title: &str, note: &str, body: &str) {
    let _ = write!(html, "<section><h2>{}</h2><p class=\"note\">{}</p>{body}</section>", escape(title), escape(note));
}

/// One map at a time, chosen by its name; works without any script.
fn maps(views: &[MapView]) -> String {
    let mut html = String::from("<div class=\"tabs\">");
    for (i, view) in views.iter().enumerate() {
        let checked = if i == 0 { " checked" } else { "" };
        let _ = write!(
            html,
            "<input type=\"radio\" name=\"map\" id=\"map{i}\"{checked}><label for=\"map{i}\">{}</label>",
            escape(&view.title)
        );
    }
    for view in views {
        let _ = write!(html, "<figure>{}<figcaption>{}</figcaption></figure>", map::draw(view), escape(&view.note));
    }
    html.push_str("</div>");
    html
}

fn leaderboard(story: &Story) -> String {
    let mut html = String::new();
    for sentence in &story.standing {
        let _ = write!(html, "<p class=\"standing\">{}</p>", escape(sentence));
    }
    html.push_str("<div class=\"columns\">");
    for t in &story.leaderboard {
        html.push_str(&table(t));
    }
    html.push_str("</div>");
    html
}

fn outboxes(stories: &[OutboxStory]) -> String {
    let mut html = String::from("<div class=\"columns\">");
    for story in stories {
        let _ = write!(
            html,
            "<figure><h3>{}</h3>{}<figcaption><ul class=\"legend kinds\"><li class=\"accepted\">taken</li><li class=\"refused\">refused</li>\
             <li class=\"failed\">failed for now</li></ul></figcaption></figure>",
            escape(&story.service),
            chart::outbox(story)
        );
    }
    html.push_str("</div>");
    for story in stories.iter().filter(|s| !s.quarantined.rows.is_empty()) {
        html.push_str(&table(&story.quarantined));
    }
    html
}

fn estimates(story: &Story) -> String {
    let legend = chart::legend(story.estimates.iter().map(|e| e.source.as_str()));
    format!(
        "<figure>{}<figcaption>{}</figcaption></figure><div class=\"columns\"><figure><h3>How far off</h3>{}{legend}</figure>\
         <figure><h3>How honest</h3>{}{legend}</figure></div>",
        map::draw(&story.estimate_map),
        escape(&story.estimate_map.note),
        chart::errors(&story.estimates),
        chart::calibration(&story.estimates),
    )
}

fn table(t: &Table) -> String {
    let mut html = format!(
        "<div class=\"table\"><h3>{}</h3><table{}><thead>",
        escape(&t.title),
        // A table that begins with ranks has its names in the second column.
        if t.columns.first().is_some_and(String::is_empty) { " class=\"ranked\"" } else { "" }
    );
    row(&mut html, &t.columns, "th");
    html.push_str("</thead><tbody>");
    t.rows.iter().for_each(|cells| row(&mut html, cells, "td"));
    html.push_str("</tbody></table></div>");
    html
}

fn row(html: &mut String, cells: &[String], tag: &str) {
    html.push_str("<tr>");
    for cell in cells {
        let _ = write!(html, "<{tag}>{}</{tag}>", escape(cell));
    }
    html.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::super::{EstimateStory, Headline, OutboxStory, Try, TryKind};
    use super::*;

    fn story() -> Story {
        let numbers = |title: &str| Table {
            title: title.to_owned(),
            columns: vec!["day".to_owned(), "points".to_owned()],
            rows: vec![vec!["<12 May>".to_owned(), "240".to_owned()]],
        };
        Story {
            subtitle: "One & all".to_owned(),
            headlines: vec![Headline { value: "1".to_owned(), label: "report".to_owned() }],
            maps: vec![MapView { title: "Helsinki".to_owned(), ..MapView::default() }],
            fate: vec![chart::Bar { label: "kept".to_owned(), value: 12_345, good: true }],
            leaderboard: vec![numbers("Best days")],
            standing: vec!["Third best".to_owned()],
            outbox: vec![OutboxStory {
                service: "one".to_owned(),
                tries: vec![Try { reports: 5, outcome: "503".to_owned(), kind: TryKind::Failed, waiting: 5 }],
                quarantined: numbers("Quarantined"),
            }],
            estimate_map: MapView::default(),
            estimates: vec![EstimateStory {
                source: "WiFi".to_owned(),
                errors: vec![1.0, 5.0],
                inside68: 0.5,
                inside95: 1.0,
            }],
        }
    }

    #[test]
    fn the_page_fetches_nothing_and_escapes_what_it_shows() {
        let html = render(&story());
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(html.contains("One &amp; all") && html.contains("&lt;12 May&gt;"));
        assert!(html.contains("12\u{202f}345"));
    }

    #[test]
    fn every_tag_that_opens_closes() {
        let html = render(&story());
        for tag in ["section", "figure", "table", "svg", "div", "g", "ul"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
