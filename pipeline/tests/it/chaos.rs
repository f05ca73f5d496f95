//! What happens to one camera, again and again, while three others go on: `cargo xtask chaos`. Every case has a short test of
//! its own, too; here their effect on the others is measured.
#![allow(clippy::print_stdout, reason = "the table is its purpose")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pipeline::camera::{
    CameraConfig, CameraEvent, CameraId, CameraState, Cameras, CamerasOptions, ViewOptions,
};
use pipeline::frame::Frame;
use pipeline::simulate::{
    self, Clip, ClipCodec, ClipOptions, Journal, Look, MountOptions, OutsideFarm, Room, RtspFarm, barcode,
};
use pipeline::source::{SourcePolicy, SourceUrl};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

use crate::bench::{PATIENCE, or_skip};
use crate::cycles::{count, resident_mb};

/// Set by `cargo xtask chaos`: it takes minutes.
const WANTED: &str = "FACEPAY_CHAOS";
/// Set for the process that has the network for itself, and for those that are cameras: their port, codec and journal.
const ALONE: &str = "PIPELINE_CHAOS_ALONE";
const FARM: &str = "PIPELINE_CHAOS_FARM";
const NAME: &str = "chaos::one_camera_in_trouble_does_not_trouble_the_others";
const VICTIM: &str = "victim";
const OTHERS: usize = 3;
/// The others are measured for so long before a fault, as long during it, and as long after it.
const WINDOW: Duration = Duration::from_secs(4);
/// Each fault comes so often: what counts is the median of the changes, each against the windows beside it, so that the
/// machine's own ups and downs are in both.
const ROUNDS: usize = 3;
const CYCLES: usize = 500;
const NAMED_MAX: Duration = Duration::from_secs(3);
const RECOVERED_MAX: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(5);

/// What can be done to the victim and undone. The numbers of clips are those of [`clips`].
const SWITCHES: [(&str, &str, u32, Option<CameraState>); 10] = [
    ("frozen", "freeze", 1, Some(CameraState::Frozen)),
    ("black", "black", 1, Some(CameraState::Black)),
    ("one picture a second", "keys_only", 1, None),
    ("silent", "stall", 1, Some(CameraState::Stalled)),
    ("late", "lag_ms", 1_700, Some(CameraState::Throttled)),
    ("a tenth damaged", "damage_permille", 100, Some(CameraState::Damaged)),
    ("covered", "show", 1, Some(CameraState::Covered)),
    ("out of focus", "show", 2, Some(CameraState::Blurred)),
    ("turned away", "show", 3, Some(CameraState::Moved)),
    ("another size", "show", 4, None),
];

#[test]
fn one_camera_in_trouble_does_not_trouble_the_others() {
    if let Ok(order) = std::env::var(FARM) {
        return be_cameras(&order);
    }
    if std::env::var_os(WANTED).is_none() {
        return println!("not asked for: cargo xtask chaos");
    }
    if std::env::var_os(ALONE).is_some() {
        return chaos();
    }
    let this = std::env::current_exe().expect("the test binary");
    let shut_in = Command::new("unshare").args(["-rn", "true"]).status().is_ok_and(|status| status.success());
    let mut alone = if shut_in { Command::new("unshare") } else { Command::new(&this) };
    if shut_in {
        let up = r#"ip link set lo mtu 1500 up && exec "$@""#;
        alone.args(["-rn", "sh", "-c", up, "sh"]).arg(&this);
    }
    let done = alone.args(["--exact", NAME, "--nocapture"]).env(ALONE, "1").status().expect("it runs");
    assert!(done.success(), "see above");
}

/// The clips that the victim can be switched to.
fn clips(codec: ClipCodec) -> Option<Vec<Clip>> {
    let options = ClipOptions { width: 320, height: 240, pictures: 60, codec, ..ClipOptions::default() };
    let room = |options: &ClipOptions, look: Look<'_>| {
        let room = Room::new(options.width as usize, options.height as usize, 7);
        or_skip(Clip::painted(options, |index| {
            let mut rgb = room.paint(&look, index);
            barcode::draw(&mut rgb, options.width as usize, options.height as usize, index);
            rgb
        }))
    };
    let looks = [
        Look::default(),
        Look { cover: Some([120; 3]), ..Look::default() },
        Look { blur_px: 4, ..Look::default() },
        Look { turned: (60, 20), ..Look::default() },
    ];
    let mut clips = looks.into_iter().map(|look| room(&options, look)).collect::<Option<Vec<_>>>()?;
    clips.push(room(&ClipOptions { width: 640, height: 480, ..options }, Look::default())?);
    Some(clips)
}

/// What a process of cameras does: `port count codec journal`.
fn be_cameras(order: &str) {
    let words: Vec<&str> = order.split_whitespace().collect();
    let [port, count, codec, journal] = words[..] else { panic!("no such farm: {order}") };
    let codec = if codec == "mjpeg" { ClipCodec::Mjpeg } else { ClipCodec::H264 };
    let Some(clips) = clips(codec) else { return };
    let farm = RtspFarm::start_at(port.parse().expect("a port")).expect("the farm starts");
    let mounts: Option<Vec<_>> = (0..count.parse::<usize>().expect("a number"))
        .map(|number| or_skip(farm.mount(&number.to_string(), &clips[0], &MountOptions::default())))
        .collect();
    let Some(mounts) = mounts else { return };
    farm.keep(&Journal::create(Path::new(journal)).expect("a new file"));
    simulate::serve(&mounts, &clips[1..]).expect("orders that are some");
}

fn farm(folder: &Path, name: &str, port: u16, count: usize, codec: &str) -> (OutsideFarm, PathBuf) {
    let journal = folder.join(name);
    // One of before, whose process is gone.
    let _old = std::fs::remove_file(&journal);
    let order = format!("{port} {count} {codec} {}", journal.display());
    let mut command = Command::new(std::env::current_exe().expect("the test binary"));
    command.args(["--exact", NAME, "--nocapture"]).env(FARM, order);
    (OutsideFarm::start(&mut command).expect("the cameras are there"), journal)
}

/// Four cameras, of which one is in trouble.
struct Ground {
    cameras: Cameras,
    events: broadcast::Receiver<CameraEvent>,
    /// Of the others' pictures, since they were captured.
    ages: Arc<Mutex<Vec<Duration>>>,
    victim: CameraId,
    farm: Option<OutsideFarm>,
    port: u16,
    folder: PathBuf,
    wrong: VecDeque<String>,
    rows: Vec<String>,
    _others: OutsideFarm,
}

fn config(name: &str, url: &str) -> CameraConfig {
    CameraConfig {
        id: name.parse().expect("a name"),
        source: SourceUrl::parse(url).expect("a source"),
        decode: Default::default(),
        analysed_fps_max: 15,
        frozen_after_ms: 2_500,
        loop_s_max: 0,
        view: ViewOptions { learn_s: 4, covered: true, blurred: true, moved: true },
        idle: Default::default(),
    }
}

impl Ground {
    fn new(folder: &Path) -> Self {
        let (others, journal) = farm(folder, "others", 0, OTHERS, "h264");
        let journal = Journal::open(&journal).expect("it is written");
        let ages = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&ages);
        let sink = move |frame: Arc<Frame>| {
            let number = frame.camera.as_str().parse::<usize>().ok();
            let captured =
                number.zip(barcode::read(&frame)).and_then(|(n, index)| journal.captured_at(n, index));
            if let Some(age) = captured.and_then(|captured| captured.elapsed().ok()) {
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(age);
            }
        };
        let policy = SourcePolicy { loopback: true, ..SourcePolicy::default() };
        let options = CamerasOptions { policy, cameras_max: 8, jitter: Arc::new(|| 0.0) };
        let cameras = Cameras::new(options, Arc::new(sink));
        for (number, url) in others.urls().iter().enumerate() {
            cameras.add(config(&number.to_string(), url)).expect("it is added");
        }
        let (farm, _) = farm(folder, VICTIM, 0, 1, "h264");
        let port =
            farm.urls()[0].rsplit_once('/').and_then(|(place, _)| place.rsplit_once(':')).expect("a port").1;
        let (victim, events) = (VICTIM.parse().expect("a name"), cameras.events());
        let port = port.parse().expect("a port");
        cameras.add(config(VICTIM, &farm.urls()[0])).expect("it is added");
        let (folder, wrong, rows) = (folder.to_owned(), VecDeque::new(), Vec::new());
        let farm = Some(farm);
        Self { cameras, events, ages, victim, farm, port, folder, wrong, rows, _others: others }
    }

    /// How long until the victim is in a state; `None` when it never is.
    fn becomes(&mut self, wanted: CameraState) -> Option<Duration> {
        let begun = Instant::now();
        if wanted == CameraState::Live && self.state() == wanted {
            return Some(Duration::ZERO);
        }
        while begun.elapsed() < PATIENCE {
            match self.events.try_recv() {
                Ok(event) if event.camera == self.victim && event.to == Some(wanted) => {
                    return Some(begun.elapsed());
                }
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(_) => rest(LOOK),
            }
        }
        None
    }

    fn state(&self) -> CameraState {
        self.cameras.status(&self.victim).expect("it is there").state
    }

    /// Forgets the others' pictures so far.
    fn measure(&self) {
        self.ages.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// 95 of 100 pictures of the others are younger, since [`Self::measure`]; in milliseconds.
    fn p95_ms(&self) -> f64 {
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ages.sort_unstable();
        ages.get(ages.len() * 95 / 100).copied().unwrap_or(WINDOW).as_secs_f64() * 1e3
    }

    /// The same over a window in which nothing is done to anybody.
    fn quiet_ms(&self) -> f64 {
        self.measure();
        rest(WINDOW);
        self.p95_ms()
    }

    /// Does something to the victim, measures, undoes it, measures; so many times.
    fn case(
        &mut self,
        (name, state, rounds): (&str, Option<CameraState>, usize),
        mut fault: impl FnMut(&mut Self),
        mut mend: impl FnMut(&mut Self),
    ) {
        let (mut named, mut recovered) = (Vec::new(), Vec::new());
        let (mut beside, mut during) = (vec![self.quiet_ms()], Vec::new());
        for _ in 0..rounds {
            while self.events.try_recv().is_ok() {}
            self.measure();
            fault(self);
            named.extend(state.map(|state| self.becomes(state)));
            rest(WINDOW);
            during.push(self.p95_ms());
            while self.events.try_recv().is_ok() {}
            mend(self);
            recovered.push(self.becomes(CameraState::Live));
            beside.push(self.quiet_ms());
        }
        let quiet: Vec<f64> = beside.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        let ratios = during.iter().zip(&quiet).map(|(during, quiet)| during / quiet.max(1e-3)).collect();
        let (change, quiet, during) = (median(ratios) * 100.0 - 100.0, median(quiet), median(during));
        let (told, well) = (longest(&named), longest(&recovered));
        let state_name = state.map_or("live", CameraState::name);
        self.rows.push(format!(
            "| {name} | {state_name} | {rounds} | {} | {} | {quiet:.1} ms | {during:.1} ms | {change:+.0} % |",
            shown(told),
            shown(well)
        ));
        if told.is_some_and(|told| told.is_none_or(|told| told > NAMED_MAX)) {
            self.wrong.push_back(format!("{name}: named {}", shown(told)));
        }
        if well.is_some_and(|well| well.is_none_or(|well| well > RECOVERED_MAX)) {
            self.wrong.push_back(format!("{name}: recovered {}", shown(well)));
        }
        // A tenth of a few milliseconds is less than a machine's own noise.
        if change > 10.0 && during > quiet + 5.0 {
            self.wrong.push_back(format!("{name}: the others' p95 moved by {change:.0} %"));
        }
    }

    fn turn(&mut self, switch: &str, value: u32) {
        self.farm.as_mut().expect("it runs").turn(0, switch, value).expect("it is told");
    }

    fn signal(&self, signal: &str) {
        let pid = self.farm.as_ref().expect("it runs").pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().is_ok_and(|status| status.success()));
    }

    fn restart(&mut self, codec: &str) {
        self.farm = None;
        self.farm = Some(farm(&self.folder, VICTIM, self.port, 1, codec).0);
    }

    /// Shapes what comes from the victim's port; says why where that cannot be done.
    fn throttle(&self) -> Result<(), String> {
        let port = self.port.to_string();
        let orders = [
            "qdisc add dev lo root handle 1: prio bands 3 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0".to_owned(),
            "qdisc add dev lo parent 1:3 handle 30: tbf rate 100kbit burst 8kb latency 20s".to_owned(),
            format!("filter add dev lo parent 1: protocol ip u32 match ip sport {port} 0xffff flowid 1:3"),
        ];
        for order in orders {
            let told =
                Command::new("tc").args(order.split(' ')).output().map_err(|error| error.to_string())?;
            if !told.status.success() {
                return Err(String::from_utf8_lossy(&told.stderr)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned());
            }
        }
        Ok(())
    }
}

/// The one in the middle; of an even number, the upper one.
fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// The longest of what was waited for: never is longest. `None` when nothing was.
fn longest(times: &[Option<Duration>]) -> Option<Option<Duration>> {
    times.iter().copied().reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other)))
}

fn shown(time: Option<Option<Duration>>) -> String {
    let ms = |time: Option<Duration>| time.map_or("never".to_owned(), |t| format!("{} ms", t.as_millis()));
    time.map_or("-".to_owned(), ms)
}

fn rest(time: Duration) {
    let begun = Instant::now();
    while let Some(left) = time.checked_sub(begun.elapsed()) {
        std::thread::park_timeout(left);
    }
}

fn unthrottle() {
    let done = Command::new("tc").args(["qdisc", "del", "dev", "lo", "root"]).status();
    assert!(done.is_ok_and(|status| status.success()), "the network is as it was");
}

fn chaos() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ground = Ground::new(folder.path());
    assert!(ground.becomes(CameraState::Live).is_some(), "the victim is live at first");
    // Its view is known after this.
    rest(Duration::from_secs(8));
    let (files, memory_mb) = (count("/proc/self/fd"), resident_mb());
    for (name, switch, value, state) in SWITCHES {
        ground.case((name, state, ROUNDS), |g| g.turn(switch, value), |g| g.turn(switch, 0));
    }
    let stalled = Some(CameraState::Stalled);
    ground.case(("stopped", stalled, ROUNDS), |g| g.signal("-STOP"), |g| g.signal("-CONT"));
    let offline = Some(CameraState::Offline);
    ground.case(("killed", offline, ROUNDS), |g| g.farm = None, |g| g.restart("h264"));
    match ground.throttle() {
        Ok(()) => {
            unthrottle();
            let throttle = |g: &mut Ground| g.throttle().expect("it was done before");
            let throttled = Some(CameraState::Throttled);
            ground.case(("throttled to 100 kbit/s", throttled, ROUNDS), throttle, |_| unthrottle());
        }
        Err(why) => println!("SKIP(no link can be throttled here: {why})"),
    }
    let mut codecs = ["mjpeg", "h264"].into_iter().cycle();
    let swap = |g: &mut Ground| g.restart(codecs.next().expect("there is always another"));
    let accept = |g: &mut Ground| drop(g.cameras.accept(&g.victim).expect("it is there"));
    ground.case(("swapped", Some(CameraState::Replaced), ROUNDS), swap, accept);
    ground.case(("500 cycles", None, 1), cycles, |_| {});
    let (files_end, memory_end_mb) = (count("/proc/self/fd"), resident_mb());

    println!(
        "| what | state | times | named | recovered | others' p95 beside | during | change |\n|---|---|---|---|---|---|---|---|"
    );
    ground.rows.iter().for_each(|row| println!("{row}"));
    println!("files open {files} -> {files_end}, memory {memory_mb} -> {memory_end_mb} MiB");
    assert!(ground.wrong.is_empty(), "{:?}", ground.wrong);
    assert!(files_end <= files + 8 && memory_end_mb <= memory_mb + 64, "something is left behind");
}

/// Adds and removes the victim.
fn cycles(ground: &mut Ground) {
    let url = ground.farm.as_ref().expect("it runs").urls()[0].clone();
    for _ in 0..CYCLES {
        ground.cameras.remove(&ground.victim).expect("it is there");
        ground.cameras.add(config(VICTIM, &url)).expect("it is added");
    }
}
