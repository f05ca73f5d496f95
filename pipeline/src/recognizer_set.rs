//! One recogniser, or several that are asked together and count by their weights.

use plugin_host::{CallContext, CallError, Embeddings, Face, Frame, Metric, Recognizer};

/// Most recognisers of a set; each costs its own time for every face.
const MEMBERS_MAX: usize = 4;
/// Marks the tag of a set, so that no recogniser's own tag is like it.
const SET_BIT: u32 = 1 << 31;
/// The share of the whole in which weights are told apart.
const WEIGHT_STEPS: f64 = 1e6;

/// A recogniser that counts with others.
#[derive(Clone)]
pub struct Member {
    /// Embeds faces.
    pub recognizer: Recognizer,
    /// How much its similarity counts, relative to the others'.
    pub weight: f32,
}

/// What turns faces into embeddings. A set's embedding is its members' one after another, each times the root of its
/// weight, so that the cosine of two is the weighted mean of the members' cosines.
#[derive(Clone)]
pub struct RecognizerSet {
    members: Vec<Member>,
    model_tag: u32,
}

/// Recognisers that do not make a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecognizerSetError {
    /// Too many, or none.
    #[error("a set has 1 to {MEMBERS_MAX} recognisers, not {0}")]
    Count(usize),
    /// Similarities that are no cosines cannot be added.
    #[error("the recogniser {0} does not compare by cosine")]
    Metric(String),
    /// A member that counts for nothing or for everything.
    #[error("the weight of the recogniser {0} must be above zero")]
    Weight(String),
    /// A tag that a set could have.
    #[error("the model tag {tag} of the recogniser {id} is not below 2147483648; larger ones are for sets")]
    Tag {
        /// The plugin.
        id: String,
        /// Its tag.
        tag: u32,
    },
}

impl RecognizerSet {
    /// A set of `members`, whose order matters: templates of one order do not compare with those of another.
    ///
    /// # Errors
    /// [`RecognizerSetError`].
    pub fn new(mut members: Vec<Member>) -> Result<Self, RecognizerSetError> {
        if !(1..=MEMBERS_MAX).contains(&members.len()) {
            return Err(RecognizerSetError::Count(members.len()));
        }
        for Member { recognizer, weight } in &members {
            let id = || recognizer.plugin().manifest().id.clone();
            if recognizer.metric() != Metric::Cosine {
                return Err(RecognizerSetError::Metric(id()));
            }
            if !(*weight > 0.0 && weight.is_finite()) {
                return Err(RecognizerSetError::Weight(id()));
            }
            if recognizer.model_tag() & SET_BIT != 0 {
                return Err(RecognizerSetError::Tag { id: id(), tag: recognizer.model_tag() });
            }
        }
        let sum: f32 = members.iter().map(|member| member.weight).sum();
        for member in &mut members {
            member.weight /= sum;
        }
        let parts: Vec<(u32, f32)> =
            members.iter().map(|member| (member.recognizer.model_tag(), member.weight)).collect();
        Ok(Self { members, model_tag: model_tag(&parts) })
    }

    /// The set of one recogniser, which is that recogniser.
    ///
    /// # Errors
    /// [`RecognizerSetError`].
    pub fn single(recognizer: Recognizer) -> Result<Self, RecognizerSetError> {
        Self::new(vec![Member { recognizer, weight: 1.0 }])
    }

    /// The recognisers with their shares, which add up to 1.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Values per embedding.
    pub fn dim(&self) -> usize {
        self.members.iter().map(|member| member.recognizer.dim()).sum()
    }

    /// How embeddings compare.
    pub fn metric(&self) -> Metric {
        Metric::Cosine
    }

    /// Embeddings of different tags never compare. A single recogniser has its own; a set's says members and weights.
    pub fn model_tag(&self) -> u32 {
        self.model_tag
    }

    /// One embedding per face, in order, of length 1.
    ///
    /// # Errors
    /// The first member's that fails: without it there is no embedding.
    pub fn embed(
        &self,
        context: &CallContext,
        frames: &[Frame<'_>],
        faces: &[Face],
    ) -> Result<Embeddings, CallError> {
        if let [only] = self.members.as_slice() {
            return only.recognizer.embed(context, frames, faces);
        }
        let mut parts = Vec::with_capacity(self.members.len());
        for Member { recognizer, weight } in &self.members {
            parts.push((recognizer.embed(context, frames, faces)?, weight.sqrt()));
        }
        Ok(Embeddings::joined(&parts).expect("a recogniser gives every face an embedding or fails"))
    }
}

/// The tag of members with these tags and shares: the same on every machine and in every version.
fn model_tag(parts: &[(u32, f32)]) -> u32 {
    if let [(only, _)] = parts {
        return *only;
    }
    let words =
        parts.iter().flat_map(|(tag, share)| [*tag, (f64::from(*share) * WEIGHT_STEPS).round() as u32]);
    let hash = words
        .flat_map(u32::to_le_bytes)
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash | SET_BIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_recogniser_keeps_its_tag() {
        assert_eq!(model_tag(&[(512_001, 1.0)]), 512_001);
    }

    #[test]
    fn a_sets_tag_tells_members_weights_and_order_apart_and_never_changes() {
        let sets = [
            model_tag(&[(512_001, 0.65), (192_001, 0.35)]),
            model_tag(&[(512_001, 0.64), (192_001, 0.36)]),
            model_tag(&[(192_001, 0.35), (512_001, 0.65)]),
            model_tag(&[(512_001, 0.65), (128_001, 0.35)]),
            model_tag(&[(512_001, 0.5), (192_001, 0.25), (128_001, 0.25)]),
        ];
        for (index, tag) in sets.iter().enumerate() {
            assert!(*tag >= SET_BIT && !sets[..index].contains(tag), "{tag}");
        }
        // Templates in databases carry it.
        assert_eq!(sets[0], 2_767_455_602);
    }
}
