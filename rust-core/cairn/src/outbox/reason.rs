//! The service's reason for a refusal, without anything that names a person's network or place.
//!
//! Services quote what they dislike, each in its own way of quoting and escaping. So nothing is taken out of what they say;
//! only what is known to be harmless is let through: the words of error messages, and places in the body.

use super::transport::Answer;

/// Longer explanations help nobody on a phone's screen.
const MAX_LENGTH: usize = 200;

/// What a refusal says of itself: status, and the service's words as far as they are known.
pub(super) fn reason_of(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let mut reason = format!("status {}", answer.status);
    let known = text
        .split(|c: char| !c.is_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter(|word| is_word(word) || is_place(word));
    for (n, word) in known.enumerate() {
        let between = if n == 0 { ": " } else { " " };
        if reason.len() + between.len() + word.len() > MAX_LENGTH {
            break;
        }
        reason.push_str(between);
        reason.push_str(word);
    }
    reason
}

/// Whether a word belongs to the error messages of services, their JSON readers and the proxies before them.
fn is_word(word: &str) -> bool {
    const WORDS: &str = "allowed an and array at bad body boolean bytes cannot column content could data decode deserialize \
        duplicate element empty encoding end entity eof error exceeded exceeds expected failed field float for format from \
        greater gzip header i16 i32 i64 in input integer invalid is iterable json key keyinvalid large larger least length \
        less limit line list long longer malformed map mapping maximum minimum missing more most must negative no none not \
        null number object of on one only or out overflow parse parseerror parsing payload range reached read request \
        required sequence shorter should size str string struct supported than the to too trailing type u16 u32 u64 u8 \
        unable unexpected unit unknown unsupported usize utf valid validation value values variant version while with wrong";
    let lower = word.to_ascii_lowercase();
    !word.contains('.') && !word.is_empty() && WORDS.split_ascii_whitespace().any(|known| known == lower)
}

/// Whether it is a place in the body, as `items.3.wifiAccessPoints.0.macAddress`. A number is part of one only behind a list,
/// or `latitude.60.1699` would be one.
fn is_place(word: &str) -> bool {
    const LISTS: [&str; 4] = ["items", "wifiAccessPoints", "bluetoothBeacons", "cellTowers"];
    const MEMBERS: [&str; 26] = [
        "timestamp",
        "position",
        "latitude",
        "longitude",
        "accuracy",
        "altitude",
        "altitudeAccuracy",
        "heading",
        "speed",
        "pressure",
        "age",
        "source",
        "macAddress",
        "signalStrength",
        "frequency",
        "ssid",
        "beaconType",
        "radioType",
        "mobileCountryCode",
        "mobileNetworkCode",
        "locationAreaCode",
        "cellId",
        "asu",
        "timingAdvance",
        "primaryScramblingCode",
        "arfcn",
    ];
    let is_index = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let mut behind_list = false;
    word.split('.').all(|part| {
        let fits = LISTS.contains(&part) || MEMBERS.contains(&part) || behind_list && is_index(part);
        behind_list = LISTS.contains(&part);
        fits
    })
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

    #[test]
    fn a_name_does_not_come_through_however_it_is_quoted() {
        for body in [
            r#"{"message":"value \"Mustermann\" is invalid"}"#,
            r#"Json deserialize error: invalid type: string "Cafe \"Mustermann\" guests", expected u8"#,
            "ssid Mustermann is invalid",
            "can't read 'Mustermann'",
            "no MAC: aabbccddeeff",
            "bad latitude.60.1699",
        ] {
            let reason = said(body);
            assert!(!["Mustermann", "Cafe", "guests", "aabb", "1699"].iter().any(|t| reason.contains(t)), "{reason}");
        }
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
