//! What a registered device made of a capture: an encrypted block, opaque here.

use roxmltree::Node;

use crate::refusal::Refusal;
use crate::xml::{self, digits_of, only};

/// What `PidData` holds beside the block.
#[derive(Clone)]
pub struct Pid {
    /// Attributes of the device, as it writes them; none where a one-time password is in the block.
    pub device: Vec<(&'static str, String)>,
    /// `ci` of the session key: when the certificate runs out that it is encrypted for.
    pub certificate: String,
    /// The session key, in base64.
    pub session_key: String,
    /// The block's code, in base64.
    pub hmac: String,
    /// How the block is written: `X` or `P`.
    pub format: String,
    /// The block, in base64.
    pub data: String,
}

/// Attributes by which UIDAI knows a device, in the order of the canonical form.
pub(super) const DEVICE: [&str; 6] = ["dc", "dpId", "mc", "mi", "rdsId", "rdsVer"];
/// Longest value of one.
const ATTRIBUTE_BYTES_MAX: usize = 8192;

impl Pid {
    /// Reads `PidData` as the device gave it.
    pub fn parse(document: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(document).map_err(|_| Refusal::PidMalformed)?;
        let document = xml::parse(text).map_err(|_| Refusal::PidMalformed)?;
        let root = document.root_element();
        if root.tag_name().name() != "PidData" {
            return Err(Refusal::PidMalformed);
        }
        Self::of(root).ok_or(Refusal::PidMalformed)?.ok_or(Refusal::PidNotCaptured)
    }

    /// None inside when the device says that it captured nothing.
    fn of(root: Node<'_, '_>) -> Option<Option<Self>> {
        let failed = |resp: Node<'_, '_>| resp.attribute("errCode").is_none_or(|code| code != "0");
        if only(root, "Resp").is_some_and(failed) {
            return Some(None);
        }
        let told = |device: Node<'_, '_>, name: &'static str| {
            let value = device.attribute(name).filter(|value| value.len() <= ATTRIBUTE_BYTES_MAX);
            value.map(|value| (name, value.to_owned()))
        };
        let of_device = |device| DEVICE.into_iter().map(|name| told(device, name)).collect::<Option<_>>();
        let key = only(root, "Skey")?;
        let data = only(root, "Data")?;
        Some(Some(Self {
            device: only(root, "DeviceInfo").map_or(Some(Vec::new()), of_device)?,
            certificate: key.attribute("ci")?.to_owned(),
            session_key: digits_of(key)?,
            hmac: only(root, "Hmac").and_then(digits_of)?,
            format: data.attribute("type")?.to_owned(),
            data: digits_of(data)?,
        }))
    }
}
