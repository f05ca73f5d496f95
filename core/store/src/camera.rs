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
    /// Its address, with password if it has one; one line.
    pub source: String,
    /// Whether only its key frames are decoded.
    pub key_frames: bool,
}

const SEALED: &str = "camera";
/// The line after the address of a camera of which only key frames are decoded.
const KEY_FRAMES: &str = "key-frames";

/// How a camera is opened, as it is sealed: its address, and a line for what is not as with most.
fn text(camera: &CameraRow) -> String {
    match camera.key_frames {
        false => camera.source.clone(),
        true => format!("{}\n{KEY_FRAMES}", camera.source),
    }
}

/// The address in such a text, and whether only key frames are decoded.
fn read(text: &str) -> (&str, bool) {
    let (source, rest) = text.split_once('\n').unwrap_or((text, ""));
    (source, rest.lines().any(|line| line == KEY_FRAMES))
}

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
                cameras::source_sealed.eq(self.seal_own(text(camera).as_bytes(), SEALED, &id)?),
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
                cameras::source_sealed.eq(self.seal_own(text(camera).as_bytes(), SEALED, &id)?),
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
        let columns = (cameras::id, cameras::name, cameras::source_sealed);
        let rows: Vec<(String, String, Vec<u8>)> =
            self.read(|c| Ok(cameras::table.select(columns).order(cameras::id).load(c)?))?;
        let opened = |(id, name, sealed): (String, String, Vec<u8>)| {
            let opened = self.open_own(&sealed, SEALED, &id)?;
            let opened = String::from_utf8(opened).map_err(|_| StoreError::Seal)?;
            let (source, key_frames) = read(&opened);
            Ok(CameraRow { id: row::parse(&id)?, name, source: source.to_owned(), key_frames })
        };
        rows.into_iter().map(opened).collect()
    }
}
