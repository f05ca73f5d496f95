//! Unit vectors that stand for faces. They are never printed.

/// A face as a unit vector; cosine similarity is the dot product of two.
#[derive(Clone, PartialEq)]
pub struct Embedding(Vec<f32>);

/// The vector has no direction: zero, empty or not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an embedding must be finite and not zero")]
pub struct NoDirection;

impl Embedding {
    /// `values` scaled to length 1.
    ///
    /// # Errors
    /// [`NoDirection`].
    pub fn new(mut values: Vec<f32>) -> Result<Self, NoDirection> {
        let length = dot(&values, &values).sqrt();
        if !(length.is_finite() && length > f32::EPSILON) {
            return Err(NoDirection);
        }
        for value in &mut values {
            *value /= length;
        }
        Ok(Self(values))
    }

    /// The embedding that has just these values, which were one's before.
    pub(crate) fn of_unit(values: &[f32]) -> Self {
        Self(values.to_vec())
    }

    /// The direction of the weighted sum, which is the best single template for several pictures.
    ///
    /// # Errors
    /// [`NoDirection`] when there are none, or they cancel out.
    pub fn mean<'a>(weighted: impl IntoIterator<Item = (&'a Self, f32)>) -> Result<Self, NoDirection> {
        let mut sum = Vec::new();
        for (embedding, weight) in weighted {
            sum.resize(embedding.0.len(), 0.0);
            for (total, value) in sum.iter_mut().zip(&embedding.0) {
                *total += weight * value;
            }
        }
        Self::new(sum)
    }

    /// The components.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// Cosine similarity, -1 to 1.
    pub fn similarity(&self, other: &Self) -> f32 {
        dot(&self.0, &other.0)
    }
}

/// The dot product of equally long slices. Sixteen running sums, so that the compiler keeps them in
/// vector registers and no addition waits for the one before.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for (x, y) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_has_length_one() {
        let unit = Embedding::new(vec![3.0, 4.0]).ok().unwrap();
        assert_eq!(unit.values(), [0.6, 0.8]);
        assert!((unit.similarity(&unit) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        for values in [vec![], vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0]] {
            assert!(Embedding::new(values).is_err());
        }
        assert!(Embedding::mean([]).is_err());
    }

    #[test]
    fn a_mean_leans_towards_the_heavier_picture() {
        let x = Embedding::new(vec![1.0, 0.0]).ok().unwrap();
        let y = Embedding::new(vec![0.0, 1.0]).ok().unwrap();
        let mean = Embedding::mean([(&x, 3.0), (&y, 1.0)]).ok().unwrap();
        assert!(mean.similarity(&x) > mean.similarity(&y));
    }
}
