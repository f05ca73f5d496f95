//! People who look alike on the wire.

use serde::Serialize;
use utoipa::ToSchema;

/// People of whom each looks like another.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookAlikeGroup {
    pub(crate) user_ids: Vec<String>,
}

/// Somebody who looks like another person.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookAlike {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    /// Of the nearest two of their faces.
    pub(crate) similarity: f32,
    #[schema(format = DateTime)]
    pub(crate) found_at: String,
}
