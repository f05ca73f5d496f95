//! A long decimal number as bytes.

/// Digits that are taken at once.
const DIGITS: usize = 9;

/// The bytes of a decimal number, the greatest first and no zeros before it; `None` when it has other letters than digits or none.
pub fn bytes_of_decimal(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Limbs of 32 bits, the least first. The first chunk is the one that may be short.
    let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / DIGITS + 1);
    let (first, rest) = digits.split_at(digits.len() % DIGITS);
    let chunks = std::iter::once(first)
        .chain(rest.as_bytes().chunks(DIGITS).filter_map(|chunk| std::str::from_utf8(chunk).ok()));
    for chunk in chunks.filter(|chunk| !chunk.is_empty()) {
        let mut carry: u64 = chunk.parse().ok()?;
        let scale = 10_u64.pow(chunk.len() as u32);
        for limb in &mut limbs {
            let product = u64::from(*limb) * scale + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            limbs.push(carry as u32); // below 10^9, so one limb holds it
        }
    }
    let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    Some(bytes[start..].to_vec())
}
