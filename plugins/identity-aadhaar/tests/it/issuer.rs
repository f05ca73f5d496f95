//! An issuer of documents, with keys of its own. It writes them byte by byte, without the code that reads them.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use ring::digest::{SHA256, digest};
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::keys::sign;

/// When documents are made: noon of the first day of 2026, in India.
pub(crate) const MADE: &str = "20260101120000000";
/// The same in Unix seconds.
pub(crate) const MADE_S: u64 = 1_767_249_000;
/// When they are shown.
pub(crate) const NOW_S: u64 = 1_767_312_000;
/// The person's mobile number and e-mail address.
pub(crate) const MOBILE: &str = "9876543210";
pub(crate) const EMAIL: &str = "asha@example.in";
/// The code that the person chose for the e-KYC file.
pub(crate) const SHARE_CODE: &str = "a1B2";
/// The beginning of a JPEG 2000 codestream and of a JPEG file, each with bytes of 255 in it.
pub(crate) const JP2: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51, 0x00, 0x29, 0xFF, 0x00, 0xFF, 0xD9];
pub(crate) const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, b'J', b'F', b'I', b'F', 0xFF, 0xD9];

/// SHA-256, again as often as the last digit of the number says: the reference ids here end in 3 before the time.
pub(crate) fn thrice(text: &str) -> String {
    (0..3).fold(text.to_owned(), |text, _| hex(digest(&SHA256, text.as_bytes()).as_ref()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// What a secure QR code of 2022 has signed in it.
pub(crate) fn qr_content() -> Vec<u8> {
    qr_content_with(JP2)
}

/// The same with another portrait.
pub(crate) fn qr_content_with(portrait: &[u8]) -> Vec<u8> {
    let texts = [
        "V2",
        "3",
        &format!("9123{MADE}"),
        "Asha Rao",
        "15-08-1990",
        "F",
        "C/O Ravi Rao",
        "Ernakulam",
        "",
        "12/A",
        "Kaloor",
        "682017",
        "Kochi",
        "Kerala",
        "MG Road",
        "Kanayannur",
        "Kochi",
        "3210",
    ];
    let mut content: Vec<u8> = texts.iter().flat_map(|text| [text.as_bytes(), &[255]].concat()).collect();
    content.extend(portrait);
    content.extend(bytes(&thrice(EMAIL)));
    content.extend(bytes(&thrice(MOBILE)));
    content
}

/// The code over this content, signed by the key of a certificate.
pub(crate) fn qr(content: &[u8], signer: &str) -> Vec<u8> {
    qr_of(&[content, &sign(signer, content)].concat())
}

/// The code over content and signature.
pub(crate) fn qr_of(signed: &[u8]) -> Vec<u8> {
    decimal(&gzip(signed)).into_bytes()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes as one decimal number.
pub(crate) fn decimal(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::new();
    while !number.is_empty() {
        let mut left = 0;
        for byte in &mut number {
            let value = left * 256 + u32::from(*byte);
            *byte = (value / 10) as u8;
            left = value % 10;
        }
        digits.push(char::from(b'0' + left as u8));
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number.drain(..zeros);
    }
    digits.iter().rev().collect()
}

/// An offline e-KYC document in canonical form, without a signature.
pub(crate) fn document() -> String {
    document_of(&format!("9123{MADE}"), "Asha Rao")
}

pub(crate) fn document_of(reference: &str, name: &str) -> String {
    document_with(reference, name, JPEG)
}

/// The same with another portrait.
pub(crate) fn document_with(reference: &str, name: &str, portrait: &[u8]) -> String {
    let (email, mobile) = (thrice(&format!("{EMAIL}{SHARE_CODE}")), thrice(&format!("{MOBILE}{SHARE_CODE}")));
    let photo = STANDARD.encode(portrait);
    format!(
        "<OfflinePaperlessKyc referenceId=\"{reference}\"><UidData>\
         <Poi dob=\"15-08-1990\" e=\"{email}\" gender=\"F\" m=\"{mobile}\" name=\"{name}\"></Poi>\
         <Poa careof=\"C/O Ravi Rao\" country=\"India\" dist=\"Ernakulam\" house=\"12/A\" landmark=\"\" loc=\"Kaloor\" \
         pc=\"682017\" po=\"Kochi\" state=\"Kerala\" street=\"MG Road\" subdist=\"Kanayannur\" vtc=\"Kochi\"></Poa>\
         <Pht>{photo}</Pht></UidData></OfflinePaperlessKyc>"
    )
}

/// How a document is signed; what is changed here is the forger's.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) signer: &'static str,
    pub(crate) canonicalization: &'static str,
    pub(crate) method: &'static str,
    pub(crate) uri: &'static str,
    pub(crate) transform: &'static str,
    pub(crate) digest_method: &'static str,
    /// References beside the first.
    pub(crate) more: &'static str,
    /// What else is in the signature.
    pub(crate) object: &'static str,
}

impl Default for Envelope {
    fn default() -> Self {
        Self {
            signer: "issuer",
            canonicalization: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            uri: "",
            transform: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            digest_method: "http://www.w3.org/2001/04/xmlenc#sha256",
            more: "",
            object: "",
        }
    }
}

impl Envelope {
    /// The signature over a document in canonical form.
    pub(crate) fn signature(&self, document: &str) -> String {
        let Self { canonicalization, method, uri, transform, digest_method, more, object, signer } = self;
        let digest = STANDARD.encode(digest(&SHA256, document.as_bytes()));
        let info = |space: &str| {
            format!(
                "<SignedInfo{space}><CanonicalizationMethod Algorithm=\"{canonicalization}\"></CanonicalizationMethod>\
                 <SignatureMethod Algorithm=\"{method}\"></SignatureMethod><Reference URI=\"{uri}\"><Transforms>\
                 <Transform Algorithm=\"{transform}\"></Transform></Transforms>\
                 <DigestMethod Algorithm=\"{digest_method}\"></DigestMethod>\
                 <DigestValue>{digest}</DigestValue></Reference>{more}</SignedInfo>"
            )
        };
        let space = " xmlns=\"http://www.w3.org/2000/09/xmldsig#\"";
        let value = STANDARD.encode(sign(signer, info(space).as_bytes()));
        format!("<Signature{space}>{}<SignatureValue>{value}</SignatureValue>{object}</Signature>", info(""))
    }

    /// The document with its signature as the last child of the root.
    pub(crate) fn around(&self, document: &str) -> String {
        let end = document.rfind("</").unwrap();
        [&document[..end], &self.signature(document), &document[end..]].concat()
    }
}

/// A ZIP archive of one entry under AES-256.
pub(crate) fn aes_zip(name: &str, content: &[u8], code: &str) -> Vec<u8> {
    zip_of(&[(name, content)], Some(code))
}

/// A ZIP archive of entries, under AES-256 where there is a code.
pub(crate) fn zip_of(entries: &[(&str, &[u8])], code: Option<&str>) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let options = match code {
            Some(code) => options.with_aes_encryption(AesMode::Aes256, code),
            None => options,
        };
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A ZIP archive of one entry under ZipCrypto, which the entry's header says to be `told` bytes long (APPNOTE.TXT, 6.1).
pub(crate) fn zipcrypto_zip(name: &str, content: &[u8], code: &str, told: usize) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(content);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    let mut plain = vec![7; 11];
    plain.push((sum.sum() >> 24) as u8);
    plain.extend(encoder.finish().unwrap());
    let mut cipher = ZipCrypto::new(code);
    let packed: Vec<u8> = plain.iter().map(|byte| cipher.encrypted(*byte)).collect();
    let sizes = [sum.sum(), packed.len() as u32, told as u32];
    let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
    let length = (name.len() as u16).to_le_bytes();
    let shared = [&[20, 0, 1, 0, 8, 0, 0, 0, 0x21, 0x5A][..], &sizes, &length, &[0, 0]].concat();
    let local = [b"PK\x03\x04", &shared[..], name.as_bytes(), &packed].concat();
    let central = [b"PK\x01\x02\x14\x00", &shared[..], &[0; 14], name.as_bytes()].concat();
    let place = [central.len() as u32, local.len() as u32];
    let place: Vec<u8> = place.iter().flat_map(|number| number.to_le_bytes()).collect();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &place[..], &[0, 0]].concat();
    [local, central, end].concat()
}

/// The cipher of old ZIP programs.
struct ZipCrypto([u32; 3]);

impl ZipCrypto {
    fn new(code: &str) -> Self {
        let mut cipher = Self([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        code.bytes().for_each(|byte| cipher.update(byte));
        cipher
    }

    fn update(&mut self, byte: u8) {
        let step = |sum: u32, byte: u8| {
            let mixed = (0..8).fold((sum ^ u32::from(byte)) & 0xFF, |value: u32, _| {
                if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 }
            });
            mixed ^ (sum >> 8)
        };
        let [first, second, third] = &mut self.0;
        *first = step(*first, byte);
        *second = second.wrapping_add(*first & 0xFF).wrapping_mul(134_775_813).wrapping_add(1);
        *third = step(*third, (*second >> 24) as u8);
    }

    fn encrypted(&mut self, byte: u8) -> u8 {
        let mixed = (self.0[2] | 2) as u16;
        let cipher = (mixed.wrapping_mul(mixed ^ 1) >> 8) as u8;
        self.update(byte);
        byte ^ cipher
    }
}
