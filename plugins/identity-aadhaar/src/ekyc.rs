//! Paperless offline e-KYC: what the signed document in the archive says.
//!
//! ```text
//! <OfflinePaperlessKyc referenceId="last four digits and YYYYMMDDhhmmssSSS">
//!   <UidData><Poi name dob gender m e/><Poa careof country dist house landmark loc pc po state street subdist vtc/><Pht>base64</Pht></UidData>
//!   <Signature/>
//! </OfflinePaperlessKyc>
//! ```

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use crate::keyring::KeyRing;
use crate::person::{self, Person};
use crate::reference::ReferenceId;
use crate::refusal::Refusal;
use crate::signature::{self, Expected};
use crate::xml::{self, digits_of, only};

/// UIDAI's names of the parts of an address, and ours.
const ADDRESS: [(&str, &str); 12] = [
    ("careof", "care_of"),
    ("house", "house"),
    ("street", "street"),
    ("landmark", "landmark"),
    ("loc", "locality"),
    ("vtc", "village"),
    ("po", "post_office"),
    ("subdist", "subdistrict"),
    ("dist", "district"),
    ("state", "state"),
    ("pc", "pincode"),
    ("country", "country_name"),
];

/// Whom a document describes, if one of the pinned certificates signed it.
pub fn verified(text: &str, ring: &KeyRing, allows_sha1: bool) -> Result<Person, Refusal> {
    let text = text.trim_start_matches('\u{FEFF}');
    let document = xml::parse(text)?;
    let root = document.root_element();
    let is_one = root.tag_name().name() == "OfflinePaperlessKyc" && root.tag_name().namespace().is_none();
    let named = root.attribute("referenceId").filter(|_| is_one).ok_or(Refusal::DocumentIncomplete)?;
    let reference = ReferenceId::parse(named)?;
    signature::verify(text, &document, Expected { ring, allows_sha1, at_s: reference.made_at_s })?;
    person(root, reference)
}

fn person(root: Node<'_, '_>, reference: ReferenceId) -> Result<Person, Refusal> {
    let data = only(root, "UidData").ok_or(Refusal::DocumentIncomplete)?;
    let poi = only(data, "Poi").ok_or(Refusal::DocumentIncomplete)?;
    let poa = only(data, "Poa").ok_or(Refusal::DocumentIncomplete)?;
    let told = |name: &str| poi.attribute(name).unwrap_or_default();
    let hash = |name: &str| Some(told(name).trim().to_owned()).filter(|hash| !hash.is_empty());
    let mut address = BTreeMap::new();
    for (theirs, ours) in ADDRESS {
        let value = poa.attribute(theirs).and_then(person::part);
        address.extend(value.map(|value| (ours, value)));
    }
    let photo = match xml::children(data, "Pht").count() {
        0 => Vec::new(),
        _ => {
            let digits = only(data, "Pht").and_then(digits_of).ok_or(Refusal::DocumentIncomplete)?;
            STANDARD.decode(digits).map_err(|_| Refusal::PortraitUnfit)?
        }
    };
    Ok(Person {
        reference,
        name: person::name(told("name"))?,
        birth: person::birth(told("dob")),
        gender: person::gender(told("gender")),
        address,
        mobile_hash: hash("m"),
        email_hash: hash("e"),
        portrait: person::portrait(&photo)?,
    })
}
