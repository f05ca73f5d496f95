//! How the C library's allocator takes memory from the system and gives it back. Rust's own, SQLite's and GStreamer's blocks all come from it.

/// Lets the allocator make so many pools at the most. By itself it makes up to eight for each core as threads want memory at the same
/// time, and each keeps what its busiest moment took. To be called while there are few threads: pools that are there stay.
pub fn limit_arenas(arenas_max: u16) {
    #[cfg(target_env = "gnu")]
    // SAFETY: it changes a setting of the allocator, which takes its own lock for that.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas_max.into());
    }
}

/// Gives the system back every page on which nothing is: the allocator itself does so only at the end of a pool, where one small
/// block that stays keeps all below it.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the allocator takes the locks of its pools, and touches free blocks only.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::*;

    /// Memory of this process that is no file's, in KiB.
    fn anonymous_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("it has the line");
        line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("it is a number")
    }

    #[test]
    fn what_was_used_once_goes_back_although_something_behind_it_stays() {
        const BLOCKS: usize = 4_096;
        const BLOCK_KIB: u64 = 16;
        let busy: Vec<Vec<u8>> = (0..BLOCKS).map(|_| vec![1; BLOCK_KIB as usize * 1_024]).collect();
        let stays = std::hint::black_box(vec![1_u8; 1_024]);
        drop(std::hint::black_box(busy));
        let before = anonymous_kib();
        give_back();
        let given = before.saturating_sub(anonymous_kib());
        assert!(given > BLOCKS as u64 * BLOCK_KIB / 2, "{given} KiB of {before}");
        drop(stays);
    }
}
