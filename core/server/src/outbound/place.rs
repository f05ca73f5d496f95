//! Where a connection may go.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use pipeline::source::SourcePolicy;

use super::Unconnected;

const URL_CHARS_MAX: usize = 2048;

/// What is spoken at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
    /// Bytes over TCP.
    Tcp,
    /// Bytes over TLS.
    Tls,
}

impl Scheme {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            "tcp" => Some(Self::Tcp),
            "tls" => Some(Self::Tls),
            _ => None,
        }
    }

    /// Whether the other end proves who it is.
    pub(super) fn is_secured(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    pub(crate) fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Tcp | Self::Tls => None,
        }
    }
}

/// A URL taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) scheme: Scheme,
    pub(super) host: String,
    port: u16,
    /// `HOST:PORT` as the URL says it.
    pub(super) authority: String,
    /// Path and query.
    pub(crate) path: String,
}

impl Place {
    /// Of `http://…`, `https://…`, `tcp://HOST:PORT` or `tls://HOST:PORT`, without user name or fragment, so that nothing in
    /// it could be read as another host.
    ///
    /// # Errors
    /// [`Unconnected::Malformed`].
    pub(crate) fn of(url: &str) -> Result<Self, Unconnected> {
        const SHAPE: Unconnected = Unconnected::Malformed(
            "write http(s)://HOST/PATH or tcp or tls://HOST:PORT, without a user name",
        );
        let uri: Uri = url.parse().map_err(|_| SHAPE)?;
        let scheme = uri.scheme_str().and_then(Scheme::parse).ok_or(SHAPE)?;
        let authority = uri.authority().ok_or(SHAPE)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let is_plain = !url.contains('#') && !authority.as_str().contains('@') && !host.is_empty();
        if url.len() > URL_CHARS_MAX || !is_plain {
            return Err(SHAPE);
        }
        if !scheme.is_http() && !matches!(uri.path(), "" | "/") {
            return Err(SHAPE);
        }
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port: authority.port_u16().or(scheme.port()).ok_or(SHAPE)?,
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    /// Refuses an address that is written in the URL and may not be connected to.
    ///
    /// # Errors
    /// [`Unconnected::Address`].
    pub(crate) fn check_literal(&self, networks: &[String]) -> Result<(), Unconnected> {
        match self.host.parse::<IpAddr>() {
            Ok(address) => self.permit(address, networks),
            Err(_) => Ok(()),
        }
    }

    /// The address to connect to.
    pub(super) async fn resolve(&self, networks: &[String]) -> Result<SocketAddr, Unconnected> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|_| Unconnected::Unresolved)?.collect();
        // One bad address among them is enough: who answers for the name decides what comes first.
        found.iter().try_for_each(|address| self.permit(address.ip(), networks))?;
        found.first().copied().ok_or(Unconnected::Unresolved)
    }

    fn permit(&self, address: IpAddr, networks: &[String]) -> Result<(), Unconnected> {
        let policy = SourcePolicy {
            loopback: true,
            private: false,
            public: self.scheme.is_secured(),
            networks: networks.iter().filter_map(|network| network.parse().ok()).collect(),
            ..SourcePolicy::default()
        };
        policy.permit(address).map_err(|_| Unconnected::Address(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_user_or_a_fragment_is_a_place() {
        for (url, expected) in [
            ("http://127.0.0.1:9000/hook?x=1", Some(("127.0.0.1:9000", "/hook?x=1"))),
            ("http://localhost", Some(("localhost", "/"))),
            ("http://[::1]:80/", Some(("[::1]:80", "/"))),
            ("https://localhost/", Some(("localhost", "/"))),
            ("https://localhost:8443/a", Some(("localhost:8443", "/a"))),
            ("tcp://127.0.0.1:99", Some(("127.0.0.1:99", "/"))),
            ("tls://bank.example:99", Some(("bank.example:99", "/"))),
            ("tcp://127.0.0.1", None),
            ("tcp://127.0.0.1:99/path", None),
            ("https://joe@localhost/", None),
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
            let url = if host.contains("://") { host.to_owned() } else { format!("http://{host}/") };
            let place = Place::of(&url).unwrap();
            let literal = place.check_literal(&networks).is_ok();
            let resolved = place.resolve(&networks).await.is_ok();
            assert!(literal == resolved || host.contains("localhost"), "{host}");
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
            // Whoever proves who they are may be anywhere that is public, and nowhere inside.
            ("https://203.0.113.7/", &[], true),
            ("tls://203.0.113.7:99", &[], true),
            ("tcp://203.0.113.7:99", &[], false),
            ("https://10.0.0.9/", &[], false),
            ("https://10.0.0.9/", &["10.0.0.0/8"], true),
            ("https://169.254.169.254/", &["0.0.0.0/0"], false),
            // Metadata services and the like are never reached, whatever the settings say.
            ("169.254.169.254", &["0.0.0.0/0"], false),
            ("0.0.0.0", &["0.0.0.0/0"], false),
            ("[fe80::1]", &["::/0"], false),
        ] {
            assert_eq!(check(host, networks).await, allowed, "{host} {networks:?}");
        }
    }
}
