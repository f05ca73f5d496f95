//! The places of this machine, by the names of the settings that say where they are: what lies where is not for everybody
//! who may ask how the appliance does.

use std::path::Path;

use super::Check;
use crate::app::appliance_key::Source;
use crate::app::backup;
use crate::folders;
use crate::settings::{self, Settings};

/// Paths and addresses, and what stands for each; the longest first.
pub(crate) struct Places(Vec<(String, &'static str)>);

impl Places {
    pub(crate) fn of(settings: &Settings) -> Self {
        let folder = &settings.data.folder;
        let (key, keys) = (Source::of(settings), settings::keys_folder(folder));
        let (backups, plugins) = (backup::folder(settings), folders::plugins(&settings.plugins.folder));
        let weights = folders::weights(&settings.compute.weights_folder);
        let paths: [(&Path, &str); 10] = [
            (key.path(), "the appliance's key"),
            (&keys, "the folder of keys"),
            (&settings.secrets.folder, "secrets.folder"),
            (&settings.tls.certificate, "tls.certificate"),
            (&settings.tls.key, "tls.key"),
            (&settings.tls.trusted, "tls.trusted"),
            (&backups, "backup.folder"),
            (&plugins, "plugins.folder"),
            (&weights, "compute.weights_folder"),
            (folder, "data.folder"),
        ];
        let mut places: Vec<(String, &'static str)> =
            paths.iter().map(|(path, name)| (path.display().to_string(), *name)).collect();
        if let Ok(url) = settings.database_url() {
            if let store::DatabaseUrl::Sqlite(file) = &url {
                places.push((file.display().to_string(), "the database"));
            }
            places.push((url.to_string(), "the database"));
        }
        places.extend(
            settings.layers.files.iter().map(|file| (file.display().to_string(), "a settings' file")),
        );
        let whole = |path: &str| std::path::absolute(path).ok().map(|path| path.display().to_string());
        let absolute: Vec<_> = places.iter().filter_map(|(path, name)| Some((whole(path)?, *name))).collect();
        places.extend(absolute);
        places.retain(|(path, _)| path.len() > 1 && path != "..");
        places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self(places)
    }

    /// The text with the names in the place of what they stand for, and of what lies in it.
    pub(crate) fn hidden(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (path, name)| without(&text, path, name))
    }

    /// The finding with nothing in it that says where something lies.
    pub(crate) fn hidden_in(&self, check: &Check) -> Check {
        Check { what: self.hidden(&check.what), mend: self.hidden(&check.mend), ..check.clone() }
    }
}

fn without(text: &str, path: &str, name: &str) -> String {
    let (mut shown, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(path) {
        let (before, found) = rest.split_at(at);
        let behind = &found[path.len()..];
        let begins = !before.ends_with(|last: char| last.is_alphanumeric() || "/._-".contains(last));
        let ends = !behind.starts_with(|next: char| next.is_alphanumeric() || "_-".contains(next));
        shown.push_str(before);
        if begins && ends {
            shown.push_str(name);
            let inside = behind.find(|next: char| next.is_whitespace() || ",;:\"'`)".contains(next));
            rest = &behind[inside.unwrap_or(behind.len())..];
        } else {
            shown.push_str(path);
            rest = behind;
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_and_what_lies_in_it_is_told_by_its_settings_name() {
        let places = Places(vec![
            ("/var/lib/facepay/secrets".to_owned(), "secrets.folder"),
            ("/var/lib/facepay".to_owned(), "data.folder"),
            ("data".to_owned(), "data.folder"),
        ]);
        for (text, shown) in [
            (
                "chmod 600 /var/lib/facepay/appliance.key, or restore it",
                "chmod 600 data.folder, or restore it",
            ),
            ("in /var/lib/facepay/secrets/acquirer: not there", "in secrets.folder: not there"),
            ("sqlite:/var/lib/facepay/facepay.db opens", "sqlite:data.folder opens"),
            ("/var/lib/facepay-update is another", "/var/lib/facepay-update is another"),
            ("the database lies in data/facepay.db", "the database lies in data.folder"),
            ("set data.folder", "set data.folder"),
        ] {
            assert_eq!(places.hidden(text), shown);
        }
    }
}
