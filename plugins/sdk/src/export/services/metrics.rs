//! The host's metrics behind [`Metrics`](crate::Metrics).

use super::{HostPtr, checked};
use crate::abi::{self, Growing, fp_str};
use crate::error::{Error, Result};
use crate::metrics::{MetricDesc, MetricsService};

/// The host's metrics through the C table.
pub(super) struct AbiMetrics {
    pub(super) host: HostPtr,
    pub(super) table: abi::fp_host_metrics_v1,
}

impl MetricsService for AbiMetrics {
    fn define(&self, metric: &MetricDesc<'_>) -> Result<u32> {
        let define =
            self.table.define.ok_or_else(|| Error::Internal("host metrics have no define()".into()))?;
        let mut raw = abi::fp_metric::empty();
        (raw.kind, raw.name) = (metric.kind.code(), fp_str::of(metric.name));
        (raw.unit, raw.help) = (fp_str::of(metric.unit.name()), fp_str::of(metric.help));
        (raw.bounds, raw.n_bounds) = (metric.bounds.as_ptr(), metric.bounds.len() as u32);
        let mut handle = 0;
        // SAFETY: [ctl]; the host lives; texts, bounds and place are valid during the call.
        let status = unsafe { define(self.host.0, &raw const raw, &raw mut handle) };
        // The table has no place for a reason.
        let reason = || format!("metric {} was refused; the host's log says why", metric.name).into_bytes();
        checked(status, if status == abi::FP_OK { Vec::new() } else { reason() })?;
        Ok(handle)
    }

    fn record(&self, handle: u32, value: f64) {
        if let Some(record) = self.table.record {
            // SAFETY: [any]; the host lives.
            unsafe { record(self.host.0, handle, value) };
        }
    }
}
