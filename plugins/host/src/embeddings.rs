//! What a recogniser makes of the faces of one call.

/// Embeddings of one call. They are biometric data: never printed, never logged.
#[derive(Clone, PartialEq)]
pub struct Embeddings {
    dim: usize,
    values: Vec<f32>,
}

impl Embeddings {
    /// Embeddings of `dim` values each, one after another.
    pub(crate) fn new(dim: usize, values: Vec<f32>) -> Self {
        Self { dim, values }
    }

    /// Values per embedding.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Each face's embedding, in the faces' order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.dim)
    }

    /// Each face's embeddings of several recognisers as one, every part times its factor; `None` when the parts are not
    /// about equally many faces, or there are none.
    pub fn joined(parts: &[(Self, f32)]) -> Option<Self> {
        let faces = parts.first()?.0.iter().len();
        if parts.iter().any(|(part, _)| part.iter().len() != faces) {
            return None;
        }
        let dim = parts.iter().map(|(part, _)| part.dim).sum();
        let mut values = Vec::with_capacity(faces * dim);
        for face in 0..faces {
            for (part, factor) in parts {
                let own = &part.values[face * part.dim..(face + 1) * part.dim];
                values.extend(own.iter().map(|value| value * factor));
            }
        }
        Some(Self { dim, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_embeddings_keep_the_faces_apart_and_the_parts_in_order() {
        let one = Embeddings::new(2, vec![1.0, 0.0, 0.0, 1.0]);
        let other = Embeddings::new(1, vec![1.0, -1.0]);
        let joined = Embeddings::joined(&[(one, 0.5), (other, 2.0)]).expect("two faces each");
        let faces: Vec<&[f32]> = joined.iter().collect();
        assert_eq!((joined.dim(), faces), (3, vec![&[0.5, 0.0, 2.0][..], &[0.0, 0.5, -2.0]]));
    }

    #[test]
    fn parts_about_different_numbers_of_faces_do_not_join() {
        let parts = [(Embeddings::new(1, vec![1.0]), 1.0), (Embeddings::new(1, vec![1.0, 1.0]), 1.0)];
        assert!(Embeddings::joined(&parts).is_none() && Embeddings::joined(&[]).is_none());
    }
}
