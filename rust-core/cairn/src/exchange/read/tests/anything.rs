//! Whatever stands in a file.

use proptest::prelude::*;

use super::*;

/// Numbers as only broken programs write them, and usual ones.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::MAX),
        Just(f64::MIN),
        Just(i64::MIN as f64),
        Just(1_748_772_000_000.0),
        -1e4..1e4,
        any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()),
    ]
}

proptest! {
    #[test]
    fn whatever_stands_in_a_file_reading_ends(bytes in proptest::collection::vec(any::<u8>(), 0..400), which in 0_usize..6) {
        let begin = ["", "\x1f", "{\"items\":[", "<?xml version=\"1.0\"?><gpx>", "MAC,SSID,FirstSeen,CurrentLatitude,CurrentLongitude,Type\n", "{"][which];
        let (rows, ..) = read(&[begin.as_bytes(), &bytes].concat());
        prop_assert!(rows.len() <= bytes.len());
    }

    #[test]
    fn numbers_however_large_leave_ages_that_can_be_told(timestamp in number(), age in number(), fix_age in number(), other in number()) {
        let text = format!("{{\"items\":[{{\"timestamp\":{timestamp},\"position\":{{\"latitude\":60,\"longitude\":24,\"age\":{fix_age},\
            \"accuracy\":{other},\"altitude\":{other},\"speed\":{other}}},\"cellTowers\":[{{\"radioType\":\"lte\",\"cellId\":{other},\"age\":{age}}}],\
            \"wifiAccessPoints\":[{{\"macAddress\":\"00:1a:2b:3c:4d:5e\",\"age\":{age},\"signalStrength\":{other},\"frequency\":{other}}}]}}]}}");
        let (rows, bad, fault) = read(text.as_bytes());
        prop_assert_eq!((rows.len() + bad.len(), fault), (1, None));
    }

    #[test]
    fn damage_anywhere_never_gives_a_row_out_of_range(at in 0_usize..10_000, byte in any::<u8>(), which in 0_usize..3) {
        let mut bytes = [WIGLE, GPX, GEOSUBMIT][which].as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        for row in read(&bytes).0 {
            prop_assert!(row.fix.utc > Millis(946_684_800_000) && row.fix.utc < NOW + Millis::from_days(2));
            prop_assert!(row.fix.altitude.is_none_or(|a| a.0.is_finite()));
        }
    }
}
