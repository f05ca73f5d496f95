//! The picture in a document beside the face that is enrolled: a figure that helps a person who decides.

use domain::UserId;
use pipeline::Gate;
use pipeline::still::{Still, StillLimits, decode, decode_jpeg2000};
use plugin_host::identity::{Media, Portrait};

use super::super::identify::{self, Picture};
use crate::api::Problem;
use crate::app::App;

/// Portraits are passport pictures at most.
const LIMITS: StillLimits =
    StillLimits { side_px_max: 4096, pixels_max: 8_000_000, alloc_bytes_max: 64 << 20 };

/// Cosine similarity of the portrait's face to the template of `user` that it fits best. `None` where there is no portrait, no
/// enrolled face, or none in the picture that is good enough to be compared.
pub(super) async fn likeness(app: &App, user: UserId, portrait: Option<&Portrait>) -> Option<f32> {
    let portrait = portrait.filter(|_| app.has_vision())?.clone();
    match compared(app, user, portrait).await {
        Ok(similarity) => similarity,
        Err(problem) => {
            tracing::info!(code = problem.code, "the portrait of a document is not compared");
            None
        }
    }
}

async fn compared(app: &App, user: UserId, portrait: Portrait) -> Result<Option<f32>, Problem> {
    let decoded = tokio::task::spawn_blocking(move || still(&portrait)).await;
    let still = decoded.map_err(|error| Problem::internal(&error))??;
    let faces = identify::analyse(app, Gate::Payment, Picture::Still(still)).await?;
    let face = identify::single_face(faces)?;
    let Some(embedding) = &face.embedding else { return Ok(None) };
    let best = identify::best_of(app, user, (face.model_tag, embedding)).await?;
    Ok(best.map(|best| best.similarity))
}

fn still(portrait: &Portrait) -> Result<Still, Problem> {
    let decoded = match portrait.media {
        Media::Jpeg | Media::Png => decode(&portrait.bytes, &LIMITS),
        Media::Jp2 => decode_jpeg2000(&portrait.bytes, &LIMITS),
    };
    Ok(decoded?)
}
