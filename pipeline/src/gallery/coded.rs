//! Rows as bytes, so that a gallery need not be made anew at each start. They are as telling as the faces themselves: whoever
//! keeps them seals them.
//!
//! All numbers are little-endian: model tag, dim and count of rows in 32 bits each; for each row subject and template in 128
//! bits each; for each row scale and residual in f32; for each row its values in eight bits each.

use zeroize::Zeroizing;

use super::code::Measure;
use super::rows::NewRow;
use super::{Gallery, Subject, TemplateId};

const HEAD_BYTES: usize = size_of::<[u32; 3]>();
/// Bytes of a row beside its values.
const ROW_BYTES: usize = size_of::<[u128; 2]>() + size_of::<[f32; 2]>();

/// Why bytes are not taken for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodedError {
    /// They are of another recogniser, or no rows.
    #[error("these are not rows of this gallery")]
    Unfit,
    /// The gallery keeps exact values, which are not in them.
    #[error("the gallery needs the exact values")]
    Inexact,
}

impl Gallery {
    /// The rows of `templates` as bytes; overwritten when dropped. `None` when the gallery has one of them not, or of somebody
    /// else.
    pub fn coded(&self, templates: &[(Subject, TemplateId)]) -> Option<Zeroizing<Vec<u8>>> {
        let size = HEAD_BYTES + templates.len() * (ROW_BYTES + self.dim);
        // It never grows, which would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        for number in [self.model_tag, u32::try_from(self.dim).ok()?, u32::try_from(templates.len()).ok()?] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let rows = self.rows.read();
        let mut places = Vec::with_capacity(templates.len());
        for (subject, template) in templates {
            let (segment, row) = rows.place(*template)?;
            if segment.labels[row].0 != *subject {
                return None;
            }
            places.push((segment, row));
            bytes.extend_from_slice(&subject.0.to_le_bytes());
            bytes.extend_from_slice(&template.0.to_le_bytes());
        }
        for (segment, row) in &places {
            let Measure { scale, residual } = segment.measures[*row];
            bytes.extend_from_slice(&scale.to_le_bytes());
            bytes.extend_from_slice(&residual.to_le_bytes());
        }
        for (segment, row) in &places {
            let codes = &segment.codes[row * self.dim..][..self.dim];
            bytes.extend(codes.iter().map(|code| code.cast_unsigned()));
        }
        Some(bytes)
    }

    /// Adds the rows that [`Self::coded`] gave, or replaces those of the same templates; says how many there were. Their exact
    /// values have to be where this gallery reads them.
    ///
    /// # Errors
    /// When they do not fit; nothing is added then.
    pub fn insert_coded(&self, bytes: &[u8]) -> Result<usize, CodedError> {
        let coded = self.fitting(bytes).ok_or(CodedError::Unfit)?;
        let codes = coded.codes.iter().map(|code| code.cast_signed());
        let codes: Zeroizing<Vec<i8>> = Zeroizing::new(codes.collect());
        let mut rows = self.rows.write();
        if rows.exact {
            return Err(CodedError::Inexact);
        }
        for (place, (ids, measure)) in coded.ids.iter().zip(coded.measures).enumerate() {
            let [subject, template] = halves(ids).map(u128::from_le_bytes);
            let [scale, residual] = halves(measure).map(f32::from_le_bytes);
            let label = (Subject(subject), TemplateId(template));
            let codes = &codes[place * self.dim..][..self.dim];
            rows.insert(NewRow { label, measure: Measure { scale, residual }, codes, exact: &[] });
        }
        drop(rows);
        self.changed();
        Ok(coded.ids.len())
    }

    /// The bytes in their parts, when they are rows of this gallery.
    fn fitting<'a>(&self, bytes: &'a [u8]) -> Option<Coded<'a>> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let (head, _) = head.as_chunks::<4>();
        let [tag, dim, count] = *<&[[u8; 4]; 3]>::try_from(head).ok()?;
        let count = u32::from_le_bytes(count) as usize;
        let fits = (u32::from_le_bytes(tag), u32::from_le_bytes(dim) as usize) == (self.model_tag, self.dim);
        let (ids, rest) = rest.split_at_checked(count.checked_mul(size_of::<[u128; 2]>())?)?;
        let (measures, codes) = rest.split_at_checked(count.checked_mul(size_of::<[f32; 2]>())?)?;
        let whole = codes.len() == count.checked_mul(self.dim)?;
        (fits && whole).then_some(Coded { ids: ids.as_chunks().0, measures: measures.as_chunks().0, codes })
    }
}

/// Rows as bytes.
struct Coded<'a> {
    ids: &'a [[u8; 32]],
    measures: &'a [[u8; 8]],
    codes: &'a [u8],
}

/// Both numbers of a pair.
fn halves<const PAIR: usize, const ONE: usize>(pair: &[u8; PAIR]) -> [[u8; ONE]; 2] {
    const { assert!(PAIR == 2 * ONE) };
    let mut halves = [[0; ONE]; 2];
    halves.as_flattened_mut().copy_from_slice(pair);
    halves
}
