//! Reading a file front to back, never beyond its end.

use super::ImportError;

/// What of a file was not read yet.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The cursor at `offset` of a file.
    pub(super) fn at(file: &'a [u8], offset: usize) -> Result<Self, ImportError> {
        file.get(offset..).map(Self::of).ok_or(ImportError::Damaged("the file ends early"))
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ImportError> {
        let cut = ImportError::Damaged("the file ends early");
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    /// What comes before the next `end`, which is skipped.
    pub(super) fn line(&mut self, end: u8) -> Result<&'a [u8], ImportError> {
        let len = self.rest.iter().position(|&byte| byte == end);
        let line = self.take(len.ok_or(ImportError::Damaged("a line without an end"))?)?;
        self.take(1)?;
        Ok(line)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ImportError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ImportError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, ImportError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, ImportError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn i32(&mut self) -> Result<i32, ImportError> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, ImportError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}
