//! The library, its descriptors and its interfaces.

use std::time::Duration;

use plugin_host::probe::Sink;

use crate::case::{Checked, Stop};
use crate::subject::{Subject, said};

/// The longest that opening may take, the plugin's `init` included: an appliance opens all of its plugins before it is ready.
const OPEN_MAX: Duration = Duration::from_millis(500);
/// The longest that `init` may take: nothing else happens on the appliance meanwhile. The best of two counts.
const INIT_MAX: Duration = Duration::from_millis(50);

/// RTLD_NOW resolves every symbol, the entry is of our ABI, descriptors and settings schema can be read.
pub(crate) fn opens(subject: &Subject) -> Checked {
    let took = subject.library.opened_in();
    if took > OPEN_MAX {
        return Stop::fail(format!("opening took {took:?}, at most {OPEN_MAX:?}: do the work in activate"));
    }
    let ids: Vec<&str> = subject.library.manifests().iter().map(|manifest| manifest.id.as_str()).collect();
    match (0..ids.len()).find(|index| ids[..*index].contains(&ids[*index])) {
        Some(index) => Stop::fail(format!("two plugins of the library are called {}", ids[index])),
        None => Ok(format!("opened in {took:?}")),
    }
}

/// Descriptors are constant data, and there are none past the last.
pub(crate) fn descriptors_stay(subject: &Subject) -> Checked {
    let library = &subject.library;
    let count = library.manifests().len() as u32;
    let addresses = || (0..count).map(|index| library.descriptor_address(index)).collect::<Vec<_>>();
    let first = addresses();
    let others: Vec<Vec<usize>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(addresses)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    if others.len() != 4 || others.iter().any(|other| *other != first) {
        return Stop::fail("descriptor() gives another address at another time");
    }
    let again = library.described_again(&subject.path).map_err(|error| Stop::Fail(error.to_string()))?;
    if again != library.manifests() {
        return Stop::fail("a descriptor says something else when it is read again");
    }
    match [count, u32::MAX].into_iter().find(|index| library.descriptor_address(*index) != 0) {
        Some(index) => Stop::fail(format!("descriptor({index}) is not NULL, but count() is {count}")),
        None => Ok(format!("{count} descriptors, the same from 5 threads")),
    }
}

/// Ids are compared whole: a table for an id that the plugin does not know would be called with another signature.
pub(crate) fn unknown_interfaces_are_null(subject: &Subject) -> Checked {
    let instance = subject.created(&subject.host())?;
    let own = &subject.manifest.interfaces;
    let mut strange: Vec<String> =
        ["", "facepay", "facepay.nothing/1", "draft.facepay.detector/0"].map(str::to_owned).to_vec();
    for id in own {
        strange.extend([format!("{id}0"), format!("{id} "), format!("{id}\n"), id.to_uppercase()]);
        strange.push(id[..id.len() - 1].to_owned());
    }
    match strange.iter().find(|id| !own.contains(id) && instance.table_address(id) != 0) {
        Some(id) => Stop::fail(format!("get_interface({id:?}) is not NULL")),
        None => Ok(format!("{} ids", strange.len())),
    }
}

/// What the descriptor promises is there, always at the same place, also before the instance is active.
pub(crate) fn promised_interfaces_are_there(subject: &Subject) -> Checked {
    let instance = subject.created(&subject.host())?;
    for id in &subject.manifest.interfaces {
        let found = [(); 3].map(|()| instance.table_address(id));
        if found[0] == 0 {
            return Stop::fail(format!("get_interface({id:?}) is NULL, but the descriptor names it"));
        }
        if found != [found[0]; 3] {
            return Stop::fail(format!("get_interface({id:?}) gives another table at another time"));
        }
    }
    Ok(subject.manifest.interfaces.join(", "))
}

/// A library makes no instance of a plugin that it does not have.
pub(crate) fn unknown_plugins_are_refused(subject: &Subject) -> Checked {
    let host = subject.host();
    for id in ["org.example.nobody", "", &format!("{}x", subject.manifest.id)] {
        match subject.library.create(id, &host, Sink::Keeps) {
            Ok(_) => return Stop::fail(format!("create({id:?}) made an instance")),
            Err(answer) if answer.status == 0 => {
                return Stop::fail(format!("create({id:?}) answered {} and no table", said(&answer)));
            }
            Err(_) => {}
        }
    }
    Ok("3 ids".into())
}

/// Two further copies of the library start and end, one after the other: nothing of the process is held by the first copy, and
/// nothing that the second needs.
pub(crate) fn starts_and_ends_twice(subject: &Subject) -> Checked {
    let mut best = Duration::MAX;
    for copy in ["a second copy", "a third copy"] {
        let lived = subject.library.another_life(&subject.path);
        best = best.min(lived.map_err(|error| Stop::Fail(format!("{copy}: {error}")))?);
    }
    match best > INIT_MAX {
        true => Stop::fail(format!("init took {best:?}, at most {INIT_MAX:?}: do the work in activate")),
        false => Ok(format!("init took {best:?}")),
    }
}
