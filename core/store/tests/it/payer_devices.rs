//! Payers' devices: one link for one device, kept by digests, gone with their person.
use std::time::Duration;

use domain::{PayerDeviceId, Secret, UserId, payer_device::DEVICES_MAX, user::Status};
use store::{By, FacePaymentLink, LinkTry, NewPayerDevice, StoreError, UserChange};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_link_signs_one_device_in,
    a_devices_name_is_sealed_and_its_token_is_nowhere,
    a_person_ends_their_own_devices_only,
    devices_go_with_a_block_and_with_their_person,
    the_device_that_was_not_used_for_longest_makes_room,
    a_device_that_nobody_uses_is_forgotten,
];

const HOUR: Duration = Duration::from_secs(3_600);
const NAME: &str = "Firefox, Android";

fn code() -> Secret<String> {
    Secret::new("123456".to_owned())
}

fn offer(bench: &Bench, user: UserId, token: u8) {
    let link =
        FacePaymentLink { user, token_sha256: [token; 32], code: &code(), expires_at: START.plus(24 * HOUR) };
    bench.store.offer_face_payment_link(by(), &link).unwrap();
}

fn new(token: u8) -> NewPayerDevice {
    NewPayerDevice { id: PayerDeviceId(Uuid::now_v7()), token_sha256: [token; 32], name: NAME.to_owned() }
}

/// A device of somebody's, whose token has this digest.
fn signed_in(bench: &Bench, by: By<'_>, user: UserId, token: u8) -> PayerDeviceId {
    offer(bench, user, token);
    let device = new(token);
    let opened = bench.store.open_payer_device(by, &[token; 32], &code(), &device).unwrap();
    assert_eq!(opened, LinkTry::Taken(user));
    device.id
}

fn is_in(bench: &Bench, token: u8) -> bool {
    bench.store.payer_device(&[token; 32]).unwrap().is_some()
}

fn a_link_signs_one_device_in(bench: &Bench) {
    let ada = bench.person("ada");
    offer(bench, ada, 1);
    let wrong = Secret::new("654321".to_owned());
    let tried = bench.store.open_payer_device(by(), &[1; 32], &wrong, &new(1)).unwrap();
    assert_eq!(tried, LinkTry::Wrong(4));
    assert!(!is_in(bench, 1));
    let device = new(1);
    let opened = bench.store.open_payer_device(by(), &[1; 32], &code(), &device).unwrap();
    assert_eq!(opened, LinkTry::Taken(ada));
    let shown = bench.store.payer_device(&[1; 32]).unwrap().unwrap();
    assert_eq!((shown.id, shown.user, shown.seen_at), (device.id, ada, START));
    let again = bench.store.open_payer_device(by(), &[1; 32], &code(), &new(2)).unwrap();
    assert_eq!(again, LinkTry::Gone);
    // The same link switches nothing on any more.
    let switched = bench.store.use_face_payment_link(by(), &[1; 32], &code(), START).unwrap();
    assert_eq!(switched, LinkTry::Gone);
    offer(bench, ada, 3);
    let late = bench.store.open_payer_device(later(24 * HOUR), &[3; 32], &code(), &new(3)).unwrap();
    assert_eq!(late, LinkTry::Gone);
    let told = bench.lines("SELECT kind AS line FROM outbox").join(" ");
    assert_eq!(told, "user.device_opened");
}

fn a_devices_name_is_sealed_and_its_token_is_nowhere(bench: &Bench) {
    let ada = bench.person("ada");
    let id = signed_in(bench, by(), ada, 1);
    let devices = bench.store.payer_devices(ada).unwrap();
    assert_eq!((devices.len(), devices[0].id, devices[0].name.as_str()), (1, id, NAME));
    let sqlite = bench.url.starts_with("sqlite");
    let hex = if sqlite { "hex(name_sealed)" } else { "encode(name_sealed, 'hex')" };
    let stored = bench.lines(&format!("SELECT {hex} AS line FROM payer_devices")).concat().to_lowercase();
    assert!(!stored.contains(&hex::encode(NAME)), "{stored}");
    let records = bench.lines("SELECT detail AS line FROM audit").concat();
    assert!(!records.contains(NAME) && records.contains(&id.to_string()), "{records}");
    // One that was put under somebody else's id does not open.
    bench.sql(&format!("UPDATE payer_devices SET id = '{}'", Uuid::now_v7())).unwrap();
    assert!(matches!(bench.store.payer_devices(ada), Err(StoreError::Seal)));
}

fn a_person_ends_their_own_devices_only(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    let (hers, his) = (signed_in(bench, by(), ada, 1), signed_in(bench, by(), bob, 2));
    let missing = bench.store.end_payer_device(by(), ada, his);
    assert!(matches!(missing, Err(StoreError::NotFound("device"))));
    bench.store.end_payer_device(by(), ada, hers).unwrap();
    assert!(!is_in(bench, 1) && is_in(bench, 2));
    signed_in(bench, by(), ada, 3);
    bench.store.end_payer_devices(by(), ada).unwrap();
    assert!(!is_in(bench, 3) && is_in(bench, 2));
    let nobody = bench.store.end_payer_devices(by(), UserId(Uuid::now_v7()));
    assert!(matches!(nobody, Err(StoreError::NotFound("user"))));
    let acts =
        bench.lines("SELECT action AS line FROM audit WHERE action LIKE 'payer_device.%' ORDER BY seq");
    let ended = acts.iter().filter(|act| *act == "payer_device.ended").count();
    assert_eq!((acts.len(), ended), (5, 2), "{acts:?}");
}

fn devices_go_with_a_block_and_with_their_person(bench: &Bench) {
    let (ada, bob) = (bench.person("ada"), bench.person("bob"));
    signed_in(bench, by(), ada, 1);
    signed_in(bench, by(), bob, 2);
    let change = |status| UserChange { status: Some(status), ..UserChange::default() };
    bench.store.change_user(by(), ada, &change(Status::Active)).unwrap();
    assert!(is_in(bench, 1), "nothing was blocked");
    bench.store.change_user(by(), ada, &change(Status::Blocked)).unwrap();
    assert!(!is_in(bench, 1) && is_in(bench, 2));
    bench.store.erase_user(by(), bob).unwrap();
    assert!(!is_in(bench, 2));
    assert!(matches!(bench.store.payer_devices(bob), Err(StoreError::NotFound("user"))));
}

fn the_device_that_was_not_used_for_longest_makes_room(bench: &Bench) {
    let ada = bench.person("ada");
    let count = u8::try_from(DEVICES_MAX).unwrap();
    let ids: Vec<_> =
        (0..count).map(|nth| signed_in(bench, later(u32::from(nth) * HOUR / 60), ada, nth)).collect();
    bench.store.note_payer_device(ids[0], START.plus(HOUR)).unwrap();
    // What is noted late changes nothing.
    bench.store.note_payer_device(ids[0], START).unwrap();
    signed_in(bench, later(2 * HOUR), ada, count);
    assert!(!is_in(bench, 1), "the second was not used for longest");
    assert!((0..=count).filter(|nth| *nth != 1).all(|nth| is_in(bench, nth)));
    let devices = bench.store.payer_devices(ada).unwrap();
    assert_eq!((devices.len(), devices.last().unwrap().seen_at), (DEVICES_MAX, START.plus(HOUR)));
}

fn a_device_that_nobody_uses_is_forgotten(bench: &Bench) {
    let ada = bench.person("ada");
    signed_in(bench, by(), ada, 1);
    let used = signed_in(bench, by(), ada, 2);
    bench.store.note_payer_device(used, START.plus(HOUR)).unwrap();
    assert_eq!(bench.store.forget_payer_devices(START).unwrap(), 1);
    assert!(!is_in(bench, 1) && is_in(bench, 2));
}
