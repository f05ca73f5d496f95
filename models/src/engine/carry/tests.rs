//! Which pictures are carried again, and which are not.

use super::*;

fn carrier() -> Result<Carrier, String> {
    let (device, queue) = crate::engine::test_device()?;
    Ok(Carrier::new(&device, &queue))
}

fn same(one: &Option<Arc<dyn Carried>>, other: &Option<Arc<dyn Carried>>) -> bool {
    Arc::ptr_eq(one.as_ref().unwrap(), other.as_ref().unwrap())
}

#[test]
fn a_picture_is_carried_once_while_it_is_kept_and_anew_afterwards() {
    let carrier = match carrier() {
        Ok(carrier) => carrier,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let pixels = [7; 64];
    let picture = Picture::gray8(8, 8, &pixels);
    assert!(!same(&carrier.carried(&picture), &carrier.carried(&picture)), "nobody said that it stays");
    let within = carrier.keeping(&[picture], || {
        let first = carrier.carried(&picture);
        assert!(same(&first, &carrier.carried(&picture)));
        let coloured = Picture { full_range: false, bt709: true, ..picture };
        assert!(same(&first, &carrier.carried(&coloured)), "what its bytes mean is the region's matter");
        for other in [
            Picture { height: 7, ..picture },
            Picture { width: 4, ..picture },
            Picture { width: 2, format: PixelFormat::Rgb24, ..picture },
            Picture { height: 4, strides: [16, 0, 0], ..picture },
            Picture { height: 7, planes: [&pixels[8..], &[], &[]], ..picture },
        ] {
            assert!(!same(&first, &carrier.carried(&other)), "{:?} {:?}", other.format, other.strides);
        }
        first
    });
    assert!(!same(&within, &carrier.carried(&picture)), "it may be another by now");
    assert!(locked(&carrier.kept).is_empty());
}

#[test]
fn two_who_keep_one_picture_do_not_end_it_for_each_other() {
    let carrier = match carrier() {
        Ok(carrier) => carrier,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let pixels = [7; 64];
    let picture = Picture::gray8(8, 8, &pixels);
    carrier.keeping(&[picture], || {
        carrier.keeping(&[picture], || carrier.carried(&picture));
        assert!(same(&carrier.carried(&picture), &carrier.carried(&picture)));
    });
}

#[test]
fn work_that_panics_leaves_nothing_kept() {
    let carrier = match carrier() {
        Ok(carrier) => carrier,
        Err(reason) => return println!("SKIP({reason})"),
    };
    let pixels = [7; 64];
    let kept = [Picture::gray8(8, 8, &pixels)];
    let work = std::panic::AssertUnwindSafe(|| carrier.keeping(&kept, || panic!("as if")));
    assert!(std::panic::catch_unwind(work).is_err());
    assert!(locked(&carrier.kept).is_empty());
}

#[test]
fn memory_is_used_again_once_nobody_holds_the_picture_and_is_not_piled_up() {
    let memory = match crate::engine::test_device() {
        Ok((device, queue)) => Memory::of(&device, &queue),
        Err(reason) => return println!("SKIP({reason})"),
    };
    let pixels = [7; 64];
    let picture = Picture::gray8(8, 8, &pixels);
    let first = memory.carry(&picture).unwrap();
    let buffer = first.buffer().clone();
    assert!(*memory.carry(&picture).unwrap().buffer() != buffer, "the first is still held");
    drop(first);
    let held: Vec<_> = (0..3 * FREE_MAX).map(|_| memory.carry(&picture).unwrap()).collect();
    assert!(held.iter().any(|carried| *carried.buffer() == buffer));
    drop(held);
    assert_eq!(locked(&memory.pool.free).len(), FREE_MAX);
}
