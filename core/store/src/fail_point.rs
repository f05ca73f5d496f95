//! Where a process ends on purpose, so that tests can try every moment at which a machine may lose its power: just before or
//! just after one of its commits. Or where it hangs, for what watches over it. Only in builds with debug assertions; a release
//! has none of it.

/// Which side of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nothing of it is durable.
    Before,
    /// All of it is durable, and nobody was told.
    After,
}

/// What happens at the chosen commit.
#[cfg(debug_assertions)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The process ends.
    Abort(Side),
    /// The writer stands still, and everybody behind it.
    Hang,
}

/// Ends the process when `FACEPAY_FAIL_POINT` names this side of its `nth` commit, as `before:3` or `after:3`; counted from 1.
/// `hang:3` stops the writer there.
#[cfg(debug_assertions)]
pub(crate) fn pass(side: Side, nth: u64) {
    use std::sync::OnceLock;
    static CHOSEN: OnceLock<Option<(Fault, u64)>> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| chosen(&std::env::var("FACEPAY_FAIL_POINT").ok()?));
    match *chosen {
        // No destructor runs and nothing is flushed.
        Some((Fault::Abort(chosen), at)) if (chosen, at) == (side, nth) => std::process::abort(),
        Some((Fault::Hang, at)) if (side, nth) == (Side::Before, at) => loop {
            std::thread::park();
        },
        _ => {}
    }
}

/// A release has no fail points.
#[cfg(not(debug_assertions))]
pub(crate) fn pass(_: Side, _: u64) {}

#[cfg(debug_assertions)]
fn chosen(text: &str) -> Option<(Fault, u64)> {
    let (fault, nth) = text.split_once(':')?;
    let fault = match fault {
        "before" => Fault::Abort(Side::Before),
        "after" => Fault::Abort(Side::After),
        "hang" => Fault::Hang,
        _ => return None,
    };
    Some((fault, nth.parse().ok()?))
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_fail_point_names_one_side_of_one_commit() {
        assert_eq!(chosen("before:3"), Some((Fault::Abort(Side::Before), 3)));
        assert_eq!(chosen("after:12"), Some((Fault::Abort(Side::After), 12)));
        assert_eq!(chosen("hang:40"), Some((Fault::Hang, 40)));
        for text in ["", "before", "before:", "before:x", "between:1", "after:-1"] {
            assert_eq!(chosen(text), None, "{text}");
        }
    }
}
