//! The simulated acquirer as a child that outlives every kill of the appliance: the oracle.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::client::{get, post};

/// Its book is in its memory and ends with it.
pub(crate) struct Acquirer {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Acquirer {
    /// Starts it; or why there is none.
    pub(crate) fn start() -> Result<Self, String> {
        let program = Path::new(env!("CARGO_BIN_EXE_facepay")).with_file_name("sim-acquirer");
        if !program.exists() {
            return Err("sim-acquirer is not built: cargo build --workspace".to_owned());
        }
        let mut command = Command::new(program);
        let process = command.arg("--with-stdin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.map_err(|error| error.to_string())?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).unwrap();
        let address = addresses["http"].as_str().unwrap().parse().unwrap();
        Ok(Self { process, address })
    }

    /// Lets things go wrong by chance from now on; never, with no rates.
    pub(crate) async fn faults(&self, seed: u64, rates: &Value) {
        let faults = post("/_sim/faults", &json!({ "seed": seed, "rates": rates }));
        faults.send(self.address).await.ok(200);
    }

    /// Everything it ever did.
    pub(crate) async fn book(&self) -> Value {
        get("/_sim/book").send(self.address).await.ok(200)
    }
}

impl Drop for Acquirer {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
