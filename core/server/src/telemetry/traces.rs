//! Traces for an OpenTelemetry collector: OTLP, protobuf over HTTP, by the connections that the appliance opens itself and to
//! places that it may reach.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::outbound::{Outbound, Place, Roots};
use crate::settings::Settings;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What has to be told by then is lost: a collector that hangs must hold up neither the next spans nor the end.
const TOLD_WITHIN: Duration = Duration::from_secs(3);
/// The longest answer of a collector.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Sends spans in batches, from a thread of its own. When it is dropped the last ones are sent.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Nothing without a collector.
    ///
    /// # Errors
    /// Its URL is none.
    pub(super) fn of(settings: &Settings, runtime: &Handle) -> Result<Option<Self>, Error> {
        if settings.traces.url.is_empty() {
            return Ok(None);
        }
        let collector = Collector {
            place: Place::of(&settings.traces.url)?,
            networks: settings.traces.networks.clone(),
            outbound: Outbound::new(Roots::load(&settings.tls.trusted)?),
            runtime: runtime.clone(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(collector)
            .with_endpoint(&settings.traces.url)
            .with_timeout(TOLD_WITHIN)
            .build()?;
        let resource = Resource::builder()
            .with_service_name("facepay")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("facepay.branch", settings.policy.branch.clone()))
            .build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource);
        Ok(Some(Self(provider.build())))
    }

    /// Takes spans, and what is logged within them.
    pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("facepay"))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(TOLD_WITHIN) {
            tracing::warn!(%error, "the last spans were not told");
        }
    }
}

/// See [`super::join`].
pub(super) fn join(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // A span that the filter leaves out has no place in a trace.
    let _ = span.set_parent(context);
}

/// The other end.
struct Collector {
    place: Place,
    networks: Vec<String>,
    outbound: Outbound,
    /// Batches are sent from a thread that has no runtime.
    runtime: Handle,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("place", &self.place).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (place, networks, outbound) = (self.place.clone(), self.networks.clone(), self.outbound.clone());
        let sent = self.runtime.spawn(async move {
            let mut request = request.map(Full::new);
            // A server, not a proxy, is asked.
            *request.uri_mut() = place.path.parse()?;
            let sending = outbound.send(&place, &networks, request, ANSWER_BYTES_MAX);
            Ok::<_, Error>(tokio::time::timeout(TOLD_WITHIN, sending).await??)
        });
        let answer = sent.await??;
        Ok(Response::from_parts(answer.head, answer.body.unwrap_or_default()))
    }
}
