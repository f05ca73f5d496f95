//! The chain and its checkpoints in memory: whatever is changed is found, and the exact place is named.
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{
    statement::{Checkpoint, Signed},
    *,
};
use crate::{device::DeviceKey, seal::Key};

/// Records and checkpoints as the database would hold them.
#[derive(Clone)]
struct Book {
    key: [u8; 32],
    rows: Vec<AuditRow>,
    checkpoints: Vec<CheckpointRow>,
}

impl Book {
    /// `count` records, with a checkpoint behind every `each`.
    fn new(count: i64, each: i64) -> Self {
        let mut book = Self { key: [7; 32], rows: Vec::new(), checkpoints: Vec::new() };
        for seq in 1..=count {
            let previous =
                book.rows.last().map_or_else(|| record::GENESIS.to_vec(), |row| row.sha256.clone());
            let mut row = AuditRow {
                seq,
                at: Timestamp(1_800_000_000_000_000 + seq),
                actor: "till \"1\"".to_owned(),
                action: "operation.stepped".to_owned(),
                subject: format!("subject-{seq}"),
                detail: format!("{{\"state\":\"approved\",\"nth\":{seq}}}"),
                record: Vec::new(),
                previous,
                sha256: Vec::new(),
            };
            write(&mut row);
            book.rows.push(row);
            if seq % each == 0 {
                book.checkpoint();
            }
        }
        book
    }

    fn device(&self) -> DeviceKey {
        DeviceKey::of(&Key::new(self.key))
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(self.device().public())
    }

    fn checkpoint(&mut self) {
        let mut verifier = self.verifier();
        self.rows.iter().for_each(|row| verifier.row(row).unwrap());
        let last = self
            .checkpoints
            .last()
            .map(|row| (Checkpoint::read(&row.signed.statement).unwrap(), &row.signed));
        let last = last.as_ref().map(|(said, signed)| (said, *signed));
        let said = Checkpoint::after(last, verifier.tree(), verifier.chain(), Timestamp(1));
        let (said, signed) = said.signed(&self.device());
        self.checkpoints.push(CheckpointRow {
            id: said.id,
            first_seq: said.first_seq,
            last_seq: said.last_seq,
            root: said.root.to_vec(),
            chain: said.chain.to_vec(),
            at: said.at,
            peaks: verifier.tree().peaks(),
            signed,
        });
    }

    fn verify(&self) -> Result<Audited, AuditFault> {
        let mut verifier = self.verifier();
        let mut checkpoints = self.checkpoints.iter().peekable();
        for row in &self.rows {
            verifier.row(row)?;
            while let Some(next) = checkpoints.next_if(|next| next.last_seq <= row.seq) {
                next.verify(&mut verifier)?;
            }
        }
        checkpoints.try_for_each(|row| row.verify(&mut verifier))?;
        verifier.end(None)
    }
}

/// Gives a record the bytes and the digest that fit its columns.
fn write(row: &mut AuditRow) {
    row.record = record::bytes(row);
    row.sha256 = record::digest(&row.previous, &row.record).to_vec();
}

/// Flips bit `bit` of the bytes that `field` of the row has; `None` when it has not so many.
fn flipped(book: &Book, place: usize, field: usize, bit: usize) -> Option<Book> {
    let mut book = book.clone();
    let flip = |bytes: &mut [u8]| {
        let (at, mask) = (bit / 8, 1 << (bit % 8));
        bytes.get_mut(at).map(|byte| *byte ^= mask)
    };
    let number = |number: &mut i64| (bit < 62).then(|| *number ^= 1 << bit);
    let text = |text: &mut String| {
        let mut bytes = text.clone().into_bytes();
        flip(&mut bytes)?;
        // A database gives no text that is none.
        *text = String::from_utf8(bytes).ok()?;
        Some(())
    };
    let rows = book.rows.len();
    if let Some(row) = book.rows.get_mut(place) {
        match field {
            0 => number(&mut row.seq)?,
            1 => number(&mut row.at.0)?,
            2 => text(&mut row.actor)?,
            3 => text(&mut row.action)?,
            4 => text(&mut row.subject)?,
            5 => text(&mut row.detail)?,
            6 => flip(&mut row.record)?,
            7 => flip(&mut row.previous)?,
            8 => flip(&mut row.sha256)?,
            _ => return None,
        }
    } else {
        let row = book.checkpoints.get_mut(place - rows)?;
        match field {
            0 => number(&mut row.id)?,
            1 => number(&mut row.first_seq)?,
            2 => number(&mut row.last_seq)?,
            3 => flip(&mut row.root)?,
            4 => flip(&mut row.chain)?,
            5 => number(&mut row.at.0)?,
            6 => flip(&mut row.peaks)?,
            7 => flip(&mut row.signed.statement)?,
            8 => flip(&mut row.signed.signature)?,
            _ => return None,
        }
    }
    Some(book)
}

static BOOK: LazyLock<Book> = LazyLock::new(|| Book::new(8, 3));

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_single_bit_that_is_flipped_is_found_at_its_place(
        place in 0_usize..10,
        field in 0_usize..9,
        bit in 0_usize..1_600,
    ) {
        let Some(changed) = flipped(&BOOK, place, field, bit) else { return Ok(()) };
        let fault = changed.verify().expect_err("a bit is flipped");
        let expected = match place {
            0..8 => AuditPlace::Record(place as i64 + 1),
            _ => AuditPlace::Checkpoint(place as i64 - 7),
        };
        // Two rows under one number: the one that has the wrong number is in the way of the other's.
        let is_number = field == 0 && place < 8;
        // A checkpoint under another last record comes too early or too late, which is said of it or of the record.
        let is_order = field == 2 && place >= 8;
        prop_assert!(fault.place == expected || is_number || is_order, "{fault} instead of {expected}");
    }
}

#[test]
fn a_sound_book_is_sound() {
    for (count, each) in [(0, 1), (1, 1), (1, 2), (7, 3), (20, 1)] {
        let audited = Book::new(count, each).verify().unwrap();
        assert_eq!((audited.records, audited.checkpoints), (count, count / each));
    }
}

#[test]
fn a_record_that_is_gone_or_put_in_is_named() {
    let book = Book::new(6, 4);
    for seq in 1..=6_i64 {
        let mut cut = book.clone();
        cut.rows.remove(usize::try_from(seq - 1).unwrap());
        let end = cut.verify();
        if seq == 6 {
            // Without a counter or a checkpoint behind it, nobody knows of the last one.
            assert_eq!(end.unwrap().records, 5);
        } else {
            assert_eq!(end.unwrap_err(), AuditFault::record(seq, "it is missing"));
        }
    }
    let mut twice = book.clone();
    twice.rows.insert(3, book.rows[2].clone());
    assert_eq!(twice.verify().unwrap_err().place, AuditPlace::Record(4));
}

#[test]
fn a_chain_that_is_cut_behind_a_checkpoint_is_named_by_what_is_missing() {
    let mut book = Book::new(6, 3);
    book.rows.truncate(4);
    let fault = book.verify().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Record(5));
    assert!(fault.what.contains("missing from here: checkpoint 2 says that there are 6"), "{fault}");
}

#[test]
fn a_chain_that_was_rewritten_whole_breaks_the_checkpoint_over_it() {
    let mut book = Book::new(9, 3);
    book.rows[4].subject = "somebody else".to_owned();
    for nth in 4..9 {
        book.rows[nth].previous = book.rows[nth - 1].sha256.clone();
        write(&mut book.rows[nth]);
    }
    let fault = book.verify().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Checkpoint(2));
    assert!(fault.what.contains("a record of 4 to 6"), "{fault}");
}

#[test]
fn a_checkpoint_that_was_signed_anew_does_not_carry_the_next_one() {
    let mut book = Book::new(9, 3);
    let later: Vec<CheckpointRow> = book.checkpoints.drain(1..).collect();
    let said = Checkpoint::read(&book.checkpoints[0].signed.statement).unwrap();
    let (said, signed) = Checkpoint { at: Timestamp(2), ..said }.signed(&book.device());
    book.checkpoints[0] = CheckpointRow { at: said.at, signed, ..book.checkpoints[0].clone() };
    book.checkpoints.extend(later);
    let fault = book.verify().unwrap_err();
    assert_eq!(fault, AuditFault::checkpoint(2, "it does not follow the checkpoint before it"));
}

#[test]
fn a_checkpoint_that_was_kept_elsewhere_shows_what_the_appliance_hides() {
    let whole = Book::new(9, 3);
    let kept = whole.checkpoints[1].signed.clone();
    let against = |book: &Book, kept: &Signed| {
        let mut verifier = book.verifier().against(kept)?;
        book.rows.iter().try_for_each(|row| verifier.row(row))?;
        verifier.end(None)
    };
    assert!(against(&whole, &kept).is_ok());
    // Whoever has the key can cut the chain and its checkpoints, and sign anew.
    let cut = Book::new(5, 5);
    assert!(cut.verify().is_ok());
    assert_eq!(against(&cut, &kept).unwrap_err().place, AuditPlace::Record(6));
    let mut forged = Book::new(3, 9);
    forged.rows[2].subject = "x".to_owned();
    write(&mut forged.rows[2]);
    let (rows, rest) = (forged.rows.clone(), Book::new(9, 9).rows);
    forged.rows = rest;
    forged.rows[..3].clone_from_slice(&rows);
    for nth in 3..9 {
        forged.rows[nth].previous = forged.rows[nth - 1].sha256.clone();
        write(&mut forged.rows[nth]);
    }
    forged.checkpoint();
    assert!(forged.verify().is_ok());
    assert!(against(&forged, &kept).unwrap_err().what.contains("root differs"));
    let mut other = Book::new(6, 6);
    other.key = [8; 32];
    other.checkpoints.clear();
    other.checkpoint();
    assert!(against(&whole, &other.checkpoints[0].signed).unwrap_err().what.contains("names the key"));
}
