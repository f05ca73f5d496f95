//! What is put back, and what is not.
use diesel::connection::SimpleConnection as _;
use tempfile::TempDir;

use super::*;

/// A database that was copied, and then worked on by a program that is newer and did this.
struct Bench {
    folder: TempDir,
    url: DatabaseUrl,
}

const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000');";
const TRANSFER: &str = "INSERT INTO accounts VALUES
    ('a', 'clearing', 'a', 'EUR', 0, 0, 0, 0), ('b', 'clearing', 'b', 'EUR', 0, 0, 0, 0);
    INSERT INTO transfers (id, debit_account, credit_account, amount, currency, state, posted, purpose, created_at)
    VALUES ('t', 'a', 'b', 1, 'EUR', 'pending', 0, 'x', 0);";
const OPERATION: &str = "UPDATE counters SET value = value + 1 WHERE name = 'operation';";
const REQUEST: &str =
    "INSERT INTO idempotency (scope, key, body_mac, created_at) VALUES ('s', 'k2', x'00', 7);";
const RECEIPT: &str =
    "INSERT INTO api_keys (id, name, role, sha256, created_at) VALUES ('f', 'branch', 'appliance', x'00', 7);
     INSERT INTO followers (key_id, position, seen_at, receipts) VALUES ('f', 0, 7, 1);
     INSERT INTO follower_receipts (public_key, transaction_id, key_id, sha256, received_at)
     VALUES ('k', 't', 'f', x'00', 7);";

impl Bench {
    fn new(since: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("live"));
        let mut connection = AnyConnection::open(&url).unwrap();
        connection.migrate().unwrap();
        let before =
            "INSERT INTO idempotency (scope, key, body_mac, created_at) VALUES ('s', 'k1', x'00', 5)";
        connection.batch_execute(before).unwrap();
        drop(connection);
        url.dump(&folder.path().join("copy")).unwrap();
        let bench = Self { folder, url };
        bench.does(since);
        bench
    }

    fn does(&self, statements: &[&str]) {
        let mut connection = AnyConnection::open(&self.url).unwrap();
        statements.iter().for_each(|statement| connection.batch_execute(statement).unwrap());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn exchange(&self) -> Result<Option<Exchange>, StoreError> {
        self.url.exchange(&self.path("copy"), &self.path("aside"))
    }
}

#[test]
fn a_copy_takes_the_place_of_a_newer_database_which_stays_beside_it() {
    let bench = Bench::new(&[NEWER]);
    let live = bench.read("live");
    bench.exchange().unwrap().unwrap().finish().unwrap();
    assert!(bench.read("live") == bench.read("copy") && bench.read("aside") == live);
    assert!(bench.exchange().unwrap().is_none(), "it is this program's now");
    assert!(bench.read("aside") == live);
}

#[test]
fn a_database_whose_migrations_are_known_stays_whatever_lies_beside_it() {
    let bench = Bench::new(&[TRANSFER]);
    std::fs::write(bench.path("aside"), "of another time").unwrap();
    assert!(bench.exchange().unwrap().is_none());
    assert_eq!(bench.read("aside"), b"of another time");
}

#[test]
fn no_database_goes_in_which_money_may_have_moved_since_its_copy() {
    let forgotten = "DELETE FROM idempotency WHERE key = 'k1';";
    let rows: [&[&str]; 5] = [&[TRANSFER], &[OPERATION], &[REQUEST], &[REQUEST, forgotten], &[RECEIPT]];
    for since in rows {
        let bench = Bench::new(&[&[NEWER], since].concat());
        let refused = bench.exchange().unwrap_err();
        assert!(refused.to_string().contains("money may have moved"), "{since:?}: {refused}");
        assert!(!bench.path("aside").exists() && bench.path("live").exists());
    }
    // Where nobody can tell, either.
    let bench = Bench::new(&[NEWER, "ALTER TABLE transfers RENAME TO movements;"]);
    assert!(bench.exchange().is_err());
    let bench = Bench::new(&[NEWER, "DELETE FROM counters;"]);
    assert!(bench.exchange().is_err());
    let bench = Bench::new(&[NEWER, forgotten]);
    assert!(bench.exchange().unwrap().is_some(), "what went is no money");
}

#[test]
fn nothing_is_exchanged_that_is_not_whole() {
    let garbage = Bench::new(&[]);
    std::fs::write(garbage.path("live"), "garbage, and more than a header of a database has".repeat(9))
        .unwrap();
    assert!(garbage.exchange().is_err());
    let overwritten = Bench::new(&[NEWER]);
    std::fs::write(overwritten.path("aside"), "another").unwrap();
    assert!(overwritten.exchange().unwrap_err().to_string().contains("another time"));
    let no_copy = Bench::new(&[NEWER]);
    std::fs::remove_file(no_copy.path("copy")).unwrap();
    assert!(no_copy.exchange().is_err() && !no_copy.path("copy").exists());
    let cut = Bench::new(&[NEWER]);
    let copy = cut.read("copy");
    std::fs::write(cut.path("copy"), &copy[..copy.len() - 3 * 4096]).unwrap();
    assert!(cut.exchange().is_err());
    for bench in [garbage, overwritten, no_copy, cut] {
        assert!(bench.path("live").exists() && !bench.path("live.restoring").exists());
    }
    let shared = DatabaseUrl::Postgres("postgresql://db/facepay".to_owned());
    assert!(matches!(shared.exchange(Path::new("copy"), Path::new("aside")), Err(StoreError::Conflict(_))));
}

#[test]
fn an_exchange_that_was_cut_short_between_two_names_is_finished() {
    let bench = Bench::new(&[NEWER]);
    let live = bench.read("live");
    std::fs::rename(bench.path("live"), bench.path("aside")).unwrap();
    std::fs::write(bench.path("live-wal"), "what it had not written back").unwrap();
    bench.exchange().unwrap().unwrap().finish().unwrap();
    assert!(bench.read("live") == bench.read("copy") && bench.read("aside") == live);
    assert!(!bench.path("live-wal").exists());
    assert_eq!(bench.read("aside-wal"), b"what it had not written back");
    // Without either there is nothing to finish.
    let gone = Bench::new(&[NEWER]);
    std::fs::remove_file(gone.path("live")).unwrap();
    assert!(gone.exchange().is_err() && !gone.path("live").exists());
}
