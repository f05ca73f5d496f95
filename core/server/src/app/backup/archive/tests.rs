//! An archive gives back what was put in, to its owner only, and nothing of it when a single bit is another one.

use super::*;

fn manifest() -> Manifest {
    Manifest::new(Kind::Database, "2026-11-30T02:30:00Z".to_owned(), "sqlite")
}

fn items() -> [(String, Content<'static>); 3] {
    [
        ("database".to_owned(), Content::Bytes(b"rows and rows of it")),
        ("config/10-site.toml".to_owned(), Content::Bytes(b"[server]\n")),
        ("empty".to_owned(), Content::Bytes(b"")),
    ]
}

struct Bench {
    folder: tempfile::TempDir,
    owner: Identity,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), owner: Identity::generate() };
        write(&bench.file(), manifest(), &items(), &[bench.owner.to_public()]).unwrap();
        bench
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("a.age")
    }

    fn unpacked(&self, kind: Kind, identity: &Identity) -> Result<tempfile::TempDir, String> {
        let into = tempfile::tempdir().unwrap();
        unpack(&self.file(), kind, identity, into.path()).map_err(|error| error.to_string())?;
        Ok(into)
    }
}

#[test]
fn what_was_put_in_comes_out() {
    let bench = Bench::new();
    let into = bench.unpacked(Kind::Database, &bench.owner).unwrap();
    for (path, content) in items() {
        let mut expected = Vec::new();
        content.open().unwrap().read_to_end(&mut expected).unwrap();
        assert_eq!(std::fs::read(into.path().join(&path)).unwrap(), expected, "{path}");
    }
    let kept = std::fs::read(bench.file()).unwrap();
    assert!(!kept.windows(4).any(|bytes| bytes == b"rows"), "nothing of it can be read without the identity");
}

#[test]
fn it_opens_for_nobody_else_and_as_nothing_else() {
    let bench = Bench::new();
    let refused = bench.unpacked(Kind::Database, &Identity::generate()).unwrap_err();
    assert!(refused.contains("does not open it"), "{refused}");
    let refused = bench.unpacked(Kind::Keys, &bench.owner).unwrap_err();
    assert!(refused.contains("not of Keys"), "{refused}");
    std::fs::write(bench.file(), "something else").unwrap();
    let refused = bench.unpacked(Kind::Database, &bench.owner).unwrap_err();
    assert!(refused.contains("is no backup"), "{refused}");
}

#[test]
fn one_that_was_changed_or_cut_off_is_refused() {
    let bench = Bench::new();
    let whole = std::fs::read(bench.file()).unwrap();
    for at in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(bench.file(), &changed).unwrap();
        assert!(bench.unpacked(Kind::Database, &bench.owner).is_err(), "byte {at}");
        std::fs::write(bench.file(), &whole[..at]).unwrap();
        assert!(bench.unpacked(Kind::Database, &bench.owner).is_err(), "cut at {at}");
    }
}

#[test]
fn no_path_leads_out_of_the_folder() {
    for path in ["/etc/passwd", "../out", "a/../../out", "."] {
        let into = tempfile::tempdir().unwrap();
        let expected = Entry { path: path.to_owned(), bytes: 0, sha256: hex::encode(Sha256::digest(b"")) };
        let refused = take(&b""[..], &expected, &into.path().join("in")).unwrap_err().to_string();
        assert!(refused.contains("leads out of its folder"), "{path}: {refused}");
    }
}
