//! More cameras than the networks can look at: one of which only key frames are decoded loses its turns, the tills keep theirs.

use parking_lot::Mutex;
use pipeline::camera::{CameraConfig, Decode, ViewOptions};
use pipeline::source::SourceUrl;
use pipeline::{FrameResult, Meter, RecognitionOptions};

use super::vision::{detector_with, start_with, steps};
use super::*;

/// Seventeen looks at each picture, by one thread: seven cameras at five pictures a second are too many for it.
const SLOW: &str = r#"{"tiles": 4}"#;
const TILLS: usize = 7;
const WATCHED: Duration = Duration::from_secs(6);

/// What became of each camera's pictures.
#[derive(Default)]
struct Counts(Mutex<HashMap<(CameraId, FrameResult), usize>>);

impl Counts {
    fn of(&self, camera: &CameraId, result: FrameResult) -> usize {
        self.0.lock().get(&(camera.clone(), result)).copied().unwrap_or_default()
    }
}

impl Meter for Counts {
    fn frame(&self, camera: &CameraId, result: FrameResult, _age: Duration) {
        *self.0.lock().entry((camera.clone(), result)).or_default() += 1;
    }
}

/// An empty place.
fn clip() -> Option<Clip> {
    or_skip(Clip::encode(
        &[crate::bench::portrait()],
        &ClipOptions { width: 320, height: 240, pictures: 60, ..ClipOptions::default() },
    ))
}

fn add(pipeline: &pipeline::Pipeline, name: &str, url: &str, decode: Decode) -> CameraId {
    let id: CameraId = name.parse().expect("a camera name");
    let config = CameraConfig {
        id: id.clone(),
        source: SourceUrl::parse(url).expect("a source"),
        decode,
        analysed_fps_max: 10,
        frozen_after_ms: 60_000,
        loop_s_max: 0,
        view: ViewOptions::default(),
        idle: Default::default(),
    };
    pipeline.cameras().add(config).expect("the camera is added");
    id
}

/// By the clock: run after all others, one at a time.
mod by_the_clock {
    use super::*;

    #[test]
    fn a_camera_of_key_frames_loses_its_turns_before_the_tills_do() {
        let Some(clip) = clip() else { return };
        let farm = RtspFarm::start().expect("the farm starts");
        let (mut steps, counts) = (steps(LIVENESS_OFF), Arc::new(Counts::default()));
        steps.detector = detector_with("detection-blazeface", SLOW);
        let narrow = RecognitionOptions {
            recognizer_threads: 1,
            side_by_side: 1,
            batch_size_max: 1,
            ..RecognitionOptions::default()
        };
        let pipeline = start_with(steps, counts.clone(), narrow);
        let mut mounts = Vec::new();
        let mut mounted = |name: &str| {
            let mount = or_skip(farm.mount(name, &clip, &MountOptions::default()))?;
            mounts.push(mount.clone());
            Some(mount.url().to_owned())
        };
        let Some(url) = mounted("hall") else { return };
        let hall = add(&pipeline, "hall", &url, Decode::KeyFrames);
        let begun = Instant::now();
        let wait_for = |result: FrameResult, count: usize| {
            while counts.of(&hall, result) < count {
                assert!(begun.elapsed() < PATIENCE, "{result:?}: {}", counts.of(&hall, result));
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        // By itself it is looked at with every key frame.
        wait_for(FrameResult::Analysed, 2);
        assert_eq!(counts.of(&hall, FrameResult::Shed), 0);
        let tills: Vec<CameraId> = (1..=TILLS)
            .filter_map(|till| {
                let name = format!("till-{till}");
                Some(add(&pipeline, &name, &mounted(&name)?, Decode::All))
            })
            .collect();
        wait_for(FrameResult::Shed, 2);
        let before: Vec<usize> = tills.iter().map(|till| counts.of(till, FrameResult::Analysed)).collect();
        let hall_before = counts.of(&hall, FrameResult::Analysed);
        std::thread::sleep(WATCHED);
        let analysed: Vec<usize> = tills
            .iter()
            .zip(before)
            .map(|(till, before)| counts.of(till, FrameResult::Analysed) - before)
            .collect();
        let of_hall = counts.of(&hall, FrameResult::Analysed) - hall_before;
        println!("{analysed:?} of the tills, {of_hall} of the hall in {WATCHED:?}");
        // Six key frames came; whoever came first among equals would have been looked at each time.
        assert!(of_hall <= 1, "{of_hall} of the hall");
        let (least, most) = (analysed.iter().min().unwrap_or(&0), analysed.iter().max().unwrap_or(&0));
        assert!(*least >= 6 && 2 * least >= *most, "{analysed:?}: each till has its turns");
        assert!(tills.iter().all(|till| counts.of(till, FrameResult::Shed) == 0));
        // And when it is over, the hall is looked at again.
        for till in &tills {
            pipeline.cameras().remove(till).expect("it is there");
        }
        let before = counts.of(&hall, FrameResult::Analysed);
        let begun = Instant::now();
        while counts.of(&hall, FrameResult::Analysed) < before + 2 {
            assert!(begun.elapsed() < PATIENCE);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
