//! Which camera a request is about, for keys that are for one camera.

use domain::{CameraId, CheckoutId};
use http::Uri;

use super::{Principal, bound};
use crate::api::Problem;
use crate::app::{App, checkout};

/// Where a route's requests say which camera they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: a key for one camera has no business here.
    None,
    /// `{id}` in the path.
    Path,
    /// `camera` in the query.
    Query,
    /// That of the checkout `{id}` in the path.
    Checkout,
    /// Where only the handler finds it: it looks, by [`Principal::at`] or by whose it is.
    Handler,
}

impl Place {
    /// Refuses who is for one camera where the request is about another or about none.
    pub(super) async fn admit(
        self,
        app: &App,
        principal: &Principal,
        path: &str,
        uri: &Uri,
    ) -> Result<(), Problem> {
        if principal.camera.is_none() {
            return Ok(());
        }
        let elsewhere = || bound("this key is for one camera, and this request is not about a camera");
        match self {
            Self::None => Err(elsewhere()),
            Self::Handler => Ok(()),
            Self::Path => principal.at(&camera(part(path, uri).ok_or_else(elsewhere)?)?),
            Self::Query => {
                let pairs = uri.query().unwrap_or_default().split('&');
                let named = pairs.filter_map(|pair| pair.strip_prefix("camera=")).next();
                principal.at(&camera(named.ok_or_else(elsewhere)?)?)
            }
            Self::Checkout => {
                let id: CheckoutId = part(path, uri)
                    .and_then(|id| id.parse().ok())
                    .ok_or_else(|| Problem::not_found("checkout"))?;
                principal.at(&checkout::camera(app, id).await?)
            }
        }
    }
}

/// What stands for `{id}`.
fn part<'a>(path: &str, uri: &'a Uri) -> Option<&'a str> {
    let at = path.split('/').position(|part| part == "{id}")?;
    let asked = uri.path().strip_prefix("/v1").unwrap_or(uri.path());
    asked.split('/').nth(at)
}

/// A camera's id has no letter that a URL would escape.
fn camera(text: &str) -> Result<CameraId, Problem> {
    text.parse().map_err(|_| Problem::not_found("camera"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_the_path_is_found_with_and_without_the_version() {
        for (path, uri, found) in [
            ("/cameras/{id}/stream", "/cameras/till-1/stream?token=a", Some("till-1")),
            ("/cameras/{id}/stream", "/v1/cameras/till-1/stream", Some("till-1")),
            ("/checkouts", "/checkouts", None),
        ] {
            assert_eq!(part(path, &uri.parse().unwrap()), found, "{uri}");
        }
    }
}
