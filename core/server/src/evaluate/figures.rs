//! What was measured of each picture as a table: a line for a picture, a column for a component.

use std::fmt::Write;
use std::path::Path;

use pipeline::QualityReport;
use pipeline::quality::COMPONENTS;

/// The table as CSV (RFC 4180). A figure that was not measured is empty, as is the whole line of a picture without a face.
pub fn csv<'a>(pictures: impl Iterator<Item = (&'a Path, Option<&'a QualityReport>)>) -> String {
    let mut text = "picture,ok,reasons,value".to_owned();
    for spec in &COMPONENTS {
        text += &format!(",{}", spec.figure);
    }
    for (name, report) in pictures {
        text += &format!("\r\n{}", quoted(&name.display().to_string()));
        match report {
            Some(report) => line(&mut text, report),
            None => text += &",".repeat(3 + COMPONENTS.len()),
        }
    }
    text + "\r\n"
}

fn line(text: &mut String, report: &QualityReport) {
    // Writing to text cannot fail.
    let _written = write!(text, ",{},{},{}", report.ok, report.reason_names().join(" "), report.value);
    for one in report.components() {
        text.push(',');
        if let Some(measured) = one.measured {
            let _written = write!(text, "{measured}");
        }
    }
}

fn quoted(name: &str) -> String {
    match name.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pipeline::QualityOptions;
    use pipeline::quality::{Measured, judge};

    use super::*;

    #[test]
    fn every_picture_has_a_line_and_what_was_not_measured_is_empty() {
        let measured = Measured { yaw_deg: -7.5, eye_open_ratio: None, ..Measured::default() };
        let report = judge(&measured, &QualityOptions::open());
        let text = csv([(Path::new("a, b/1.jpg"), Some(&report)), (Path::new("c/1.jpg"), None)].into_iter());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("\"a, b/1.jpg\",true,,"), "{}", lines[1]);
        let columns: Vec<&str> = lines[0].split(',').collect();
        // The quoted name holds one comma more.
        let of = |column: &str| {
            let place = columns.iter().position(|name| *name == column).unwrap();
            lines[1].split(',').nth(place + 1).unwrap()
        };
        assert_eq!((of("yaw_deg"), of("eye_open_ratio")), ("7.5", ""));
        assert_eq!(lines[2].split(',').count(), columns.len());
    }
}
