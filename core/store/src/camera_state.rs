//! How cameras did: each change of state with its moment and its reason.
use diesel::prelude::*;
use domain::{CameraId, Timestamp};

use crate::{Store, StoreError, connection::insert_or_ignore, row, schema::camera_states};

/// So many changes of a camera are kept, the newest.
pub const CAMERA_STATES_KEPT: u32 = 1_000;

/// A change of a camera's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraStateRow {
    /// When.
    pub at: Timestamp,
    /// The state before; `None` for a camera that was just added.
    pub before: Option<String>,
    /// The state from then on; `removed` for one that is gone.
    pub state: String,
    /// Why; empty when nothing went wrong.
    pub reason: String,
}

impl Store {
    /// Keeps a change of state of a camera of `branch`, and forgets the oldest beyond [`CAMERA_STATES_KEPT`].
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_camera_state(
        &self,
        (branch, camera): (&str, &CameraId),
        new: &CameraStateRow,
    ) -> Result<(), StoreError> {
        use camera_states as states;
        self.write(|c| {
            let record = (
                states::branch.eq(branch),
                states::camera_id.eq(camera.as_str()),
                states::at.eq(new.at.0),
                states::state_before.eq(&new.before),
                states::state.eq(&new.state),
                states::reason.eq(&new.reason),
            );
            insert_or_ignore!(c, states::table, record);
            let of_camera =
                states::table.filter(states::branch.eq(branch)).filter(states::camera_id.eq(camera.as_str()));
            let newest = of_camera.order(states::at.desc()).select(states::at);
            let too_old: Option<i64> =
                newest.offset(i64::from(CAMERA_STATES_KEPT)).limit(1).first(c).optional()?;
            if let Some(at) = too_old {
                diesel::delete(of_camera.filter(states::at.le(at))).execute(c)?;
            }
            Ok(())
        })
    }

    /// Changes of a camera's state before `before`, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn camera_states(
        &self,
        (branch, camera): (&str, &CameraId),
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<CameraStateRow>, StoreError> {
        use camera_states as states;
        let rows: Vec<(i64, Option<String>, String, String)> = self.read(|c| {
            let page = states::table
                .filter(states::branch.eq(branch))
                .filter(states::camera_id.eq(camera.as_str()))
                .filter(states::at.lt(before.map_or(i64::MAX, |before| before.0)));
            let page = page.order(states::at.desc()).limit(row::page(limit));
            Ok(page.select((states::at, states::state_before, states::state, states::reason)).load(c)?)
        })?;
        let row = |(at, before, state, reason)| CameraStateRow { at: Timestamp(at), before, state, reason };
        Ok(rows.into_iter().map(row).collect())
    }
}
