//! The protobuf wire format, as much of it as an ONNX file needs: fields one after another, never outside the bytes.

use super::ImportError;

const CUT: ImportError = ImportError::Damaged("a protobuf field ends after the file");

/// A field's value.
pub(super) enum Value<'a> {
    /// A number, whatever its meaning.
    Varint(u64),
    /// A nested message, text, raw bytes or packed numbers.
    Bytes(&'a [u8]),
    /// Four bytes.
    Fixed32([u8; 4]),
    /// Eight bytes, which ONNX uses for doubles only.
    Fixed64,
}

/// The fields of one message, in order.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], ImportError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn read(&mut self) -> Result<(u64, Value<'a>), ImportError> {
        let key = varint(&mut self.rest)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => {
                self.take(8)?;
                Value::Fixed64
            }
            2 => {
                let len = varint(&mut self.rest)?;
                Value::Bytes(self.take(usize::try_from(len).map_err(|_| CUT)?)?)
            }
            5 => Value::Fixed32(self.take(4)?.try_into().map_err(|_| CUT)?),
            _ => return Err(ImportError::Damaged("a protobuf field of unknown kind")),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Takes one number of at most 64 bits, seven bits to a byte.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, ImportError> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(CUT)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(ImportError::Damaged("a protobuf number of more than 64 bits"))
}
