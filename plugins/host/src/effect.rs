//! What a step machine asks for, treated as hostile: the checks that payment and identity have in common.

use std::time::Duration;

use plugin_sdk::HttpRequest;
use plugin_sdk::machine::Effect;

/// Longest body of a request or message, and longest details of an outcome.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;
/// Longest path with its query.
const PATH_BYTES_MAX: usize = 4096;
/// Longest object to keep with an operation.
const KEPT_BYTES_MAX: usize = 16 << 10;
/// Most headers of a request.
const HEADERS_MAX: usize = 64;
/// Longest provider's id.
const PROVIDER_REF_BYTES_MAX: usize = 255;
/// Longest code of a refusal.
const CODE_BYTES_MAX: usize = 64;
/// Longest wait that an effect may ask for.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

/// What is wrong with an effect, if anything; `ending` says it of how an operation ended.
pub(crate) fn flaw<E>(effect: &Effect<E>, ending: impl FnOnce(&E) -> Option<String>) -> Option<String> {
    match effect {
        Effect::Http(request) => http_flaw(request),
        Effect::TcpExchange(exchange) => {
            size_flaw("a message", exchange.body.len(), BODY_BYTES_MAX).or(wait_flaw(exchange.timeout_ms))
        }
        Effect::Sleep(time) => (*time > WAIT_MAX).then(|| format!("a sleep of {time:?}")),
        Effect::Prompt(prompt) => match serde_json::from_str::<serde_json::Value>(&prompt.json) {
            Ok(json) if json.get("kind").is_some_and(serde_json::Value::is_string) => {
                size_flaw("a prompt", prompt.json.len(), BODY_BYTES_MAX).or(wait_flaw(prompt.timeout_ms))
            }
            _ => Some("a prompt that is no JSON object with a kind".into()),
        },
        Effect::Keep(json) => kept_flaw(json),
        Effect::Done(end) => ending(end),
    }
}

fn http_flaw(request: &HttpRequest) -> Option<String> {
    if request.method.is_empty()
        || request.method.len() > 16
        || !request.method.bytes().all(|b| b.is_ascii_uppercase())
    {
        return Some("a method that is not a short upper-case word".into());
    }
    let printable = |byte: u8| byte.is_ascii_graphic();
    if !request.path.starts_with('/')
        || request.path.starts_with("//")
        || !request.path.bytes().all(printable)
    {
        return Some("a path that is not absolute, printable ASCII".into());
    }
    let header = |(name, value): &(String, String)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !value.bytes().any(|byte| byte.is_ascii_control())
    };
    if request.headers.len() > HEADERS_MAX || !request.headers.iter().all(header) {
        return Some("too many or malformed headers".into());
    }
    size_flaw("a path", request.path.len(), PATH_BYTES_MAX)
        .or(size_flaw("a body", request.body.len(), BODY_BYTES_MAX))
        .or(wait_flaw(request.timeout_ms))
}

fn kept_flaw(json: &[u8]) -> Option<String> {
    match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(json) {
        Ok(_) => size_flaw("what is to be kept", json.len(), KEPT_BYTES_MAX),
        Err(_) => Some("something to keep that is no JSON object".into()),
    }
}

/// What is wrong with the code of a refusal, called `name`.
pub(crate) fn code_flaw(name: &str, code: &str) -> Option<String> {
    let is_word = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (code.len() > CODE_BYTES_MAX || !is_word)
        .then(|| format!("a {name} code that is not a short word of [a-z0-9_]"))
}

/// What is wrong with a provider's own id.
pub(crate) fn reference_flaw(provider_ref: &str) -> Option<String> {
    size_flaw("a provider_ref", provider_ref.len(), PROVIDER_REF_BYTES_MAX)
}

/// What is wrong with something of this size.
pub(crate) fn size_flaw(name: &str, bytes: usize, bytes_max: usize) -> Option<String> {
    (bytes > bytes_max).then(|| format!("{name} of {bytes} bytes, at most {bytes_max}"))
}

fn wait_flaw(timeout_ms: u32) -> Option<String> {
    let time = Duration::from_millis(u64::from(timeout_ms));
    (time.is_zero() || time > WAIT_MAX)
        .then(|| format!("a timeout of {time:?}, not within 1ms..={WAIT_MAX:?}"))
}

#[cfg(test)]
mod tests;
