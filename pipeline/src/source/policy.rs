//! Which sources may be opened: a camera address typed by an operator must not become a probe of the inner network.

use std::net::{IpAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;

use super::{Place, Rtsp, SourceError, SourceUrl};

/// An address range, written `192.168.10.0/24` or as a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What may be opened. The default opens public addresses and local cameras only.
#[derive(Clone, Debug)]
pub struct SourcePolicy {
    /// Cameras on private networks (RFC 1918, RFC 6598, fc00::/7).
    pub private: bool,
    /// Cameras on this machine's loopback, as in the demo.
    pub loopback: bool,
    /// Cameras on public addresses.
    pub public: bool,
    /// Networks that are allowed whatever the flags say. Link-local stays refused.
    pub networks: Vec<Network>,
    /// `v4l2:` devices.
    pub devices: bool,
    /// Folders whose recordings may be played; none by default.
    pub folders: Vec<PathBuf>,
}

impl Default for SourcePolicy {
    fn default() -> SourcePolicy {
        SourcePolicy {
            private: false,
            loopback: false,
            public: true,
            networks: Vec::new(),
            devices: true,
            folders: Vec::new(),
        }
    }
}

/// What kind of address a host has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Never(&'static str),
    Loopback,
    Private,
    Public,
}

impl SourcePolicy {
    /// Says whether the source may be opened now; resolves its host, so it may block.
    ///
    /// # Errors
    /// [`SourceError::AddressRefused`], [`SourceError::PathRefused`] or [`SourceError::Unresolved`].
    pub fn check(&self, url: &SourceUrl) -> Result<(), SourceError> {
        match url.place() {
            Place::Rtsp(rtsp) => self.resolve(rtsp).map(drop),
            Place::Device(_) if !self.devices => {
                Err(SourceError::PathRefused("local cameras are not allowed here"))
            }
            Place::File(path) => {
                // Links are followed first: a link inside the folder must not lead out of it.
                let real =
                    path.canonicalize().map_err(|_| SourceError::PathRefused("there is no such file"))?;
                let inside =
                    |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
                match self.folders.iter().any(inside) {
                    true => Ok(()),
                    false => Err(SourceError::PathRefused("the file is outside the allowed folders")),
                }
            }
            Place::Device(_) | Place::Push => Ok(()),
        }
    }

    /// The address to connect to. The camera is opened by this address, not by name, so that
    /// the name cannot change its meaning between check and use.
    pub(crate) fn resolve(&self, rtsp: &Rtsp) -> Result<IpAddr, SourceError> {
        let candidates =
            (rtsp.host.as_str(), rtsp.port).to_socket_addrs().map_err(|_| SourceError::Unresolved)?;
        let mut first = None;
        for address in candidates.map(|socket| socket.ip().to_canonical()) {
            self.permit(address)?;
            first.get_or_insert(address);
        }
        first.ok_or(SourceError::Unresolved)
    }

    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// [`SourceError::AddressRefused`].
    pub fn permit(&self, address: IpAddr) -> Result<(), SourceError> {
        let address = address.to_canonical();
        let listed = self.networks.iter().any(|network| network.contains(address));
        let (allowed, why) = match reach(address) {
            Reach::Never(why) => (false, why),
            Reach::Loopback => (self.loopback || listed, "on this machine"),
            Reach::Private => (self.private || listed, "in a private network"),
            Reach::Public => (self.public || listed, "public"),
        };
        if allowed { Ok(()) } else { Err(SourceError::AddressRefused { address, why }) }
    }
}

/// `address` is canonical: no IPv4 hidden in IPv6.
fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [0, ..] => Reach::Never("unspecified"),
            [127, ..] => Reach::Loopback,
            // Cloud metadata services answer here.
            [169, 254, ..] => Reach::Never("link-local"),
            [224..=255, ..] => Reach::Never("not a single host"),
            [100, 64..=127, ..] => Reach::Private,
            _ if v4.is_private() => Reach::Private,
            _ => Reach::Public,
        },
        IpAddr::V6(v6) => match v6.segments() {
            _ if v6.is_loopback() => Reach::Loopback,
            _ if v6.is_unspecified() => Reach::Never("unspecified"),
            [0xff00..=0xffff, ..] => Reach::Never("not a single host"),
            [0xfe80..=0xfebf, ..] => Reach::Never("link-local"),
            [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254] => Reach::Never("a metadata service"),
            // NAT64, 6to4 and IPv4-compatible forms reach an IPv4 host that was not checked.
            [0x64, 0xff9b, ..] | [0x2002, ..] | [0, 0, 0, 0, 0, 0, _, _] => {
                Reach::Never("a translated address")
            }
            [0xfc00..=0xfdff, ..] => Reach::Private,
            _ => Reach::Public,
        },
    }
}

impl Network {
    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (mine, other, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                (u128::from(mine.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => (mine.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        (mine ^ other).checked_shr(width - u32::from(self.bits)).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Network, SourceError> {
        let wrong = SourceError::Malformed("a network is written 192.168.10.0/24");
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let Ok(address) = address.parse::<IpAddr>() else { return Err(wrong) };
        let width = if address.is_ipv4() { 32 } else { 128 };
        match bits.map_or(Ok(width), str::parse) {
            Ok(bits) if bits <= width => Ok(Network { address, bits }),
            _ => Err(wrong),
        }
    }
}
