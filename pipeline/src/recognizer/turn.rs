//! Whose turn it is: faces are analysed by track, not by picture, and a crowd before one camera does not hold up the others.

/// Faces of one picture that are analysed, at most. All cameras of a batch wait for the longest.
pub(super) const FACES_MAX: usize = 4;

/// Where a face stands among those of its picture; the least goes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Its track has a verdict already, which is only looked at anew.
    pub(super) decided: bool,
    /// Its track has pictures that count: it is done soon.
    pub(super) begun: bool,
    /// Of its box. Whoever pays stands in front.
    pub(super) area: f32,
}

impl Turn {
    /// Who goes before whom.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let first = self.decided.cmp(&other.decided);
        first.then(other.begun.cmp(&self.begun)).then(other.area.total_cmp(&self.area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_undecided_go_first_then_those_that_are_done_soon_then_the_largest() {
        let turn = |decided, begun, area| Turn { decided, begun, area };
        let wanted = [
            turn(false, true, 9.0),
            turn(false, true, 1.0),
            turn(false, false, 50.0),
            turn(false, false, 2.0),
            turn(true, true, 80.0),
            turn(true, false, 99.0),
        ];
        let mut found: Vec<Turn> = [5, 3, 1, 0, 4, 2].map(|at: usize| wanted[at]).to_vec();
        found.sort_by(Turn::order);
        let areas = |turns: &[Turn]| turns.iter().map(|turn| turn.area).collect::<Vec<_>>();
        assert_eq!(areas(&found), areas(&wanted));
    }
}
