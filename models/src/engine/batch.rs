//! How many regions run in one go: split for the workers, padded to the sizes a GPU was warmed for.

use super::DeviceKind;

/// The batch sizes a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batching {
    /// Sizes that are warmed and padded to, smallest first; none means that any size up to `max` runs as it is.
    pub(super) buckets: &'static [usize],
    /// The largest batch.
    pub(super) max: usize,
    /// Threads that share the parts of one call.
    pub(super) workers: usize,
}

impl Batching {
    /// A GPU pays per launch, not per image, but compiles per shape: few, padded sizes. The CPU pays per image.
    pub(super) fn of(kind: DeviceKind, workers: usize) -> Self {
        match kind {
            DeviceKind::Gpu => Self { buckets: &[1, 4, 16, 64], max: 64, workers: 1 },
            DeviceKind::SoftwareGpu => Self { buckets: &[1, 4], max: 4, workers: 1 },
            DeviceKind::Cpu => Self { buckets: &[], max: 8, workers },
        }
    }

    /// The sizes of the parts that `regions` are split into, evenly over the workers.
    pub(super) fn parts(&self, regions: usize) -> Vec<usize> {
        let shares = regions.div_ceil(self.max).max(self.workers.min(regions));
        (0..shares).map(|share| (share + 1) * regions / shares - share * regions / shares).collect()
    }

    /// The size that a batch of `len` regions is padded to.
    pub(super) fn padded(&self, len: usize) -> usize {
        self.buckets.iter().copied().find(|&bucket| bucket >= len).unwrap_or(len)
    }

    /// The sizes to run once before serving.
    pub(super) fn warm_up(&self) -> &'static [usize] {
        if self.buckets.is_empty() { &[1] } else { self.buckets }
    }

    /// Whether calls of several callers should run as one batch.
    pub(super) fn gathers(&self) -> bool {
        !self.buckets.is_empty()
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
                    let parts = batching.parts(regions);
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
        assert_eq!(Batching::of(DeviceKind::Cpu, 2).parts(5), [2, 3]);
        assert_eq!(Batching::of(DeviceKind::Cpu, 2).parts(1), [1]);
    }

    #[test]
    fn a_gpu_batch_is_padded_to_the_next_bucket() {
        let batching = Batching::of(DeviceKind::Gpu, 1);
        let padded = [1, 2, 4, 5, 16, 17, 64].map(|len| batching.padded(len));
        assert_eq!(padded, [1, 4, 4, 16, 16, 64, 64]);
    }
}
