//! Logs: text for people, JSON for collectors, both to standard error. With the feature `otel`, which is on by default, also traces:
//! requests, with what is logged on their way, to an OpenTelemetry collector.

#[cfg(feature = "otel")]
mod traces;

use std::io::IsTerminal;

use http::HeaderMap;
use tokio::runtime::Handle;
use tracing::Span;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::settings::{LogFormat, Settings};

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log.filter is not a tracing filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("traces.url: {0}")]
    Traces(Box<dyn std::error::Error + Send + Sync>),
    #[error("logging was started before: {0}")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// What is told of this process; what is still to be told is told when it is dropped.
#[must_use]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    _traces: Option<traces::Traces>,
}

/// Starts logging for the whole process, and traces where a collector is named. They are sent by `runtime`.
///
/// # Errors
/// When the filter does not parse, the collector's URL is none, or a subscriber is set already.
#[cfg_attr(not(feature = "otel"), expect(unused_variables, reason = "traces alone are sent"))]
pub fn start(settings: &Settings, runtime: &Handle) -> Result<Telemetry, TelemetryError> {
    let filter = EnvFilter::try_new(&settings.log.filter)?;
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let lines = match settings.log.format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let told = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(feature = "otel")]
    {
        let traces = traces::Traces::of(settings, runtime).map_err(TelemetryError::Traces)?;
        told.with(traces.as_ref().map(traces::Traces::layer)).try_init()?;
        Ok(Telemetry { _traces: traces })
    }
    #[cfg(not(feature = "otel"))]
    {
        told.try_init()?;
        Ok(Telemetry {})
    }
}

/// Has the span of a request belong to the caller's trace, where it names one (W3C Trace Context, `traceparent`).
#[cfg_attr(not(feature = "otel"), expect(unused_variables, reason = "there are no traces"))]
pub(crate) fn join(span: &Span, headers: &HeaderMap) {
    #[cfg(feature = "otel")]
    traces::join(span, headers);
}
