//! Numbers behind plots, as JSON and as CSV.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::CameraId;
use domain::analytics::{Bucket, Window};
use domain::role::Permission;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use store::AnalyticsFilter;
use utoipa::ToSchema;

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Route, Routes, get};
use super::wire::analytics::{AnalyticsLatency, AnalyticsPayments, AnalyticsQuality, AnalyticsSummary, Span};
use super::wire::money::moment;
use super::wire::names::BucketName;
use super::wire::page;
use crate::app::App;
use crate::app::analytics::{self as numbers, Asked};

mod csv;

const DAY: Duration = Duration::from_secs(86_400);
const FORMATS: [&str; 2] = ["json", "csv"];
const REFUSED: &[Refusal] = &[
    (400, &["bucket_unknown", "format_unknown", "time_invalid", "window_invalid"]),
    (404, &["camera_not_found"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(plot::<AnalyticsSummary>("/analytics/summary", "Payments and looks at a glance"), summary)
        .add(plot::<AnalyticsPayments>("/analytics/payments", "Payments and money over time"), payments)
        .add(plot::<AnalyticsLatency>("/analytics/latency", "From the look to the money, over time"), latency)
        .add(plot::<AnalyticsQuality>("/analytics/quality", "How good looks are, and what drifts"), quality)
}

fn plot<T: ToSchema>(path: &'static str, summary: &'static str) -> Route {
    get(path, Access::Needs(Permission::PaymentsRead), summary)
        .query(&[
            Parameter::new("from", Form::Moment, "from this moment on; a day before `to` when absent"),
            Parameter::new("to", Form::Moment, "until this moment; now when absent"),
            Parameter::new(
                "bucket",
                Form::OneOf(BucketName::all),
                "how long points are, in UTC; by the span when absent",
            ),
            Parameter::new("camera", Form::Camera, "only at this camera or till"),
            Parameter::new("branch", Form::Text, "only of this branch"),
            Parameter::new(
                "format",
                Form::OneOf(|| FORMATS.to_vec()),
                "`csv` for a table, as `Accept: text/csv`",
            ),
        ])
        .refuses(REFUSED)
        .streams(&["text/csv"])
        .gives::<T>(200)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    from: Option<String>,
    to: Option<String>,
    bucket: Option<String>,
    camera: Option<String>,
    branch: Option<String>,
    format: Option<String>,
}

impl Wanted {
    fn asked(&self, app: &App) -> Result<Asked, Problem> {
        // What happens at this very moment is in it.
        let until =
            page::moment(self.to.as_deref())?.unwrap_or_else(|| app.now().plus(Duration::from_micros(1)));
        let from = page::moment(self.from.as_deref())?.unwrap_or_else(|| until.minus(DAY));
        let bucket = self.bucket.as_deref().map(str::parse::<Bucket>).transpose();
        let bucket = bucket.map_err(|error| Problem::bad_request("bucket_unknown", error.to_string()))?;
        let window = Window::new(from, until, bucket);
        let window = window.map_err(|error| Problem::bad_request("window_invalid", error.to_string()))?;
        let camera = self.camera.as_deref().map(str::parse::<CameraId>).transpose();
        let camera = camera.map_err(|_| Problem::not_found("camera"))?;
        let camera = camera.map(|camera| camera.to_string());
        Ok(Asked { filter: AnalyticsFilter { branch: self.branch.clone(), camera }, window })
    }

    fn is_table(&self, headers: &HeaderMap) -> Result<bool, Problem> {
        match self.format.as_deref() {
            Some("csv") => Ok(true),
            Some("json") => Ok(false),
            Some(_) => Err(Problem::bad_request("format_unknown", "a format is `json` or `csv`")),
            None => {
                let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
                Ok(accept.is_some_and(|accept| accept.starts_with("text/csv")))
            }
        }
    }

    /// `told` as it was asked for.
    fn answer<T: Serialize>(
        &self,
        headers: &HeaderMap,
        told: T,
        table: fn(&T) -> String,
    ) -> Result<Response, Problem> {
        match self.is_table(headers)? {
            true => Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table(&told)).into_response()),
            false => Ok(Json(told).into_response()),
        }
    }
}

fn span(asked: &Asked) -> Span {
    let Window { from, until, bucket } = asked.window;
    Span { from: moment(from), to: moment(until), bucket: bucket.as_str() }
}

async fn summary(
    State(app): State<App>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = wanted.asked(&app)?;
    let told = AnalyticsSummary::new(span(&asked), numbers::summary(&app, asked).await?);
    wanted.answer(&headers, told, csv::summary)
}

async fn payments(
    State(app): State<App>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = wanted.asked(&app)?;
    let told = AnalyticsPayments::new(span(&asked), numbers::payments(&app, asked).await?);
    wanted.answer(&headers, told, csv::payments)
}

async fn latency(
    State(app): State<App>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = wanted.asked(&app)?;
    let told = AnalyticsLatency::new(span(&asked), numbers::latency(&app, asked).await?);
    wanted.answer(&headers, told, csv::latency)
}

async fn quality(
    State(app): State<App>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = wanted.asked(&app)?;
    let told = AnalyticsQuality::new(span(&asked), numbers::quality(&app, asked).await?);
    wanted.answer(&headers, told, csv::quality)
}
