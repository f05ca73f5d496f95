//! Whose the files of the settings are: they say whom updates are believed of, and root carries out what they say.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::settings::Settings;

/// Why these settings say nothing to root: somebody else can write a file of theirs, or put another one into its place. `None` where
/// nobody can.
pub(crate) fn others_write(settings: &Settings) -> Option<String> {
    let us = rustix::process::geteuid().as_raw();
    settings.layers.files.iter().find_map(|file| {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        let folder = file.parent().unwrap_or(Path::new("/"));
        [folder, file.as_path()].into_iter().find_map(|path| {
            let why = of(&path.metadata().ok()?, us)?;
            Some(format!("{} {why}", path.display()))
        })
    })
}

fn of(metadata: &Metadata, us: u32) -> Option<String> {
    written_by_others(metadata.mode(), (metadata.uid(), metadata.gid()), us)
}

/// Who else can write what has this mode and these owners, as the end of a sentence.
fn written_by_others(mode: u32, (owner, group): (u32, u32), us: u32) -> Option<String> {
    if owner != 0 && owner != us {
        return Some(format!("belongs to user {owner}"));
    }
    // The group of an account that has it to itself is that account.
    let by_group = mode & 0o020 != 0 && group != 0 && group != us;
    // In a folder such as /tmp everybody can put files, and nobody in the place of others'.
    let by_all = mode & 0o002 != 0 && mode & 0o1000 == 0;
    (by_group || by_all).then(|| format!("has mode {:03o}, so that others can write it", mode & 0o777))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_believed_where_nobody_but_root_and_who_runs_this_can_write_them() {
        for (mode, owners, us, expected) in [
            (0o100_644, (0, 0), 0, None),
            (0o100_640, (0, 999), 0, None),
            (0o040_750, (0, 999), 0, None),
            (0o100_664, (0, 0), 0, None),
            (0o100_664, (1000, 1000), 1000, None),
            (0o041_777, (0, 0), 0, None),
            (0o100_644, (999, 999), 0, Some("belongs to user 999")),
            (0o100_660, (0, 999), 0, Some("has mode 660, so that others can write it")),
            (0o100_646, (0, 0), 0, Some("has mode 646, so that others can write it")),
            (0o040_777, (0, 0), 0, Some("has mode 777, so that others can write it")),
            (0o100_644, (0, 0), 1000, None),
        ] {
            let found = written_by_others(mode, owners, us);
            assert_eq!(found.as_deref(), expected, "{mode:o} {owners:?} {us}");
        }
    }
}
