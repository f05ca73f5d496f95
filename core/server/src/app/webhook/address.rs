//! Where messages may go: http to this machine, and to the networks that the settings name. A name is looked up once for each
//! connection, and it is connected to what was looked at.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use pipeline::source::SourcePolicy;

const URL_CHARS_MAX: usize = 2048;
const HTTP_PORT: u16 = 80;

/// Why messages do not go to a URL.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(
        "a webhook's URL is http://HOST/PATH, without user name or fragment, up to {URL_CHARS_MAX} characters"
    )]
    Malformed,
    #[error("https is not spoken here: send to a TLS proxy on this machine or in webhooks.networks")]
    Tls,
    #[error("{0} lies outside loopback and webhooks.networks")]
    Address(IpAddr),
    #[error("the host's name is not known")]
    Unresolved,
}

/// A URL taken apart.
pub(super) struct Place {
    host: String,
    port: u16,
    /// `HOST:PORT` as the URL says it.
    pub(super) authority: String,
    /// Path and query.
    pub(super) path: String,
}

impl Place {
    pub(super) fn of(url: &str) -> Result<Self, Refused> {
        let uri: Uri = url.parse().map_err(|_| Refused::Malformed)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(Refused::Tls),
            _ => return Err(Refused::Malformed),
        }
        let authority = uri.authority().ok_or(Refused::Malformed)?;
        if url.len() > URL_CHARS_MAX || url.contains('#') || authority.as_str().contains('@') {
            return Err(Refused::Malformed);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(Refused::Malformed);
        }
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(HTTP_PORT),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    /// Refuses an address that is written in the URL and may not be connected to.
    pub(super) fn check_literal(&self, networks: &[String]) -> Result<(), Refused> {
        match self.host.parse::<IpAddr>() {
            Ok(address) => permitted(address, networks),
            Err(_) => Ok(()),
        }
    }

    /// The address to connect to.
    pub(super) async fn resolve(&self, networks: &[String]) -> Result<SocketAddr, Refused> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|_| Refused::Unresolved)?.collect();
        // One bad address among them is enough: who answers for the name decides what comes first.
        found.iter().try_for_each(|address| permitted(address.ip(), networks))?;
        found.first().copied().ok_or(Refused::Unresolved)
    }
}

fn permitted(address: IpAddr, networks: &[String]) -> Result<(), Refused> {
    let policy = SourcePolicy {
        loopback: true,
        private: false,
        public: false,
        networks: networks.iter().filter_map(|network| network.parse().ok()).collect(),
        ..SourcePolicy::default()
    };
    policy.permit(address).map_err(|_| Refused::Address(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_without_a_user_is_a_webhooks_url() {
        for (url, expected) in [
            ("http://127.0.0.1:9000/hook?x=1", Some(("127.0.0.1:9000", "/hook?x=1"))),
            ("http://localhost", Some(("localhost", "/"))),
            ("http://[::1]:80/", Some(("[::1]:80", "/"))),
            ("https://localhost/", None),
            ("ftp://localhost/", None),
            ("http://joe@localhost/", None),
            ("http://127.0.0.1:80@evil.example/", None),
            ("http://localhost/#x", None),
            ("http:///x", None),
            ("localhost", None),
            ("", None),
        ] {
            let place = Place::of(url).ok();
            let found = place.as_ref().map(|place| (place.authority.as_str(), place.path.as_str()));
            assert_eq!(found, expected, "{url}");
        }
        assert!(Place::of(&format!("http://localhost/{}", "x".repeat(URL_CHARS_MAX))).is_err());
    }

    #[tokio::test]
    async fn only_this_machine_and_the_listed_networks_are_connected_to() {
        let check = async |host: &str, networks: &[&str]| {
            let networks: Vec<String> = networks.iter().map(|network| (*network).to_owned()).collect();
            let place = Place::of(&format!("http://{host}/")).unwrap();
            let literal = place.check_literal(&networks).is_ok();
            let resolved = place.resolve(&networks).await.is_ok();
            assert!(literal == resolved || host == "localhost", "{host}");
            resolved
        };
        for (host, networks, allowed) in [
            ("127.0.0.1:9000", &[][..], true),
            ("localhost:9000", &[], true),
            ("[::1]", &[], true),
            ("[::ffff:127.0.0.1]", &[], true),
            ("10.0.0.9", &[], false),
            ("10.0.0.9", &["10.0.0.0/8"], true),
            ("[::ffff:10.0.0.9]", &[], false),
            ("203.0.113.7", &["10.0.0.0/8"], false),
            // Metadata services and the like are never reached, whatever the settings say.
            ("169.254.169.254", &["0.0.0.0/0"], false),
            ("0.0.0.0", &["0.0.0.0/0"], false),
            ("[fe80::1]", &["::/0"], false),
        ] {
            assert_eq!(check(host, networks).await, allowed, "{host} {networks:?}");
        }
    }
}
