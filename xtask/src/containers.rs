//! The files of `config/docker`: looked at by linters, and what the Dockerfile does done without Docker, in systemd-nspawn.
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    boot::{SANDBOXED, root::fresh},
    command::{self, Failure, root, target_dir},
    counterparts,
};

/// A start of a debug build on a busy machine, networks compiled for a software GPU.
const START_MAX: Duration = Duration::from_secs(300);

/// Checks both, the Dockerfile with this package, and says why what could not be checked was not.
pub(crate) fn test(package: &Path) -> Result<Vec<String>, Failure> {
    let skipped = [linted()?, built(package)?];
    Ok(skipped.into_iter().flatten().collect())
}

fn linted() -> Result<Option<String>, Failure> {
    if let Err(reason) = counterparts::containers() {
        return Ok(Some(format!("no hadolint: {reason}")));
    }
    let tools = target_dir().join("counterparts/containers/bin");
    let files = root().join("config/docker");
    command::run(Command::new(tools.join("hadolint")).arg(files.join("Dockerfile")))?;
    let mut check = Command::new(tools.join("check-jsonschema"));
    check.args(["--builtin-schema", "vendor.compose-spec"]).arg(files.join("compose.yml"));
    command::run(&mut check)?;
    println!("container: hadolint and the schema of compose files have nothing to say");
    Ok(None)
}

/// Carries out the Dockerfile: copies, runs, then starts what it starts as the user that it names, and asks for its health.
fn built(package: &Path) -> Result<Option<String>, Failure> {
    let image = match fresh(&target_dir().join("container")) {
        Ok(image) => image,
        Err(reason) => return Ok(Some(reason.to_string())),
    };
    let file = Dockerfile::parse(&fs::read_to_string(root().join("config/docker/Dockerfile"))?)?;
    let [from, to] = file.copied()?;
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    if name != from {
        return Err(format!("the Dockerfile copies {from}, the package is {name}").into());
    }
    // Debian's image has no systemd. What else is here already need not be fetched.
    let bare = "apt-get purge --yes --quiet=2 --allow-remove-essential systemd systemd-sysv";
    command::run(&mut inside(&image, "root", &[], bare))?;
    // Before anything else: what no mirror gives here is no fault of the file.
    if command::run(&mut inside(&image, "root", &[], "apt-get update --quiet=2")).is_err() {
        return Ok(Some("the image's packages can't be fetched in systemd-nspawn here".to_owned()));
    }
    for script in file.all("RUN") {
        fs::copy(package, image.join(to.trim_start_matches('/')))?;
        command::run(&mut inside(&image, "root", &[], script))?;
    }
    if image.join("etc/facepay/tls/server.key").exists() {
        return Err("every container of the image would have the same key".into());
    }
    is_served(&image, &file)?;
    Ok(None)
}

/// Starts the container and waits until its own check finds it healthy.
fn is_served(image: &Path, file: &Dockerfile) -> Result<(), Failure> {
    let user = file.one("USER")?;
    let environment: Vec<&str> = file.all("ENV").flat_map(str::split_whitespace).collect();
    let certify = "facepay certs lab --out /tmp/tls && mv /tmp/tls/* /etc/facepay/tls && chown facepay /etc/facepay/tls/*";
    command::run(&mut inside(image, "root", &environment, certify))?;
    let serve = words(file.one("ENTRYPOINT")?)? + " " + &words(file.one("CMD")?)?;
    let check = file.one("HEALTHCHECK")?;
    let check = words(check.split_once("CMD ").ok_or("the health check has no command")?.1)?;
    let patience = START_MAX.as_secs();
    // One container has both, as with `docker exec`. It is healthy when its check says so once, and ends as it is told.
    let both = format!(
        "{serve} & served=$!; for second in $(seq {patience}); do sleep 1; {check} && kill $served && wait $served && exit 0; done; exit 1"
    );
    let begun = Instant::now();
    command::run(&mut inside(image, user, &environment, &both))?;
    println!("container: healthy as {user}, and ended as it was told, after {} s", begun.elapsed().as_secs());
    Ok(())
}

/// `script` in the image, as `docker run` would run it.
fn inside(image: &Path, user: &str, environment: &[&str], script: &str) -> Command {
    let mut nspawn = Command::new("systemd-nspawn");
    nspawn.args(["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--as-pid2", "--user", user]);
    nspawn.args(SANDBOXED);
    if user != "root" {
        // What serves does so on a port of a machine of its own: that of this one may be taken.
        nspawn.arg("--private-network");
    }
    for set in environment {
        nspawn.arg(format!("--setenv={set}"));
    }
    nspawn.arg("--directory").arg(image).args(["/bin/bash", "-o", "pipefail", "-c", script]);
    nspawn
}

/// The instructions of a Dockerfile, in their order.
struct Dockerfile(Vec<(String, String)>);

impl Dockerfile {
    fn parse(text: &str) -> Result<Self, Failure> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
        let instructions = joined.lines().filter(|line| !line.trim().is_empty());
        let split = |line: &str| {
            let (word, rest) = line.split_once(' ').ok_or(format!("no instruction: {line}"))?;
            Ok((word.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" ")))
        };
        Ok(Self(instructions.map(split).collect::<Result<_, String>>()?))
    }

    fn all(&self, word: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(found, _)| found == word).map(|(_, rest)| rest.as_str())
    }

    fn one(&self, word: &str) -> Result<&str, Failure> {
        self.all(word).next().ok_or_else(|| format!("the Dockerfile has no {word}").into())
    }

    fn copied(&self) -> Result<[&str; 2], Failure> {
        let (from, to) = self.one("COPY")?.split_once(' ').ok_or("COPY takes a source and a place")?;
        Ok([from, to])
    }
}

/// The words of an instruction that is a JSON list.
fn words(list: &str) -> Result<String, Failure> {
    Ok(serde_json::from_str::<Vec<String>>(list)?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_is_read_with_its_long_lines_and_without_its_comments() {
        let text =
            "# x\nFROM debian\nRUN a \\\n    && b\nCOPY p.deb /tmp/q.deb\nRUN c\nCMD [\"serve\", \"--x\"]\n";
        let file = Dockerfile::parse(text).unwrap();
        assert_eq!(file.all("RUN").collect::<Vec<_>>(), ["a && b", "c"]);
        assert_eq!(file.copied().unwrap(), ["p.deb", "/tmp/q.deb"]);
        assert_eq!(words(file.one("CMD").unwrap()).unwrap(), "serve --x");
        assert!(file.one("USER").is_err());
    }
}
