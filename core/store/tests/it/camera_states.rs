//! How cameras did.
use std::time::Duration;

use store::{CAMERA_STATES_KEPT, CameraStateRow};

use crate::{
    Claim,
    bench::{BRANCH, Bench, START},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![of_a_cameras_changes_the_newest_are_kept];

fn of_a_cameras_changes_the_newest_are_kept(bench: &Bench) {
    let (till, other) = ("till-1".parse().unwrap(), "till-2".parse().unwrap());
    let change = |second: u64| CameraStateRow {
        at: START.plus(Duration::from_secs(second)),
        before: (second > 0).then(|| "offline".to_owned()),
        state: "live".to_owned(),
        reason: second.to_string(),
    };
    let kept = u64::from(CAMERA_STATES_KEPT);
    for second in 0..kept + 3 {
        bench.store.add_camera_state((BRANCH, &till), &change(second)).unwrap();
    }
    bench.store.add_camera_state((BRANCH, &other), &change(0)).unwrap();
    bench.store.add_camera_state(("other", &till), &change(0)).unwrap();
    let newest = bench.store.camera_states((BRANCH, &till), None, 2).unwrap();
    assert_eq!(newest, [change(kept + 2), change(kept + 1)]);
    let older = bench.store.camera_states((BRANCH, &till), Some(newest[1].at), 1).unwrap();
    assert_eq!(older, [change(kept)]);
    let all = bench.lines("SELECT CAST(COUNT(*) AS TEXT) AS line FROM camera_states");
    assert_eq!(all, [(kept + 2).to_string()], "one each of two others");
    let oldest =
        bench.store.camera_states((BRANCH, &till), Some(START.plus(Duration::from_secs(4))), 10).unwrap();
    assert_eq!(oldest, [change(3)]);
    assert_eq!(bench.store.camera_states((BRANCH, &other), None, 10).unwrap(), [change(0)]);
}
