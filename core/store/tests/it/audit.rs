//! The audit in the database: whatever column is changed, the exact record, checkpoint or receipt is named.
use domain::operation::{Event, Kind};
use domain::step_up::Factor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{AuditPlace, BackupAct, NewProof, PublicKey, StoreError, audit::Verifier};

use crate::{
    Claim,
    bench::{Bench, Database, MERCHANT, START, by, eur},
    claims,
    factors::{proof, waiting},
};

pub(crate) const CLAIMS: &[Claim] = claims![
    every_changed_column_of_a_record_is_named_with_its_record,
    every_changed_column_of_a_checkpoint_is_named_with_its_checkpoint,
    every_changed_column_of_a_receipt_is_named_with_its_payment,
    a_checkpoint_covers_what_was_written_and_is_made_once,
    a_walk_tells_how_far_it_is_and_ends_when_it_is_told_to,
    a_broken_chain_gets_no_checkpoint,
    every_record_is_proved_under_the_newest_checkpoint,
    a_receipt_is_written_with_the_money_and_says_nothing_personal,
    a_receipt_says_which_further_factor_its_charge_rests_on,
    a_receipt_that_cannot_be_written_takes_the_capture_back,
];

const PEOPLE: [&str; 6] = ["ada", "bob", "cyd", "dan", "eve", "fay"];

fn blob(bench: &Bench, sql: &str) -> String {
    match bench.database {
        Database::Sqlite => format!("X'{sql}'"),
        Database::Postgres => format!("'\\x{sql}'::bytea"),
    }
}

/// Sets one column of one row to something else, and back after `check`.
fn spoiled(bench: &Bench, (table, key): (&str, &str), column: &str, check: impl FnOnce()) {
    let other = match column {
        "first_seq" => "first_seq - 1".to_owned(),
        "seq" | "id" | "last_seq" | "at" | "created_at" => format!("{column} + 1000"),
        "actor" | "action" | "subject" => format!("{column} || 'x'"),
        "detail" => format!("{column} || ' '"),
        _ => blob(bench, &"ab".repeat(32)),
    };
    let kept = format!("CREATE TABLE kept AS SELECT {column} AS was FROM {table} WHERE {key}");
    bench.sql(&kept).unwrap();
    bench.sql(&format!("UPDATE {table} SET {column} = {other} WHERE {key}")).unwrap();
    check();
    // A key that was changed is found under what it was changed to.
    let key = match column {
        "seq" | "id" => format!("{column} = (SELECT was + 1000 FROM kept)"),
        _ => key.to_owned(),
    };
    bench.sql(&format!("UPDATE {table} SET {column} = (SELECT was FROM kept) WHERE {key}")).unwrap();
    bench.sql("DROP TABLE kept").unwrap();
}

fn every_changed_column_of_a_record_is_named_with_its_record(bench: &Bench) {
    for name in PEOPLE {
        bench.person(name);
    }
    for column in ["seq", "at", "actor", "action", "subject", "detail", "record", "previous_sha256", "sha256"]
    {
        spoiled(bench, ("audit", "seq = 4"), column, || {
            let fault = bench.store.audit_verify().unwrap().unwrap_err();
            assert_eq!(fault.place, AuditPlace::Record(4), "{column}: {fault}");
            let said = ["at", "actor", "action", "subject", "detail"].contains(&column);
            assert!(!said || fault.what.contains(&format!("column {column}")), "{column}: {fault}");
        });
        assert_eq!(bench.store.audit_verify().unwrap(), Ok(6), "{column}");
    }
    bench.sql("DELETE FROM audit WHERE seq = 6").unwrap();
    let fault = bench.store.audit_verify().unwrap().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Record(6));
    assert!(fault.what.contains("the counter says that there are 6"), "{fault}");
}

fn every_changed_column_of_a_checkpoint_is_named_with_its_checkpoint(bench: &Bench) {
    for name in PEOPLE {
        bench.person(name);
        bench.store.add_checkpoint(START).unwrap().unwrap().unwrap();
    }
    for column in
        ["id", "first_seq", "last_seq", "root", "chain_sha256", "at", "peaks", "statement", "signature"]
    {
        spoiled(bench, ("audit_checkpoints", "id = 3"), column, || {
            let fault = bench.store.audit_verify().unwrap().unwrap_err();
            let expected = match column {
                "last_seq" => vec![AuditPlace::Checkpoint(3), AuditPlace::Checkpoint(4)],
                _ => vec![AuditPlace::Checkpoint(3)],
            };
            assert!(expected.contains(&fault.place), "{column}: {fault}");
        });
        assert_eq!(bench.store.audit_verify().unwrap(), Ok(6), "{column}");
    }
    bench.sql("DELETE FROM audit WHERE seq > 4; UPDATE counters SET value = 4 WHERE name = 'audit'").unwrap();
    let fault = bench.store.audit_verify().unwrap().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Record(5));
    assert!(fault.what.contains("checkpoint 5 says that there are 5"), "{fault}");
}

fn every_changed_column_of_a_receipt_is_named_with_its_payment(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let paid = bench.identified(payer, eur(100));
    bench.operate(paid, Kind::Sale, eur(100), &[Event::Submitted, Event::Approved]);
    // The payment that the receipt is moved to.
    bench.identified(payer, eur(100));
    assert_eq!(bench.store.receipts_verify().unwrap(), Ok(1));
    for column in ["receipt", "signature", "created_at"] {
        spoiled(bench, ("receipts", "created_at > 0"), column, || {
            let fault = bench.store.receipts_verify().unwrap().unwrap_err();
            assert_eq!(fault.place, AuditPlace::Receipt(paid.to_string()), "{column}: {fault}");
        });
        assert_eq!(bench.store.receipts_verify().unwrap(), Ok(1), "{column}");
    }
    let other = "(SELECT MIN(t.id) FROM transactions t WHERE t.state = 'requires_confirmation')";
    bench.sql(&format!("UPDATE receipts SET transaction_id = {other}")).unwrap();
    let fault = bench.store.receipts_verify().unwrap().unwrap_err();
    assert_eq!((fault.place, fault.what.as_str()), (AuditPlace::Receipt(paid.to_string()), "it is missing"));
}

fn a_checkpoint_covers_what_was_written_and_is_made_once(bench: &Bench) {
    assert_eq!(bench.store.add_checkpoint(START).unwrap(), Ok(None), "there is nothing to cover");
    bench.person("ada");
    let first = bench.store.add_checkpoint(START).unwrap().unwrap().unwrap();
    assert_eq!((first.id, first.first_seq, first.last_seq), (1, 1, 1));
    assert_eq!(bench.store.add_checkpoint(START).unwrap(), Ok(None));
    for name in &PEOPLE[1..] {
        bench.person(name);
    }
    let second = bench.store.add_checkpoint(START).unwrap().unwrap().unwrap();
    assert_eq!((second.id, second.first_seq, second.last_seq), (2, 2, 6));
    let walked = bench.store.audit_walk(Verifier::new(bench.store.device_key().public())).unwrap().unwrap();
    assert_eq!((walked.records, walked.checkpoints, walked.covered), (6, 2, 6));
    assert_eq!(walked.root.to_vec(), second.root, "going on from the last one gives the root of all records");
    assert_eq!(bench.store.checkpoints(0, 10).unwrap(), [first, second.clone()]);
    assert_eq!(bench.store.newest_checkpoint().unwrap(), Some(second));
}

fn a_walk_tells_how_far_it_is_and_ends_when_it_is_told_to(bench: &Bench) {
    for name in PEOPLE {
        bench.person(name);
    }
    bench.store.record_backup_act(by(), BackupAct::Made, "b.facepay.age", "{}".to_owned()).unwrap();
    let verifier = || Verifier::new(bench.store.device_key().public());
    let mut told = Vec::new();
    let walked = bench.store.audit_walk_while(verifier(), |records, of| {
        told.push((records, of));
        true
    });
    assert_eq!(walked.unwrap().unwrap().unwrap().records, 7);
    assert_eq!(told, [(7, 7)]);
    assert_eq!(bench.store.audit_walk_while(verifier(), |_, _| false).unwrap(), None);
    let last = bench.store.audit(6, 1).unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.subject.as_str()), ("backup.made", "b.facepay.age"));
}

fn a_broken_chain_gets_no_checkpoint(bench: &Bench) {
    bench.person("ada");
    bench.store.add_checkpoint(START).unwrap().unwrap().unwrap();
    bench.person("bob");
    bench.sql("UPDATE audit SET subject = 'x' WHERE seq = 2").unwrap();
    let fault = bench.store.add_checkpoint(START).unwrap().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Record(2));
    bench.sql(&format!("UPDATE audit_checkpoints SET peaks = {}", blob(bench, &"00".repeat(32)))).unwrap();
    let fault = bench.store.add_checkpoint(START).unwrap().unwrap_err();
    assert_eq!(fault.place, AuditPlace::Checkpoint(1));
    assert_eq!(bench.store.checkpoints(0, 10).unwrap().len(), 1);
}

/// RFC 6962 read anew, by its own recursive words: the root that a path gives.
fn root(record: &[u8], (index, size): (u64, u64), path: &[[u8; 32]]) -> [u8; 32] {
    let Some((sibling, below)) = path.split_last() else {
        assert_eq!((index, size), (0, 1));
        return Sha256::digest([&[0], record].concat()).into();
    };
    let split = size.next_power_of_two() / 2;
    let (left, right) = match index < split {
        true => (root(record, (index, split), below), *sibling),
        false => (*sibling, root(record, (index - split, size - split), below)),
    };
    Sha256::digest([&[1], &left[..], &right[..]].concat()).into()
}

fn every_record_is_proved_under_the_newest_checkpoint(bench: &Bench) {
    assert!(matches!(bench.store.audit_proof(1), Err(StoreError::NotFound(_))));
    for name in PEOPLE {
        bench.person(name);
    }
    assert!(matches!(bench.store.audit_proof(1), Err(StoreError::Conflict(_))), "nothing covers it yet");
    bench.store.add_checkpoint(START).unwrap().unwrap().unwrap();
    let key: PublicKey = bench.store.device_key().public();
    for row in bench.store.audit(0, 10).unwrap() {
        let proof = bench.store.audit_proof(row.seq).unwrap();
        let said: Value = serde_json::from_slice(&proof.signed.statement).unwrap();
        let place = (row.seq as u64 - 1, said["last_seq"].as_u64().unwrap());
        assert_eq!(said["root"], hex::encode(root(&row.record, place, &proof.path)), "record {}", row.seq);
        assert_eq!(proof.record, row.record);
        assert!(proof.verify(&key).is_ok());

        let mut other = proof.clone();
        other.record = [&row.record[..], b" "].concat();
        assert_eq!(other.verify(&key).unwrap_err().place, AuditPlace::Record(row.seq));
        let mut moved = proof.clone();
        moved.seq = 7 - row.seq;
        assert_eq!(moved.verify(&key).unwrap_err().place, AuditPlace::Record(7 - row.seq));
        let mut forged = proof;
        forged.signed.signature[5] ^= 1;
        assert_eq!(forged.verify(&key).unwrap_err().place, AuditPlace::Checkpoint(1));
    }
    bench.person("gil");
    assert!(matches!(bench.store.audit_proof(7), Err(StoreError::Conflict(_))));
}

fn a_receipt_is_written_with_the_money_and_says_nothing_personal(bench: &Bench) {
    let payer = bench.payer("zebulon", 1_000);
    let key = bench.store.device_key().public();
    for (kind, ending) in [(Kind::Sale, None), (Kind::Authorize, Some(Kind::Capture))] {
        let paid = bench.identified(payer, eur(100));
        bench.operate(paid, kind, eur(100), &[Event::Submitted, Event::Approved]);
        if let Some(ending) = ending {
            assert_eq!(bench.store.receipt(paid).unwrap(), None, "no money has moved");
            bench.operate(paid, ending, eur(100), &[Event::Submitted, Event::Approved]);
        }
        let row = bench.store.receipt(paid).unwrap().unwrap();
        assert!(key.verify(&row.receipt, &row.signature));
        let said: Value = serde_json::from_slice(&row.receipt).unwrap();
        assert_eq!(store::json::canonical(&said).as_bytes(), row.receipt, "it is canonical");
        assert_eq!(said["transaction"], paid.to_string());
        assert_eq!((&said["amount"]["minor"], &said["amount"]["text"]), (&100.into(), &"1.00 EUR".into()));
        assert_eq!(said["operations"].as_array().unwrap().len(), 1 + usize::from(ending.is_some()));
        assert!(!String::from_utf8(row.receipt.clone()).unwrap().contains("zebulon"));
        // The chain knows the receipt, so that a signed one can't be put in later.
        let last = bench.store.audit(0, 500).unwrap().pop().unwrap();
        assert!(last.detail.contains(&hex::encode(Sha256::digest(&row.receipt))), "{}", last.detail);
        bench.operate(paid, Kind::Refund, eur(100), &[Event::Submitted, Event::Approved]);
        assert_eq!(bench.store.receipt(paid).unwrap(), Some(row), "what was signed stays");
    }
    bench.assert_sound();
    assert_eq!(bench.store.receipts_verify().unwrap(), Ok(2));
}

fn a_receipt_says_which_further_factor_its_charge_rests_on(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let told = |payment| {
        bench.operate(payment, Kind::Sale, eur(300), &[Event::Submitted, Event::Approved]);
        let row = bench.store.receipt(payment).unwrap().unwrap();
        serde_json::from_slice::<Value>(&row.receipt).unwrap()["factor"].clone()
    };
    for factor in [Factor::Pin, Factor::Staff] {
        let payment = waiting(bench, payer);
        bench.store.prove_step_up(by(), &NewProof { factor, ..proof(payment) }).unwrap();
        assert_eq!(told(payment), json!({ "by": factor.as_str(), "proved_at_micros": START.0 }));
    }
    assert_eq!(told(bench.identified(payer, eur(300))), Value::Null);
}

fn a_receipt_that_cannot_be_written_takes_the_capture_back(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let paid = bench.identified(payer, eur(100));
    let prepared = bench.prepare(paid, Kind::Sale, eur(100)).unwrap();
    bench.settle(prepared.operation.id, Event::Submitted).unwrap();
    bench.sql("ALTER TABLE receipts RENAME TO gone").unwrap();
    assert!(bench.settle(prepared.operation.id, Event::Approved).is_err());
    bench.sql("ALTER TABLE gone RENAME TO receipts").unwrap();
    assert_eq!(bench.holds(MERCHANT), (0, 0));
    let settled = bench.settle(prepared.operation.id, Event::Approved).unwrap();
    assert_eq!(settled.transaction.state.as_str(), "captured");
    assert!(bench.store.receipt(paid).unwrap().is_some());
}
