//! The gallery follows the database, whoever changed it: this appliance, its command line, another one.

use domain::UserId;
use pipeline::{Embedding, Space, Subject, TemplateId};
use store::OutboxRow;

use super::App;

/// Whose templates a committed event may have changed.
pub(super) fn touched(row: &OutboxRow) -> Option<UserId> {
    let about_faces =
        ["user.erased", "consent.withdrawn", "face.enrolled", "face.retemplated", "face.removed"]
            .contains(&row.kind.as_str());
    let payload: serde_json::Value = serde_json::from_str(&row.payload).ok().filter(|_| about_faces)?;
    payload.get("user")?.as_str()?.parse().ok()
}

/// Makes the galleries hold just the templates that the database has of `user`.
pub(super) async fn refresh(app: &App, user: UserId) {
    let Ok(vision) = app.vision() else { return };
    let _turn = vision.refresh_turn().lock().await;
    for space in vision.spaces() {
        refresh_in(app, space, user).await;
    }
}

async fn refresh_in(app: &App, space: &Space, user: UserId) {
    let (gallery, tag) = (space.gallery(), space.model_tag());
    let rows = app.store(move |store| store.templates_of(user, tag)).await.unwrap_or_else(|error| {
        // Whom the database can't answer for is not recognised.
        tracing::error!(%user, %error, "a person's templates cannot be read; they are out of the gallery");
        Vec::new()
    });
    let mut templates = Vec::with_capacity(rows.len());
    for row in rows {
        match Embedding::new(row.template.to_vec()) {
            Ok(embedding) => templates.push((TemplateId(row.id.0.as_u128()), embedding)),
            Err(error) => tracing::error!(face = %row.id, %error, "a template is unusable and left out"),
        }
    }
    for (template, error) in gallery.replace_subject(Subject(user.0.as_u128()), tag, &templates) {
        let face = uuid::Uuid::from_u128(template.0);
        tracing::error!(%face, %error, "a template does not fit its recogniser and is left out");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_about_faces_touch_the_gallery() {
        let user = "01938f5e-7a6b-7c01-8000-00000000002a";
        for (kind, payload, expected) in [
            ("user.erased", format!("{{\"user\":\"{user}\"}}"), true),
            ("face.enrolled", format!("{{\"user\":\"{user}\",\"face\":\"x\"}}"), true),
            ("wallet.funded", format!("{{\"user\":\"{user}\"}}"), false),
            ("face.removed", "{}".to_owned(), false),
            ("face.removed", "not JSON".to_owned(), false),
        ] {
            let row = OutboxRow { seq: 1, at_micros: 0, kind: kind.to_owned(), payload };
            assert_eq!(touched(&row).is_some(), expected, "{row:?}");
        }
    }
}
