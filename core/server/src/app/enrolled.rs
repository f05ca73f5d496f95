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
    for space in vision.spaces() {
        refresh_in(app, space, user).await;
    }
}

async fn refresh_in(app: &App, space: &Space, user: UserId) {
    let (gallery, tag) = (space.gallery(), space.model_tag());
    let subject = Subject(user.0.as_u128());
    match app.store(move |store| store.templates_of(user, tag)).await {
        Ok(rows) => {
            gallery.remove_subject(subject);
            for row in rows {
                let template = TemplateId(row.id.0.as_u128());
                let inserted = Embedding::new(row.template.to_vec())
                    .is_ok_and(|embedding| gallery.insert(template, subject, tag, &embedding).is_ok());
                if !inserted {
                    tracing::error!(face = %row.id, "a template does not fit its recogniser and is left out");
                }
            }
        }
        // Whom the database can't answer for is not recognised.
        Err(error) => {
            gallery.remove_subject(subject);
            tracing::error!(%user, %error, "a person's templates cannot be read; they are out of the gallery");
        }
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
