//! The demo: simulated cameras, an enrolled payer, a stranger, and a till that speaks the public interface.
//!
//! Nothing of it is special: it is the appliance with the settings of `config/demo.toml`, in a folder of its own.

mod cameras;
mod people;
mod scene;
mod steps;
mod till;

pub(crate) use cameras::{
    Cameras, EMPTY_FIRST, PAYER_JPEG, STANDING_FIRST, STRANGER_JPEG, empty_place, standing_payer,
    standing_payer_pictures,
};
pub(crate) use people::Payer;
pub(crate) use steps::Steps;
pub(crate) use till::Till;
