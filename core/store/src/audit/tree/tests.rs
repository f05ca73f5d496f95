//! The tree against the known answers of Certificate Transparency, and proofs against an independent reading.
use super::*;

/// The eight entries of the reference implementation's test, and the roots of the trees of the first 1 to 8.
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|nth| leaf(&hex::decode(ENTRIES[nth % 8]).unwrap())).collect()
}

#[test]
fn roots_are_those_of_rfc_6962() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex::encode(Tree::default().root()), empty);
    let mut tree = Tree::default();
    for (nth, expected) in ROOTS.iter().enumerate() {
        tree.push(leaves(8)[nth]);
        assert_eq!(hex::encode(tree.root()), *expected, "{} leaves", nth + 1);
        let restored = Tree::restored(tree.size(), &tree.peaks()).unwrap();
        assert_eq!(restored, tree);
    }
    assert_eq!(Tree::restored(3, &[0; 32]), None);
}

#[test]
fn paths_are_those_of_the_reference_implementation() {
    for (index, size, expected) in [
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ][..],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ][..],
        ),
        (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"][..]),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ][..],
        ),
    ] {
        let found: Vec<String> = path(&leaves(size), index).iter().map(hex::encode).collect();
        assert_eq!(found, expected, "leaf {index} of {size}");
    }
}

#[test]
fn each_leaf_of_each_tree_is_proved_and_nothing_else_is() {
    for size in 1..40_usize {
        let leaves = leaves(size);
        let root = root_of(&leaves);
        for index in 0..size {
            let path = path(&leaves, index);
            let by = |path: &[Hash], leaf, at: usize| root_by(path, leaf, at as u64, size as u64);
            assert_eq!(by(&path, leaves[index], index), Some(root), "leaf {index} of {size}");
            assert_ne!(by(&path, [9; 32], index), Some(root));
            if size > 1 {
                assert_ne!(by(&path[1..], leaves[index], index), Some(root));
                let changed: Vec<Hash> = path.iter().map(|hash| hash.map(|byte| byte ^ 1)).collect();
                assert_ne!(by(&changed, leaves[index], index), Some(root));
            }
            assert_eq!(by(&[path.as_slice(), &[root]].concat(), leaves[index], index), None);
            assert_eq!(by(&path, leaves[index], size), None);
        }
    }
}
