//! Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, both without comments, of what [`crate::xml`] lets in.
//!
//! <https://www.w3.org/TR/2001/REC-xml-c14n-20010315> and <https://www.w3.org/TR/2002/REC-xml-exc-c14n-20020718>.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node};

/// The namespace of the prefix `xml`, which is declared nowhere.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// How a document is brought into one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Namespaces are declared where they come in scope.
    Inclusive,
    /// Namespaces are declared where they are used.
    Exclusive,
}

/// Declared namespaces by their prefixes; the default one has none.
type Spaces<'a> = BTreeMap<&'a str, &'a str>;

/// The canonical form of an element and what is in it, without `left_out`. `text` is what the document was read from.
pub fn canonical(text: &str, element: Node<'_, '_>, left_out: Option<Node<'_, '_>>, form: Form) -> String {
    let mut writer = Writer { text, left_out: left_out.map(|node| node.id()), form, out: String::new() };
    writer.element(element, &Spaces::new());
    writer.out
}

struct Writer<'t> {
    text: &'t str,
    left_out: Option<roxmltree::NodeId>,
    form: Form,
    out: String,
}

impl Writer<'_> {
    /// Writes an element whose ancestors declared `declared` in the output.
    fn element(&mut self, element: Node<'_, '_>, declared: &Spaces<'_>) {
        let name = self.text[element.range().start + 1..]
            .split(|letter: char| letter.is_ascii_whitespace() || letter == '/' || letter == '>')
            .next()
            .unwrap_or_default();
        let attributes: Vec<Attribute<'_, '_>> = element.attributes().collect();
        let (written, declared) = self.spaces(element, name, &attributes, declared);
        self.out.push('<');
        self.out.push_str(name);
        for (prefix, uri) in written {
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.pair(&format!("xmlns{colon}{prefix}"), uri);
        }
        let mut sorted: Vec<_> = attributes
            .iter()
            .map(|attribute| (attribute.namespace().unwrap_or_default(), attribute.name(), attribute))
            .collect();
        sorted.sort_by_key(|(space, name, _)| (*space, *name));
        for (_, _, attribute) in sorted {
            let name = &self.text[attribute.range_qname()];
            self.pair(name, attribute.value());
        }
        self.out.push('>');
        for child in element.children() {
            if child.is_element() && Some(child.id()) != self.left_out {
                self.element(child, &declared);
            } else if child.is_text() {
                self.escaped(child.text().unwrap_or_default(), false);
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// The namespaces to declare at an element, and those that are declared within it.
    fn spaces<'a>(
        &self,
        element: Node<'a, '_>,
        name: &str,
        attributes: &[Attribute<'_, '_>],
        declared: &Spaces<'a>,
    ) -> (Spaces<'a>, Spaces<'a>) {
        let prefix_of = |name: &str| name.split_once(':').map(|(prefix, _)| prefix.to_owned());
        let mut used: Vec<String> =
            attributes.iter().filter_map(|it| prefix_of(&self.text[it.range_qname()])).collect();
        used.push(prefix_of(name).unwrap_or_default());
        let mut scope: Spaces<'a> = element
            .namespaces()
            .filter(|space| space.uri() != XML)
            .map(|space| (space.name().unwrap_or_default(), space.uri()))
            .collect();
        scope.entry("").or_insert("");
        let is_written = |prefix: &str, uri: &str| {
            let is_wanted = self.form == Form::Inclusive || used.iter().any(|used| used == prefix);
            is_wanted && declared.get(prefix).copied().unwrap_or_default() != uri
        };
        let written: Spaces<'a> = scope.into_iter().filter(|(prefix, uri)| is_written(prefix, uri)).collect();
        let mut within = declared.clone();
        within.extend(written.iter().map(|(prefix, uri)| (*prefix, *uri)));
        (written, within)
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.escaped(value, true);
        self.out.push('"');
    }

    fn escaped(&mut self, text: &str, is_attribute: bool) {
        for letter in text.chars() {
            match (letter, is_attribute) {
                ('&', _) => self.out.push_str("&amp;"),
                ('<', _) => self.out.push_str("&lt;"),
                ('\r', _) => self.out.push_str("&#xD;"),
                ('>', false) => self.out.push_str("&gt;"),
                ('"', true) => self.out.push_str("&quot;"),
                ('\t', true) => self.out.push_str("&#x9;"),
                ('\n', true) => self.out.push_str("&#xA;"),
                _ => self.out.push(letter),
            }
        }
    }
}
