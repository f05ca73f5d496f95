//! The secure QR code: a decimal number, which is bytes, which are gzip, which are fields with 255 between them, the photo, hashes
//! of mobile number and e-mail address, and RSA with SHA-256 over all before it in the last 256 bytes.
//!
//! UIDAI, User Manual for QR Code Reader (15 March 2019), and what pyaadhaar 2.0.2 and others read of the codes of 2022, which begin
//! with `V2` and have the last four digits of the mobile number behind the address.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::keyring::{KeyRing, Scheme};
use crate::person::{self, Person};
use crate::reference::ReferenceId;
use crate::refusal::Refusal;
use crate::text::hex;

mod integer;

pub use integer::bytes_of_decimal;

/// Most digits: a version 40 code holds 7089 of them.
pub const DIGITS_MAX: usize = 7089;
/// Most bytes that a code may stand for. Its photo is compressed already.
const INFLATED_BYTES_MAX: usize = 64 << 10;
const SIGNATURE_BYTES: usize = 256;
const HASH_BYTES: usize = 32;
const BETWEEN: u8 = 255;
/// Fields before the photo, without version and mobile number: status, reference id, name, birth, gender and the address.
const ADDRESS: [&str; 11] = [
    "care_of",
    "district",
    "landmark",
    "house",
    "locality",
    "pincode",
    "post_office",
    "state",
    "street",
    "subdistrict",
    "village",
];

/// Whom a code describes, if one of the pinned certificates signed it. `versions` are read beside codes that name none.
pub fn verified(scanned: &[u8], ring: &KeyRing, versions: &[String]) -> Result<Person, Refusal> {
    let content = inflated(scanned)?;
    let end = content.len().checked_sub(SIGNATURE_BYTES).ok_or(Refusal::QrMalformed)?;
    let (signed, signature) = content.split_at(end);
    let (person, rest) = fields(signed, versions)?;
    let made_at_s = person.reference.made_at_s;
    ring.verify(Scheme::Sha256, signed, signature, made_at_s)?;
    with_rest(person, rest)
}

/// What a code stands for.
fn inflated(scanned: &[u8]) -> Result<Vec<u8>, Refusal> {
    let text = std::str::from_utf8(scanned).map_err(|_| Refusal::QrMalformed)?.trim();
    if text.starts_with('<') {
        return Err(Refusal::QrUnsigned);
    }
    if text.len() > DIGITS_MAX {
        return Err(Refusal::QrTooLarge);
    }
    let packed = bytes_of_decimal(text).ok_or(Refusal::QrMalformed)?;
    let mut content = Vec::new();
    let mut inflating = GzDecoder::new(packed.as_slice()).take(INFLATED_BYTES_MAX as u64 + 1);
    inflating.read_to_end(&mut content).map_err(|_| Refusal::QrMalformed)?;
    if content.len() > INFLATED_BYTES_MAX {
        return Err(Refusal::QrTooLarge);
    }
    // What lies behind the end of the gzip is not covered by the signature.
    match inflating.into_inner().into_inner().is_empty() {
        true => Ok(content),
        false => Err(Refusal::QrMalformed),
    }
}

/// What comes after the texts: the photo and the hashes.
struct Rest<'a> {
    bytes: &'a [u8],
    has_mobile: bool,
    has_email: bool,
}

fn fields<'a>(signed: &'a [u8], versions: &[String]) -> Result<(Person, Rest<'a>), Refusal> {
    let mut left = signed;
    let mut next = || {
        let end = left.iter().position(|byte| *byte == BETWEEN).ok_or(Refusal::QrMalformed)?;
        let field = &left[..end];
        left = &left[end + 1..];
        Ok(text(field))
    };
    let first: String = next()?;
    let is_versioned = first.starts_with('V');
    if is_versioned && !versions.contains(&first) {
        return Err(Refusal::QrVersionUnknown);
    }
    let status = if is_versioned { next()? } else { first };
    let (has_email, has_mobile) = match status.as_str() {
        "0" => (false, false),
        "1" => (true, false),
        "2" => (false, true),
        "3" => (true, true),
        _ => return Err(Refusal::QrMalformed),
    };
    let reference = ReferenceId::parse(&next()?)?;
    let (name, birth, gender) = (next()?, next()?, next()?);
    let mut address = BTreeMap::new();
    for part in ADDRESS {
        address.extend(person::part(&next()?).map(|value| (part, value)));
    }
    if is_versioned {
        address.extend(person::part(&next()?).map(|value| ("mobile_last_four", value)));
    }
    let person = Person {
        reference,
        name: person::name(&name)?,
        birth: person::birth(&birth),
        gender: person::gender(&gender),
        address,
        mobile_hash: None,
        email_hash: None,
        portrait: None,
    };
    Ok((person, Rest { bytes: left, has_mobile, has_email }))
}

/// The person with photo and hashes. The mobile number's hash is the last, the e-mail address's before it.
fn with_rest(person: Person, rest: Rest<'_>) -> Result<Person, Refusal> {
    let mut photo = rest.bytes;
    let mut hash = |is_there: bool| {
        if !is_there {
            return Ok(None);
        }
        let start = photo.len().checked_sub(HASH_BYTES).ok_or(Refusal::QrMalformed)?;
        let (before, hash) = photo.split_at(start);
        photo = before;
        Ok(Some(hex(hash)))
    };
    let mobile_hash = hash(rest.has_mobile)?;
    let email_hash = hash(rest.has_email)?;
    Ok(Person { mobile_hash, email_hash, portrait: person::portrait(photo)?, ..person })
}

/// A field's text: UTF-8 where it is, else ISO 8859-1, which is what UIDAI's manual says. Neither has a byte 255.
fn text(field: &[u8]) -> String {
    match std::str::from_utf8(field) {
        Ok(text) => text.to_owned(),
        Err(_) => field.iter().map(|byte| char::from(*byte)).collect(),
    }
}
