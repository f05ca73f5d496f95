//! The status page for a browser: one file, nothing from outside, no data but what `/health` says.

use axum::response::Html;

use super::wire::system::Status;

const TEMPLATE: &str = include_str!("page.html");

/// The page for this moment.
pub(super) fn html(status: &Status, cameras: usize) -> Html<String> {
    let features = &status.features;
    let on = |flag: bool| if flag { "on" } else { "off" };
    let setup = match features.setup_open {
        true => "This appliance is new: its log shows a one-time code for <code>POST /setup</code>.",
        false => "",
    };
    let values = [
        ("{{status}}", status.status.replace('_', " ")),
        ("{{class}}", if status.status == "ready" { "ready" } else { "waiting" }.to_owned()),
        ("{{version}}", status.version.to_owned()),
        ("{{recognition}}", on(features.recognition).to_owned()),
        ("{{payments}}", on(features.payments).to_owned()),
        ("{{database}}", features.database.to_owned()),
        ("{{cache}}", features.cache.to_owned()),
        ("{{cameras}}", cameras.to_string()),
        ("{{setup}}", setup.to_owned()),
    ];
    let fill = |page: String, (mark, value): &(&str, String)| page.replace(mark, value);
    Html(values.iter().fold(TEMPLATE.to_owned(), fill))
}
