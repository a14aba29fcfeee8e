//! Names from the air in files: anybody may call a network anything, and no reader of ours shall stumble over it.

use std::fmt::Write as _;

use crate::model::{Millis, Ssid};

/// A time as files write it, RFC 3339 in UTC; none outside of the calendar.
pub fn time(utc: Millis) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(utc.0).ok()
}

/// A name as text without anything that is not to be seen: what is not UTF-8, and control characters, become U+FFFD.
pub fn visible(name: &Ssid) -> String {
    name.to_text().chars().map(|c| if is_visible(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Control characters cannot stand in XML and end lines of CSV; marks of direction make a name look like another; the last two
/// are no characters.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// Text for XML, between tags or in an attribute. `>` too, so that no `]]>` comes about.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_visible(c) || c == '\n' => escaped.push(c),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}

/// JSON as text of XML that needs no escapes of its own: what XML or an encoding would change stands as JSON escapes it.
pub fn bare(json: &str) -> String {
    let mut bare = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, ' '..='~') && !matches!(c, '<' | '>' | '&') {
            bare.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(bare, "\\u{unit:04x}");
            }
        }
    }
    bare
}

/// Text for HTML that is to be escaped for XML besides.
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A name as a field of CSV: in quotes where it must be. What a spreadsheet would take for a formula gets an apostrophe before
/// it: such a name is not read back as it was.
pub fn csv(name: &Ssid) -> String {
    let mut text = visible(name);
    if text.starts_with(['=', '+', '-', '@']) {
        text.insert(0, '\'');
    }
    if !text.contains([',', '"']) && text.trim() == text {
        return text;
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    let _ = write!(quoted, "\"{}\"", text.replace('"', "\"\""));
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::events::Event;

    use super::*;

    #[test]
    fn a_hostile_name_becomes_harmless_text() {
        for (name, as_csv) in [
            (&b"Cafe"[..], "Cafe"),
            (b"a,b", "\"a,b\""),
            (b"say \"hi\"", "\"say \"\"hi\"\"\""),
            (b"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            (b"@SUM(1,2)", "\"'@SUM(1,2)\""),
            (b"two\r\nlines\0", "two\u{fffd}\u{fffd}lines\u{fffd}"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b" padded ", "\" padded \""),
        ] {
            assert_eq!(csv(&Ssid::new(name)), as_csv);
        }
        assert_eq!(xml("]]> <b a=\"1\">&'\u{1}"), "]]&gt; &lt;b a=&quot;1&quot;&gt;&amp;&#39;\u{fffd}");
    }

    proptest! {
        #[test]
        fn whatever_a_network_is_called_xml_and_csv_stay_whole(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let name = Ssid::new(bytes);
            let document = format!("<a>{}</a>", xml(&name.to_text()));
            let mut reader = quick_xml::Reader::from_str(&document);
            loop {
                match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Start(start) => prop_assert!(start.name().as_ref() == "a"),
                    _ => {}
                }
            }
            let json = serde_json::to_string(&name.to_text()).unwrap();
            let bare = bare(&json);
            prop_assert!(bare.is_ascii() && !bare.contains(['<', '>', '&']) && !bare.contains(char::is_control));
            prop_assert_eq!(serde_json::from_str::<String>(&bare).unwrap(), name.to_text());
            let line = csv(&name);
            prop_assert!(!line.contains(['\n', '\r', '\0']) && line.matches('"').count().is_multiple_of(2));
            prop_assert!(!line.trim_start_matches('"').starts_with(['=', '+', '-', '@']));
        }
    }
}
