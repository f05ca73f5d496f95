//! Writes the project of a new plugin, which builds and passes the checks as it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

mod sdk;

/// The text of a template.
macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../sdk/templates/", $path))
    };
}

/// Longest name.
const NAME_BYTES_MAX: usize = 64;

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust, over the SDK.
    Rust,
    /// C11, over the header.
    C,
    /// C++17, over the header's wrapper.
    Cpp,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "rust" => Ok(Self::Rust),
            "c" => Ok(Self::C),
            "cpp" => Ok(Self::Cpp),
            _ => Err("rust, c or cpp".into()),
        }
    }
}

/// What a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Finds faces.
    Detection,
    /// Tells living people from pictures of them.
    Liveness,
    /// Makes embeddings.
    Recognition,
    /// Speaks to a payment provider.
    Payment,
    /// Says who a person is.
    Identity,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Liveness => "liveness",
            Self::Recognition => "recognition",
            Self::Payment => "payment",
            Self::Identity => "identity",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "detection" => Ok(Self::Detection),
            "liveness" => Ok(Self::Liveness),
            "recognition" => Ok(Self::Recognition),
            "payment" => Ok(Self::Payment),
            "identity" => Ok(Self::Identity),
            _ => Err("detection, liveness, recognition, payment or identity".into()),
        }
    }
}

/// A project to be written.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder and library: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// What it does.
    pub kind: Kind,
    /// The plugin's id, reverse DNS, which ends with the name.
    pub id: String,
    /// Who answers for it.
    pub vendor: String,
    /// Where the Rust SDK lies; without it the project gets a copy.
    pub sdk: Option<PathBuf>,
}

/// Why no project was written.
#[derive(Debug)]
pub enum ProjectError {
    /// Something that was asked for cannot be used.
    Unfit(String),
    /// A file could not be written.
    Io(PathBuf, io::Error),
}

impl std::fmt::Display for ProjectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unfit(why) => f.write_str(why),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ProjectError {}

impl Project {
    /// The library that building the project makes, seen from its folder.
    pub fn library(&self) -> PathBuf {
        let file = format!("lib{}.so", self.name.replace('-', "_"));
        match self.language {
            Language::Rust => Path::new("target/release").join(file),
            Language::C | Language::Cpp => file.into(),
        }
    }

    /// What builds it, in its folder.
    pub fn build(&self) -> &'static str {
        match self.language {
            Language::Rust => "cargo build --release",
            Language::C | Language::Cpp => "make",
        }
    }

    /// Writes the project below `folder`, in a new folder with its name.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ProjectError> {
        self.check()?;
        let root = folder.join(&self.name);
        fs::create_dir(&root).map_err(|error| ProjectError::Io(root.clone(), error))?;
        for (path, text) in self.files() {
            let path = root.join(path);
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, text)).map_err(|error| ProjectError::Io(path, error))?;
        }
        Ok(root)
    }

    fn check(&self) -> Result<(), ProjectError> {
        let unfit = |why: &str| Err(ProjectError::Unfit(why.to_owned()));
        let letters = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let named = self.name.starts_with(|first: char| first.is_ascii_lowercase()) && letters(&self.name);
        if !named || self.name.ends_with('-') || self.name.len() > NAME_BYTES_MAX {
            return unfit("a name has lower-case letters, digits and hyphens, and begins with a letter");
        }
        let parts: Vec<&str> = self.id.split('.').collect();
        let is_label =
            |part: &&str| !part.is_empty() && letters(part) && !part.starts_with('-') && !part.ends_with('-');
        if parts.len() < 2 || !parts.iter().all(is_label) || parts.last() != Some(&self.name.as_str()) {
            return unfit("an id is reverse DNS and ends with the name, for example org.example.my-plugin");
        }
        let quoted = |c: char| c.is_control() || matches!(c, '"' | '\\' | '{' | '}');
        if self.vendor.is_empty() || self.vendor.contains(quoted) {
            return unfit("a vendor is a text without quotes, backslashes and braces");
        }
        Ok(())
    }

    /// Every file with its text.
    fn files(&self) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> =
            self.templates().into_iter().map(|(path, text)| (path.to_owned(), self.filled(text))).collect();
        files.push(("README.md".into(), self.filled(README)));
        if self.language == Language::Rust && self.sdk.is_none() {
            files.push(("plugin-sdk/Cargo.toml".into(), sdk::MANIFEST.into()));
            let copies = sdk::FILES.iter().map(|(path, text)| (format!("plugin-sdk/{path}"), (*text).into()));
            files.extend(copies);
        }
        files
    }

    /// The files of the language and the kind, with places to be filled.
    fn templates(&self) -> Vec<(&'static str, &'static str)> {
        match self.language {
            Language::Rust => {
                let step = match self.kind {
                    Kind::Detection => template!("rust/detection.rs"),
                    Kind::Liveness => template!("rust/liveness.rs"),
                    Kind::Recognition => template!("rust/recognition.rs"),
                    Kind::Payment => template!("rust/payment.rs"),
                    Kind::Identity => template!("rust/identity.rs"),
                };
                vec![
                    ("Cargo.toml", template!("rust/Cargo.toml.in")),
                    ("src/lib.rs", step),
                    (".gitignore", "/target\n"),
                ]
            }
            Language::C => {
                let (path, step) = match self.kind {
                    Kind::Detection => ("detection.c", template!("c/detection.c")),
                    Kind::Liveness => ("liveness.c", template!("c/liveness.c")),
                    Kind::Recognition => ("recognition.c", template!("c/recognition.c")),
                    Kind::Payment => ("payment.c", template!("c/payment.c")),
                    Kind::Identity => ("identity.c", template!("c/identity.c")),
                };
                let picture = ("picture.h", template!("c/picture.h"));
                let shared = [
                    ("Makefile", template!("c/Makefile")),
                    ("plugin.c", template!("c/plugin.c")),
                    ("plugin.h", template!("c/plugin.h")),
                    (path, step),
                    HEADER,
                    (".gitignore", "*.so\n"),
                ];
                let seeing = Some(picture).filter(|_| !matches!(self.kind, Kind::Payment | Kind::Identity));
                shared.into_iter().chain(seeing).collect()
            }
            Language::Cpp => {
                let step = match self.kind {
                    Kind::Detection => template!("cpp/detection.cpp"),
                    Kind::Liveness => template!("cpp/liveness.cpp"),
                    Kind::Recognition => template!("cpp/recognition.cpp"),
                    Kind::Payment => template!("cpp/payment.cpp"),
                    Kind::Identity => template!("cpp/identity.cpp"),
                };
                vec![
                    ("Makefile", template!("cpp/Makefile")),
                    ("plugin.map", template!("cpp/plugin.map")),
                    ("plugin.cpp", step),
                    HEADER,
                    ("include/facepay_plugin.hpp", include_str!("../../sdk/include/facepay_plugin.hpp")),
                    (".gitignore", "*.so\n"),
                ]
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        let sdk = self.sdk.as_ref().map_or("plugin-sdk".to_owned(), |path| path.display().to_string());
        let title = self.name.replace('-', " ");
        let library = self.library().display().to_string();
        let places = [
            ("{{name}}", self.name.as_str()),
            ("{{file}}", &self.name.replace('-', "_")),
            ("{{kind}}", self.kind.name()),
            ("{{id}}", &self.id),
            ("{{vendor}}", &self.vendor),
            ("{{title}}", &title),
            ("{{sdk}}", &sdk),
            ("{{build}}", self.build()),
            ("{{library}}", &library),
        ];
        places.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }
}

const HEADER: (&str, &str) = ("include/facepay_plugin.h", include_str!("../../sdk/include/facepay_plugin.h"));

const README: &str = "# {{title}}

A {{kind}} plugin of FacePay, `{{id}}`.

```sh
{{build}}
facepay plugin check {{library}}
```
";

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str, id: &str, vendor: &str) -> Project {
        let (name, id, vendor) = (name.to_owned(), id.to_owned(), vendor.to_owned());
        Project { name, language: Language::C, kind: Kind::Liveness, id, vendor, sdk: None }
    }

    #[test]
    fn what_would_not_build_or_load_is_refused() {
        let rows = [
            ("print", "org.example.print", "Example", true),
            ("my-print-2", "com.acme.my-print-2", "Acme & Sons", true),
            ("Print", "org.example.Print", "Example", false),
            ("2print", "org.example.2print", "Example", false),
            ("print-", "org.example.print-", "Example", false),
            ("../print", "org.example.../print", "Example", false),
            ("print", "org.example.other", "Example", false),
            ("print", "print", "Example", false),
            ("print", "org..print", "Example", false),
            ("print", "org.example.print", "a \"quoted\" vendor", false),
            ("print", "org.example.print", "", false),
        ];
        for (name, id, vendor, expected) in rows {
            assert_eq!(project(name, id, vendor).check().is_ok(), expected, "{name} {id} {vendor}");
        }
    }

    #[test]
    fn no_place_is_left_unfilled() {
        for language in [Language::Rust, Language::C, Language::Cpp] {
            for kind in [Kind::Detection, Kind::Liveness, Kind::Recognition, Kind::Payment, Kind::Identity] {
                let project = Project { language, kind, ..project("print", "org.example.print", "Example") };
                for (path, text) in project.files() {
                    let place = |rest: &str| rest.starts_with(|first: char| first.is_ascii_lowercase());
                    assert!(!text.split("{{").skip(1).any(place), "{path} of {language:?} {kind:?}");
                }
            }
        }
    }

    #[test]
    fn a_folder_that_exists_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let project = project("print", "org.example.print", "Example");
        assert!(project.write(dir.path()).is_ok());
        assert!(matches!(project.write(dir.path()), Err(ProjectError::Io(..))));
    }

    #[test]
    fn every_kind_is_found_by_its_name_and_no_other_is() {
        for kind in [Kind::Detection, Kind::Liveness, Kind::Recognition, Kind::Payment, Kind::Identity] {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        let error = "divination".parse::<Kind>().unwrap_err();
        assert_eq!(error, "detection, liveness, recognition, payment or identity");
    }
}
