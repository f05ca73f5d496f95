//! A database in one file while it is at work, and such a file in a new database: what backups are made of.
use std::{
    fs::File,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use diesel::connection::SimpleConnection as _;

use zeroize::Zeroizing;

use crate::{
    DatabaseUrl, StoreError, connection::AnyConnection, fact, store::is_missing, subject::SubjectKeys,
    sync::OWN_FEED,
};

/// Tables that are made anew from the others: no dump has them.
const DERIVED: [&str; 2] = ["face_vectors", "face_vectors_place"];

impl DatabaseUrl {
    /// What kind of database it is: its dumps go into no other.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// How many migrations this program knows and the database has not seen: all of them, where it is empty. Changes nothing.
    ///
    /// # Errors
    /// When the database can't be reached, or a newer program has used it.
    pub fn pending(&self) -> Result<usize, StoreError> {
        if is_missing(self) {
            return Err(StoreError::Conflict(format!("there is no {self}")));
        }
        let mut connection = AnyConnection::open(self)?;
        connection.is_not_newer()?;
        connection.pending()
    }

    /// Writes all of the database as it is at one moment into `file`, which must not be there yet. Whoever works on it goes on
    /// meanwhile. SQLite's dump is a database of its own (`VACUUM INTO`), PostgreSQL's is made by `pg_dump`.
    ///
    /// # Errors
    /// When the database can't be read, `file` can't be written, or there is no `pg_dump` for PostgreSQL.
    pub fn dump(&self, file: &Path) -> Result<(), StoreError> {
        if is_missing(self) {
            return Err(StoreError::Conflict(format!("there is no {self}")));
        }
        match self {
            Self::Sqlite(_) => {
                let quoted = file.display().to_string().replace('\'', "''");
                let dumped = AnyConnection::open(self)?.batch_execute(&format!("VACUUM INTO '{quoted}'"));
                dumped.map_err(|error| StoreError::NotWritable(format!("{}: {error}", file.display())))?;
                synced(file).map_err(unwritten(file))
            }
            Self::Postgres(url) => {
                let mut dump = tool("pg_dump", url);
                dump.args(DERIVED.map(|table| format!("--exclude-table={table}")));
                run(dump.args(["--format=custom", "--file"]).arg(file), Vec::new()).map(drop)
            }
        }
    }

    /// Fills a database that nobody has used yet from a file that [`Self::dump`] wrote: all of it is there afterwards, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is something already; else when the database can't be written, or there is no
    /// `pg_restore` for PostgreSQL.
    pub fn load(&self, file: &Path) -> Result<(), StoreError> {
        if !is_missing(self) && AnyConnection::open(self)?.has_table("facts")? {
            return Err(StoreError::Conflict(format!(
                "{self} is in use; a restore needs a database that is not there yet, or an empty one"
            )));
        }
        match self {
            Self::Sqlite(path) => {
                // SQLite would take another database's log for this one's.
                let wal = beside(path, "-wal");
                if wal.exists() {
                    return Err(StoreError::Conflict(format!(
                        "{} is left of another database",
                        wal.display()
                    )));
                }
                let restoring = beside(path, ".restoring");
                copied(file, &restoring).and_then(|()| renamed(&restoring, path)).map_err(unwritten(path))
            }
            Self::Postgres(url) => {
                let mut restore = tool("pg_restore", url);
                let mut list = Command::new("pg_restore");
                let contents = run(list.arg("--list").arg(file), Vec::new())?;
                restore.args(["--exit-on-error", "--single-transaction", "--use-list=/dev/stdin"]).arg(file);
                run(&mut restore, wanted(&contents).into_bytes()).map(drop)
            }
        }
    }

    /// Has the database, which was put back, give out another feed of changes: places of the one before may come to mean something
    /// else, so that whoever follows reads it from the beginning.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn renew_feed(&self) -> Result<(), StoreError> {
        fact::forget(&mut AnyConnection::open(self)?, OWN_FEED)
    }
}

/// `path` with an ending more.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.to_owned().into_os_string();
    beside.push(ending);
    PathBuf::from(beside)
}

/// Copies a file; the copy is on the disk when this returns.
pub(crate) fn copied(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::copy(from, to)?;
    synced(to)
}

/// Gives a file another name, which is on the disk when this returns.
pub(crate) fn renamed(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    synced_folder(to)
}

fn synced(file: &Path) -> io::Result<()> {
    File::open(file)?.sync_all()?;
    synced_folder(file)
}

fn synced_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The error of a file that can't be written.
pub(crate) fn unwritten(file: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |error| StoreError::NotWritable(format!("{}: {error}", file.display()))
}

/// A file's name and what is in it, which is overwritten when dropped.
pub type KeyFile = (String, Zeroizing<Vec<u8>>);

/// Every file of the folder `keys` by its name, as they belong together at one moment: people's shares of their keys, for a backup of
/// them.
///
/// # Errors
/// When the folder can't be read.
pub fn key_files(keys: &Path) -> Result<Vec<KeyFile>, StoreError> {
    SubjectKeys::files(keys).map_err(|error| StoreError::Keys(format!("{}: {error}", keys.display())))
}

/// One of PostgreSQL's programs for the database at `url`. The password goes by the environment, which nobody else can read.
fn tool(name: &str, url: &str) -> Command {
    let mut tool = Command::new(name);
    let (url, password) = without_password(url);
    tool.args(["--no-owner", "--no-privileges", "--no-password", "--dbname"]).arg(url);
    if let Some(password) = password {
        tool.env("PGPASSWORD", password);
    }
    tool
}

/// What there is in a dump but the extension that turned templates are looked up with: they are in no dump, so that the server of the
/// restored database need not have it. Where it is wanted, the next start makes it.
fn wanted(contents: &str) -> String {
    let is_extension =
        |line: &&str| line.contains(" EXTENSION - vector") || line.contains(" EXTENSION vector ");
    let mut lines: Vec<&str> = contents.lines().filter(|line| !is_extension(line)).collect();
    lines.push("");
    lines.join("\n")
}

/// Runs a program with `input`; gives what it said.
fn run(tool: &mut Command, input: Vec<u8>) -> Result<String, StoreError> {
    let name = tool.get_program().to_string_lossy().into_owned();
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => StoreError::Unavailable(format!(
            "{name} is not installed; install PostgreSQL's client programs (apt install postgresql-client)"
        )),
        _ => StoreError::Unavailable(format!("{name}: {error}")),
    };
    let piped = tool.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = piped.spawn().map_err(failed)?;
    let given = running.stdin.take().map(|mut stdin| stdin.write_all(&input));
    let done = running.wait_with_output().map_err(failed)?;
    match done.status.success() {
        true => given
            .unwrap_or(Ok(()))
            .map(|()| String::from_utf8_lossy(&done.stdout).into_owned())
            .map_err(failed),
        false => {
            Err(StoreError::Unavailable(format!("{name}: {}", String::from_utf8_lossy(&done.stderr).trim())))
        }
    }
}

/// An address without its password, and the password. One that is given as a parameter behind `?` stays where it is only when it is
/// no password.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let (place, parameters) = rest.split_once('?').map_or((rest, None), |(place, rest)| (place, Some(rest)));
    let mut password = None;
    let place = match place.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, secret)) => {
                password = Some(decoded(secret));
                format!("{user}@{host}")
            }
            None => place.to_owned(),
        },
        None => place.to_owned(),
    };
    let mut kept = Vec::new();
    for parameter in parameters.into_iter().flat_map(|parameters| parameters.split('&')) {
        match parameter.strip_prefix("password=") {
            Some(secret) => password = Some(decoded(secret)),
            None => kept.push(parameter),
        }
    }
    let parameters = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (format!("{scheme}://{place}{parameters}"), password)
}

/// What percent signs stand for in an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind.first_chunk::<2>().filter(|_| byte == b'%');
        let code = digits.and_then(|digits| hex::decode(digits).ok()).and_then(|code| code.first().copied());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_needs_no_extension_for_what_no_dump_has() {
        let contents = ";\n2; 3079 16385 EXTENSION - vector \n3456; 0 0 COMMENT - EXTENSION vector \n\
            220; 1259 16700 TABLE public vectors facepay\n";
        assert_eq!(wanted(contents), ";\n220; 1259 16700 TABLE public vectors facepay\n");
    }

    #[test]
    fn no_password_is_left_in_an_address() {
        for (url, expected, password) in [
            (
                "postgresql://pay:s3%40cret%@db:5433/facepay",
                "postgresql://pay@db:5433/facepay",
                Some("s3@cret%"),
            ),
            ("postgresql://db/facepay?sslmode=require", "postgresql://db/facepay?sslmode=require", None),
            (
                "postgresql://pay@db/facepay?password=a%20b&sslmode=require",
                "postgresql://pay@db/facepay?sslmode=require",
                Some("a b"),
            ),
            ("postgresql:///facepay?host=%2Frun&password=x", "postgresql:///facepay?host=%2Frun", Some("x")),
        ] {
            assert_eq!(without_password(url), (expected.to_owned(), password.map(str::to_owned)), "{url}");
        }
    }
}
