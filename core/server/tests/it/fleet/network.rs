//! The wires between the centre and its branches: a network namespace for each branch where this process has a network of its own, else
//! the loopback with a proxy at every branch.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::proxy::{Line, Proxy, Upstream};

/// The wide area, where the centre is, and the way in for tills. Both are bridges of this process's own network.
const BRIDGES: &str = "\
link set lo up
link add wan type bridge
link add lan type bridge
addr add 10.77.0.1/16 dev wan
addr add 10.78.0.1/16 dev lan
link set wan up
link set lan up
";
const PORT: u16 = 8080;

/// How a branch's line to the centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Good,
    /// Everything comes so much later.
    Late(Duration),
    /// So many bytes a second.
    Slow(u32),
    /// The cable is out, and the branch sees that.
    Pulled,
    /// Nothing comes through, and nobody is told.
    Deaf,
}

impl Wire {
    pub(crate) fn is_cut(self) -> bool {
        matches!(self, Self::Pulled | Self::Deaf)
    }
}

/// The network of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Namespaces,
    Loopback,
}

/// What a branch is connected by.
pub(crate) struct Wires {
    number: usize,
    /// Holds the branch's namespace until its input ends.
    keeper: Option<Child>,
    /// In the way to the centre; every branch has one on the loopback, every other one in namespaces.
    proxy: Option<Proxy>,
    /// Where the branch listens.
    pub(crate) address: SocketAddr,
    pub(crate) centre: SocketAddr,
    now: Wire,
}

impl Network {
    /// What `cargo xtask fleet` made: `alone` says that nobody else is in this process's network.
    pub(crate) fn set_up(alone: bool) -> Self {
        if !alone {
            return Self::Loopback;
        }
        ip(None, BRIDGES);
        Self::Namespaces
    }

    /// Where branches and proxies find what this process runs.
    pub(crate) fn inside(self) -> IpAddr {
        match self {
            Self::Namespaces => Ipv4Addr::new(10, 77, 0, 1).into(),
            Self::Loopback => Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// An address at which the centre can listen.
    pub(crate) fn centre(self) -> SocketAddr {
        free(self.inside())
    }

    /// Connects the branch with this number, which begins at 1.
    pub(crate) async fn branch(self, number: usize, centre: SocketAddr) -> Wires {
        let needs_proxy = self == Self::Loopback || number.is_multiple_of(2);
        let proxy = match needs_proxy {
            true => Some(Proxy::at(self.inside(), Upstream::Tcp(centre)).await),
            false => None,
        };
        let centre = proxy.as_ref().map_or(centre, |proxy| proxy.address);
        let (keeper, address) = match self {
            Self::Loopback => (None, free(self.inside())),
            Self::Namespaces => {
                let own = u8::try_from(number).unwrap();
                (Some(namespace(number)), SocketAddr::from(([10, 78, 1, own], PORT)))
            }
        };
        Wires { number, keeper, proxy, address, centre, now: Wire::Good }
    }
}

impl Wires {
    /// `command`, to be run at the branch.
    pub(crate) fn inside(&self, command: Command) -> Command {
        let Some(keeper) = &self.keeper else { return command };
        let mut inside = Command::new("nsenter");
        inside.arg(format!("--net=/proc/{}/ns/net", keeper.id())).arg("--").arg(command.get_program());
        inside.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            inside.current_dir(folder);
        }
        inside
    }

    pub(crate) fn now(&self) -> Wire {
        self.now
    }

    /// From now on the line is as near to `wire` as this branch's can be: without a proxy nothing is late or slow.
    pub(crate) fn becomes(&mut self, wire: Wire) {
        let line = match wire {
            Wire::Good => Line::Good,
            Wire::Late(span) => Line::Late(span),
            Wire::Slow(rate) => Line::Slow(rate),
            Wire::Pulled => Line::Cut,
            Wire::Deaf => Line::Silent,
        };
        // A proxy whose cable is out doesn't know it.
        let by_proxy = self.keeper.is_none() || matches!(wire, Wire::Late(_) | Wire::Slow(_) | Wire::Good);
        if let (Some(proxy), true) = (&self.proxy, by_proxy) {
            proxy.becomes(line);
        }
        let name = format!("wan{}", self.number);
        match (&self.keeper, wire) {
            (None, _) => {}
            (Some(_), Wire::Pulled) => ip(None, &format!("link set {name} down\n")),
            (Some(_), Wire::Deaf) => ip(None, &format!("link set {name} nomaster\n")),
            (Some(_), _) => ip(None, &format!("link set {name} master wan up\n")),
        }
        let can = self.proxy.is_some() || wire.is_cut();
        self.now = if can { wire } else { Wire::Good };
    }
}

impl Drop for Wires {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// A namespace with a cable to each bridge; it lasts as long as its keeper.
fn namespace(number: usize) -> Child {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "sh", "-c", "echo ready; exec cat"]);
    let mut keeper = unshare.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said.trim(), "ready");
    let cable = |bridge: &str| {
        let (name, pid) = (format!("{bridge}{number}"), keeper.id());
        format!(
            "link add {name} type veth peer name {bridge} netns {pid}\nlink set {name} master {bridge} up\n"
        )
    };
    ip(None, &(cable("wan") + &cable("lan")));
    let own = format!(
        "link set lo up\naddr add 10.77.1.{number}/16 dev wan\naddr add 10.78.1.{number}/16 dev lan\n\
         link set wan up\nlink set lan up\n"
    );
    ip(Some(&keeper), &own);
    keeper
}

/// Has `ip` carry out `lines`, here or in the namespace of `keeper`.
fn ip(keeper: Option<&Child>, lines: &str) {
    let mut command = match keeper {
        Some(keeper) => {
            let mut inside = Command::new("nsenter");
            inside.arg(format!("--net=/proc/{}/ns/net", keeper.id())).arg("ip");
            inside
        }
        None => Command::new("ip"),
    };
    let mut running = command.args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(running.wait().unwrap().success(), "ip refuses: {lines}");
}

fn free(at: IpAddr) -> SocketAddr {
    TcpListener::bind((at, 0)).and_then(|listener| listener.local_addr()).unwrap()
}
