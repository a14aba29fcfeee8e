//! The service's reason for a refusal, without anything that names a person's network or place.

use super::transport::Answer;

/// Longer explanations help nobody on a phone's screen.
const MAX_LENGTH: usize = 160;

/// What a refusal says of itself: status, and the service's words as far as they are words.
///
/// Services quote what they dislike. Every run of letters, digits and signs that holds a digit and is not a place in the body
/// (`items.3.wifiAccessPoints`) might be an address or a coordinate and is left out, and so is everything in quotes.
pub(super) fn reason_of(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let mut words = String::new();
    let mut quoted = false;
    for word in text.split_whitespace() {
        for part in word.split_inclusive(['"', '\'', '`']) {
            let bare = part.trim_matches(|c: char| !c.is_alphanumeric());
            if !quoted || is_known(bare) {
                push(&mut words, bare);
            }
            if part.ends_with(['"', '\'', '`']) {
                quoted = !quoted;
            }
        }
        if words.len() > MAX_LENGTH {
            break;
        }
    }
    if words.is_empty() { format!("status {}", answer.status) } else { format!("status {}: {words}", answer.status) }
}

fn push(words: &mut String, word: &str) {
    let harmless = word.chars().all(|c| c.is_ascii_alphabetic()) && word.len() <= 24 || is_known(word);
    if harmless && !word.is_empty() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
}

/// Names of members and places in the body: the only quoted things that may be repeated.
fn is_known(word: &str) -> bool {
    const MEMBERS: [&str; 24] = [
        "items",
        "timestamp",
        "position",
        "latitude",
        "longitude",
        "accuracy",
        "altitude",
        "altitudeAccuracy",
        "heading",
        "speed",
        "age",
        "source",
        "wifiAccessPoints",
        "macAddress",
        "signalStrength",
        "frequency",
        "ssid",
        "bluetoothBeacons",
        "cellTowers",
        "radioType",
        "mobileCountryCode",
        "mobileNetworkCode",
        "locationAreaCode",
        "cellId",
    ];
    !word.is_empty()
        && word
            .split('.')
            .all(|part| MEMBERS.contains(&part) || (part.len() <= 4 && part.chars().all(|c| c.is_ascii_digit())))
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(body: &str) -> String {
        reason_of(&Answer { status: 400, retry_after: None, content_type: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn the_place_of_the_fault_is_kept_and_its_value_is_not() {
        let json = r#"{"error":{"details":{"validation":{"items.0.wifiAccessPoints.0.macAddress":"\"00:1a:2b:3c:4d:5e\" is no MAC"}}}}"#;
        let reason = said(json);
        assert!(reason.contains("items.0.wifiAccessPoints.0.macAddress"), "{reason}");
        assert!(!reason.contains("1a"), "{reason}");
        assert_eq!(said("Json deserialize error: invalid value"), "status 400: Json deserialize error invalid value");
        assert_eq!(said("latitude 60.169912 is out of range"), "status 400: latitude is out of range");
        assert_eq!(said(""), "status 400");
    }

    proptest! {
        #[test]
        fn no_address_and_no_coordinate_comes_through(mac in 0x1000_0000_0000_u64..1 << 48, lat in -90.0_f64..90.0, name in "[A-Z]{30,40}") {
            let o = mac.to_be_bytes();
            let colons: Vec<String> = o[2..].iter().map(|b| format!("{b:02x}")).collect();
            let body = format!("bad {} {} {} at {lat:.6} in '{name}'", colons.join(":"), colons.join("-"), colons.join(""));
            let reason = said(&body);
            let lat = format!("{lat:.6}");
            prop_assert!(!reason.contains(&colons.join(":")) && !reason.contains(&colons.join("-")) && !reason.contains(&lat));
            prop_assert!(!reason.contains(&name) && reason.len() < 300);
        }
    }
}
