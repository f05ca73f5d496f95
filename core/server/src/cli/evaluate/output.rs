//! Where figures go besides the terminal: a report, and its plots by themselves.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, terminal, told};
use crate::evaluate::report::page::Page;

/// Files for the figures.
#[derive(Args)]
pub(super) struct Output {
    /// Writes a report too: one HTML page with plots and tables that needs nothing else.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Writes the report's plots too, each as an SVG file.
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
}

/// The longest name of a plot's file, without its ending.
const NAME_CHARS_MAX: usize = 60;

impl Output {
    /// Whether the report can be written where it is wanted: asked before what may take hours.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Some(file) = &self.report else { return Ok(()) };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let problem = match folder {
            _ if file.is_dir() => "it is a folder",
            Some(folder) if !folder.is_dir() => "its folder does not exist",
            _ => return Ok(()),
        };
        Err(Failure::failed(format!("cannot write the report {}: {problem}", file.display())))
    }

    /// Whether a report or plots are wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.report.is_some() || self.plots.is_some()
    }

    /// Writes what is wanted of a page.
    pub(super) fn write(&self, page: &Page) -> Result<(), Failure> {
        if let Some(file) = &self.report {
            put(file, &page.html())?;
            terminal::note(format!("the report is in {}", file.display()));
        }
        if let Some(folder) = &self.plots {
            std::fs::create_dir_all(folder).map_err(|error| told("make", folder, error))?;
            for (number, plot) in (1..).zip(page.plots()) {
                put(&folder.join(format!("{number:02}-{}.svg", file_name(&plot.title))), &plot.svg())?;
            }
        }
        Ok(())
    }
}

fn put(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| told("write", file, error))
}

/// A title in the letters that every file system takes.
fn file_name(title: &str) -> String {
    let plain = title.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: Vec<String> =
        plain.collect::<String>().split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let mut name = words.join("-");
    name.truncate(NAME_CHARS_MAX);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plots_file_is_named_by_its_title() {
        assert_eq!(file_name("ROC: 1:1 / all pairs"), "roc-1-1-all-pairs");
        assert_eq!(file_name("../../etc/é"), "etc");
        assert_eq!(file_name(&"x".repeat(99)).len(), NAME_CHARS_MAX);
    }

    #[test]
    fn a_report_that_cannot_be_written_is_refused_before_anything_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let output = |file: &str| Output { report: Some(folder.path().join(file)), plots: None };
        for (file, possible) in [("report.html", true), ("missing/report.html", false), (".", false)] {
            assert_eq!(output(file).check().is_ok(), possible, "{file}");
        }
        assert!(Output { report: Some("here.html".into()), plots: None }.check().is_ok());
    }
}
