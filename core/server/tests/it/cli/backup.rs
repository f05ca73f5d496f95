//! Backups by the real program: made beside an appliance, opened by their owner alone, put back on an empty machine; whoever was erased
//! stays so.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{facepay, run, stdout};
use crate::servers::Postgres;

/// A machine: a folder of its own, a database, and who may open its backups.
struct Machine {
    folder: TempDir,
    database: String,
    recipient: String,
}

impl Machine {
    fn new(database: &str, recipient: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, database: database.to_owned(), recipient: recipient.to_owned() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = facepay(self.path());
        command.env("DATABASE_URL", &self.database);
        let recipients =
            if self.recipient.is_empty() { "[]".to_owned() } else { format!("[{:?}]", self.recipient) };
        command.env("FACEPAY__BACKUP__RECIPIENTS", recipients);
        command.env("FACEPAY__BACKUP__KEEP", "2").args(arguments).output().unwrap()
    }

    /// What it prints; it ends with `exit`.
    fn says(&self, arguments: &[&str], exit: i32) -> String {
        let output = self.run(arguments);
        let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {text}");
        text
    }

    fn add(&self, name: &str) -> String {
        let added = stdout(&self.run(&["users", "add", name]));
        added.split_whitespace().next().unwrap().to_owned()
    }

    /// A backup's database, as the program names it.
    fn backup(&self, to: &Path) -> PathBuf {
        let made = self.run(&["backup", "create", "--json", "--to", to.to_str().unwrap()]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        PathBuf::from(made["database"].as_str().unwrap())
    }
}

/// The owner's key, its public half, and a folder for backups.
struct Owner {
    folder: TempDir,
    recipient: String,
}

impl Owner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = run(folder.path(), &["backup", "key", "owner"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let recipient = stdout(&made).trim().to_owned();
        std::fs::create_dir(folder.path().join("kept")).unwrap();
        Self { folder, recipient }
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("kept")
    }

    fn identity(&self) -> String {
        self.folder.path().join("owner").display().to_string()
    }

    /// The arguments of a command about these two files.
    fn words(&self, command: &str, database: &Path, keys: &Path) -> Vec<String> {
        let (database, keys) = (database.display().to_string(), keys.display().to_string());
        ["backup", command, &database, "--keys", &keys, "--identity", &self.identity()]
            .map(str::to_owned)
            .to_vec()
    }
}

fn says(machine: &Machine, words: &[String], exit: i32) -> String {
    machine.says(&words.iter().map(String::as_str).collect::<Vec<_>>(), exit)
}

/// Two are enrolled and backed up, one is erased; then the machine is lost.
fn a_lost_machine_comes_back_without_whom_was_erased(database: &str, empty: &str, scratch: Option<&str>) {
    let owner = Owner::new();
    let machine = Machine::new(database, &owner.recipient);
    let (ada, bob) = (machine.add("Ada Lovelace"), machine.add("Bob Kahn"));
    let before = machine.backup(&owner.kept());
    machine.says(&["users", "erase", &bob, "--yes"], 0);
    machine.backup(&owner.kept());
    let keys = owner.kept().join("keys.age");
    for file in [&before, &keys] {
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1"), "{}", file.display());
    }
    let mut words = owner.words("verify", &before, &keys);
    words.extend(scratch.iter().flat_map(|url| ["--into".to_owned(), (*url).to_owned()]));
    let sound = says(&machine, &words, 0);
    assert!(sound.contains("2 people") && sound.contains("the books add up"), "{sound}");

    let empty = Machine::new(empty, &owner.recipient);
    let restored = says(&empty, &owner.words("restore", &before, &keys), 0);
    assert!(restored.contains("2 people") && restored.contains("1 who were erased since"), "{restored}");
    // Nothing is written over.
    let refused = says(&empty, &owner.words("restore", &before, &keys), 4);
    assert!(refused.contains("in use"), "{refused}");
    let people = empty.says(&["users", "list"], 0);
    assert!(people.contains(&ada) && people.contains("Ada Lovelace"), "{people}");
    assert!(!people.contains("Bob"), "{people}");
    empty.says(&["audit", "verify"], 0);
    empty.add("Cyd");
}

#[test]
fn a_lost_machine_comes_back_from_a_file_of_sqlite() {
    let file = "sqlite:facepay-data/facepay.db";
    a_lost_machine_comes_back_without_whom_was_erased(file, file, None);
}

#[test]
fn a_lost_machine_comes_back_from_a_dump_of_postgresql() {
    let fresh = || Postgres::shared().unwrap().database();
    a_lost_machine_comes_back_without_whom_was_erased(&fresh(), &fresh(), Some(&fresh()));
}

#[test]
fn old_backups_go_and_one_that_is_not_whole_is_refused() {
    let owner = Owner::new();
    let machine = Machine::new("sqlite:facepay-data/facepay.db", &owner.recipient);
    machine.add("Ada");
    for _ in 0..3 {
        machine.backup(&owner.kept());
    }
    let mut kept: Vec<_> =
        std::fs::read_dir(owner.kept()).unwrap().map(|entry| entry.unwrap().path()).collect();
    kept.sort();
    assert_eq!(kept.len(), 3, "two databases and the keys: {kept:?}");
    let (newest, keys) = (&kept[1], &kept[2]);
    // On the machine itself its own keys do.
    let identity = owner.identity();
    let verify = ["backup", "verify", newest.to_str().unwrap(), "--identity", &identity];
    machine.says(&verify, 0);
    let whole = std::fs::read(newest).unwrap();
    std::fs::write(newest, &whole[..whole.len() - 1]).unwrap();
    let refused = machine.says(&verify, 3);
    assert!(refused.contains("cut off or was changed"), "{refused}");
    std::fs::write(newest, &whole).unwrap();
    // Another owner's key opens nothing, nor do the keys pass for a database.
    let other = Owner::new();
    let refused = machine.says(&["backup", "verify", verify[2], "--identity", &other.identity()], 3);
    assert!(refused.contains("does not open it"), "{refused}");
    let refused = says(&machine, &owner.words("verify", keys, keys), 3);
    assert!(refused.contains("not of Database"), "{refused}");
    // Nor another appliance's keys.
    let stranger = Machine::new("sqlite:facepay-data/facepay.db", &owner.recipient);
    stranger.add("Eve");
    let elsewhere = tempfile::tempdir().unwrap();
    stranger.backup(elsewhere.path());
    let refused = says(&machine, &owner.words("verify", newest, &elsewhere.path().join("keys.age")), 3);
    assert!(refused.contains("another appliance's key"), "{refused}");
}

#[test]
fn without_a_recipient_nothing_is_written() {
    let machine = Machine::new("sqlite:facepay-data/facepay.db", "");
    machine.add("Ada");
    let without = |recipients: &str| {
        let mut command = facepay(machine.path());
        let output =
            command.env("FACEPAY__BACKUP__RECIPIENTS", recipients).args(["backup", "create"]).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(4));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(without("[]").contains("facepay backup key"));
    let refused = without("[\"age1nonsense\"]");
    assert!(refused.contains("backup.recipients") && refused.contains("age1nonsense"), "{refused}");
    assert!(!machine.path().join("facepay-data/backups").exists());
}

#[test]
fn ages_own_program_opens_a_backup() {
    let Ok(version) = Command::new("age").arg("--version").output() else {
        println!("SKIP(no age, Debian's package of the age tool)");
        return;
    };
    assert!(version.status.success());
    let owner = Owner::new();
    let machine = Machine::new("sqlite:facepay-data/facepay.db", &owner.recipient);
    machine.add("Ada");
    let database = machine.backup(&owner.kept());
    let opened =
        Command::new("age").args(["--decrypt", "--identity", &owner.identity()]).arg(&database).output();
    let opened = opened.unwrap();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    let mut archive = tar::Archive::new(&opened.stdout[..]);
    let names = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    assert_eq!(names.collect::<Vec<_>>(), ["manifest.json", "database"]);
}

#[test]
fn the_tables_are_brought_up_to_date_when_asked() {
    let machine = Machine::new("sqlite:facepay-data/facepay.db", "");
    let migrate = |words: &[&str], exit| machine.says(&[&["migrate"], words].concat(), exit);
    assert!(migrate(&[], 5).contains("there is no sqlite:"));
    std::fs::create_dir_all(machine.path().join("facepay-data")).unwrap();
    std::fs::write(machine.path().join("facepay-data/facepay.db"), "").unwrap();
    let pending = migrate(&["--check"], 6);
    assert!(!pending.starts_with("0 "), "{pending}");
    assert!(migrate(&[], 0).contains("are done"));
    assert!(migrate(&["--check"], 0).starts_with("0 migrations"));
    assert!(migrate(&[], 0).starts_with("0 migrations"));
}
