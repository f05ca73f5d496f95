//! Where a process ends on purpose, so that tests can try every moment at which a machine may lose its power: just before or
//! just after one of its commits. Only in builds with debug assertions; a release has none of it.

/// Which side of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nothing of it is durable.
    Before,
    /// All of it is durable, and nobody was told.
    After,
}

/// Ends the process when `FACEPAY_FAIL_POINT` names this side of its `nth` commit, as `before:3` or `after:3`; counted from 1.
#[cfg(debug_assertions)]
pub(crate) fn pass(side: Side, nth: u64) {
    use std::sync::OnceLock;
    static CHOSEN: OnceLock<Option<(Side, u64)>> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| chosen(&std::env::var("FACEPAY_FAIL_POINT").ok()?));
    if *chosen == Some((side, nth)) {
        // No destructor runs and nothing is flushed.
        std::process::abort();
    }
}

/// A release has no fail points.
#[cfg(not(debug_assertions))]
pub(crate) fn pass(_: Side, _: u64) {}

#[cfg(debug_assertions)]
fn chosen(text: &str) -> Option<(Side, u64)> {
    let (side, nth) = text.split_once(':')?;
    let side = match side {
        "before" => Side::Before,
        "after" => Side::After,
        _ => return None,
    };
    Some((side, nth.parse().ok()?))
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_fail_point_names_one_side_of_one_commit() {
        assert_eq!(chosen("before:3"), Some((Side::Before, 3)));
        assert_eq!(chosen("after:12"), Some((Side::After, 12)));
        for text in ["", "before", "before:", "before:x", "between:1", "after:-1"] {
            assert_eq!(chosen(text), None, "{text}");
        }
    }
}
