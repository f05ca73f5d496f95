//! A new database with a store on it, and the people and payments that claims start from.
use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{
    Connection as _, PgConnection, QueryResult, SqliteConnection, connection::SimpleConnection as _,
    prelude::QueryableByName, query_dsl::RunQueryDsl as _, sql_types::Text,
};
use domain::{ConsentId, FaceId, Money, OperationId, Timestamp, TransactionId, TransferId, UserId};
use domain::{
    limits::{Limits, PlaceLimits},
    operation, transaction,
};
use store::{
    By, DatabaseUrl, Details, Funding, NewConsent, NewFace, NewTransaction, NewUser, Outcome, Place,
    Preparation, Prepared, Profile, Sanction, Source, Store, StoreError,
    seal::{KEY_BYTES, Key},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::servers::Postgres;

/// Which database a claim runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Sqlite { "sqlite" } else { "postgres" })
    }
}

/// A store on a database of its own.
pub(crate) struct Bench {
    pub store: Store,
    pub database: Database,
    pub url: String,
    pub key: Key,
    /// Its bytes.
    pub secret: [u8; KEY_BYTES],
    dir: TempDir,
}

/// When every claim begins.
pub(crate) const START: Timestamp = Timestamp(1_800_000_000_000_000);
pub(crate) const MODEL: u32 = 7;
pub(crate) const MERCHANT: &str = "shop";
pub(crate) const BRANCH: &str = "main";

/// More than anybody spends here.
pub(crate) const UNLIMITED: Limits =
    Limits { amount_max: i64::MAX, day_amount_max: i64::MAX, hour_count_max: u32::MAX };

pub(crate) fn by() -> By<'static> {
    By { actor: "test", at: START }
}

pub(crate) fn later(span: Duration) -> By<'static> {
    By { actor: "test", at: START.plus(span) }
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Where a database that is not there yet will be.
pub(crate) fn fresh(database: Database, dir: &TempDir, file: &str) -> Result<String, String> {
    match database {
        Database::Sqlite => Ok(format!("sqlite:{}", dir.path().join(file).display())),
        Database::Postgres => Ok(Postgres::shared()?.database()),
    }
}

impl Bench {
    pub(crate) fn new(database: Database) -> Result<Self, String> {
        let dir = TempDir::new().map_err(|error| error.to_string())?;
        let url = fresh(database, &dir, "facepay.db")?;
        Ok(Self::within(database, dir, url))
    }

    /// One on an empty PostgreSQL of the caller's.
    pub(crate) fn at(url: &str) -> Result<Self, String> {
        let dir = TempDir::new().map_err(|error| error.to_string())?;
        Ok(Self::within(Database::Postgres, dir, url.to_owned()))
    }

    fn within(database: Database, dir: TempDir, url: String) -> Self {
        let secret = rand::random();
        let key = Key::new(secret);
        let keys = dir.path().join("keys");
        let store = Store::open(&url.parse::<DatabaseUrl>().unwrap(), key.clone(), &keys).unwrap();
        Self { store, database, url, key, secret, dir }
    }

    /// Another store on the same database.
    pub(crate) fn reopened(&self, key: Key) -> Result<Store, StoreError> {
        Store::open(&self.url.parse()?, key, &self.keys())
    }

    /// The folder of keys outside the database.
    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.path().join("keys")
    }

    /// The URL of another database, which nobody has opened yet.
    pub(crate) fn empty_database(&self) -> String {
        fresh(self.database, &self.dir, "empty.db").unwrap()
    }

    /// A backup of the database as it is now.
    pub(crate) fn backup(&self) -> PathBuf {
        let file = self.dir.path().join("backup");
        match self.database {
            Database::Sqlite => self.sql(&format!("VACUUM INTO '{}'", file.display())).unwrap(),
            Database::Postgres => Postgres::shared().unwrap().dump(&self.url, &file),
        }
        file
    }

    /// The URL of another database, into which a backup was restored.
    pub(crate) fn restored(&self, backup: &Path) -> String {
        let url = fresh(self.database, &self.dir, "restored.db").unwrap();
        match self.database {
            Database::Sqlite => {
                std::fs::copy(backup, url.trim_start_matches("sqlite:")).unwrap();
            }
            Database::Postgres => Postgres::shared().unwrap().load(&url, backup),
        }
        url
    }

    /// Every file that tells of the database: SQLite's own; PostgreSQL's pages, write-ahead log, messages, and a dump.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        if self.database == Database::Postgres {
            let (server, dump) = (Postgres::shared().unwrap(), self.dir.path().join("dump"));
            server.dump(&self.url, &dump);
            self.sql("CHECKPOINT").unwrap();
            let oid = "SELECT oid::text AS line FROM pg_database WHERE datname = current_database()";
            let mut files = server.files(&self.lines(oid)[0]);
            files.push(dump);
            return files;
        }
        let files = std::fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).collect()
    }

    /// Runs `sql` behind the store's back.
    pub(crate) fn sql(&self, sql: &str) -> QueryResult<()> {
        match self.database {
            Database::Sqlite => self.sqlite().batch_execute(sql),
            Database::Postgres => PgConnection::establish(&self.url).unwrap().batch_execute(sql),
        }
    }

    /// What `sql` reads as its text column `line`.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let lines: QueryResult<Vec<Line>> = match self.database {
            Database::Sqlite => query.load(&mut self.sqlite()),
            Database::Postgres => query.load(&mut PgConnection::establish(&self.url).unwrap()),
        };
        lines.unwrap().into_iter().map(|line| line.line).collect()
    }

    fn sqlite(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::establish(self.url.trim_start_matches("sqlite:")).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON").unwrap();
        connection
    }

    pub(crate) fn person(&self, name: &str) -> UserId {
        let id = UserId(Uuid::now_v7());
        let profile = Profile { name: name.to_owned(), email: Some(format!("{name}@example.com")) };
        self.store.add_user(by(), &NewUser { id, profile }).unwrap().id
    }

    pub(crate) fn consent(&self, user: UserId, lasts: Duration) -> ConsentId {
        let consent = NewConsent {
            id: ConsentId(Uuid::now_v7()),
            user,
            text_version: "1".to_owned(),
            text_sha256: "00".repeat(32),
            language: "en".to_owned(),
            channel: "branch".to_owned(),
            expires_at: START.plus(lasts),
        };
        self.store.add_consent(by(), &consent).unwrap().id
    }

    pub(crate) fn enrol(
        &self,
        by: By<'_>,
        (user, consent): (UserId, ConsentId),
        template: &[f32],
    ) -> Result<FaceId, StoreError> {
        let id = FaceId(Uuid::now_v7());
        let face = NewFace { id, user, consent, model_tag: MODEL, template, quality: 0.5 };
        self.store.add_face(by, &face).map(|row| row.id)
    }

    pub(crate) fn gallery(&self) -> Vec<(UserId, Vec<f32>)> {
        let mut rows = Vec::new();
        self.store.gallery(MODEL, |row| rows.push((row.user, row.template.to_vec()))).unwrap();
        rows
    }

    /// A person with so much money.
    pub(crate) fn payer(&self, name: &str, minor: i64) -> UserId {
        let user = self.person(name);
        self.fund(user, minor).unwrap();
        user
    }

    pub(crate) fn fund(&self, user: UserId, minor: i64) -> Result<(), StoreError> {
        let funding = Funding { id: TransferId(Uuid::now_v7()), user, amount: eur(minor) };
        self.store.fund_wallet(by(), &funding).map(drop)
    }

    /// A payment whose payer is known and who has only to say yes.
    pub(crate) fn identified(&self, user: UserId, amount: Money) -> TransactionId {
        let id = TransactionId(Uuid::now_v7());
        let expires_at = START.plus(Duration::from_secs(60));
        let new = NewTransaction { id, amount, reference: None, expires_at, place: place(), provider: None };
        self.store.add_transaction(by(), &new).unwrap();
        let details = Details { user: Some(user), ..Details::default() };
        self.store.step_transaction(by(), id, transaction::Event::Identified, &details).unwrap().id
    }

    pub(crate) fn prepare(
        &self,
        transaction: TransactionId,
        kind: operation::Kind,
        amount: Money,
    ) -> Result<Prepared, StoreError> {
        self.prepare_within(UNLIMITED, transaction, (kind, amount))
    }

    /// A sale that is confirmed at another moment.
    pub(crate) fn prepare_at(
        &self,
        by: By<'_>,
        transaction: TransactionId,
        amount: Money,
    ) -> Result<Prepared, StoreError> {
        let sale = preparation(UNLIMITED, transaction, (operation::Kind::Sale, amount));
        self.store.prepare_operation(by, &sale)
    }

    pub(crate) fn prepare_within(
        &self,
        limits: Limits,
        transaction: TransactionId,
        (kind, amount): (operation::Kind, Money),
    ) -> Result<Prepared, StoreError> {
        let preparation = preparation(limits, transaction, (kind, amount));
        self.store.prepare_operation(by(), &preparation)
    }

    pub(crate) fn settle(&self, id: OperationId, event: operation::Event) -> Result<Prepared, StoreError> {
        let outcome = Outcome { event, provider_ref: None, reason: None };
        self.store.settle_operation(by(), id, &outcome)
    }

    /// Asks for `kind` and takes it through `events`.
    pub(crate) fn operate(
        &self,
        transaction: TransactionId,
        kind: operation::Kind,
        amount: Money,
        events: &[operation::Event],
    ) -> Prepared {
        let mut at = self.prepare(transaction, kind, amount).unwrap();
        for &event in events {
            at = self.settle(at.operation.id, event).unwrap();
        }
        at
    }

    /// What `owner` has: posted and still available, in minor units of the first account.
    pub(crate) fn holds(&self, owner: impl ToString) -> (i64, i64) {
        let accounts = self.store.accounts(&owner.to_string()).unwrap();
        accounts.first().map_or((0, 0), |account| (account.balance.posted, account.balance.available()))
    }

    /// Both verifiers find nothing.
    pub(crate) fn assert_sound(&self) {
        assert!(self.store.ledger_verify().unwrap().is_ok());
        assert!(self.store.audit_verify().unwrap().is_ok());
    }

    /// How many audit records and messages there are.
    pub(crate) fn written(&self) -> (i64, i64) {
        (self.store.audit_verify().unwrap().unwrap(), self.store.outbox_last().unwrap())
    }
}

/// Where every payment is made.
pub(crate) fn place() -> Place {
    Place { terminal: Some("till-1".to_owned()), branch: BRANCH.to_owned() }
}

pub(crate) fn preparation(
    limits: Limits,
    transaction: TransactionId,
    (kind, amount): (operation::Kind, Money),
) -> Preparation {
    Preparation {
        id: OperationId(Uuid::now_v7()),
        transaction,
        kind,
        provider: "wallet".to_owned(),
        attempt_ref: *Uuid::new_v4().as_bytes(),
        amount,
        source: Source::Wallet,
        merchant: MERCHANT.to_owned(),
        limits,
        place_limits: PlaceLimits::default(),
        about: None,
        reason: None,
        lease: Duration::from_secs(60),
        sanction: Sanction::ENOUGH,
    }
}
