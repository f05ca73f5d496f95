//! How many regions run in one go, and how a call is split for the workers.

use super::DeviceKind;

/// The batch sizes a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batching {
    /// The largest batch.
    pub(super) max: usize,
    /// Threads that share the parts of one call.
    pub(super) workers: usize,
    /// Whether calls of several callers run as one batch.
    pub(super) gathers: bool,
}

impl Batching {
    /// A GPU pays per launch, not per image, so that it gathers what callers bring. The CPU pays per image.
    pub(super) fn of(kind: DeviceKind, workers: usize) -> Self {
        match kind {
            DeviceKind::Gpu => Self { max: 64, workers: 1, gathers: true },
            DeviceKind::SoftwareGpu => Self { max: 4, workers: 1, gathers: true },
            DeviceKind::Cpu => Self { max: 8, workers, gathers: false },
        }
    }

    /// The sizes of the parts that `regions` are split into, evenly over the workers, for a network that runs at most
    /// `max` at once.
    pub(super) fn parts(&self, regions: usize, max: usize) -> Vec<usize> {
        let shares = regions.div_ceil(max).max(self.workers.min(regions));
        (0..shares).map(|share| (share + 1) * regions / shares - share * regions / shares).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_regions_within_the_bound() {
        for kind in [DeviceKind::Gpu, DeviceKind::SoftwareGpu, DeviceKind::Cpu] {
            for workers in 1..5 {
                let batching = Batching::of(kind, workers);
                for regions in 0..200 {
                    let parts = batching.parts(regions, batching.max);
                    assert_eq!(parts.iter().sum::<usize>(), regions);
                    assert!(
                        parts.iter().all(|&part| part > 0 && part <= batching.max),
                        "{regions}: {parts:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn two_cpu_workers_share_a_call_evenly() {
        assert_eq!(Batching::of(DeviceKind::Cpu, 2).parts(5, 8), [2, 3]);
        assert_eq!(Batching::of(DeviceKind::Cpu, 2).parts(1, 8), [1]);
    }
}
