//! The secret turn of the space in which templates lie: it keeps every distance, and no direction.
use std::f64::consts::TAU;

use zeroize::Zeroizing;

use crate::seal::Key;

/// Values that one block of the key's stream has.
const BLOCK: usize = 4;

/// An orthogonal map that only the key's holder has. It is drawn from all of them alike (Stewart 1980: reflections of falling
/// size, then signs), so that what was turned tells inner products and nothing more.
pub(crate) struct Rotation {
    /// Unit vectors, the first one in all dimensions, each with one fewer; overwritten when dropped.
    mirrors: Vec<Zeroizing<Vec<f64>>>,
    signs: Vec<f64>,
}

impl Rotation {
    /// The one of `key` in `dim` dimensions.
    pub(crate) fn new(key: &Key, dim: usize) -> Self {
        let mut normal = Normal { key, dim, block: 0, waiting: Vec::new() };
        let (mut mirrors, mut signs) = (Vec::with_capacity(dim), Vec::with_capacity(dim));
        for left in (1..=dim).rev() {
            let mut mirror: Zeroizing<Vec<f64>> = Zeroizing::new((0..left).map(|_| normal.next()).collect());
            let sign = if mirror[0] < 0.0 { -1.0 } else { 1.0 };
            if left == 1 {
                signs.push(sign);
                break;
            }
            signs.push(-sign);
            // Added where it cancels nothing.
            let along = sign * norm(&mirror);
            mirror[0] += along;
            let length = norm(&mirror);
            mirror.iter_mut().for_each(|value| *value /= length);
            mirrors.push(mirror);
        }
        Self { mirrors, signs }
    }

    /// How many values it turns.
    pub(crate) fn dim(&self) -> usize {
        self.signs.len()
    }

    /// `template` turned, as pgvector reads it. `None` where it has another length.
    pub(crate) fn turned(&self, template: &[f32]) -> Option<Zeroizing<String>> {
        if template.len() != self.dim() {
            return None;
        }
        let signed = template.iter().zip(&self.signs).map(|(value, sign)| f64::from(*value) * sign);
        let mut turned: Zeroizing<Vec<f64>> = Zeroizing::new(signed.collect());
        for mirror in self.mirrors.iter().rev() {
            let from = turned.len() - mirror.len();
            let part = &mut turned[from..];
            let twice = 2.0 * part.iter().zip(mirror.iter()).map(|(a, b)| a * b).sum::<f64>();
            part.iter_mut().zip(mirror.iter()).for_each(|(value, along)| *value -= twice * along);
        }
        let mut text = Zeroizing::new(String::with_capacity(turned.len() * 12 + 2));
        for value in turned.iter() {
            let before = if text.is_empty() { '[' } else { ',' };
            text.push(before);
            // Half precision has 11 bits; more would only be sent.
            text.push_str(&format!("{value:.6}"));
        }
        text.push(']');
        Some(text)
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Normally distributed values out of a key (Box and Muller).
struct Normal<'a> {
    key: &'a Key,
    dim: usize,
    block: usize,
    waiting: Vec<f64>,
}

impl Normal<'_> {
    fn next(&mut self) -> f64 {
        if self.waiting.is_empty() {
            let bytes = Zeroizing::new(self.key.tag("look-up", &format!("{} {}", self.dim, self.block)));
            self.block += 1;
            let (words, _) = bytes.as_chunks::<8>();
            let uniform: Vec<f64> =
                words.iter().take(BLOCK).map(|word| unit(u64::from_le_bytes(*word))).collect();
            for pair in uniform.chunks_exact(2) {
                let (radius, angle) = ((-2.0 * (1.0 - pair[0]).ln()).sqrt(), TAU * pair[1]);
                self.waiting.extend([radius * angle.cos(), radius * angle.sin()]);
            }
        }
        self.waiting.pop().unwrap_or_default()
    }
}

/// 53 bits as a number from 0 up to 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<f64> {
        text.trim_matches(['[', ']']).split(',').map(|value| value.parse().unwrap()).collect()
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_turn_keeps_inner_products_and_is_the_keys_own() {
        const DIM: usize = 48;
        let key = Key::random();
        let (turn, again) = (Rotation::new(&key, DIM), Rotation::new(&key, DIM));
        let other = Rotation::new(&Key::random(), DIM);
        let unit = |at: usize| (0..DIM).map(|n| if n == at { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
        let turned = |turn: &Rotation, at| read(&turn.turned(&unit(at)).unwrap());
        for a in 0..DIM {
            assert_eq!(turned(&turn, a), turned(&again, a));
            assert!(dot(&turned(&turn, a), &turned(&other, a)) < 0.9);
            for b in 0..=a {
                let expected = if a == b { 1.0 } else { 0.0 };
                let found = dot(&turned(&turn, a), &turned(&turn, b));
                assert!((found - expected).abs() < 1e-4, "{a} {b}: {found}");
            }
        }
        assert!(turn.turned(&[1.0]).is_none());
    }

    #[test]
    fn no_direction_is_kept_more_than_another() {
        const DIM: usize = 16;
        const KEYS: usize = 400;
        // Of a matrix that is drawn from all alike, each entry is 0 in the mean and 1 / DIM squared.
        let first: Vec<f32> = (0..DIM).map(|n| if n == 0 { 1.0 } else { 0.0 }).collect();
        let (mut sums, mut squares) = ([0.0; DIM], [0.0; DIM]);
        for _ in 0..KEYS {
            let turned = read(&Rotation::new(&Key::random(), DIM).turned(&first).unwrap());
            for (n, value) in turned.iter().enumerate() {
                sums[n] += value;
                squares[n] += value * value;
            }
        }
        for n in 0..DIM {
            let (mean, square) = (sums[n] / KEYS as f64, squares[n] / KEYS as f64);
            assert!(mean.abs() < 6.0 * (1.0 / (DIM * KEYS) as f64).sqrt(), "entry {n}: {mean}");
            assert!((square * DIM as f64 - 1.0).abs() < 0.5, "entry {n}: {square}");
        }
    }
}
