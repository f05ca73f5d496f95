//! Nobody is sighted by a camera that is sick, whatever it is sick with, and somebody is once it is well.

use std::net::TcpListener;

use pipeline::camera::{CameraConfig, ViewOptions};
use pipeline::simulate::{ClipCodec, Look, Mount, Person, Room};
use pipeline::source::SourceUrl;

use super::*;

const VIEW: ViewOptions = ViewOptions { learn_s: 3, covered: true, blurred: true, moved: true };
/// How long a sick camera is watched.
const WATCHED: Duration = Duration::from_millis(1_500);
/// A sighting may be under way when the camera's state changes.
const UNDER_WAY: Duration = Duration::from_millis(500);

/// Two seconds of a room in which Eileen Collins stands, at its side: most of the room is seen beside her.
fn clip(look: &Look<'_>, codec: ClipCodec) -> Option<Clip> {
    let options = ClipOptions { pictures: 30, codec, ..ClipOptions::default() };
    let (room, eileen) = (Room::new(640, 480, 7), portrait("eileen-collins.jpg"));
    let look = Look { person: Some(Person { portrait: &eileen, at: (0.15, 1.0), size: 0.75 }), ..*look };
    or_skip(Clip::painted(&options, |index| room.paint(&look, index)))
}

/// A pipeline that knows Eileen Collins, and what it told since.
struct Watch {
    pipeline: pipeline::Pipeline,
    events: broadcast::Receiver<pipeline::camera::CameraEvent>,
    sightings: broadcast::Receiver<Arc<Sighting>>,
    begun: Instant,
}

impl Watch {
    fn start() -> Self {
        let pipeline = start(LIVENESS_OFF);
        enrol(&pipeline, EILEEN, &portrait("eileen-collins.jpg"));
        let (events, sightings) = (pipeline.cameras().events(), pipeline.sightings());
        Self { pipeline, events, sightings, begun: Instant::now() }
    }

    fn add(&self, url: &str) -> CameraId {
        self.add_with(url, 0)
    }

    /// Adds a camera that must not show again what it showed so many seconds before.
    fn add_with(&self, url: &str, loop_s_max: u64) -> CameraId {
        let id: CameraId = "till".parse().expect("a camera name");
        let config = CameraConfig {
            id: id.clone(),
            source: SourceUrl::parse(url).expect("a source"),
            decode: Default::default(),
            analysed_fps_max: 10,
            frozen_after_ms: 1_500,
            loop_s_max,
            view: VIEW,
            idle: Default::default(),
        };
        self.pipeline.cameras().add(config).expect("the camera is added");
        id
    }

    fn wait_for(&mut self, state: CameraState) {
        self.begun = Instant::now();
        while heard(&mut self.events, self.begun).to != Some(state) {}
    }

    /// Waits for a sighting of Eileen Collins that rests on pictures from now on.
    fn sees_eileen(&mut self, till: &CameraId, after: &str) {
        self.pipeline.attend(till);
        self.begun = Instant::now();
        self.sightings = self.pipeline.sightings();
        while next(&mut self.sightings, self.begun).subject != Some(EILEEN) {}
        let state = self.pipeline.cameras().status(till).expect("it is there").state;
        println!("{after}: seen again after {:?}, {}", self.begun.elapsed(), state.name());
    }

    /// Asks who is there, for a while, and hears of nobody.
    fn sees_nobody(&mut self, till: &CameraId, state: CameraState) {
        std::thread::sleep(UNDER_WAY);
        self.sightings = self.pipeline.sightings();
        self.pipeline.attend(till);
        std::thread::sleep(WATCHED);
        let seen = self.sightings.try_recv();
        assert!(matches!(seen, Err(broadcast::error::TryRecvError::Empty)), "{}: {seen:?}", state.name());
    }

    fn row(&mut self, till: &CameraId, state: CameraState) {
        self.wait_for(state);
        self.sees_nobody(till, state);
    }
}

fn farm(look: &Look<'_>) -> Option<(RtspFarm, Mount)> {
    let farm = RtspFarm::start().expect("the farm starts");
    let mount = or_skip(farm.mount("till", &clip(look, ClipCodec::H264)?, &MountOptions::default()))?;
    Some((farm, mount))
}

#[test]
fn a_stalled_frozen_black_throttled_damaged_or_offline_camera_sights_nobody_until_it_is_well() {
    let Some((farm, mount)) = farm(&Look::default()) else { return };
    let mut watch = Watch::start();
    let till = watch.add(mount.url());
    watch.wait_for(CameraState::Live);
    watch.sees_eileen(&till, "live");
    type Switch = fn(&RtspFarm, &Mount, bool);
    let rows: [(CameraState, Switch); 6] = [
        (CameraState::Stalled, |_, mount, on| mount.stall(on)),
        (CameraState::Frozen, |_, mount, on| mount.freeze(on)),
        (CameraState::Black, |_, mount, on| mount.black(on)),
        (CameraState::Damaged, |_, mount, on| mount.damage(if on { 300 } else { 0 })),
        (CameraState::Throttled, |_, mount, on| {
            mount.lag(Duration::from_millis(if on { 1_700 } else { 0 }));
        }),
        (CameraState::Offline, |farm, _, on| match on {
            true => farm.kill(),
            false => farm.revive().expect("the port is free"),
        }),
    ];
    for (state, switch) in rows {
        switch(&farm, &mount, true);
        watch.row(&till, state);
        switch(&farm, &mount, false);
        watch.wait_for(CameraState::Live);
        watch.sees_eileen(&till, state.name());
    }
}

#[test]
fn a_covered_blurred_or_moved_camera_sights_nobody_until_it_is_put_right() {
    let Some((_farm, mount)) = farm(&Look::default()) else { return };
    let mut watch = Watch::start();
    let till = watch.add(mount.url());
    watch.wait_for(CameraState::Live);
    let rows = [
        (Look { cover: Some([120; 3]), ..Look::default() }, CameraState::Covered),
        (Look { blur_px: 4, ..Look::default() }, CameraState::Blurred),
        // She stands where she stood: only the room is another.
        (Look { turned: (60, 0), ..Look::default() }, CameraState::Moved),
    ];
    for (look, state) in rows {
        // The view is known after this.
        std::thread::sleep(2 * Duration::from_secs(VIEW.learn_s));
        watch.sees_eileen(&till, "live");
        mount.show(clip(&look, ClipCodec::H264));
        watch.row(&till, state);
        mount.show(None);
        watch.wait_for(CameraState::Live);
        watch.sees_eileen(&till, state.name());
    }
}

#[test]
fn another_camera_in_its_place_sights_nobody_until_it_is_accepted() {
    let Some((farm, mount)) = farm(&Look::default()) else { return };
    let (url, port) = (mount.url().to_owned(), farm.port());
    let mut watch = Watch::start();
    let till = watch.add(&url);
    watch.wait_for(CameraState::Live);
    watch.sees_eileen(&till, "live");
    drop(farm);
    watch.wait_for(CameraState::Offline);
    let other = RtspFarm::start_at(port).expect("the port is free");
    let Some(clip) = clip(&Look::default(), ClipCodec::Mjpeg) else { return };
    let Some(_mount) = or_skip(other.mount("till", &clip, &MountOptions::default())) else { return };
    watch.row(&till, CameraState::Replaced);
    watch.pipeline.cameras().accept(&till).expect("it is there");
    watch.wait_for(CameraState::Live);
    watch.sees_eileen(&till, "replaced");
}

#[test]
fn a_camera_that_is_being_opened_refuses_the_password_or_has_no_such_stream_sights_nobody_until_it_is_open() {
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = mute.local_addr().expect("an address").port();
    let mut watch = Watch::start();
    let url = |password: &str| format!("rtsp://guard:{password}@127.0.0.1:{port}/till");
    let till = watch.add(&url("guess"));
    watch.row(&till, CameraState::Connecting);
    watch.pipeline.cameras().remove(&till).expect("it is there");
    drop(mute);

    let farm = RtspFarm::start_at(port).expect("the port is free");
    let Some(clip) = clip(&Look::default(), ClipCodec::H264) else { return };
    let login = Some(("guard".to_owned(), "secret".to_owned()));
    let Some(_mount) = or_skip(farm.mount("till", &clip, &MountOptions { login })) else { return };
    let till = watch.add(&url("guess"));
    watch.row(&till, CameraState::Unauthorized);
    watch.pipeline.cameras().remove(&till).expect("it is there");
    let till = watch.add(&url("secret").replace("/till", "/window"));
    watch.row(&till, CameraState::NotFound);
    watch.pipeline.cameras().remove(&till).expect("it is there");
    let till = watch.add(&url("secret"));
    watch.wait_for(CameraState::Live);
    watch.sees_eileen(&till, "unauthorized");
}

#[test]
fn a_recording_that_is_played_again_and_again_sights_nobody() {
    // Three seconds in which she sways.
    let options = ClipOptions { pictures: 45, ..ClipOptions::default() };
    let (room, eileen) = (Room::new(640, 480, 7), portrait("eileen-collins.jpg"));
    let paint = |index: u32| {
        let sway = (index as f32 * std::f32::consts::TAU / 45.0).sin();
        let person = Person { portrait: &eileen, at: (0.3 + 0.12 * sway, 1.0), size: 0.75 };
        room.paint(&Look { person: Some(person), ..Look::default() }, index)
    };
    let Some(clip) = or_skip(Clip::painted(&options, paint)) else { return };
    let farm = RtspFarm::start().expect("the farm starts");
    let Some(mount) = or_skip(farm.mount("till", &clip, &MountOptions::default())) else { return };
    let mut watch = Watch::start();
    let till = watch.add(mount.url());
    watch.wait_for(CameraState::Live);
    watch.sees_eileen(&till, "where no loop is looked for");
    watch.pipeline.cameras().remove(&till).expect("it is there");
    let till = watch.add_with(mount.url(), 10);
    watch.row(&till, CameraState::Looped);
}
