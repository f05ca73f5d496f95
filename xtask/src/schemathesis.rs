//! `cargo xtask schemathesis`: the built appliance, asked by a program of others all that its document allows and much that it does
//! not, with a key and a session of each role and with none.
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    command::{self, Failure, cargo, root, target_dir},
    counterparts, demo,
    setup::{self, Need},
};

/// Cases of the long run unless told otherwise.
const CASES: u64 = 20_000;
/// Random cases of each operation in the short run; those that its schema gives by itself are thousands, and for the long run.
const SHORT: Round = Round { examples: 2, phases: "examples,fuzzing" };
/// Of a round of the long run, with every phase.
const LONG: Round = Round { examples: 10, phases: "examples,coverage,fuzzing,stateful" };
/// Who asks, the admin last: it can take the others' keys away.
const ROLES: [&str; 5] = ["kiosk", "auditor", "integrator", "operator", "admin"];
const PASSWORD: &str = "correct horse battery";
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// What is asked of the answers: 503 is one where the document has it, and what a schema allows a rule may still refuse.
const CONFIG: &str = r#"
[checks]
positive_data_acceptance.enabled = false
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"#;
/// How what is no JSON is sent.
const HOOKS: &str = r#"
import schemathesis

def as_it_is(context, value):
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    return {"data": data}

for media_type in ("application/sdp", "text/csv", "image/jpeg", "image/png"):
    schemathesis.serializer(media_type)(as_it_is)
"#;

/// Builds everything and asks at least as often as `words` say.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let cases = match words {
        [] => CASES,
        ["--cases", cases] => cases.parse().map_err(|_| format!("{cases} is not a number"))?,
        _ => return Err(format!("schemathesis does not know {}", words.join(" ")).into()),
    };
    setup::install(Need::Test)?;
    counterparts::prepare();
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    let program = program().ok_or("counterparts/openapi could not be prepared")?;
    asked(&program, LONG, cases)
}

/// One short round on what is built; why not, where there is no schemathesis.
pub(crate) fn short() -> Result<Option<&'static str>, Failure> {
    match program() {
        Some(program) => asked(&program, SHORT, 0).map(|()| None),
        None => Ok(Some("no schemathesis: cargo xtask counterparts")),
    }
}

fn program() -> Option<PathBuf> {
    let program = target_dir().join("counterparts/openapi/bin/schemathesis");
    program.exists().then_some(program)
}

/// What is tried of each operation.
#[derive(Clone, Copy)]
struct Round {
    examples: u32,
    phases: &'static str,
}

/// Rounds with every credential until there were as many cases.
fn asked(program: &Path, round: Round, cases_min: u64) -> Result<(), Failure> {
    let (mut cases, mut seed) = (0, 1);
    loop {
        let appliance = Appliance::start()?;
        for asker in appliance.askers()? {
            cases += appliance.asked(program, &asker, (round, seed))?;
        }
        appliance.examined()?;
        if cases >= cases_min {
            println!("schemathesis: {cases} cases with {} credentials, nothing found", 2 * ROLES.len() + 1);
            return Ok(());
        }
        seed += 1;
    }
}

/// Who asks, and for what.
struct Asker {
    name: String,
    token: Option<String>,
    /// What a session is for beside what a key is.
    only: Option<&'static str>,
}

/// A running appliance in a folder of its own.
struct Appliance {
    running: Child,
    folder: PathBuf,
    url: String,
}

impl Appliance {
    fn start() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("facepay-schemathesis-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("schemathesis.toml"), CONFIG)?;
        fs::write(folder.join("hooks.py"), HOOKS)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = fs::File::create(folder.join("log"))?;
        let mut serve = facepay(&folder);
        serve.env("FACEPAY__SERVER__LISTEN", format!("\"{address}\"")).arg("serve");
        let running = serve.stdout(Stdio::null()).stderr(log).spawn()?;
        let appliance = Self { running, folder, url: format!("http://{address}") };
        let begun = Instant::now();
        while !appliance.log().contains("listening") {
            if begun.elapsed() > STARTS_WITHIN {
                return Err(format!("the appliance does not start: {}", appliance.log()).into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(appliance)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Nobody, and a key and a session of each role.
    fn askers(&self) -> Result<Vec<Asker>, Failure> {
        let mut askers = vec![Asker { name: "nobody".to_owned(), token: None, only: None }];
        for role in ROLES {
            let session = self.session(role)?;
            askers.push(Asker {
                name: format!("a {role}'s session"),
                token: Some(session),
                only: Some("^/operators/me"),
            });
            let key = output(facepay(&self.folder).args(["keys", "add", role, "--role", role]))?;
            askers.push(Asker { name: format!("a {role}'s key"), token: Some(key), only: None });
        }
        Ok(askers)
    }

    /// A signed-in member of staff.
    fn session(&self, role: &str) -> Result<String, Failure> {
        let mut add = facepay(&self.folder);
        add.args(["operators", "add", role, "--role", role]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut adding = add.stderr(Stdio::null()).spawn()?;
        // Dropped at once, so that the line ends.
        adding.stdin.take().ok_or("no standard input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
        adding.wait()?;
        let body = format!(r#"{{"name":"{role}","password":"{PASSWORD}"}}"#);
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "POST /operators/login HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let token = answer.split_once(r#""token":""#).and_then(|(_, rest)| rest.split('"').next());
        token.map(str::to_owned).ok_or_else(|| format!("{role} cannot sign in: {answer}").into())
    }

    /// How many cases there were.
    fn asked(&self, program: &Path, asker: &Asker, (round, seed): (Round, u64)) -> Result<u64, Failure> {
        let mut run = Command::new(program);
        run.current_dir(&self.folder).env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &self.folder);
        run.args(["--config-file", "schemathesis.toml", "run", &format!("{}/openapi.json", self.url)]);
        run.args(["--continue-on-failure", "--no-color", "--request-timeout", "60", "--no-shrink"]);
        run.args(["--max-examples", &round.examples.to_string(), "--seed", &seed.to_string()]);
        run.args(["--phases", round.phases]);
        if let Some(token) = &asker.token {
            run.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        if let Some(only) = asker.only {
            run.args(["--include-path-regex", only]);
        }
        let ran = run.output()?;
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let cases = generated(&said).unwrap_or(0);
        eprintln!("schemathesis: {} asked {cases} times", asker.name);
        match ran.status.success() && cases > 0 {
            true => Ok(cases),
            false => {
                let told = String::from_utf8_lossy(&ran.stderr);
                Err(format!("schemathesis as {} found something:\n{said}{told}", asker.name).into())
            }
        }
    }

    /// It still runs, and its log tells of nothing that went wrong.
    fn examined(mut self) -> Result<(), Failure> {
        let ended = self.running.try_wait()?;
        let log = self.log();
        let bad: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("panicked") || line.contains("request failed"))
            .take(5)
            .collect();
        match (ended, bad.is_empty()) {
            (None, true) => Ok(()),
            (Some(status), _) => Err(format!("the appliance ended ({status}): {log}").into()),
            (None, false) => Err(format!("the appliance's log:\n{}", bad.join("\n")).into()),
        }
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The built program with a folder of its own and no limits of how often it may be asked.
fn facepay(folder: &Path) -> Command {
    let mut command = demo::facepay();
    let path = folder.display();
    command
        .current_dir(root())
        .env("FACEPAY__DATA__FOLDER", format!("\"{path}\""))
        .env("FACEPAY__DATABASE__URL", format!("\"sqlite:{path}/facepay.db\""))
        .env("FACEPAY__COMPUTE__DEVICE", "cpu")
        .env("FACEPAY__POLICY__ATTENDED_AMOUNT_MAX", "10000");
    for limit in ["ADDRESS_PER_S", "KEY_PER_S", "SIGN_IN_PER_MIN"] {
        command.env(format!("FACEPAY__LIMITS__{limit}"), "0");
    }
    command
}

fn output(command: &mut Command) -> Result<String, Failure> {
    let ran = command.output()?;
    match ran.status.success() {
        true => Ok(String::from_utf8(ran.stdout)?.trim().to_owned()),
        false => {
            Err(format!("{} failed: {}", command::said(command), String::from_utf8_lossy(&ran.stderr)).into())
        }
    }
}

/// The number in `4116 generated, 4116 passed`.
fn generated(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains(" generated, "))?;
    line.split_whitespace().next()?.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_cases_is_read_from_what_is_said_last() {
        let said =
            "  27 operations mostly rejected generated data\nTest cases:\n  4116 generated, 4116 passed\n";
        assert_eq!(generated(said), Some(4116));
        assert_eq!(generated("Errors:\n  2\n"), None);
    }

    #[test]
    fn what_it_does_not_know_it_does_not_do() {
        for words in [&["--cases"][..], &["--cases", "many"], &["--loud"]] {
            assert!(run(words).is_err(), "{words:?}");
        }
    }
}
