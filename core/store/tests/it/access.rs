//! Keys, staff, cameras and plugins.
use std::time::Duration;

use domain::{KeyId, OperatorId, role::Role};
use store::{CameraDevice, CameraRow, DisabledPlugin, KeyBounds, NewApiKey, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_key_is_found_by_its_digest_while_it_lives,
    an_operator_is_locked_out_and_let_in_again,
    a_cameras_address_is_sealed,
    a_cameras_device_is_kept_sealed_until_it_is_forgotten,
    a_disabled_plugin_stays_so_at_its_branch_until_it_is_enabled,
];

const HOUR: Duration = Duration::from_secs(3_600);

fn a_key_is_found_by_its_digest_while_it_lives(bench: &Bench) {
    let id = KeyId(Uuid::now_v7());
    let key = NewApiKey {
        id,
        name: "till".to_owned(),
        role: Role::Operator,
        sha256: [3; 32],
        expires_at: Some(START.plus(HOUR)),
        bounds: KeyBounds::default(),
    };
    bench.store.add_api_key(by(), &key).unwrap();
    assert!(bench.store.api_key(&[4; 32]).unwrap().is_none());
    let found = bench.store.api_key(&[3; 32]).unwrap().unwrap();
    assert_eq!((found.id, found.role), (id, Role::Operator));
    assert!(found.is_live(START) && !found.is_live(START.plus(HOUR)));
    bench.store.revoke_api_key(by(), id).unwrap();
    assert!(!bench.store.api_key(&[3; 32]).unwrap().unwrap().is_live(START));
    assert!(matches!(bench.store.revoke_api_key(by(), id), Err(StoreError::NotFound("key"))));
    assert_eq!(bench.store.api_keys().unwrap().len(), 1);
}

fn an_operator_is_locked_out_and_let_in_again(bench: &Bench) {
    let id = OperatorId(Uuid::now_v7());
    bench.store.add_operator(by(), id, "eve", Role::Admin, "hash").unwrap();
    let again = bench.store.add_operator(by(), OperatorId(Uuid::now_v7()), "eve", Role::Admin, "hash");
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    let until = Some(START.plus(HOUR));
    for (failed, locked_until) in [(1, None), (2, until), (3, until)] {
        bench.store.note_failed_login(by(), id, 2, HOUR).unwrap();
        let row = bench.store.operator_named("eve").unwrap();
        assert_eq!((row.failed_logins, row.locked_until), (failed, locked_until));
    }
    bench.store.note_login(later(HOUR), id).unwrap();
    let open = bench.store.operator(id).unwrap();
    assert_eq!((open.failed_logins, open.locked_until), (0, None));
    bench.store.disable_operator(by(), id).unwrap();
    assert!(matches!(bench.store.disable_operator(by(), id), Err(StoreError::NotFound("operator"))));
    assert!(bench.store.operators().unwrap()[0].disabled_at.is_some());
    assert!(matches!(bench.store.operator_named("bob"), Err(StoreError::NotFound("operator"))));
}

fn a_cameras_device_is_kept_sealed_until_it_is_forgotten(bench: &Bench) {
    let id = "till-1".parse().unwrap();
    let device = |found: Option<&str>| CameraDevice {
        pinned: "serial-AB12".to_owned(),
        found: found.map(str::to_owned),
    };
    assert_eq!(bench.store.camera_device(&id).unwrap(), None);
    for (new, changed) in [
        (Some(device(None)), true),
        (Some(device(None)), false),
        (Some(device(Some("serial-CD34"))), true),
        (None, true),
        (None, false),
    ] {
        assert_eq!(bench.store.set_camera_device(by(), &id, new.as_ref()).unwrap(), changed, "{new:?}");
        assert_eq!(bench.store.camera_device(&id).unwrap(), new);
        let sqlite = bench.url.starts_with("sqlite");
        let hex = if sqlite { "hex(pinned_sealed)" } else { "encode(pinned_sealed, 'hex')" };
        let stored =
            bench.lines(&format!("SELECT {hex} AS line FROM camera_devices")).concat().to_lowercase();
        assert!(!stored.contains(&hex::encode("serial-AB12")), "{stored}");
    }
    let audited = bench.lines("SELECT action AS line FROM audit ORDER BY seq").join(" ");
    assert!(
        audited.ends_with("camera.device_pinned camera.device_replaced camera.device_forgotten"),
        "{audited}"
    );
}

fn a_cameras_address_is_sealed(bench: &Bench) {
    let source = "rtsp://admin:secret@camera.example/1";
    let camera = |name: &str| CameraRow {
        id: "till-1".parse().unwrap(),
        name: name.to_owned(),
        source: source.to_owned(),
        key_frames: false,
    };
    bench.store.add_camera(by(), &camera("Till")).unwrap();
    assert!(matches!(bench.store.add_camera(by(), &camera("Till")), Err(StoreError::Conflict(_))));
    bench.store.change_camera(by(), &camera("Till one")).unwrap();
    let found = bench.store.cameras().unwrap();
    assert_eq!((found[0].name.as_str(), found[0].source.as_str()), ("Till one", source));
    for key_frames in [true, false] {
        bench.store.change_camera(by(), &CameraRow { key_frames, ..camera("Till one") }).unwrap();
        let found = &bench.store.cameras().unwrap()[0];
        assert_eq!((found.source.as_str(), found.key_frames), (source, key_frames));
    }
    let hex =
        if bench.url.starts_with("sqlite") { "hex(source_sealed)" } else { "encode(source_sealed, 'hex')" };
    let stored = bench.lines(&format!("SELECT {hex} AS line FROM cameras")).concat().to_lowercase();
    assert!(!stored.contains(&hex::encode("secret")));
    bench.store.remove_camera(by(), &camera("").id).unwrap();
    assert!(matches!(bench.store.remove_camera(by(), &camera("").id), Err(StoreError::NotFound("camera"))));
}

fn a_disabled_plugin_stays_so_at_its_branch_until_it_is_enabled(bench: &Bench) {
    let plugin = |id: &str, reason: &str| DisabledPlugin { id: id.to_owned(), reason: reason.to_owned() };
    let disabled = |branch: &str| bench.store.disabled_plugins(branch).unwrap();
    bench.store.disable_plugin(by(), "main", &plugin("b.c", "it hangs")).unwrap();
    bench.store.disable_plugin(by(), "main", &plugin("a.b", "recalled")).unwrap();
    bench.store.disable_plugin(by(), "main", &plugin("b.c", "it crashes")).unwrap();
    bench.store.disable_plugin(by(), "north", &plugin("b.c", "not here")).unwrap();
    assert_eq!(disabled("main"), [plugin("a.b", "recalled"), plugin("b.c", "it crashes")]);
    bench.store.enable_plugin(by(), "main", "b.c", "{}".to_owned()).unwrap();
    assert_eq!(disabled("main"), [plugin("a.b", "recalled")]);
    assert_eq!(disabled("north"), [plugin("b.c", "not here")]);
    let acts = bench.lines("SELECT action AS line FROM audit WHERE action LIKE 'plugin.%' ORDER BY seq");
    assert_eq!(acts.join(" "), [["plugin.disabled"; 4].as_slice(), &["plugin.enabled"]].concat().join(" "));
}
