//! A chain of this test's own: an anvil process, and questions to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The id of the chain.
pub(crate) const CHAIN_ID: u64 = 31337;

/// A running anvil; ends with its value.
pub(crate) struct Anvil {
    process: Child,
    address: SocketAddr,
}

impl Anvil {
    /// Starts a chain, or says by a SKIP line that there is no anvil.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            println!("SKIP(no anvil from npm in the target folder)");
            return None;
        };
        let mut process = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", "0", "--chain-id", &CHAIN_ID.to_string(), "--no-mining"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening = lines.find_map(|line| Some(line.unwrap().strip_prefix("Listening on ")?.to_owned()));
        let address = listening.expect("anvil says where it listens").parse().unwrap();
        // It goes on writing, and stops when nobody reads.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { process, address })
    }

    /// The result of a call that must succeed.
    pub(crate) fn call(&self, method: &str, params: &Value) -> Value {
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (status, body) = self.post("/", question.to_string().as_bytes()).unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert!(status == 200 && answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// A number that a call results in.
    pub(crate) fn number(&self, method: &str, params: &Value) -> u64 {
        let answer = self.call(method, params);
        u64::from_str_radix(answer.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// One HTTP exchange on a fresh connection: status and body.
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
            self.address
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head ends");
        let head = std::str::from_utf8(&answer[..end]).unwrap();
        assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok((status, answer[end + 4..].to_vec()))
    }

    /// Adds blocks: the first takes what waits. No other blocks are made.
    pub(crate) fn mine(&self, blocks: u64) {
        self.call("anvil_mine", &json!([format!("{blocks:#x}")]));
    }

    /// How high the chain is.
    pub(crate) fn height(&self) -> u64 {
        self.number("eth_blockNumber", &json!([]))
    }

    /// Takes the last `blocks` off the chain and puts as many empty ones in their place.
    pub(crate) fn reorganise(&self, blocks: u64) {
        self.call("anvil_reorg", &json!([blocks, []]));
    }

    /// Forgets a transaction that is not mined yet.
    pub(crate) fn drop_transaction(&self, hash: &str) {
        assert_eq!(self.call("anvil_dropTransaction", &json!([hash])), hash);
    }

    /// Whether a transaction is in a block.
    pub(crate) fn is_mined(&self, hash: &str) -> bool {
        !self.call("eth_getTransactionReceipt", &json!([hash])).is_null()
    }

    /// Sends a transaction from one of anvil's own accounts and mines it.
    pub(crate) fn send(&self, transaction: Value) -> Value {
        let hash = self.call("eth_sendTransaction", &json!([transaction]));
        self.mine(1);
        let receipt = self.call("eth_getTransactionReceipt", &json!([hash]));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt
    }

    /// One of anvil's own accounts.
    pub(crate) fn bank(&self) -> String {
        self.call("eth_accounts", &json!([]))[0].as_str().unwrap().to_owned()
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program in the target folder that this test lies in.
fn program() -> Option<PathBuf> {
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let inside = format!("counterparts/node/node_modules/@foundry-rs/anvil-linux-{machine}/bin/anvil");
    let this = std::env::current_exe().unwrap();
    this.ancestors().map(|folder| folder.join(&inside)).find(|program| program.is_file())
}
