//! What a signed document says of a person, and how it is told.

use std::collections::BTreeMap;

use plugin_sdk::identity::{Assurance, Attested, Media, Portrait};

use crate::moment;
use crate::number;
use crate::reference::ReferenceId;
use crate::refusal::Refusal;
use crate::text::line;

/// Who vouches.
pub(crate) const ISSUER: &str = "UIDAI";
/// Largest photo, in bytes: what the host takes.
const PORTRAIT_BYTES_MAX: usize = 512 << 10;
/// Longest value of an attribute, in bytes: what the host takes.
const VALUE_BYTES_MAX: usize = 1024;

/// A person as a document describes them.
#[derive(Clone)]
pub struct Person {
    /// The document's reference id.
    pub reference: ReferenceId,
    /// Name.
    pub name: String,
    /// YYYY-MM-DD or YYYY, where it is said.
    pub birth: Option<String>,
    /// `female`, `male` or `other`, where it is said.
    pub gender: Option<&'static str>,
    /// Parts of the address by name.
    pub address: BTreeMap<&'static str, String>,
    /// Hash of the mobile number, in hexadecimal.
    pub mobile_hash: Option<String>,
    /// Hash of the e-mail address, in hexadecimal.
    pub email_hash: Option<String>,
    /// The photo.
    pub portrait: Option<Portrait>,
}

impl Person {
    /// What the document attests, under this key of the person.
    pub(crate) fn attested(self, reference_key: String, assurance: Assurance) -> Attested {
        let mut attributes: BTreeMap<String, String> = BTreeMap::new();
        attributes.insert("name".into(), self.name);
        attributes.insert("masked_number".into(), number::masked(self.reference.last_four()));
        if let Some(birth) = self.birth {
            let name = if birth.len() == 4 { "birth_year" } else { "birth_date" };
            attributes.insert(name.into(), birth);
        }
        attributes.extend(self.gender.map(|gender| ("gender".into(), gender.to_owned())));
        attributes.extend(self.address.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Attested {
            reference_key,
            issuer: ISSUER.into(),
            issued_at_s: self.reference.made_at_s,
            assurance,
            attributes,
            portrait: self.portrait,
        }
    }
}

/// A name in one line.
pub(crate) fn name(text: &str) -> Result<String, Refusal> {
    line(text).filter(|name| name.len() <= VALUE_BYTES_MAX).ok_or(Refusal::DocumentIncomplete)
}

/// A part of an address, where there is one.
pub(crate) fn part(text: &str) -> Option<String> {
    line(text).filter(|part| part.len() <= VALUE_BYTES_MAX)
}

/// A day or year of birth as UIDAI writes it: DD-MM-YYYY, DD/MM/YYYY, YYYY-MM-DD or YYYY. Anything else is not told.
pub(crate) fn birth(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['-', '/']).collect();
    let number = |text: &str, length: usize| {
        let is_one = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        is_one.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = match parts.as_slice() {
        [year] => return number(year, 4).filter(|year| *year >= 1850).map(|year| year.to_string()),
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] => (year, month, day),
        _ => return None,
    };
    let date = [number(year, 4)?, number(month, 2)?, number(day, 2)?];
    moment::day(date)?;
    let [year, month, day] = date;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// A gender as UIDAI writes it.
pub(crate) fn gender(text: &str) -> Option<&'static str> {
    match text.trim() {
        "F" | "FEMALE" | "Female" => Some("female"),
        "M" | "MALE" | "Male" => Some("male"),
        "T" | "TRANSGENDER" | "Transgender" => Some("other"),
        _ => None,
    }
}

/// A photo, by what its first bytes say that it is; none when there are no bytes.
pub(crate) fn portrait(bytes: &[u8]) -> Result<Option<Portrait>, Refusal> {
    const JP2: [&[u8]; 2] = [b"\x00\x00\x00\x0CjP  \r\n\x87\n", &[0xFF, 0x4F, 0xFF, 0x51]];
    if bytes.is_empty() {
        return Ok(None);
    }
    let media = match () {
        () if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) => Media::Jpeg,
        () if JP2.iter().any(|start| bytes.starts_with(start)) => Media::Jp2,
        () => return Err(Refusal::PortraitUnfit),
    };
    match bytes.len() > PORTRAIT_BYTES_MAX {
        true => Err(Refusal::PortraitUnfit),
        false => Ok(Some(Portrait { media, bytes: bytes.to_vec() })),
    }
}
