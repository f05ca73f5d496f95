//! The device that each camera is pinned to. What devices say of themselves names hardware and addresses, and is sealed.
use diesel::prelude::*;
use domain::CameraId;

use crate::{By, Store, StoreError, audit::NewAudit, schema::camera_devices};

/// A camera's device, as text of the caller's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraDevice {
    /// The one that it is pinned to.
    pub pinned: String,
    /// Another that was found in its place, until somebody accepts it.
    pub found: Option<String>,
}

const SEALED: &str = "camera device";

/// What becomes of a camera's device when `new` takes the place of `old`, as the audit names it; `None` for no change.
fn change(old: Option<&CameraDevice>, new: Option<&CameraDevice>) -> Option<&'static str> {
    match (old, new) {
        (old, new) if old == new => None,
        (_, None) => Some("camera.device_forgotten"),
        (None, Some(_)) => Some("camera.device_pinned"),
        (Some(_), Some(new)) if new.found.is_some() => Some("camera.device_replaced"),
        (Some(_), Some(_)) => Some("camera.device_accepted"),
    }
}

impl Store {
    /// The device of a camera; `None` for one that was never pinned.
    ///
    /// # Errors
    /// When the database doesn't answer or what it holds does not open.
    pub fn camera_device(&self, id: &CameraId) -> Result<Option<CameraDevice>, StoreError> {
        let columns = (camera_devices::pinned_sealed, camera_devices::found_sealed);
        let found: Option<(Vec<u8>, Option<Vec<u8>>)> = self
            .read(|c| Ok(camera_devices::table.find(id.as_str()).select(columns).first(c).optional()?))?;
        let open = |sealed: Vec<u8>| {
            let text = self.open_own(&sealed, SEALED, id.as_str())?;
            String::from_utf8(text).map_err(|_| StoreError::Seal)
        };
        let Some((pinned, other)) = found else { return Ok(None) };
        Ok(Some(CameraDevice { pinned: open(pinned)?, found: other.map(open).transpose()? }))
    }

    /// Keeps a camera's device as it is now, `None` for none; whether that changed anything.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn set_camera_device(
        &self,
        by: By<'_>,
        id: &CameraId,
        device: Option<&CameraDevice>,
    ) -> Result<bool, StoreError> {
        let Some(action) = change(self.camera_device(id)?.as_ref(), device) else { return Ok(false) };
        let seal = |text: &String| self.seal_own(text.as_bytes(), SEALED, id.as_str());
        let row = match device {
            None => None,
            Some(device) => {
                let found = device.found.as_ref().map(seal).transpose()?;
                let columns = (
                    camera_devices::camera_id.eq(id.as_str()),
                    camera_devices::pinned_sealed.eq(seal(&device.pinned)?),
                    camera_devices::found_sealed.eq(found),
                    camera_devices::updated_at.eq(by.at.0),
                );
                Some(columns)
            }
        };
        self.write_audited(by, |c| {
            diesel::delete(camera_devices::table.find(id.as_str())).execute(c)?;
            if let Some(row) = row {
                diesel::insert_into(camera_devices::table).values(row).execute(c)?;
            }
            Ok((true, NewAudit::new(action, id)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_device_has_its_name_in_the_audit() {
        let device = |pinned: &str, found: Option<&str>| {
            Some(CameraDevice { pinned: pinned.to_owned(), found: found.map(str::to_owned) })
        };
        for (old, new, expected) in [
            (None, None, None),
            (None, device("a", None), Some("camera.device_pinned")),
            (device("a", None), device("a", None), None),
            (device("a", None), device("a", Some("b")), Some("camera.device_replaced")),
            (device("a", Some("b")), device("a", Some("c")), Some("camera.device_replaced")),
            (device("a", Some("b")), device("b", None), Some("camera.device_accepted")),
            (device("a", None), None, Some("camera.device_forgotten")),
        ] {
            assert_eq!(change(old.as_ref(), new.as_ref()), expected, "{old:?} {new:?}");
        }
    }
}
