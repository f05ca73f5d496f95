//! JSON in its one canonical form (RFC 8785 for the values that are used here): what is signed or hashed must always
//! be the same bytes.
use serde_json::Value;

/// `value` with sorted keys and no white space. Numbers are whole; measurements are written as decimal text.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            list(text, ('{', '}'), fields, |text, (name, value)| {
                text.push_str(&quoted(name));
                text.push(':');
                write(text, value);
            });
        }
        Value::Array(items) => list(text, ('[', ']'), items, write),
        leaf => text.push_str(&leaf.to_string()),
    }
}

fn list<T>(
    text: &mut String,
    (open, close): (char, char),
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut String, T),
) {
    text.push(open);
    for (nth, each) in items.into_iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        item(text, each);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_is_between_them() {
        let given = r#"{ "b": [ {"z": null, "a": true}, 2 ], "a": "x\"\n\u00e9\u0001", "€": 1, "A": -3 }"#;
        let value: Value = serde_json::from_str(given).unwrap();
        let expected = r#"{"A":-3,"a":"x\"\né\u0001","b":[{"a":true,"z":null},2],"€":1}"#;
        assert_eq!(canonical(&value), expected);
        let again: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(canonical(&again), expected);
    }
}
