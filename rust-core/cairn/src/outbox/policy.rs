//! What one answer means for the batch it answers. Sources: location-services reference, A.1 and C.1; a 4xx is not always
//! about the data, and a 200 is not always the service's.

use crate::model::Millis;

use super::TransportError;
use super::reason::reason_of;
use super::transport::Answer;

/// What is to be done with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service has taken it.
    Accepted,
    /// Something in it is refused: halve it until the culprit is alone. With the service's reason.
    Refused(String),
    /// Not now: the same again later, not before the given span where the service named one. With what happened.
    Later(String, Option<Millis>),
    /// Nothing more to this service until the user has acted.
    Stop(Stop),
}

/// Why a service is not used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It refuses us (401, 403): a key is missing or used up, or it takes nothing from anyone.
    Forbidden,
    /// There is no such service at this address (404, 405, 410).
    WrongAddress,
    /// It answers in a way that no location service does.
    Unexpected,
    /// It refused one report after the other and took none: the fault is not in the reports.
    RefusesAll,
}

impl Stop {
    /// All of them, in the order of their numbers in the store.
    pub(crate) const ALL: [Self; 4] = [Self::Forbidden, Self::WrongAddress, Self::Unexpected, Self::RefusesAll];

    /// The same for a reader of English.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Forbidden => "the service refuses access: check its key, or its terms",
            Self::WrongAddress => "there is no location service at this address",
            Self::Unexpected => "the service answers like no location service does",
            Self::RefusesAll => "the service refused every report, so the fault is not in the reports",
        }
    }
}

/// What one answer, or the lack of one, means for the batch it answers.
pub fn judge(answer: &Result<Answer, TransportError>) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        // TLS that fails is told like any other failure and never answered by going without: portals break it as well, and a
        // service that had to be set going by hand after each hotel would never be.
        Err(e) => return Outcome::Later(e.to_string(), None),
    };
    match answer.status {
        // A portal of a hotel or train answers everything with its own page, or sends one there.
        200..=299 if answer.is_html() => {
            Outcome::Later("captive portal: a web page in place of the service".to_owned(), None)
        }
        300..=399 => Outcome::Later("captive portal: sent elsewhere".to_owned(), None),
        // The status says that it was taken; the body says nothing (`{}`, or nothing at all), so it may be cut off.
        200..=299 => Outcome::Accepted,
        400 | 413 | 422 => Outcome::Refused(reason_of(answer)),
        401 | 403 => Outcome::Stop(Stop::Forbidden),
        404 | 405 | 410 => Outcome::Stop(Stop::WrongAddress),
        408 | 425 | 429 | 500..=599 => Outcome::Later(format!("status {}", answer.status), answer.retry_after),
        _ => Outcome::Stop(Stop::Unexpected),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status, retry_after: None, content_type: None, body: Vec::new() }
    }

    #[test]
    fn every_status_has_its_meaning() {
        let accepted = Outcome::Accepted;
        for (status, outcome) in [
            (200, &accepted),
            (204, &accepted),
            (400, &Outcome::Refused("status 400".to_owned())),
            (413, &Outcome::Refused("status 413".to_owned())),
            (401, &Outcome::Stop(Stop::Forbidden)),
            (403, &Outcome::Stop(Stop::Forbidden)),
            (404, &Outcome::Stop(Stop::WrongAddress)),
            (418, &Outcome::Stop(Stop::Unexpected)),
            (429, &Outcome::Later("status 429".to_owned(), None)),
            (503, &Outcome::Later("status 503".to_owned(), None)),
        ] {
            assert_eq!(judge(&Ok(answer(status))), *outcome, "{status}");
        }
        assert!(matches!(judge(&Ok(answer(302))), Outcome::Later(..)));
        for failure in
            [TransportError::Untrusted, TransportError::Timeout, TransportError::Broken, TransportError::Unreachable]
        {
            assert_eq!(judge(&Err(failure)), Outcome::Later(failure.to_string(), None));
        }
    }

    #[test]
    fn a_web_page_with_200_is_a_portal_not_a_service() {
        let by_type = Answer { content_type: Some("text/html; charset=utf-8".to_owned()), ..answer(200) };
        let by_look = Answer { body: b"\n <!DOCTYPE html><title>Welcome aboard".to_vec(), ..answer(200) };
        for portal in [by_type, by_look] {
            assert!(matches!(judge(&Ok(portal)), Outcome::Later(..)));
        }
    }

    #[test]
    fn the_service_says_when_to_come_back() {
        let later = Answer { retry_after: Some(Millis(90_000)), ..answer(429) };
        assert_eq!(judge(&Ok(later)), Outcome::Later("status 429".to_owned(), Some(Millis(90_000))));
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic_and_none_but_a_2xx_is_taken_for_success(
            status in any::<u16>(), body in proptest::collection::vec(any::<u8>(), 0..300), html in any::<bool>(),
        ) {
            let answer = Answer { body, content_type: html.then(|| "text/html".to_owned()), ..answer(status) };
            if judge(&Ok(answer)) == Outcome::Accepted {
                prop_assert!((200..300).contains(&status) && !html);
            }
        }
    }
}
