//! The machine that was measured, as its kernel tells.

use std::fs::read_to_string;
use std::thread::available_parallelism;

use serde::Serialize;

/// A machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) processor: String,
    /// Those that this process may use.
    pub(super) cores: usize,
    pub(super) memory_mb: Option<u64>,
    pub(super) kernel: String,
    pub(super) system: String,
}

impl Machine {
    /// The one that this program runs on.
    pub(super) fn this() -> Self {
        let file = |path: &str| read_to_string(path).unwrap_or_default();
        let memory = field(&file("/proc/meminfo"), "MemTotal", ':');
        Self {
            name: file("/proc/sys/kernel/hostname").trim().to_owned(),
            processor: field(&file("/proc/cpuinfo"), "model name", ':').unwrap_or_default(),
            cores: available_parallelism().map_or(1, usize::from),
            memory_mb: memory
                .and_then(|kib| Some(kib.strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)),
            kernel: file("/proc/sys/kernel/osrelease").trim().to_owned(),
            system: field(&file("/etc/os-release"), "PRETTY_NAME", '=')
                .unwrap_or_default()
                .trim_matches('"')
                .to_owned(),
        }
    }
}

/// What stands behind a name in lines of names and values.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(separator))
        .find_map(|(key, value)| (key.trim() == name).then(|| value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 97\nmodel name\t: A Processor: fast\n";
        assert_eq!(field(text, "model name", ':').as_deref(), Some("A Processor: fast"));
        assert_eq!(field(text, "name", ':'), None);
    }

    #[test]
    fn this_machine_has_cores_and_memory() {
        let machine = Machine::this();
        assert!(machine.cores > 0 && machine.memory_mb > Some(100), "{machine:?}");
        assert!(!machine.kernel.is_empty() && !machine.processor.is_empty(), "{machine:?}");
    }
}
