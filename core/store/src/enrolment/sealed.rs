//! The templates of an enrolment that waits, in one sealed box.
use domain::FaceId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Member, seal::context};

/// What the box is bound to.
pub(super) fn bound_to(user: &str, enrolment: &str) -> Vec<u8> {
    context(&["enrolment", user, enrolment])
}

/// Each member as its id, its quality, the number of its values and these, little-endian.
pub(super) fn packed(members: &[Member]) -> Zeroizing<Vec<u8>> {
    // As large as it becomes, so that no copy is left behind.
    let size = members.iter().map(|member| HEAD_BYTES + 4 * member.template.len()).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    for member in members {
        bytes.extend_from_slice(member.id.0.as_bytes());
        bytes.extend_from_slice(&member.quality.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(member.template.len()).unwrap_or(u32::MAX).to_le_bytes());
        member.template.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    }
    bytes
}

/// Id, quality, number of values.
const HEAD_BYTES: usize = 16 + 4 + 4;

/// What [`packed`] made of `count` members; `None` of anything else.
pub(super) fn unpacked(mut bytes: &[u8], count: usize) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>() {
        let (id, numbers) = head.split_first_chunk::<16>()?;
        let (quality, len) = numbers.split_first_chunk::<4>()?;
        let len = usize::try_from(u32::from_le_bytes(len.try_into().ok()?)).ok()?;
        let (values, rest) = rest.split_at_checked(len.checked_mul(4)?)?;
        let values = values.as_chunks::<4>().0.iter().map(|value| f32::from_le_bytes(*value)).collect();
        let id = FaceId(Uuid::from_bytes(*id));
        members.push(Member { id, template: Zeroizing::new(values), quality: f32::from_le_bytes(*quality) });
        bytes = rest;
    }
    (bytes.is_empty() && members.len() == count).then_some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_opens_for_no_other_person_and_no_other_enrolment() {
        assert_ne!(bound_to("ada", "1"), bound_to("ada", "2"));
        assert_ne!(bound_to("ada", "1"), bound_to("bob", "1"));
    }

    #[test]
    fn members_come_back_bit_for_bit_and_nothing_else_does() {
        let member = |template: &[f32]| Member {
            id: FaceId(Uuid::now_v7()),
            template: Zeroizing::new(template.to_vec()),
            quality: 0.25,
        };
        let members = [member(&[0.6, -0.8, f32::MIN_POSITIVE]), member(&[1.0])];
        let bytes = packed(&members);
        let again = unpacked(&bytes, 2).unwrap();
        for (one, other) in members.iter().zip(&again) {
            assert_eq!((one.id, &one.template, one.quality), (other.id, &other.template, other.quality));
        }
        assert!(unpacked(&bytes, 1).is_none() && unpacked(&bytes, 3).is_none());
        for cut in 1..bytes.len() {
            assert!(unpacked(&bytes[..cut], 2).is_none(), "{cut}");
        }
    }
}
