//! Text inside markup.

/// The text as it stands for itself in HTML and SVG, in quotes too; control characters, which neither may hold, as U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        for (text, expected) in [
            ("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            ("a \"b\" & c", "a &quot;b&quot; &amp; c"),
            ("&amp;", "&amp;amp;"),
            ("one\ntwo\u{0}\u{1b}", "one two\u{fffd}\u{fffd}"),
            ("Zoë, 王", "Zoë, 王"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }
}
