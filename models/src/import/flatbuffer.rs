//! The flatbuffer format, as much of it as a TFLite file needs: tables, vectors and scalars, never outside the bytes.

use super::ImportError;

const OUTSIDE: ImportError = ImportError::Damaged("a flatbuffer offset points outside the file");

/// A table in a flatbuffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    file: &'a [u8],
    at: usize,
}

/// A vector in a flatbuffer: `len` elements from `at`.
#[derive(Clone, Copy)]
pub(super) struct Vector<'a> {
    file: &'a [u8],
    at: usize,
    len: usize,
}

fn bytes<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N], ImportError> {
    let end = at.checked_add(N).ok_or(OUTSIDE)?;
    file.get(at..end).and_then(|bytes| bytes.try_into().ok()).ok_or(OUTSIDE)
}

fn u32_at(file: &[u8], at: usize) -> Result<usize, ImportError> {
    usize::try_from(u32::from_le_bytes(bytes(file, at)?)).map_err(|_| OUTSIDE)
}

/// Where the offset stored at `at` leads.
fn follow(file: &[u8], at: usize) -> Result<usize, ImportError> {
    at.checked_add(u32_at(file, at)?).filter(|&target| target < file.len()).ok_or(OUTSIDE)
}

impl<'a> Table<'a> {
    /// The table a file begins with.
    pub(super) fn root(file: &'a [u8]) -> Result<Self, ImportError> {
        Ok(Self { file, at: follow(file, 0)? })
    }

    /// Where a field lies; `None` where the table leaves it out.
    fn field(self, index: usize) -> Result<Option<usize>, ImportError> {
        let back = i64::from(i32::from_le_bytes(bytes(self.file, self.at)?));
        let at = i64::try_from(self.at).map_err(|_| OUTSIDE)?;
        let layout = at.checked_sub(back).and_then(|at| usize::try_from(at).ok()).ok_or(OUTSIDE)?;
        let size = usize::from(u16::from_le_bytes(bytes(self.file, layout)?));
        let slot = 4 + 2 * index;
        if slot + 2 > size {
            return Ok(None);
        }
        let offset =
            usize::from(u16::from_le_bytes(bytes(self.file, layout.checked_add(slot).ok_or(OUTSIDE)?)?));
        Ok((offset != 0).then_some(self.at + offset))
    }

    /// A field of one byte, zero where it is left out.
    pub(super) fn byte(self, index: usize) -> Result<u8, ImportError> {
        let Some(at) = self.field(index)? else { return Ok(0) };
        Ok(bytes::<1>(self.file, at)?[0])
    }

    /// A field of four bytes without a sign, zero where it is left out.
    pub(super) fn number(self, index: usize) -> Result<usize, ImportError> {
        self.field(index)?.map_or(Ok(0), |at| u32_at(self.file, at))
    }

    /// A field that is a vector or a text, empty where it is left out.
    pub(super) fn vector(self, index: usize) -> Result<Vector<'a>, ImportError> {
        let Some(at) = self.field(index)? else { return Ok(Vector { file: self.file, at: 0, len: 0 }) };
        let at = follow(self.file, at)?;
        let len = u32_at(self.file, at)?;
        if len > self.file.len() {
            return Err(OUTSIDE);
        }
        Ok(Vector { file: self.file, at: at + 4, len })
    }
}

impl<'a> Vector<'a> {
    pub(super) fn len(self) -> usize {
        self.len
    }

    fn element(self, index: usize) -> Result<usize, ImportError> {
        if index >= self.len {
            return Err(OUTSIDE);
        }
        Ok(self.at + 4 * index)
    }

    /// The table at `index`.
    pub(super) fn table(self, index: usize) -> Result<Table<'a>, ImportError> {
        Ok(Table { file: self.file, at: follow(self.file, self.element(index)?)? })
    }

    /// The numbers of a vector of i32; one below zero, which marks an input left out, becomes `usize::MAX`.
    pub(super) fn numbers(self) -> Result<Vec<usize>, ImportError> {
        let number = |index| {
            let number = i32::from_le_bytes(bytes(self.file, self.element(index)?)?);
            Ok(usize::try_from(number).unwrap_or(usize::MAX))
        };
        (0..self.len).map(number).collect()
    }

    /// The bytes of a vector of bytes.
    pub(super) fn bytes(self) -> Result<&'a [u8], ImportError> {
        self.at.checked_add(self.len).and_then(|end| self.file.get(self.at..end)).ok_or(OUTSIDE)
    }
}
