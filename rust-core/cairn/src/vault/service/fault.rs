//! Why a service did not do what it was asked for. A pure table.

use thiserror::Error;

use super::courier::Reply;
use crate::model::Millis;
use crate::outbox::TransportError;

/// What stands between a vault and its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServiceFault {
    /// There was no answer.
    #[error("the service cannot be reached: {0}")]
    Transport(#[from] TransportError),
    /// It has no such vault, or not for who asks: it does not tell which.
    #[error("the service has no vault with this id")]
    Unknown,
    /// Another phone was faster.
    #[error("another phone has stored something there meanwhile; nothing was changed, try again")]
    Changed,
    /// More than it takes.
    #[error("the backup is larger than the service takes")]
    TooLarge,
    /// It has no room left, or as many vaults as it keeps.
    #[error("the service has no room for it")]
    NoRoom,
    /// It wants to be left alone for a while.
    #[error("the service is busy; try again {}", in_words(*.0))]
    Later(Option<Millis>),
    /// What answers is no service that keeps vaults: a log-in page, a wrong address, a service that keeps none.
    #[error("what answers there keeps no vaults: a wrong address, or a network that wants a log-in first")]
    NotAService,
    /// It says no.
    #[error("the service refuses: status {0}")]
    Refused(u16),
}

fn in_words(after: Option<Millis>) -> String {
    after.map_or_else(|| "later".to_owned(), |ms| format!("in {} s", ms.0.max(0) / 1_000))
}

impl ServiceFault {
    /// What an answer means; none where it is a good one.
    pub(super) fn of(reply: &Reply) -> Option<Self> {
        let is_html = reply.content_type.as_ref().is_some_and(|t| t.to_ascii_lowercase().contains("html"));
        match reply.status {
            _ if is_html => Some(Self::NotAService),
            200 | 201 | 204 => None,
            // Every answer of one that keeps vaults says how large they may be.
            404 if reply.max_bytes.is_some() => Some(Self::Unknown),
            200..=399 | 404 | 405 => Some(Self::NotAService),
            412 => Some(Self::Changed),
            413 => Some(Self::TooLarge),
            408 | 425 | 429 | 500 | 502..=504 => Some(Self::Later(reply.retry_after)),
            507 => Some(Self::NoRoom),
            status => Some(Self::Refused(status)),
        }
    }

    /// Whether the same call may work later.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::Transport(e) => e != TransportError::Untrusted,
            Self::Changed | Self::Later(_) | Self::NoRoom => true,
            Self::Unknown | Self::TooLarge | Self::NotAService | Self::Refused(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, of_vaults: bool, content_type: &str) -> Reply {
        Reply {
            status,
            digest: None,
            version: None,
            retry_after: Some(Millis(30_000)),
            max_bytes: of_vaults.then_some(1),
            content_type: Some(content_type.to_owned()),
            length: None,
            body: Box::new(std::io::empty()),
        }
    }

    #[test]
    fn a_log_in_page_and_a_service_without_vaults_are_told_from_an_unknown_id() {
        let judged = |status, of_vaults, t| ServiceFault::of(&reply(status, of_vaults, t));
        assert_eq!(judged(200, true, "application/octet-stream"), None);
        assert_eq!(judged(200, false, "text/html; charset=utf-8"), Some(ServiceFault::NotAService));
        assert_eq!(judged(302, false, ""), Some(ServiceFault::NotAService));
        assert_eq!(judged(404, true, ""), Some(ServiceFault::Unknown));
        assert_eq!(judged(404, false, "application/json"), Some(ServiceFault::NotAService));
        assert_eq!(judged(412, true, ""), Some(ServiceFault::Changed));
        assert_eq!(judged(418, true, ""), Some(ServiceFault::Refused(418)));
        let busy = judged(429, true, "").unwrap();
        assert_eq!(busy.to_string(), "the service is busy; try again in 30 s");
        assert!(busy.is_retryable());
    }
}
