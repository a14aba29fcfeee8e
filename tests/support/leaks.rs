//! Finds what must never be in a log, an error or anything else that people paste into a bug report.

/// Hardware addresses, coordinates and simulated networks' names in a text, each with its line.
pub fn leaks(text: &str) -> Vec<String> {
    text.lines().filter(|line| has_mac(line) || has_coordinate(line) || has_name(line)).map(str::to_owned).collect()
}

/// Twelve hexadecimal digits in pairs, with one kind of separator or none; digits alone are some other number.
fn has_mac(line: &str) -> bool {
    let separated = [b':', b'-'].into_iter().any(|separator| {
        line.as_bytes().windows(17).any(|w| {
            w.iter().enumerate().all(|(i, b)| if i % 3 == 2 { *b == separator } else { b.is_ascii_hexdigit() })
        })
    });
    let run_together = line.split(|c: char| !c.is_ascii_hexdigit()).any(|run| {
        run.len() == 12 && run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic())
    });
    separated || run_together
}

/// A number with four decimals or more places somebody within ten metres, unless it is a time ("119.9999s").
fn has_coordinate(line: &str) -> bool {
    let mut parts = line.split('.');
    let mut before = parts.next().unwrap_or_default();
    for after in parts {
        let decimals = after.bytes().take_while(u8::is_ascii_digit).count();
        let is_time = after[decimals..].starts_with(['s', 'm', 'µ', 'n']);
        if decimals >= 4 && !is_time && before.ends_with(|c: char| c.is_ascii_digit()) {
            return true;
        }
        before = after;
    }
    false
}

/// The simulation names its networks "net" and four hexadecimal digits, the tests' own is "open street".
fn has_name(line: &str) -> bool {
    line.contains("open street")
        || line.split("net ").skip(1).any(|rest| rest.len() >= 4 && rest.bytes().take(4).all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::leaks;

    #[test]
    fn what_must_not_be_said_is_found_and_the_rest_is_not() {
        for leak in
            ["at 00:1a:2b:3c:4d:5e", "mac=001a2b3c4d5e", "60.16991,24.9", "joined net 03fa guest", "00-1A-2B-3C-4D-5E"]
        {
            assert_eq!(leaks(leak).len(), 1, "{leak}");
        }
        for fine in [
            "127.0.0.1:43210",
            "took 12.345 s",
            "timeout 119.999998s",
            "schema 5",
            "10:15:30 committed 123456789012",
            "Cairn/0.1.0",
        ] {
            assert_eq!(leaks(fine), Vec::<String>::new(), "{fine}");
        }
    }
}
