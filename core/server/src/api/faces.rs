//! Faces: enrolled, removed, verified, identified.

use axum::extract::State;
use domain::FaceId;
use domain::role::Permission;
use http::StatusCode;
use store::FaceRow;

use super::extract::{Json, Path};
use super::picture::Given;
use super::problem::Problem;
use super::refusals::FACE;
use super::route::{Access, Routes, delete, get, post};
use super::users::user_id;
use super::wire::face as wire;
use super::wire::money::moment;
use super::wire::page::Page;
use crate::app::{App, enrol, identify};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::PeopleRead);
    let write = Access::Needs(Permission::PeopleWrite);
    let matching = Access::Needs(Permission::FacesMatch);
    routes
        .add(
            post("/users/{id}/faces", write, "Enrol a person by several pictures, or before a camera")
                .takes_pictures::<wire::Pictures>()
                .gives::<wire::Enrolment>(201)
                .refuses(FACE)
                .refuses(&[
                    (404, &["user_not_found"]),
                    (409, &["enrolment_running", "face_differs", "face_duplicate", "faces_full"]),
                    (422, &["consent_missing"]),
                    (503, &["camera_not_live", "faces_changed", "recogniser_changed"]),
                ]),
            add,
        )
        .add(
            get("/users/{id}/faces", read, "A person's enrolled faces")
                .gives::<Page<wire::Face>>(200)
                .refuses(&[(404, &["user_not_found"])]),
            list,
        )
        .add(
            delete("/users/{id}/faces/{fid}", write, "Remove an enrolled face")
                .gives_nothing()
                .refuses(&[(404, &["user_not_found", "face_not_found"])]),
            remove,
        )
        .add(
            post("/users/{id}/verify", matching, "Is this that person? (1:1)")
                .takes_pictures::<wire::Pictures>()
                .gives::<wire::Verification>(200)
                .refuses(FACE)
                .refuses(&[(404, &["user_not_found"]), (422, &["not_enrolled"])]),
            verify,
        )
        .add(
            post("/identify", matching, "Who is this? (1:N)")
                .takes_pictures::<wire::Pictures>()
                .gives::<wire::Identification>(200)
                .refuses(FACE),
            identify_faces,
        )
}

/// An enrolled face as it is answered.
pub(super) fn answer(row: FaceRow) -> wire::Face {
    wire::Face {
        id: row.id.to_string(),
        kind: row.kind.as_str(),
        consent_id: row.consent.to_string(),
        model_tag: row.model_tag,
        source: row.source.to_string(),
        quality: row.quality,
        created_at: moment(row.created_at),
        picture: None,
    }
}

async fn add(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    given: Given,
) -> Result<(StatusCode, Json<wire::Enrolment>), Problem> {
    let enrolled = enrol::enrol(&app, &principal, user_id(&id)?, given).await?;
    let face = |(picture, row)| wire::Face { picture: Some(picture), ..answer(row) };
    let faces = enrolled.faces.into_iter().map(face).collect();
    let (refused, poses) = (enrolled.refused, enrolled.poses);
    Ok((StatusCode::CREATED, Json(wire::Enrolment { faces, refused, poses })))
}

async fn list(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Page<wire::Face>>, Problem> {
    let id = user_id(&id)?;
    let rows = app.store(move |store| store.user(id).and_then(|_| store.faces(id))).await?;
    Ok(Json(Page { items: rows.into_iter().map(answer).collect(), next_cursor: None }))
}

async fn remove(
    State(app): State<App>,
    principal: Principal,
    Path((id, face)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let face: FaceId = face.parse().map_err(|_| Problem::not_found("face"))?;
    enrol::remove(&app, &principal, user_id(&id)?, face).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn verify(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Given,
) -> Result<Json<wire::Verification>, Problem> {
    identify::verify(&app, user_id(&id)?, given).await.map(Json)
}

async fn identify_faces(State(app): State<App>, given: Given) -> Result<Json<wire::Identification>, Problem> {
    let picture = identify::one_picture(&app, given).await?;
    Ok(Json(wire::Identification { faces: identify::identify(&app, picture).await? }))
}
