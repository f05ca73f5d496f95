//! The request: `Auth` around an opaque PID block, in its canonical form.

use super::pid::Pid;
use super::settings::{Factor, Settings};
use crate::number::Number;

/// The namespace of requests.
pub(super) const SPACE: &str = "http://www.uidai.gov.in/authentication/uid-auth-request/2.0";
/// The version of the API.
pub(super) const VERSION: &str = "2.5";

/// What is asked.
pub struct AuthRequest<'a> {
    /// Settings of the AUA.
    pub settings: &'a Settings,
    /// Whose authentication.
    pub number: &'a Number,
    /// Our name of it, which the answer has to repeat.
    pub txn: &'a str,
    /// The capture.
    pub pid: &'a Pid,
}

impl AuthRequest<'_> {
    /// The document without a signature, in canonical form.
    pub fn xml(&self) -> String {
        let Settings { aua, sub_aua, licence_key, terminal, device_element, factor, .. } = self.settings;
        let sub_aua = if sub_aua.is_empty() { aua } else { sub_aua };
        let auth = [
            ("ac", aua.as_str()),
            ("lk", licence_key),
            ("rc", "Y"),
            ("sa", sub_aua),
            ("tid", terminal),
            ("txn", self.txn),
            ("uid", self.number.digits()),
            ("ver", VERSION),
        ];
        let (bio, kind, otp) = match factor {
            Factor::Face => ("y", Some("FID"), "n"),
            Factor::Finger => ("y", Some("FMR,FIR"), "n"),
            Factor::Iris => ("y", Some("IIR"), "n"),
            Factor::Otp => ("n", None, "y"),
        };
        let uses: Vec<(&str, &str)> = [("bio", Some(bio)), ("bt", kind), ("otp", Some(otp))]
            .into_iter()
            .chain([("pa", Some("n")), ("pfa", Some("n")), ("pi", Some("n")), ("pin", Some("n"))])
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let device: Vec<_> = self.pid.device.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let Pid { certificate, session_key, hmac, format, data, .. } = self.pid;
        let content = [
            element("Uses", &uses, ""),
            if device.is_empty() { String::new() } else { element(device_element, &device, "") },
            element("Skey", &[("ci", certificate)], session_key),
            element("Hmac", &[], hmac),
            element("Data", &[("type", format)], data),
        ];
        let space = [("xmlns", SPACE)];
        element("Auth", &[&space[..], &auth].concat(), &content.concat())
    }

    /// Where it goes, with the host's placeholder for the ASA's key.
    pub(super) fn path(&self) -> String {
        let Settings { path, aua, asa_key, .. } = self.settings;
        let digit = |place: usize| match self.number.is_virtual() {
            true => "0",
            false => &self.number.digits()[place..=place],
        };
        let secret = asa_key.as_ref().map(|handle| format!("${{secret:{handle}}}")).unwrap_or_default();
        path.replace("{aua}", aua)
            .replace("{uid_0}", digit(0))
            .replace("{uid_1}", digit(1))
            .replace("{asa_key}", &secret)
    }
}

/// An element whose content is XML already. Attributes come in the order of the canonical form.
fn element(name: &str, attributes: &[(&str, &str)], content: &str) -> String {
    let mut text = format!("<{name}");
    for (name, value) in attributes {
        text.push_str(&format!(" {name}=\"{}\"", escaped(value)));
    }
    format!("{text}>{content}</{name}>")
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#x9;"),
            '\n' => text.push_str("&#xA;"),
            '\r' => text.push_str("&#xD;"),
            letter => text.push(letter),
        }
    }
    text
}
