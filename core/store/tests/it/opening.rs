//! Opening a database: what is wrong is said in words, and both databases have the same tables.
use domain::UserId;
use store::{CameraRow, DatabaseUrl, NewUser, Profile, Store, StoreError, seal::Key};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, Database, by},
    claims,
    servers::Postgres,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    another_appliances_key_is_refused,
    a_replaced_key_opens_everything_and_the_old_one_nothing,
    a_key_is_known_once_the_database_was_opened_with_one,
    a_look_at_an_outdated_database_does_not_migrate_it,
    a_place_that_cannot_be_opened_is_named,
    a_lost_connection_is_replaced,
    every_column_is_there_under_the_name_the_program_uses,
];

fn another_appliances_key_is_refused(bench: &Bench) {
    let refused = bench.reopened(Key::random()).err().unwrap();
    assert!(matches!(refused, StoreError::Seal));
    bench.reopened(bench.key.clone()).unwrap();
}

fn a_replaced_key_opens_everything_and_the_old_one_nothing(bench: &Bench) {
    let ada = bench.person("ada");
    let source = "rtsp://user:s3cret@camera.example/1".to_owned();
    let camera =
        CameraRow { id: "door".parse().unwrap(), name: "Door".to_owned(), source, key_frames: false };
    bench.store.add_camera(by(), &camera).unwrap();
    let (public, derived) = (bench.store.device_key().public(), bench.store.derived_key("purpose"));
    let new = Key::random();
    assert_eq!(bench.store.replace_appliance_key(by(), &new).unwrap(), 1);
    // Whoever runs on with the old key opens nobody and adds nobody.
    assert!(matches!(bench.store.user(ada), Err(StoreError::Seal)));
    let profile = Profile { name: "bob".to_owned(), email: None };
    let late = bench.store.add_user(by(), &NewUser { id: UserId(Uuid::now_v7()), profile });
    assert!(matches!(late, Err(StoreError::Seal)));
    assert!(matches!(bench.store.replace_appliance_key(by(), &Key::random()), Err(StoreError::Seal)));
    assert!(matches!(bench.reopened(bench.key.clone()), Err(StoreError::Seal)));
    let url = bench.url.parse::<DatabaseUrl>().unwrap();
    assert!(!Store::knows_key(&url, &bench.key).unwrap() && Store::knows_key(&url, &new).unwrap());
    // What is no person's hangs on the root, which stays.
    let store = bench.reopened(new.clone()).unwrap();
    assert_eq!(store.user(ada).unwrap().profile.name, "ada");
    assert_eq!(store.cameras().unwrap()[0].source, camera.source);
    assert!(store.device_key().public() == public && store.derived_key("purpose") == derived);
    assert_eq!(Store::derived_key_of(&url, &new, "purpose").unwrap(), Some(derived));
    let again = Profile { name: "Ada".to_owned(), email: Some("ada@example.com".to_owned()) };
    let again = store.add_user(by(), &NewUser { id: UserId(Uuid::now_v7()), profile: again });
    assert!(matches!(again, Err(StoreError::Conflict(_))), "addresses are still found by their tags");
    assert!(store.audit_verify().unwrap().is_ok());
}

fn a_key_is_known_once_the_database_was_opened_with_one(bench: &Bench) {
    let url = bench.url.parse::<DatabaseUrl>().unwrap();
    assert!(Store::has_key(&url).unwrap());
    bench.sql("DELETE FROM facts").unwrap();
    assert!(!Store::has_key(&url).unwrap());
    let empty = bench.empty_database();
    assert!(!Store::has_key(&empty.parse().unwrap()).unwrap());
}

fn a_look_at_an_outdated_database_does_not_migrate_it(bench: &Bench) {
    let url = bench.url.parse::<DatabaseUrl>().unwrap();
    Store::open_as_is(&url, bench.key.clone(), &bench.keys()).unwrap().audit_verify().unwrap().unwrap();
    assert!(matches!(Store::open_as_is(&url, Key::random(), &bench.keys()), Err(StoreError::Seal)));
    bench.sql("DELETE FROM __diesel_schema_migrations").unwrap();
    for _ in 0..2 {
        let refused = Store::open_as_is(&url, bench.key.clone(), &bench.keys()).err().unwrap();
        assert!(refused.to_string().contains("pending"), "{refused}");
    }
    let empty: DatabaseUrl = bench.empty_database().parse().unwrap();
    assert!(Store::open_as_is(&empty, bench.key.clone(), &bench.keys()).is_err());
    if let DatabaseUrl::Sqlite(file) = empty {
        assert!(!file.exists(), "a look makes no file");
    }
}

fn a_place_that_cannot_be_opened_is_named(bench: &Bench) {
    let places: &[&str] = match bench.database {
        // No such folder; a folder that nobody can write in; a folder in the file's place.
        Database::Sqlite => &["sqlite:/nowhere/facepay.db", "sqlite:/proc/facepay.db", "sqlite:/tmp"],
        Database::Postgres => {
            &["postgresql://pay:s3cret@127.0.0.1:1/facepay", "postgresql://pay:s3cret@/facepay?host=/nowhere"]
        }
    };
    for place in places {
        let error =
            Store::open(&place.parse::<DatabaseUrl>().unwrap(), Key::random(), &bench.keys()).err().unwrap();
        let right = match bench.database {
            Database::Sqlite => matches!(error, StoreError::NotWritable(_)),
            Database::Postgres => matches!(error, StoreError::Unavailable(_)),
        };
        assert!(right, "{place}: {error:?}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

fn a_lost_connection_is_replaced(bench: &Bench) {
    bench.person("ada");
    if bench.database == Database::Postgres {
        Postgres::shared().unwrap().cut(&bench.url);
        // One that answered a moment ago is not asked whether it lives: each may refuse a reading once.
        let refused = (0..10).filter_map(|_| bench.store.users(None, 10).err()).collect::<Vec<_>>();
        assert!(refused.iter().all(|error| matches!(error, StoreError::Unavailable(_))), "{refused:?}");
        assert!(refused.len() <= 4, "{refused:?}");
    }
    bench.person("bob");
    assert_eq!(bench.store.users(None, 10).unwrap().len(), 2);
}

fn every_column_is_there_under_the_name_the_program_uses(bench: &Bench) {
    let sql = match bench.database {
        Database::Sqlite => {
            "SELECT m.name || '.' || c.name AS line FROM sqlite_schema m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY m.name, c.cid"
        }
        Database::Postgres => {
            "SELECT table_name || '.' || column_name AS line FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY table_name, ordinal_position"
        }
    };
    let found = bench.lines(sql);
    let schema = concat!(
        include_str!("../../src/schema.rs"),
        include_str!("../../src/schema/access.rs"),
        include_str!("../../src/schema/people.rs"),
        include_str!("../../src/schema/recognition.rs"),
        include_str!("../../src/schema/sync.rs")
    );
    let mut expected = Vec::new();
    let mut table = "";
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name;
        } else if let Some((column, _)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
            expected.push(format!("{table}.{column}"));
        }
    }
    expected.sort_by_key(|line| line.split('.').next().map(str::to_owned));
    assert!(expected.len() > 80, "{expected:?}");
    assert_eq!(found, expected);
}
