//! Enveloped XML signatures (XML Signature Syntax and Processing, W3C 2008) of exactly one shape: one Signature, the last to be added
//! below the root, whose one Reference is the whole document without it. Whoever reads a document after [`verify`] reads what was signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use roxmltree::{Document, Node};

use crate::canonical::{Form, canonical};
use crate::keyring::{KeyRing, Scheme};
use crate::refusal::Refusal;
use crate::xml::{digits_of, only};

/// The namespace of XML signatures.
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256_DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// What a signature has to be like.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Who may have signed.
    pub ring: &'a KeyRing,
    /// Whether RSA with SHA-1 is good enough.
    pub allows_sha1: bool,
    /// When the document says that it was made, in Unix seconds.
    pub at_s: u64,
}

/// Whether a document is signed as expected. `text` is what it was read from.
pub fn verify(text: &str, document: &Document<'_>, expected: Expected<'_>) -> Result<(), Refusal> {
    let signature = found(document)?;
    let info = only(signature, "SignedInfo").ok_or(Refusal::SignatureShape)?;
    let value = only(signature, "SignatureValue").ok_or(Refusal::SignatureShape)?;
    let form = form(info, "CanonicalizationMethod").ok_or(Refusal::SignatureAlgorithm)?;
    let scheme = match algorithm(info, "SignatureMethod") {
        Some(RSA_SHA256) => Scheme::Sha256,
        Some(RSA_SHA1) if expected.allows_sha1 => Scheme::Sha1,
        Some(RSA_SHA1) => return Err(Refusal::SignatureSha1),
        _ => return Err(Refusal::SignatureAlgorithm),
    };
    let told = referenced(info)?;
    let content = canonical(text, document.root_element(), Some(signature), told.form);
    let is_same = digest(&SHA256, content.as_bytes()).as_ref() == told.digest;
    let value = digits_of(value).and_then(|digits| STANDARD.decode(digits).ok());
    let value = value.ok_or(Refusal::SignatureShape)?;
    // The reference proves nothing before its own signature is known to be true; the order here only decides what is told.
    let info = canonical(text, info, None, form);
    expected.ring.verify(scheme, info.as_bytes(), &value, expected.at_s)?;
    if is_same { Ok(()) } else { Err(Refusal::DigestWrong) }
}

/// The only signature, below the root.
fn found<'a, 'i>(document: &'a Document<'i>) -> Result<Node<'a, 'i>, Refusal> {
    let is_signature = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == "Signature";
    let mut all = document.descendants().filter(is_signature);
    let signature = all.next().ok_or(Refusal::SignatureMissing)?;
    let is_in_place = signature.parent() == Some(document.root_element())
        && signature.tag_name().namespace() == Some(DSIG)
        && all.next().is_none();
    // An Object would be signed content that nobody reads, or read content that nobody signed.
    let known = ["SignedInfo", "SignatureValue", "KeyInfo"];
    let is_bare = signature
        .children()
        .filter(Node::is_element)
        .all(|child| child.tag_name().namespace() == Some(DSIG) && known.contains(&child.tag_name().name()));
    if is_in_place && is_bare { Ok(signature) } else { Err(Refusal::SignatureShape) }
}

struct Referenced {
    form: Form,
    digest: Vec<u8>,
}

/// What the only reference says.
fn referenced(info: Node<'_, '_>) -> Result<Referenced, Refusal> {
    let reference = only(info, "Reference").ok_or(Refusal::ReferenceShape)?;
    let is_whole = reference.attribute("URI") == Some("");
    let transforms = only(reference, "Transforms").ok_or(Refusal::ReferenceShape)?;
    let mut transforms = transforms.children().filter(Node::is_element);
    let is_enveloped =
        transforms.next().is_some_and(|transform| transform.attribute("Algorithm") == Some(ENVELOPED));
    let form = match transforms.next() {
        None => Form::Inclusive,
        Some(transform) => form_of(transform).ok_or(Refusal::SignatureAlgorithm)?,
    };
    if !is_whole || !is_enveloped || transforms.next().is_some() {
        return Err(Refusal::ReferenceShape);
    }
    if algorithm(reference, "DigestMethod") != Some(SHA256_DIGEST) {
        return Err(Refusal::SignatureAlgorithm);
    }
    let value = only(reference, "DigestValue").and_then(digits_of);
    let digest = value.and_then(|digits| STANDARD.decode(digits).ok()).ok_or(Refusal::ReferenceShape)?;
    Ok(Referenced { form, digest })
}

fn algorithm<'a>(parent: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    only(parent, name).and_then(|method| method.attribute("Algorithm"))
}

fn form(parent: Node<'_, '_>, name: &'static str) -> Option<Form> {
    only(parent, name).and_then(form_of)
}

/// A canonicalization without parameters: a list of inclusive prefixes is refused.
fn form_of(method: Node<'_, '_>) -> Option<Form> {
    let form = match method.attribute("Algorithm")? {
        INCLUSIVE => Form::Inclusive,
        EXCLUSIVE => Form::Exclusive,
        _ => return None,
    };
    (!method.children().any(|child| child.is_element())).then_some(form)
}

/// Signs a document whose text is its own canonical form: `sign` makes RSASSA-PKCS1-v1_5 with SHA-256 of what it is given, with the key of
/// the certificate in `certificate_der`. Returns the document with the signature as the root's last child.
pub fn signed<E>(
    text: &str,
    certificate_der: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let digest = STANDARD.encode(digest(&SHA256, text.as_bytes()));
    let info = |attributes: &str| {
        format!(
            "<SignedInfo{attributes}><CanonicalizationMethod Algorithm=\"{INCLUSIVE}\"></CanonicalizationMethod>\
             <SignatureMethod Algorithm=\"{RSA_SHA256}\"></SignatureMethod><Reference URI=\"\"><Transforms>\
             <Transform Algorithm=\"{ENVELOPED}\"></Transform></Transforms>\
             <DigestMethod Algorithm=\"{SHA256_DIGEST}\"></DigestMethod><DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
        )
    };
    // Of the root's namespaces the default one alone is in scope, and Signature replaces it.
    let value = STANDARD.encode(sign(info(&format!(" xmlns=\"{DSIG}\"")).as_bytes())?);
    let certificate = STANDARD.encode(certificate_der);
    let signature = format!(
        "<Signature xmlns=\"{DSIG}\">{}<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>\
         <X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></Signature>",
        info("")
    );
    let end = text.rfind("</").unwrap_or(text.len());
    Ok([&text[..end], &signature, &text[end..]].concat())
}
