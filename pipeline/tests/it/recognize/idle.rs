//! A camera before which nobody is and nothing moves is looked at less often, until somebody comes.

use pipeline::camera::{CameraConfig, IdleOptions};
use pipeline::simulate::{Look, Mount, Person, Room};
use pipeline::source::SourceUrl;

use super::*;

const IDLE: IdleOptions = IdleOptions { after_ms: 1_000, look_ms_max: 500 };
/// How long the empty room is watched.
const WATCHED: Duration = Duration::from_secs(3);

/// Two seconds of a room, empty or with Eileen Collins in it.
fn clip(is_there: bool) -> Option<Clip> {
    let options = ClipOptions { pictures: 30, ..ClipOptions::default() };
    let (room, eileen) = (Room::new(640, 480, 7), portrait("eileen-collins.jpg"));
    let person = is_there.then_some(Person { portrait: &eileen, at: (0.3, 1.0), size: 0.8 });
    or_skip(Clip::painted(&options, |index| room.paint(&Look { person, ..Look::default() }, index)))
}

/// A camera that has been idle for a while.
fn idle() -> Option<(RtspFarm, Mount, pipeline::Pipeline, CameraId)> {
    let farm = RtspFarm::start().expect("the farm starts");
    let mount = or_skip(farm.mount("till", &clip(false)?, &MountOptions::default()))?;
    let pipeline = start(LIVENESS_OFF);
    enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
    let till: CameraId = "till".parse().expect("a camera name");
    let config = CameraConfig {
        id: till.clone(),
        source: SourceUrl::parse(mount.url()).expect("a source"),
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms: 60_000,
        loop_s_max: 0,
        view: Default::default(),
        idle: IDLE,
    };
    let (mut observations, begun) = (pipeline.observations(), Instant::now());
    pipeline.cameras().add(config).expect("the camera is added");
    while next(&mut observations, begun).interest != pipeline::Interest::Nobody {}
    std::thread::sleep(3 * Duration::from_millis(IDLE.after_ms));
    Some((farm, mount, pipeline, till))
}

#[test]
fn an_idle_camera_is_looked_at_less_often_and_whoever_comes_is_sighted() {
    let Some((_farm, mount, pipeline, till)) = idle() else { return };
    let analysed = || pipeline.cameras().status(&till).expect("it is there").frames_analysed;
    let before = analysed();
    std::thread::sleep(WATCHED);
    let looks = analysed() - before;
    println!("{looks} looks in {WATCHED:?}");
    // One more at each end; and at least one, or nobody would ever be found who changes little.
    assert!((1..=8).contains(&looks), "{looks} looks in {WATCHED:?}");
    let (mut sightings, begun) = (pipeline.sightings(), Instant::now());
    mount.show(clip(true));
    while next(&mut sightings, begun).subject != Some(EILEEN) {}
}

/// By the clock: run after all others, one at a time.
mod by_the_clock {
    use super::*;

    #[test]
    fn whoever_comes_before_an_idle_camera_is_looked_at_at_once() {
        let Some((_farm, mount, pipeline, _)) = idle() else { return };
        let Some(somebody) = clip(true) else { return };
        let mut observations = pipeline.observations();
        mount.show(Some(somebody));
        let begun = Instant::now();
        while next(&mut observations, begun).faces.is_empty() {}
        let took = begun.elapsed();
        println!("seen after {took:?}");
        // A picture every 67 ms, every second or third of which is analysed, and what that takes.
        assert!(took < Duration::from_millis(350), "seen after {took:?}");
    }
}
