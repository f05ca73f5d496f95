//! `${secret:HANDLE}` in a request: where it stands, and the request with secrets in its places.

use std::collections::BTreeSet;

use domain::Secret;
use plugin_host::HttpRequest;

const OPEN: &[u8] = b"${secret:";
const CLOSE: u8 = b'}';
/// Longest handle; without an end within it, the text is no placeholder.
const HANDLE_BYTES_MAX: usize = 64;

/// The handles that a request names.
pub(super) fn handles(asked: &HttpRequest) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    let mut look = |text: &[u8]| {
        replaced(text, |handle, _| {
            found.insert(handle.to_owned());
            Ok(())
        })
    };
    look(asked.path.as_bytes())?;
    for (name, value) in &asked.headers {
        if name.contains("${secret:") {
            return Err("a header's name holds the place of a secret".to_owned());
        }
        look(value.as_bytes())?;
    }
    look(&asked.body)?;
    Ok(found)
}

/// The request with each secret in its places: percent-encoded in the path, as it is elsewhere.
pub(super) fn filled(
    asked: &HttpRequest,
    secrets: &[(String, Secret<Vec<u8>>)],
) -> Result<HttpRequest, String> {
    let secret = |handle: &str| {
        let found = secrets.iter().find(|(name, _)| name == handle);
        found.map(|(_, secret)| secret.expose().as_slice()).ok_or_else(|| "a secret is missing".to_owned())
    };
    let text =
        |bytes| String::from_utf8(bytes).map_err(|_| "a secret for a path or header is no text".to_owned());
    let path = replaced(asked.path.as_bytes(), |handle, path| {
        secret(handle)?.iter().for_each(|byte| percent_encoded(*byte, path));
        Ok(())
    })?;
    let as_it_is = |handle: &str, to: &mut Vec<u8>| {
        to.extend_from_slice(secret(handle)?);
        Ok(())
    };
    let header =
        |(name, value): &(String, String)| Ok((name.clone(), text(replaced(value.as_bytes(), as_it_is)?)?));
    Ok(HttpRequest {
        method: asked.method.clone(),
        path: text(path)?,
        headers: asked.headers.iter().map(header).collect::<Result<_, String>>()?,
        body: replaced(&asked.body, as_it_is)?,
        ..*asked
    })
}

/// The text with each placeholder replaced by what `put` appends for its handle.
fn replaced(
    text: &[u8],
    mut put: impl FnMut(&str, &mut Vec<u8>) -> Result<(), String>,
) -> Result<Vec<u8>, String> {
    let (mut made, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = rest.windows(OPEN.len()).position(|part| part == OPEN) {
        let (before, from) = rest.split_at(at);
        let from = &from[OPEN.len()..];
        let end = from.iter().take(HANDLE_BYTES_MAX + 1).position(|byte| *byte == CLOSE);
        let handle = end.and_then(|end| std::str::from_utf8(&from[..end]).ok());
        let handle = handle.ok_or("the place of a secret has no end")?;
        made.extend_from_slice(before);
        put(handle, &mut made)?;
        rest = &from[handle.len() + 1..];
    }
    made.extend_from_slice(rest);
    Ok(made)
}

fn percent_encoded(byte: u8, to: &mut Vec<u8>) {
    match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => to.push(byte),
        false => to.extend_from_slice(format!("%{byte:02X}").as_bytes()),
    }
}
