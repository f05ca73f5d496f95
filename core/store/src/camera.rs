//! Cameras that were added at run time. Their addresses hold passwords and are sealed.
use diesel::prelude::*;
use domain::CameraId;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    row,
    schema::{camera_devices, cameras},
};

/// A camera. The source is printed nowhere.
#[derive(Clone)]
pub struct CameraRow {
    /// The id.
    pub id: CameraId,
    /// What people call it.
    pub name: String,
    /// Its address, with password if it has one.
    pub source: String,
    /// Whether only its key frames are decoded.
    pub key_frames: bool,
}

const SEALED: &str = "camera";

impl Store {
    /// Adds a camera.
    ///
    /// # Errors
    /// When there is one with this id.
    pub fn add_camera(&self, by: By<'_>, camera: &CameraRow) -> Result<(), StoreError> {
        let id = camera.id.to_string();
        self.write_audited(by, |c| {
            let row = (
                cameras::id.eq(&id),
                cameras::name.eq(&camera.name),
                cameras::source_sealed.eq(self.seal_own(camera.source.as_bytes(), SEALED, &id)?),
                cameras::key_frames.eq(i32::from(camera.key_frames)),
                cameras::created_at.eq(by.at.0),
                cameras::updated_at.eq(by.at.0),
            );
            diesel::insert_into(cameras::table).values(row).execute(c)?;
            Ok(((), NewAudit::new("camera.added", &id)))
        })
    }

    /// Changes a camera's name, its source and what is decoded of it.
    ///
    /// # Errors
    /// When there is no such camera.
    pub fn change_camera(&self, by: By<'_>, camera: &CameraRow) -> Result<(), StoreError> {
        let id = camera.id.to_string();
        self.write_audited(by, |c| {
            let row = (
                cameras::name.eq(&camera.name),
                cameras::source_sealed.eq(self.seal_own(camera.source.as_bytes(), SEALED, &id)?),
                cameras::key_frames.eq(i32::from(camera.key_frames)),
                cameras::updated_at.eq(by.at.0),
            );
            match diesel::update(cameras::table.find(&id)).set(row).execute(c)? {
                0 => Err(StoreError::NotFound("camera")),
                _ => Ok(((), NewAudit::new("camera.changed", &id))),
            }
        })
    }

    /// Removes a camera, and with it what is known of its device.
    ///
    /// # Errors
    /// When there is no such camera.
    pub fn remove_camera(&self, by: By<'_>, id: &CameraId) -> Result<(), StoreError> {
        self.write_audited(by, |c| match diesel::delete(cameras::table.find(id.as_str())).execute(c)? {
            0 => Err(StoreError::NotFound("camera")),
            _ => {
                diesel::delete(camera_devices::table.find(id.as_str())).execute(c)?;
                Ok(((), NewAudit::new("camera.removed", id)))
            }
        })
    }

    /// Every camera, by id.
    ///
    /// # Errors
    /// When the database doesn't answer or a source does not open.
    pub fn cameras(&self) -> Result<Vec<CameraRow>, StoreError> {
        let columns = (cameras::id, cameras::name, cameras::source_sealed, cameras::key_frames);
        let rows: Vec<(String, String, Vec<u8>, i32)> =
            self.read(|c| Ok(cameras::table.select(columns).order(cameras::id).load(c)?))?;
        let opened = |(id, name, sealed, key_frames): (String, String, Vec<u8>, i32)| {
            let source = self.open_own(&sealed, SEALED, &id)?;
            let source = String::from_utf8(source).map_err(|_| StoreError::Seal)?;
            Ok(CameraRow { id: row::parse(&id)?, name, source, key_frames: key_frames == 1 })
        };
        rows.into_iter().map(opened).collect()
    }
}
