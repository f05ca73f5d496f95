//! What a worker gives up before any of a plugin's code runs in it: files, network, other processes, privileges.

use std::collections::BTreeMap;
use std::fmt;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter, apply_filter_all_threads,
};

mod calls;

/// The newest rules that are asked for; an older kernel enforces what it knows of them, and says so.
const LANDLOCK_ABI: ABI = ABI::V6;
/// All that can be read: what the dynamic linker needs for the libraries that a plugin names.
const LIBRARIES: [&str; 6] =
    ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"];

/// What the kernel enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Enforced {
    /// The ABI that the kernel offers, 0 for none.
    pub(crate) landlock_abi: u32,
    /// Whether file and network rules are in force.
    pub(crate) landlock: bool,
    /// Whether calls are filtered.
    pub(crate) seccomp: bool,
    /// Whether memory, processor time and descriptors are bounded.
    pub(crate) limits: bool,
}

impl Enforced {
    /// Whether what a sandbox is made of is in force.
    pub(crate) fn is_whole(self) -> bool {
        self.landlock && self.seccomp && self.limits
    }

    pub(crate) fn to_bits(self) -> u64 {
        let flags = [self.seccomp, self.landlock, self.limits];
        let bits = flags.into_iter().enumerate().map(|(at, flag)| u64::from(flag) << at).sum::<u64>();
        u64::from(self.landlock_abi) << flags.len() | bits
    }

    pub(crate) fn from_bits(bits: u64) -> Self {
        let landlock_abi = u32::try_from(bits >> 3).unwrap_or(0);
        Self { landlock_abi, seccomp: bits & 1 != 0, landlock: bits & 2 != 0, limits: bits & 4 != 0 }
    }
}

impl fmt::Display for Enforced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.landlock, self.landlock_abi) {
            (true, abi) => write!(f, "landlock ABI {abi}")?,
            (false, 0) => f.write_str("no landlock: this kernel has none")?,
            (false, abi) => write!(f, "no landlock, though this kernel has ABI {abi}")?,
        }
        f.write_str(if self.seccomp { ", seccomp" } else { ", no seccomp" })?;
        f.write_str(if self.limits { ", limits" } else { ", no limits" })
    }
}

/// Gives up what no plugin needs, and takes on these limits for good. The process has one thread.
pub(crate) fn enter(limits: &[(libc::__rlimit_resource_t, u64)]) -> Enforced {
    let landlock_abi = landlock_abi(); // asked first: the filter below takes the question away
    let limits = limits.iter().all(|(what, most)| is_limited(*what, *most));
    drop_privileges();
    let landlock = restrict_files().unwrap_or(false);
    let seccomp = calls::allowed()
        .and_then(|rules| filter(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow))
        .and_then(|program| apply_filter(&program).ok())
        .and_then(|()| deny(calls::fall_back(), libc::ENOSYS))
        .is_some_and(|program| apply_filter(&program).is_ok());
    Enforced { landlock_abi, landlock, seccomp, limits }
}

/// Sets a limit, or keeps a lower one.
fn is_limited(what: libc::__rlimit_resource_t, most: u64) -> bool {
    let mut limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: the limit is writable.
    if unsafe { libc::getrlimit(what, &raw mut limit) } != 0 {
        return false;
    }
    let most = most.min(limit.rlim_max);
    (limit.rlim_cur, limit.rlim_max) = (most, most);
    // SAFETY: the limit is readable.
    unsafe { libc::setrlimit(what, &raw const limit) == 0 }
}

/// Gives up what is needed to load a library and no more after that: opening files, making code. For all threads.
pub(crate) fn seal() -> bool {
    let program = calls::loading().and_then(|rules| deny(rules, libc::EPERM));
    program.is_some_and(|program| apply_filter_all_threads(&program).is_ok())
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn deny(rules: Rules, errno: i32) -> Option<BpfProgram> {
    filter(rules, SeccompAction::Allow, SeccompAction::Errno(errno.unsigned_abs()))
}

fn filter(rules: Rules, otherwise: SeccompAction, on_match: SeccompAction) -> Option<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    BpfProgram::try_from(SeccompFilter::new(rules, otherwise, on_match, arch).ok()?).ok()
}

/// A rule that matches when the argument at `index`, masked by `mask`, is `value`.
fn when(index: u8, mask: u64, value: u64) -> Option<SeccompRule> {
    let operator = SeccompCmpOp::MaskedEq(mask);
    let condition = SeccompCondition::new(index, SeccompCmpArgLen::Qword, operator, value).ok()?;
    SeccompRule::new(vec![condition]).ok()
}

fn restrict_files() -> Option<bool> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK_ABI))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(LANDLOCK_ABI)))
        .and_then(|rules| rules.scope(Scope::from_all(LANDLOCK_ABI)))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(LIBRARIES, read)))
        .and_then(landlock::RulesetCreated::restrict_self)
        .ok()?;
    Some(status.no_new_privs && status.ruleset != RulesetStatus::NotEnforced)
}

/// The landlock ABI of this kernel, 0 when it has none.
pub fn landlock_abi() -> u32 {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the call reads no memory and says which ABI the kernel has.
    let abi = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<libc::c_void>(), 0usize, VERSION)
    };
    u32::try_from(abi).unwrap_or(0)
}

/// Drops every capability, for the case that the appliance runs as root.
fn drop_privileges() {
    const VERSION_3: u32 = 0x2008_0522;
    let header = [VERSION_3, 0];
    let none = [0u32; 6];
    // SAFETY: header and data have the sizes of version 3 and are readable.
    unsafe {
        libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr());
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_enforced_crosses_and_is_whole_only_with_every_part() {
        for bits in 0..8 {
            let enforced = Enforced {
                landlock_abi: 7,
                landlock: bits & 1 != 0,
                seccomp: bits & 2 != 0,
                limits: bits & 4 != 0,
            };
            assert_eq!(Enforced::from_bits(enforced.to_bits()), enforced);
            assert_eq!(enforced.is_whole(), bits == 7, "{enforced}");
        }
    }
}
