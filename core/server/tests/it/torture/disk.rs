//! What the disk was told and when: nothing is answered before it is durable, a disk that fails loses nothing, a log that is
//! cut off loses its end only.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use store::seal::Key;
use store::{AuditRow, Store};
use tempfile::TempDir;

use super::machine::Machine;
use super::{Till, client, payer};
use crate::client::post;
use crate::harness::eur;

/// What is laid under the appliance.
const SHIM: &str = include_str!("shim.c");
/// Nobody listens there: these payments are from the wallet.
const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

/// The shim as a library; or why there is none.
fn shim(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, SHIM).unwrap();
    let mut cc = Command::new("cc");
    let cc =
        cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(&source).arg("-ldl");
    let output = cc.output().map_err(|error| format!("no C compiler: {error}"))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(library)
}

/// An appliance on SQLite over the shim, with a client.
async fn watched(folder: &TempDir) -> Result<(Machine, Till), String> {
    let library = shim(folder.path())?;
    let path = folder.path().display();
    let mut machine = Machine::new(folder.path(), &format!("sqlite:{path}/facepay.db"), NOBODY)
        .with("LD_PRELOAD", &library.display().to_string())
        .with("FACEPAY_SHIM_LOG", &format!("{path}/shim.log"))
        .with("FACEPAY_SHIM_BROKEN", &format!("{path}/broken"));
    assert!(machine.start(None), "{}", machine.log_end());
    let user = payer(&machine).await;
    let till = client(&machine, "till", user);
    Ok((machine, till))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_answered_before_it_is_durable() {
    let folder = tempfile::tempdir().unwrap();
    let (mut machine, mut till) = match watched(&folder).await {
        Ok(watched) => watched,
        Err(why) => return println!("SKIP({why})"),
    };
    for _ in 0..5 {
        till.live_all("payment-wallet").await;
    }
    machine.kill();
    let log = std::fs::read_to_string(folder.path().join("shim.log")).unwrap();
    let (mut asked, mut before, mut durable) = (String::new(), String::new(), 0);
    let (mut answers, mut fsyncs) = (0, 0);
    for line in log.lines() {
        match line.split_once(' ') {
            Some(("asked", path)) => (before, asked, durable) = (asked, path.to_owned(), 0),
            Some(("durable", _)) => (durable, fsyncs) = (durable + 1, fsyncs + 1),
            // A client asks for each thing twice: the second time it is told again what is durable already.
            Some(("told", status)) if status.starts_with('2') => {
                let again = std::mem::take(&mut before) == asked;
                assert!(durable > 0 || again, "{asked} was answered {status} before anything was durable");
                asked = if again { String::new() } else { asked };
                answers += u64::from(!again);
            }
            _ => {}
        }
    }
    println!("{answers} answers, {fsyncs} times made durable");
    // Each of the five lives asks for three openings, three confirmations, a refund, a capture and a void.
    assert!(answers >= 45 && fsyncs >= 2 * answers, "{answers} answers, {fsyncs} times made durable");
    assert!(till.facts.iter().all(|fact| fact.wrong.is_empty()), "{:?}", till.facts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_disk_that_fails_is_told_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut machine, till) = match watched(&folder).await {
        Ok(watched) => watched,
        Err(why) => return println!("SKIP({why})"),
    };
    let to = machine.address().borrow().unwrap();
    let credit = |key: &str| {
        let body = json!({ "amount": eur(100) });
        post(format!("/users/{}/credits", till.user), &body).token(&till.token).once(key)
    };
    credit("before").send(to).await.ok(201);
    let broken = folder.path().join("broken");
    std::fs::write(&broken, "").unwrap();
    for key in ["one", "two", "three"] {
        let reply = credit(key).send(to).await;
        assert!(reply.status.is_server_error(), "{} {}", reply.status, reply.text());
    }
    std::fs::remove_file(&broken).unwrap();
    credit("after").send(to).await.ok(201);
    machine.kill();
    let log = std::fs::read_to_string(folder.path().join("shim.log")).unwrap();
    assert!(log.contains("failed "), "the disk failed");
    assert!(machine.start(None), "{}", machine.log_end());
    let to = machine.address().borrow().unwrap();
    // What failed can be asked for again, with the same key, and is done once.
    for key in ["one", "two", "three", "one", "after"] {
        let reply = credit(key).send(to).await;
        assert!([201, 409].contains(&reply.status.as_u16()), "{} {}", reply.status, reply.text());
    }
    machine.kill();
    assert_eq!(machine.run(&["audit", "verify", "--json"])["ok"], true);
    let held = machine.store().accounts(&till.user).unwrap()[0].balance.posted - super::FUNDED;
    assert!((200..=500).contains(&held), "{held}");
}

/// The file header of SQLite's log and the header of each frame, as its file format says.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_that_is_cut_off_anywhere_loses_its_end_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let mut machine = Machine::new(folder.path(), &format!("sqlite:{path}/facepay.db"), NOBODY);
    assert!(machine.start(None), "{}", machine.log_end());
    let user = payer(&machine).await;
    let mut till = client(&machine, "till", user);
    till.live_all("payment-wallet").await;
    machine.kill();
    let database = std::fs::read(folder.path().join("facepay.db")).unwrap();
    let log = std::fs::read(folder.path().join("facepay.db-wal")).unwrap();
    let key: [u8; 32] = std::fs::read(folder.path().join("data/appliance.key")).unwrap().try_into().unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap()) as usize;
    let frame = FRAME_HEADER + number(8);
    let ends: Vec<usize> = (LOG_HEADER..log.len() - frame + 1).step_by(frame).collect();
    // The fifth to eighth byte of a frame's header are set in the last frame of a commit.
    let commits: Vec<usize> = ends.iter().filter(|at| number(**at + 4) != 0).map(|at| at + frame).collect();
    assert!(commits.len() > 40 && ends.len() < 1_000, "{} commits in {} frames", commits.len(), ends.len());
    let keys = &folder.path().join("data/keys");
    let all = cut(&database, &log, (key, keys));
    let (mut last, mut shorter) = (0, 0);
    for end in commits {
        // At the commit, and in the middle of the frame after it, of that frame's header and of the log's next commit.
        for more in [0, FRAME_HEADER / 2, frame / 2, frame] {
            let records = cut(&database, &log[..(end + more).min(log.len())], (key, keys));
            assert!(records.len() >= last && all.starts_with(&records), "{} records at {end}", records.len());
            last = records.len();
            shorter += u64::from(records.len() < all.len());
        }
    }
    assert!(last == all.len() && shorter > 100, "{last} records of {}, {shorter} cuts", all.len());
}

/// What is left of the audit chain in a database whose log was cut; all of it must verify.
fn cut(database: &[u8], log: &[u8], (key, keys): ([u8; 32], &Path)) -> Vec<AuditRow> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facepay.db");
    std::fs::write(&file, database).unwrap();
    std::fs::write(folder.path().join("facepay.db-wal"), log).unwrap();
    let url = format!("sqlite:{}", file.display()).parse().unwrap();
    let store = Store::open_as_is(&url, Key::new(key), keys).unwrap();
    assert!(store.audit_verify().unwrap().is_ok() && store.ledger_verify().unwrap().is_ok());
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let page = store.audit(after, 200).unwrap();
        let Some(end) = page.last() else { return records };
        after = end.seq;
        records.extend(page);
    }
}
