//! Where a camera's pictures come from: one URL, parsed once, whose credentials cannot be printed.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

mod policy;
#[cfg(test)]
mod tests;

pub use policy::{Network, SourcePolicy};

/// The address of a picture source.
///
/// `Display` and `Debug` leave out user, password, query and whatever else may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceUrl {
    place: Place,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Rtsp(Rtsp),
    Device(PathBuf),
    File(PathBuf),
    Push,
}

/// The parts of an `rtsp://` or `rtsps://` address.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Rtsp {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query, as they go on the wire.
    pub(crate) resource: String,
    pub(crate) login: Option<Login>,
}

/// What the camera asks for. No `Debug`: it is a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// What kind of source a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// An IP camera, `rtsp://` or `rtsps://`.
    Rtsp,
    /// A camera on this machine, `v4l2:///dev/videoN`, or a link to it below `/dev/v4l/by-id` or `/dev/v4l/by-path`.
    Device,
    /// A recording played over and over, `file:///…`.
    File,
    /// JPEG pictures that a browser or kiosk sends in, `push:`.
    Push,
}

/// Why a source is refused. [`SourceError::code`] is stable; no message repeats the URL, it may hold a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    /// Not a URL of the announced kind.
    #[error("the camera address is malformed: {0}")]
    Malformed(&'static str),
    /// A scheme we do not open.
    #[error("the scheme {0:?} is not supported; use rtsp, rtsps, v4l2, file or push")]
    Scheme(String),
    /// The host name has no address.
    #[error("the host of the camera address cannot be resolved")]
    Unresolved,
    /// Policy forbids the address: add its network to the allowed ones if the camera is really there.
    #[error("the camera address {address} is {why}; allow its network in the configuration first")]
    AddressRefused {
        /// The address that the host resolves to.
        address: std::net::IpAddr,
        /// The kind of address it is.
        why: &'static str,
    },
    /// Policy forbids this file or device.
    #[error("{0}")]
    PathRefused(&'static str),
}

impl SourceError {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            SourceError::Malformed(_) => "source_malformed",
            SourceError::Scheme(_) => "source_scheme_unsupported",
            SourceError::Unresolved => "source_host_unresolved",
            SourceError::AddressRefused { .. } => "source_address_refused",
            SourceError::PathRefused(_) => "source_path_refused",
        }
    }
}

const URL_BYTES_MAX: usize = 2048;
/// A camera that was plugged in is looked for no later than after this, whether or not udev tells.
const LOCAL_RETRY: Duration = Duration::from_secs(2);

impl SourceUrl {
    /// Parses a source URL. It says nothing about whether the source may be opened: see [`SourcePolicy`].
    ///
    /// # Errors
    /// [`SourceError::Malformed`] or [`SourceError::Scheme`].
    pub fn parse(text: &str) -> Result<SourceUrl, SourceError> {
        let text = text.trim();
        if text.len() > URL_BYTES_MAX || text.chars().any(char::is_control) {
            return Err(SourceError::Malformed("it is too long or holds control characters"));
        }
        let (scheme, rest) = text.split_once(':').ok_or(SourceError::Malformed("it has no scheme"))?;
        let scheme = scheme.to_ascii_lowercase();
        let place = match scheme.as_str() {
            "rtsp" | "rtsps" => Place::Rtsp(rtsp(rest, scheme == "rtsps")?),
            "v4l2" => Place::Device(device(rest)?),
            "file" => Place::File(absolute(rest)?),
            "push" if rest.trim_matches('/').is_empty() => Place::Push,
            "push" => return Err(SourceError::Malformed("push: takes nothing after the colon")),
            _ => return Err(SourceError::Scheme(scheme.chars().take(16).collect())),
        };
        Ok(SourceUrl { place })
    }

    /// What kind of source it names.
    pub fn kind(&self) -> SourceKind {
        match self.place {
            Place::Rtsp(_) => SourceKind::Rtsp,
            Place::Device(_) => SourceKind::Device,
            Place::File(_) => SourceKind::File,
            Place::Push => SourceKind::Push,
        }
    }

    /// The longest that is waited until it is opened again, where that costs next to nothing and locks nobody out.
    pub(crate) fn retry_max(&self) -> Duration {
        match self.place {
            Place::Device(_) => LOCAL_RETRY,
            _ => Duration::MAX,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}

impl Rtsp {
    /// The address without credentials, with `host` in place of the name (an address that policy has checked).
    pub(crate) fn location(&self, host: &str) -> String {
        let scheme = if self.tls { "rtsps" } else { "rtsp" };
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        format!("{scheme}://{host}:{}{}", self.port, self.resource)
    }
}

fn rtsp(rest: &str, tls: bool) -> Result<Rtsp, SourceError> {
    let rest = rest.strip_prefix("//").ok_or(SourceError::Malformed("it is not a URL"))?;
    let (authority, resource) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, authority),
    };
    let (host, port) = match place.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    // A slash in a password that is not escaped would end the host, and the rest would be shown.
    if resource.split('?').next().unwrap_or_default().contains('@')
        || resource.contains('#') && resource.contains('@')
    {
        return Err(SourceError::Malformed(
            "escape /, # and @ in its user and password, as %2F, %23 and %40",
        ));
    }
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    if host.is_empty() || !host.bytes().all(named) {
        return Err(SourceError::Malformed("it has no proper host"));
    }
    let port = match port {
        None if tls => 322,
        None => 554,
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(SourceError::Malformed("its port"))?,
    };
    let login = login.map(|login| {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Some(Login { user: unescaped(user)?, password: unescaped(password)? })
    });
    let login = match login {
        Some(login) => Some(login.ok_or(SourceError::Malformed("its escapes"))?),
        None => None,
    };
    let slash = if resource.starts_with('/') { "" } else { "/" };
    let resource = format!("{slash}{}", resource.split('#').next().unwrap_or_default());
    Ok(Rtsp { tls, host: host.to_owned(), port, resource, login })
}

/// Undoes percent escapes; `None` when one is malformed or the bytes are not UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(out).ok().filter(|text| !text.contains('\0'))
}

fn device(rest: &str) -> Result<PathBuf, SourceError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let named = match path.rsplit_once('/') {
        Some(("/dev", node)) => node.strip_prefix("video").is_some_and(is_number),
        Some(("/dev/v4l/by-id" | "/dev/v4l/by-path", link)) => is_link(link),
        _ => false,
    };
    match named {
        true => Ok(PathBuf::from(path)),
        false => {
            Err(SourceError::Malformed("a local camera is v4l2:///dev/videoN or v4l2:///dev/v4l/by-id/…"))
        }
    }
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name as udev makes it: never one that leads out of its folder.
fn is_link(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+".contains(&byte);
    (3..=200).contains(&name.len()) && name.bytes().all(plain)
}

fn absolute(rest: &str) -> Result<PathBuf, SourceError> {
    let encoded = rest.strip_prefix("//").unwrap_or(rest);
    let path = PathBuf::from(unescaped(encoded).ok_or(SourceError::Malformed("its escapes"))?);
    if !path.is_absolute() {
        return Err(SourceError::Malformed("a file source is file:///absolute/path"));
    }
    Ok(path)
}

impl FromStr for SourceUrl {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<SourceUrl, SourceError> {
        SourceUrl::parse(text)
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Rtsp(rtsp) => {
                let secret = if rtsp.login.is_some() { "***@" } else { "" };
                let location = rtsp.location(&rtsp.host);
                let (scheme, rest) = location.split_once("://").unwrap_or_default();
                // Some cameras take the password in the query, others in the path.
                let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                match path.split_once('?') {
                    _ if path.contains('=') && !path.contains('?') => {
                        write!(f, "{scheme}://{secret}{place}/***")
                    }
                    Some((path, _)) if path.contains('=') => write!(f, "{scheme}://{secret}{place}/***?***"),
                    Some((path, _)) => write!(f, "{scheme}://{secret}{place}{path}?***"),
                    None => write!(f, "{scheme}://{secret}{place}{path}"),
                }
            }
            Place::Device(path) => write!(f, "v4l2://{}", path.display()),
            Place::File(path) => write!(f, "file://{}", path.display()),
            Place::Push => f.write_str("push:"),
        }
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceUrl({self})")
    }
}
