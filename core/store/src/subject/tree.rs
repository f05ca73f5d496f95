//! A tree of keys from which single leaves can be cut: the puncturable pseudorandom function of Goldreich, Goldwasser and
//! Micali (1986), punctured as by Boneh and Waters (2013).
//!
//! Each key makes the two below it, by SHA-256, and none can be found from those below. Whoever holds one key has all leaves
//! under it. To cut a leaf, the key above it gives way to the keys of all that is beside the leaf's path: from those every other
//! leaf is still made as before, and that one by nobody.
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::seal::KEY_BYTES;

/// Steps from the top of a branch to a leaf.
pub(super) const DEPTH: u32 = 52;
/// Bytes of a node on the disk: where its leaves begin, how deep it is, its key.
const NODE_BYTES: usize = 8 + 1 + KEY_BYTES;

/// A key of 32 bytes in the tree; overwritten when dropped.
pub(super) type NodeKey = Zeroizing<[u8; KEY_BYTES]>;

/// What is left of a branch: nodes in the order of their leaves, of which none is under another.
#[derive(Clone, Default, ZeroizeOnDrop)]
pub(super) struct Branch(Vec<u8>);

/// The key of the leaf `leaf` under `key`, which is `depth` steps down.
pub(super) fn leaf_key(key: &[u8; KEY_BYTES], depth: u32, leaf: u64) -> NodeKey {
    let mut key = Zeroizing::new(*key);
    for at in depth..DEPTH {
        key = below(&key, turn(leaf, at));
    }
    key
}

impl Branch {
    /// A branch from which nothing was cut.
    pub(super) fn whole(key: &[u8; KEY_BYTES]) -> Self {
        let mut branch = Self(Vec::with_capacity(NODE_BYTES));
        branch.push(0, 0, key);
        branch
    }

    /// A branch as it lies on the disk; `None` when this is none.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let branch = Self(bytes);
        let (nodes, rest) = branch.0.as_chunks::<NODE_BYTES>();
        let ordered = nodes.iter().zip(nodes.iter().skip(1)).all(|(one, next)| end(one) <= start(next));
        let fits = nodes.iter().all(|node| depth(node) <= DEPTH);
        (rest.is_empty() && fits && ordered).then_some(branch)
    }

    /// The branch as it lies on the disk.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key of `leaf`; `None` when it was cut.
    pub(super) fn leaf(&self, leaf: u64) -> Option<NodeKey> {
        let node = self.above(leaf)?;
        Some(leaf_key(key(node), depth(node), leaf))
    }

    /// The branch without `leaf`; `None` when it was cut before.
    pub(super) fn without(&self, leaf: u64) -> Option<Self> {
        let cut = self.above(leaf)?;
        // With room for all of it, so that growing leaves no keys behind.
        let mut left = Self(Vec::with_capacity(self.0.len() + DEPTH as usize * NODE_BYTES));
        for node in self.nodes() {
            if start(node) == start(cut) {
                left.push_beside(node, leaf);
            } else {
                left.0.extend_from_slice(node);
            }
        }
        Some(left)
    }

    /// The nodes beside the path from `node` to `leaf`, in their order: those before the leaf from the top, those after it from
    /// the bottom.
    fn push_beside(&mut self, node: &[u8; NODE_BYTES], leaf: u64) {
        let mut at = Zeroizing::new(*key(node));
        let mut after = Vec::with_capacity(DEPTH as usize);
        for step in depth(node)..DEPTH {
            let right = turn(leaf, step);
            let beside = below(&at, !right);
            let first = (leaf >> (DEPTH - 1 - step) ^ 1) << (DEPTH - 1 - step);
            match right {
                true => self.push(first, step + 1, &beside),
                false => after.push((first, step + 1, beside)),
            }
            at = below(&at, right);
        }
        for (first, depth, beside) in after.iter().rev() {
            self.push(*first, *depth, beside);
        }
    }

    fn push(&mut self, start: u64, depth: u32, key: &[u8; KEY_BYTES]) {
        self.0.extend_from_slice(&start.to_be_bytes());
        self.0.push(u8::try_from(depth).unwrap_or(u8::MAX));
        self.0.extend_from_slice(key);
    }

    fn nodes(&self) -> &[[u8; NODE_BYTES]] {
        self.0.as_chunks().0
    }

    fn above(&self, leaf: u64) -> Option<&[u8; NODE_BYTES]> {
        let nodes = self.nodes();
        let node = nodes[..nodes.partition_point(|node| start(node) <= leaf)].last()?;
        (leaf < end(node)).then_some(node)
    }
}

/// Whether the way to `leaf` turns right after so many steps.
fn turn(leaf: u64, steps: u32) -> bool {
    leaf >> (DEPTH - 1 - steps) & 1 == 1
}

fn below(key: &[u8; KEY_BYTES], right: bool) -> NodeKey {
    let mut made = Sha256::new().chain_update([u8::from(right)]).chain_update(key).finalize();
    let mut below = NodeKey::default();
    below.copy_from_slice(&made);
    made.as_mut_slice().zeroize();
    below
}

fn start(node: &[u8; NODE_BYTES]) -> u64 {
    node.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

fn depth(node: &[u8; NODE_BYTES]) -> u32 {
    u32::from(node[8])
}

/// The first leaf that is not under `node` any more.
fn end(node: &[u8; NODE_BYTES]) -> u64 {
    start(node) + (1 << DEPTH.saturating_sub(depth(node)))
}

fn key(node: &[u8; NODE_BYTES]) -> &[u8; KEY_BYTES] {
    node.last_chunk().unwrap_or(&[0; KEY_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: [u8; KEY_BYTES] = [7; KEY_BYTES];
    const LAST: u64 = (1 << DEPTH) - 1;

    #[test]
    fn every_leaf_but_the_cut_ones_has_the_key_it_had() {
        let whole = Branch::whole(&TOP);
        let cut = [5, 0, LAST, 1 << 51, 6, 4];
        let kept = [1, 2, 3, 7, 8, LAST - 1, (1 << 51) - 1, (1 << 51) + 1, 0x000a_bcde_f012_3456];
        let mut left = whole.clone();
        for (nth, leaf) in cut.iter().enumerate() {
            left = left.without(*leaf).unwrap();
            for gone in &cut[..=nth] {
                assert!(left.leaf(*gone).is_none(), "{gone} after {nth} cuts");
            }
            for there in &kept {
                assert_eq!(left.leaf(*there), whole.leaf(*there), "{there} after {nth} cuts");
            }
        }
        assert!(left.without(5).is_none(), "it was cut before");
        assert_eq!(Branch::from_bytes(left.bytes().to_vec()).unwrap().bytes(), left.bytes());
    }

    #[test]
    fn no_key_above_a_cut_leaf_is_left() {
        let leaf = 0x0005_5555_5555_5555;
        let left = Branch::whole(&TOP).without(leaf).unwrap();
        let mut above = Zeroizing::new(TOP);
        for step in 0..DEPTH {
            assert!(!left.bytes().windows(KEY_BYTES).any(|bytes| bytes == above.as_slice()), "step {step}");
            above = below(&above, turn(leaf, step));
        }
        assert!(!left.bytes().windows(KEY_BYTES).any(|bytes| bytes == above.as_slice()));
        assert_eq!(left.nodes().len(), DEPTH as usize);
    }

    #[test]
    fn leaves_have_keys_of_their_own() {
        let whole = Branch::whole(&TOP);
        assert_ne!(whole.leaf(0), whole.leaf(1));
        assert_ne!(whole.leaf(0), whole.leaf(1 << 51));
        assert_ne!(whole.leaf(0), Branch::whole(&[8; KEY_BYTES]).leaf(0));
    }

    #[test]
    fn what_is_no_branch_is_not_taken_for_one() {
        let whole = Branch::whole(&TOP);
        assert!(Branch::from_bytes(whole.bytes()[1..].to_vec()).is_none(), "torn");
        assert!(
            Branch::from_bytes([whole.bytes(), whole.bytes()].concat()).is_none(),
            "twice the same leaves"
        );
        let mut deep = whole.bytes().to_vec();
        deep[8] = 53;
        assert!(Branch::from_bytes(deep).is_none(), "below the leaves");
    }
}
