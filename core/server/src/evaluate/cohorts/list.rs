//! Who belongs to which group, from a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::evaluate::all_pairs::person;

/// Groups of people, or of pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cohorts {
    /// Their names, in order.
    groups: Vec<String>,
    /// The group of each person or picture, and the line that says so.
    of: BTreeMap<String, (usize, usize)>,
}

/// A list that is not in the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the cohorts file: {what}")]
pub struct BadCohorts {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// More groups than this make tables that nobody reads.
const GROUPS_MAX: usize = 64;
/// First lines that name the columns.
const HEADS: [[&str; 2]; 2] = [["person", "group"], ["picture", "group"]];

impl Cohorts {
    /// Reads `person,group` or `picture,group` lines; a tab may stand for the comma. A picture is written as its path,
    /// `NAME/NAME_0001.jpg`, and goes before its person. A first line that names the columns is passed over.
    ///
    /// # Errors
    /// The first line that is not as expected.
    pub fn parse(text: &str) -> Result<Self, BadCohorts> {
        let mut rows = Vec::new();
        for (line, row) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            if row.trim().is_empty() {
                continue;
            }
            let [who, group] = columns(row).map_err(|what| BadCohorts { line, what })?;
            let head = HEADS
                .iter()
                .any(|head| head[0].eq_ignore_ascii_case(who) && head[1].eq_ignore_ascii_case(group));
            if !(line == 1 && head) {
                rows.push((line, who, group));
            }
        }
        let groups: BTreeSet<&str> = rows.iter().map(|(_, _, group)| *group).collect();
        let groups: Vec<String> = groups.into_iter().map(str::to_owned).collect();
        if groups.is_empty() || groups.len() > GROUPS_MAX {
            let what = format!("expected 1 to {GROUPS_MAX} groups, found {}", groups.len());
            return Err(BadCohorts { line: text.lines().count().max(1), what });
        }
        let mut of: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (line, who, group) in rows {
            let place = groups.partition_point(|name| name.as_str() < group);
            let (said, before) = *of.entry(who.to_owned()).or_insert((place, line));
            if said != place {
                let what = format!("{who} is in another group in line {before}");
                return Err(BadCohorts { line, what });
            }
        }
        Ok(Self { groups, of })
    }

    /// The groups' names, in order.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The group of a picture, by its place in [`Self::groups`].
    pub fn group(&self, picture: &Path) -> Option<usize> {
        let of = |name: &str| self.of.get(name).map(|(group, _)| *group);
        picture.to_str().and_then(of).or_else(|| person(picture).and_then(of))
    }

    /// How many of the list's people and pictures are none of these pictures.
    pub fn not_shown(&self, pictures: &[&Path]) -> usize {
        let shown: BTreeSet<&str> =
            pictures.iter().flat_map(|picture| [picture.to_str(), person(picture)]).flatten().collect();
        self.of.keys().filter(|name| !shown.contains(name.as_str())).count()
    }
}

/// Who, and in which group.
fn columns(row: &str) -> Result<[&str; 2], String> {
    let separator = if row.contains('\t') { '\t' } else { ',' };
    let cells: Vec<&str> = row.split(separator).map(str::trim).collect();
    let [who, group] = cells[..] else {
        return Err(format!(
            "expected a person or a picture, a comma or tab, and a group; found {} columns",
            cells.len()
        ));
    };
    match (who.is_empty(), group.is_empty()) {
        _ if row.contains('"') => {
            Err("quotation marks are not read: put a tab between the columns".to_owned())
        }
        (true, _) => Err("there is no person".to_owned()),
        (false, true) => Err("there is no group".to_owned()),
        (false, false) => Ok([who, group]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_pictures_have_groups_and_a_picture_goes_before_its_person() {
        let list = "Person,Group\nAnna,north\r\n\nBerta\t south, west \nAnna/Anna_0002.jpg,south\n";
        let cohorts = Cohorts::parse(list).unwrap();
        assert_eq!(cohorts.groups(), ["north", "south", "south, west"]);
        let group =
            |picture: &str| cohorts.group(Path::new(picture)).map(|place| cohorts.groups()[place].as_str());
        for (picture, expected) in [
            ("Anna/Anna_0001.jpg", Some("north")),
            ("Anna/Anna_0002.jpg", Some("south")),
            ("Berta/Berta_0001.jpg", Some("south, west")),
            ("Carla/Carla_0001.jpg", None),
        ] {
            assert_eq!(group(picture), expected, "{picture}");
        }
        assert_eq!(cohorts.not_shown(&[Path::new("Anna/Anna_0002.jpg")]), 1, "Berta is not shown");
    }

    #[test]
    fn a_bad_line_is_told_by_its_number() {
        for (text, line, what) in [
            ("", 1, "1 to 64 groups"),
            ("person,group\n", 1, "1 to 64 groups"),
            ("Anna,a\nBerta", 2, "found 1 columns"),
            ("Anna,a,b", 1, "found 3 columns"),
            ("Anna,a\n,b", 2, "no person"),
            ("Anna,a\nBerta, ", 2, "no group"),
            ("Anna,a\nBerta,b\nAnna,b", 3, "another group in line 1"),
            ("\"Anna, Berta\",b", 1, "found 3 columns"),
            ("\"Anna\",b", 1, "quotation marks"),
        ] {
            let error = Cohorts::parse(text).unwrap_err();
            assert!(error.line == line && error.what.contains(what), "{text:?}: {error}");
        }
        assert!(Cohorts::parse("Anna,a\nAnna,a").is_ok(), "said twice is no contradiction");
    }
}
