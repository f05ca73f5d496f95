//! XML as this crate takes it: no document type, no entities but XML's own five, no comments, no processing instructions, and not
//! much of anything. What no signature covers, or what two readers may read differently, is not there to be read.

use roxmltree::{Document, Error, Node, ParsingOptions};

use crate::refusal::Refusal;

/// Longest document, in bytes: UIDAI's are some 20 KiB, most of it the photo.
pub const BYTES_MAX: usize = 1 << 20;
/// Most elements and texts; UIDAI's have some 30.
const NODES_MAX: u32 = 512;
/// Deepest nesting; UIDAI's is 6.
const DEPTH_MAX: usize = 16;

/// Reads a document.
pub fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    if text.len() > BYTES_MAX {
        return Err(Refusal::XmlTooLarge);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, entity_resolver: None };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Refusal::XmlDocumentType,
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            Refusal::XmlTooLarge
        }
        _ => Refusal::XmlMalformed,
    })?;
    // roxmltree lets an empty document type pass.
    if text.contains("<!DOCTYPE") {
        return Err(Refusal::XmlDocumentType);
    }
    if document.descendants().any(|node| node.is_comment() || node.is_pi()) {
        return Err(Refusal::XmlUnsignedContent);
    }
    let mut deep =
        document.descendants().filter(|node| node.ancestors().take(DEPTH_MAX + 2).count() > DEPTH_MAX);
    match deep.next() {
        Some(_) => Err(Refusal::XmlTooLarge),
        None => Ok(document),
    }
}

/// The child elements with this name in no namespace, or in that of their parent.
pub(crate) fn children<'a, 'i>(
    parent: Node<'a, 'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    let space = parent.tag_name().namespace();
    let is_one = move |node: &Node<'a, 'i>| {
        node.is_element()
            && node.tag_name().name() == name
            && [None, space].contains(&node.tag_name().namespace())
    };
    parent.children().filter(is_one)
}

/// The only child element with this name; none when there are several.
pub(crate) fn only<'a, 'i>(parent: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    let mut found = children(parent, name);
    found.next().filter(|_| found.next().is_none())
}

/// All text of an element that has no others in it.
pub(crate) fn text_of(element: Node<'_, '_>) -> Option<String> {
    let are_texts = element.children().all(|node| node.is_text());
    are_texts.then(|| element.children().filter_map(|node| node.text()).collect())
}

/// An element's text without blanks.
pub(crate) fn digits_of(element: Node<'_, '_>) -> Option<String> {
    text_of(element).map(|text| text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect())
}
