//! Encodes RGB pictures to access units in memory.

use std::path::Path;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;
use gstreamer_video as video;

use super::SimulateError;
use super::clip::{ClipOptions, Encoded};

/// Encodes `count` pictures; none waits for a later one.
pub(super) fn encode(
    options: &ClipOptions,
    count: u32,
    paint: impl Fn(u32) -> Vec<u8> + Sync,
) -> Result<(gst::Caps, Vec<gst::Buffer>), SimulateError> {
    crate::runtime::start().map_err(|error| SimulateError::Broken(error.to_string()))?;
    let rate = gst::Fraction::new(options.fps as i32, 1);
    let info = video::VideoInfo::builder(video::VideoFormat::Rgb, options.width, options.height)
        .fps(rate)
        .build()
        .map_err(broken)?;
    let source = app::AppSrc::builder()
        .caps(&info.to_caps().map_err(broken)?)
        .format(gst::Format::Time)
        .block(true)
        .max_buffers(4)
        .build();
    let sink = app::AppSink::builder().caps(&options.codec.caps()).sync(false).build();
    let filter = make("capsfilter")?;
    filter.set_property("caps", video::VideoCapsBuilder::new().format(video::VideoFormat::I420).build());
    let mut chain = vec![source.clone().upcast(), make("videoconvert")?, filter];
    chain.extend(options.codec.encoder(options.fps * options.key_every_s)?);
    chain.push(sink.clone().upcast());
    let pipeline = gst::Pipeline::new();
    pipeline.add_many(&chain).map_err(broken)?;
    gst::Element::link_many(&chain).map_err(broken)?;

    pipeline.set_state(gst::State::Playing).map_err(broken)?;
    let units = std::thread::scope(|scope| {
        scope.spawn(|| feed(&source, options.fps, count, &paint));
        collect(&sink)
    });
    let stopped = pipeline.set_state(gst::State::Null).map_err(broken);
    let (caps, units) = units?;
    stopped?;
    if units.len() != count as usize {
        return Err(SimulateError::Broken(format!("the encoder made {} of {count} pictures", units.len())));
    }
    Ok((caps, units))
}

fn feed(source: &app::AppSrc, fps: u32, count: u32, paint: &impl Fn(u32) -> Vec<u8>) {
    for index in 0..count {
        let mut buffer = gst::Buffer::from_mut_slice(paint(index));
        stamp(&mut buffer, u64::from(index), fps);
        if source.push_buffer(buffer).is_err() {
            return;
        }
    }
    // Refused only when the pipeline has failed already; then there are too few units.
    let _flow = source.end_of_stream();
}

fn collect(sink: &app::AppSink) -> Result<(gst::Caps, Vec<gst::Buffer>), SimulateError> {
    let mut caps = None;
    let mut units = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        caps = caps.or_else(|| sample.caps_owned());
        units.extend(sample.buffer_owned());
    }
    let caps = caps.ok_or_else(|| SimulateError::Broken("the encoder made no picture".to_owned()))?;
    Ok((caps, units))
}

/// Gives a buffer the time of picture `index`.
pub(super) fn stamp(buffer: &mut gst::Buffer, index: u64, fps: u32) {
    let at = |index: u64| gst::ClockTime::from_nseconds(index * 1_000_000_000 / u64::from(fps.max(1)));
    let buffer = buffer.make_mut();
    buffer.set_pts(at(index));
    buffer.set_dts(at(index));
    buffer.set_duration(at(index + 1) - at(index));
}

/// Writes access units into a Matroska file.
pub(super) fn matroska(clip: &Encoded, path: &Path) -> Result<(), SimulateError> {
    let source = app::AppSrc::builder().caps(&clip.caps).format(gst::Format::Time).build();
    let (mux, sink) = (make("matroskamux")?, make("filesink")?);
    sink.set_property("location", path);
    let mut chain: Vec<gst::Element> = vec![source.clone().upcast()];
    if let Some(parser) = clip.options.codec.parser() {
        chain.push(make(parser)?);
    }
    chain.extend([mux, sink]);
    let pipeline = gst::Pipeline::new();
    pipeline.add_many(&chain).map_err(broken)?;
    gst::Element::link_many(&chain).map_err(broken)?;
    pipeline.set_state(gst::State::Playing).map_err(broken)?;
    for (index, unit) in clip.pictures.iter().enumerate() {
        let mut unit = unit.clone();
        stamp(&mut unit, index as u64, clip.options.fps);
        source.push_buffer(unit).map_err(broken)?;
    }
    source.end_of_stream().map_err(broken)?;
    let ends = [gst::MessageType::Eos, gst::MessageType::Error];
    let end = pipeline.bus().and_then(|bus| bus.timed_pop_filtered(gst::ClockTime::from_seconds(30), &ends));
    pipeline.set_state(gst::State::Null).map_err(broken)?;
    match end.as_ref().map(|message| message.view()) {
        Some(gst::MessageView::Eos(_)) => Ok(()),
        Some(gst::MessageView::Error(error)) => Err(broken(error.error())),
        _ => Err(SimulateError::Broken("the file was not written in time".to_owned())),
    }
}

pub(super) fn make(kind: &'static str) -> Result<gst::Element, SimulateError> {
    gst::ElementFactory::make(kind).build().map_err(|_| SimulateError::Missing(kind))
}

pub(super) fn broken(cause: impl std::fmt::Display) -> SimulateError {
    SimulateError::Broken(cause.to_string())
}
