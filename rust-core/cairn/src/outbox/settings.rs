//! A location service as the user has set it up, and when it may be used.

use crate::CoreError;

use super::Stop;

/// A service's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub i64);

/// Whose rules a service follows: they decide what is worth sending to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protocol {
    /// `BeaconDB`.
    #[default]
    BeaconDb,
    /// ichnaea.
    Ichnaea,
    /// Any other that speaks geosubmit: everything is sent.
    Open,
}

/// What the user chooses about a service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the screen")]
pub struct ServiceSettings {
    /// Base address; `/v2/geosubmit` is appended to its path.
    pub url: String,
    /// Key, where the service wants one: 4 to 40 letters, digits or hyphens.
    pub key: Option<String>,
    /// Whose rules it follows.
    pub protocol: Protocol,
    /// Sends times, speeds and pressure as measured instead of coarsened.
    pub full_metadata: bool,
    /// The user has confirmed that it may be spoken to without TLS.
    pub allow_http: bool,
    /// Only where the network costs nothing by volume.
    pub unmetered_only: bool,
    /// Only while charging.
    pub charging_only: bool,
    /// Also while roaming.
    pub roaming: bool,
    /// Whether it is used at all.
    pub enabled: bool,
}

impl ServiceSettings {
    /// A service at an address, with the careful choices.
    pub fn new(url: &str, protocol: Protocol) -> Self {
        Self {
            url: url.to_owned(),
            key: None,
            protocol,
            full_metadata: false,
            allow_http: false,
            unmetered_only: false,
            charging_only: false,
            roaming: false,
            enabled: true,
        }
    }

    /// Whether a service can be reached with this.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] says what is wrong with address or key.
    pub fn check(&self) -> Result<(), CoreError> {
        self.submit_url()?;
        let of_key = |c: char| c.is_ascii_alphanumeric() || c == '-';
        match &self.key {
            Some(key) if !(4..=40).contains(&key.len()) || !key.chars().all(of_key) => {
                Err(CoreError::BadInput("a service's key has 4 to 40 letters, digits or hyphens".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Where reports are posted to: the path goes behind the base's own, the key behind its own query.
    ///
    /// # Errors
    /// [`CoreError::BadInput`] where the address cannot be used.
    pub fn submit_url(&self) -> Result<String, CoreError> {
        self.url_of("/v2/geosubmit")
    }

    /// Where a position is asked for, in the same way.
    ///
    /// # Errors
    /// As [`ServiceSettings::submit_url`].
    pub fn locate_url(&self) -> Result<String, CoreError> {
        self.url_of("/v1/geolocate")
    }

    fn url_of(&self, path: &str) -> Result<String, CoreError> {
        let mut url = base_url(&self.url, self.allow_http, false)?;
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        if let Some(key) = &self.key {
            url.query_pairs_mut().append_pair("key", key);
        }
        url.set_fragment(None);
        Ok(url.into())
    }
}

/// A service's base address, if it may be spoken to: encrypted, but where the user has confirmed otherwise or, if `or_loopback`, on
/// this very machine.
///
/// # Errors
/// [`CoreError::BadInput`] says what is wrong with it.
pub(crate) fn base_url(text: &str, allow_http: bool, or_loopback: bool) -> Result<reqwest::Url, CoreError> {
    let refuse = |why: &str| Err(CoreError::BadInput(format!("the service's address {why}")));
    let Ok(url) = reqwest::Url::parse(text) else { return refuse("is not a web address (https://...)") };
    let host = url.host_str().unwrap_or_default();
    let is_loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if allow_http || (or_loopback && is_loopback) => {}
        "http" => return refuse("is not encrypted (http); confirm that this is meant"),
        _ => return refuse("must begin with https://"),
    }
    if host.is_empty() {
        return refuse("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not carry a user name or password");
    }
    Ok(url)
}

/// A service as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its number.
    pub id: ServiceId,
    /// What the user chose.
    pub settings: ServiceSettings,
    /// Why nothing is sent until the user acts.
    pub stopped: Option<Stop>,
}

/// The phone's network and power at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The network costs by volume.
    pub metered: bool,
    /// The network is a foreign operator's.
    pub roaming: bool,
    /// The phone is being charged.
    pub charging: bool,
}

/// What an upload waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// A network that costs nothing by volume.
    Unmetered,
    /// A charger.
    Charging,
    /// The home network.
    Home,
}

impl Conditions {
    /// What a service's settings still wait for.
    pub fn lacking(self, settings: &ServiceSettings) -> Option<Waits> {
        if settings.unmetered_only && self.metered {
            Some(Waits::Unmetered)
        } else if settings.charging_only && !self.charging {
            Some(Waits::Charging)
        } else if !settings.roaming && self.roaming {
            Some(Waits::Home)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_key_are_added_without_touching_what_is_there() {
        let url = |base: &str, key: Option<&str>| {
            ServiceSettings { key: key.map(str::to_owned), ..ServiceSettings::new(base, Protocol::Open) }
                .submit_url()
                .unwrap()
        };
        assert_eq!(url("https://api.example.org", None), "https://api.example.org/v2/geosubmit");
        assert_eq!(
            url("https://example.org/location/", Some("abcd")),
            "https://example.org/location/v2/geosubmit?key=abcd"
        );
        assert_eq!(
            url("https://example.org/?tenant=7", Some("abcd")),
            "https://example.org/v2/geosubmit?tenant=7&key=abcd"
        );
    }

    #[test]
    fn addresses_and_keys_that_cannot_work_are_told_at_once() {
        let says = |url: &str, part: &str| {
            let error = ServiceSettings::new(url, Protocol::Open).check().unwrap_err().to_string();
            assert!(error.contains(part), "{url}: {error}");
        };
        says("beacondb", "web address");
        says("ftp://example.org", "https://");
        says("http://example.org", "not encrypted");
        says("https://me:secret@example.org", "user name");
        for key in ["abc", "with space", "ümlaut"] {
            let settings = ServiceSettings {
                key: Some(key.to_owned()),
                ..ServiceSettings::new("https://example.org", Protocol::Open)
            };
            assert!(settings.check().is_err(), "{key}");
        }
        let confirmed =
            ServiceSettings { allow_http: true, ..ServiceSettings::new("http://127.0.0.1:8080", Protocol::Open) };
        assert_eq!(confirmed.check(), Ok(()));
    }

    #[test]
    fn the_users_terms_are_kept() {
        let base = ServiceSettings::new("https://example.org", Protocol::Open);
        let careful = ServiceSettings { unmetered_only: true, charging_only: true, ..base };
        let on = |metered, roaming, charging| Conditions { metered, roaming, charging }.lacking(&careful);
        assert_eq!(on(true, false, true), Some(Waits::Unmetered));
        assert_eq!(on(false, false, false), Some(Waits::Charging));
        assert_eq!(on(false, true, true), Some(Waits::Home));
        assert_eq!(on(false, false, true), None);
    }
}
