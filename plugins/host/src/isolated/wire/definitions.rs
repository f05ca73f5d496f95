//! Definitions of metrics on their way.

use plugin_sdk::Error;

use super::{Full, Reader, Writer};
use crate::metrics::Definition;

/// Puts down what a metric is.
pub(crate) fn put_definition(to: &mut Writer<'_>, definition: &Definition) -> Result<(), Full> {
    to.u32(definition.kind.code())?;
    for text in [definition.name.as_str(), definition.unit.name(), &definition.help] {
        to.bytes(text.as_bytes())?;
    }
    to.u32(definition.bounds.len() as u32)?;
    definition.bounds.iter().try_for_each(|bound| to.u64(bound.to_bits()))
}

/// What [`put_definition`] put down, checked; `None` when it cannot be read.
pub(crate) fn take_definition(from: &mut Reader<'_>) -> Option<Result<Definition, Error>> {
    let kind = from.u32()?;
    let texts = (from.text()?, from.text()?, from.text()?);
    let bounds = (0..from.u32()?).map(|_| from.u64().map(f64::from_bits)).collect::<Option<Vec<f64>>>()?;
    Some(Definition::checked(kind, texts, &bounds))
}
