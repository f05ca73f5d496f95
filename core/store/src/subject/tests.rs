//! Shares that are destroyed, torn files, and two programs on one folder.

use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;
use uuid::Uuid;

use super::*;

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn share(keys: &SubjectKeys, user: UserId) -> Option<NodeKey> {
    keys.share(&user.to_string()).unwrap()
}

fn folder() -> (TempDir, SubjectKeys) {
    let folder = TempDir::new().unwrap();
    let keys = SubjectKeys::make(&folder.path().join("keys")).unwrap();
    (folder, keys)
}

#[test]
fn who_is_destroyed_has_no_share_any_more_and_everybody_else_the_same() {
    let (folder, keys) = folder();
    let people: Vec<UserId> = (0..300).map(user).collect();
    let before: Vec<_> = people.iter().map(|user| share(&keys, *user)).collect();
    people[..100].iter().for_each(|user| keys.destroy(*user).unwrap());
    let again = SubjectKeys::open(&folder.path().join("keys")).unwrap();
    for keys in [&keys, &again] {
        assert!(people[..100].iter().all(|user| share(keys, *user).is_none()));
        assert!(people[100..].iter().zip(&before[100..]).all(|(user, before)| share(keys, *user) == *before));
    }
    let erased = again.erased().unwrap();
    assert_eq!(erased, people[..100].iter().map(UserId::to_string).collect());
    assert_eq!(keys.id(), again.id());
}

#[test]
fn of_a_destroyed_share_no_byte_is_left_in_the_folder() {
    let (folder, keys) = folder();
    let of_user = share(&keys, user(1)).unwrap();
    let top = keys.state().top(Place::of(&user(1).to_string()).branch);
    let part = keys.part_share(Part::of(user(1)));
    keys.destroy(user(1)).unwrap();
    for entry in std::fs::read_dir(folder.path().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for gone in [&of_user, &top, &part] {
            assert!(!bytes.windows(KEY_BYTES).any(|window| window == gone.as_slice()), "{}", path.display());
        }
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn two_programs_destroy_without_undoing_each_other() {
    let (folder, one) = folder();
    let other = SubjectKeys::open(&folder.path().join("keys")).unwrap();
    // Of one branch, which both have in memory.
    let branch = |number: u128| Place::of(&user(number).to_string()).branch;
    let mates: Vec<UserId> = (1..40_000).filter(|number| branch(*number) == branch(0)).map(user).collect();
    assert!(mates.len() > 3);
    let elsewhere = (1..).find(|number| branch(*number) != branch(0)).map(user).unwrap();
    one.destroy(user(0)).unwrap();
    one.destroy(elsewhere).unwrap();
    other.destroy(mates[0]).unwrap();
    assert!(share(&other, elsewhere).is_none(), "who destroys sees what others have destroyed");
    one.destroy(mates[1]).unwrap();
    let again = SubjectKeys::open(&folder.path().join("keys")).unwrap();
    for gone in [user(0), mates[0], mates[1]] {
        assert!(share(&again, gone).is_none());
    }
    assert!(share(&again, mates[2]).is_some());
    assert_eq!(again.erased().unwrap().len(), 4);
}

#[test]
fn what_a_crash_cut_short_is_completed() {
    let (folder, keys) = folder();
    let path = folder.path().join("keys");
    let whole = std::fs::read(path.join("keys")).unwrap();
    keys.destroy(user(1)).unwrap();
    // The branch was written, its top not yet destroyed: the list knows, and the next try ends it.
    std::fs::write(path.join("keys"), &whole).unwrap();
    let again = SubjectKeys::open(&path).unwrap();
    assert!(again.erased().unwrap().contains(&user(1).to_string()));
    assert!(share(&again, user(1)).is_some());
    again.destroy(user(1)).unwrap();
    assert!(share(&again, user(1)).is_none());
    assert!(share(&SubjectKeys::open(&path).unwrap(), user(1)).is_none());
    // A line of the list that was cut short is nobody, and hides nobody.
    let list = std::fs::read_to_string(path.join("erased")).unwrap();
    std::fs::write(path.join("erased"), format!("{list}\n00000000-0000")).unwrap();
    again.destroy(user(2)).unwrap();
    assert!([user(1), user(2)].iter().all(|user| again.erased().unwrap().contains(&user.to_string())));
}

#[test]
fn what_is_no_folder_of_keys_is_refused() {
    let (folder, keys) = folder();
    let path = folder.path().join("keys");
    let whole = std::fs::read(path.join("keys")).unwrap();
    for bytes in [&whole[1..], &whole[..whole.len() - 1], &[0; FILE_BYTES], &[]] {
        std::fs::write(path.join("keys"), bytes).unwrap();
        assert!(matches!(SubjectKeys::open(&path), Err(StoreError::Keys(_))));
    }
    assert!(matches!(SubjectKeys::open(folder.path()), Err(StoreError::Keys(_))));
    // A lost branch is nobody's erasure: it has to come back from the backup.
    std::fs::write(path.join("keys"), &whole).unwrap();
    keys.destroy(user(1)).unwrap();
    let branch = Place::of(&user(1).to_string()).branch;
    std::fs::remove_file(path.join(branch_file(branch))).unwrap();
    let again = SubjectKeys::open(&path).unwrap();
    assert!(matches!(again.share(&user(1).to_string()), Err(StoreError::Keys(_))));
}
