//! Which of a client's pictures an answer is about: counted as it sent them, with the time that it gave.

use std::collections::VecDeque;

use serde_json::{Map, Number, Value};

/// Pictures that an answer may still come for: six seconds of them at ten a second.
const KEPT_MAX: usize = 64;

/// The pictures of one connection.
#[derive(Default)]
pub(super) struct Sent {
    count: u64,
    kept: VecDeque<Kept>,
}

struct Kept {
    /// The picture's number within the camera.
    seq: u64,
    label: Label,
}

/// How the client knows a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Label {
    /// Which of its pictures, from 1.
    frame: u64,
    /// The client's own time, where it gave one.
    ts: Option<Number>,
}

impl Sent {
    /// The client has sent one more picture, whatever becomes of it.
    pub(super) fn count(&mut self, ts: Option<Number>) -> Label {
        self.count += 1;
        Label { frame: self.count, ts }
    }

    /// The picture was taken, as number `seq` of the camera.
    pub(super) fn took(&mut self, seq: u64, label: Label) {
        if self.kept.len() == KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(Kept { seq, label });
    }

    /// How the client knows the camera's picture `seq`; `None` for one of another connection, or too long ago.
    pub(super) fn label(&self, seq: u64) -> Option<&Label> {
        let at = self.kept.binary_search_by_key(&seq, |kept| kept.seq).ok()?;
        self.kept.get(at).map(|kept| &kept.label)
    }
}

impl Label {
    /// Says in an answer which picture it is about.
    pub(super) fn name_in(&self, answer: &mut Map<String, Value>) {
        answer.insert("frame".to_owned(), self.frame.into());
        if let Some(ts) = &self.ts {
            answer.insert("ts".to_owned(), ts.clone().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_place_among_all_that_were_sent() {
        let mut sent = Sent::default();
        let first = sent.count(None);
        // One that was refused has a number, too.
        sent.count(None);
        let third = sent.count(Some(7.into()));
        sent.took(41, first.clone());
        sent.took(43, third.clone());
        assert_eq!((sent.label(41), sent.label(42), sent.label(43)), (Some(&first), None, Some(&third)));
        let mut answer = Map::new();
        third.name_in(&mut answer);
        assert_eq!(Value::Object(answer), serde_json::json!({ "frame": 3, "ts": 7 }));
    }

    #[test]
    fn of_a_client_that_sends_for_ever_the_newest_are_known() {
        let mut sent = Sent::default();
        for seq in 1..=1_000 {
            let label = sent.count(None);
            sent.took(seq, label);
        }
        assert_eq!(sent.kept.len(), KEPT_MAX);
        assert_eq!((sent.label(1), sent.label(1_000).map(|label| label.frame)), (None, Some(1_000)));
    }
}
