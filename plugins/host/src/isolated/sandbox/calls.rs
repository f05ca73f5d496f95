//! The system calls of a worker: those it has, and those it loses once its plugin is loaded.

use super::{Rules, when};

/// Calls that every program makes to compute, to wait and to talk over sockets that it was given.
const PLAIN: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_pipe2,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_clone3, // answered with ENOSYS by a filter above: the library then uses clone
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getrusage,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Calls that only old kernels' interfaces have.
#[cfg(target_arch = "x86_64")]
const PLAIN_OLD: &[i64] = &[libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_wait, libc::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const PLAIN_OLD: &[i64] = &[];

/// Calls that loading a library takes, and locking oneself in further.
const LOADING: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_seccomp,
];
#[cfg(target_arch = "x86_64")]
const LOADING_OLD: &[i64] =
    &[libc::SYS_open, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink];
#[cfg(not(target_arch = "x86_64"))]
const LOADING_OLD: &[i64] = &[];

/// Every call that a worker has; any other is refused with EPERM.
pub(super) fn allowed() -> Option<Rules> {
    let plain = [PLAIN, PLAIN_OLD, LOADING, LOADING_OLD].concat();
    let mut rules: Rules = plain.into_iter().map(|call| (call, Vec::new())).collect();
    let bits = |value: i32| u64::from(value.unsigned_abs());
    let all = u64::MAX;
    // Threads, but no processes.
    let thread = bits(libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND);
    rules.insert(libc::SYS_clone, vec![when(0, thread, thread)?]);
    // Signals to itself: abort() sends one.
    let own = bits(std::process::id().cast_signed());
    rules.insert(libc::SYS_tgkill, vec![when(0, all, own)?]);
    // Names of threads; a further filter.
    let options = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_NO_NEW_PRIVS];
    let options = options.into_iter().map(|option| when(0, all, bits(option)));
    rules.insert(libc::SYS_prctl, options.collect::<Option<_>>()?);
    // Reading its own limits, not setting any: the third argument is null.
    rules.insert(libc::SYS_prlimit64, vec![when(2, all, 0)?]);
    let commands = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL, libc::F_DUPFD_CLOEXEC];
    let commands = commands.into_iter().map(|command| when(1, all, bits(command)));
    rules.insert(libc::SYS_fcntl, commands.collect::<Option<_>>()?);
    Some(rules)
}

/// Calls that are answered as if the kernel did not have them, so that an older one is used whose arguments can be checked.
pub(super) fn fall_back() -> Rules {
    [(libc::SYS_clone3, Vec::new())].into()
}

/// Calls that a loaded plugin loses.
pub(super) fn loading() -> Option<Rules> {
    let plain = [LOADING, LOADING_OLD].concat();
    let mut rules: Rules = plain.into_iter().map(|call| (call, Vec::new())).collect();
    let code = u64::from(libc::PROT_EXEC.unsigned_abs());
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![when(2, code, code)?]);
    }
    Some(rules)
}
