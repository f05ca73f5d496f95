//! What the tests found: for a person, for programs, and for CI.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bench::{Measured, Timed};

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The contract is kept.
    Pass,
    /// It is broken.
    Fail,
    /// The test does not apply, or lacks something to test with.
    Skip,
    /// The process ended without a word.
    Crash,
    /// The process did not end within its budget.
    Timeout,
}

impl Verdict {
    /// Whether the plugin is not to be used.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::Crash | Self::Timeout)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Crash => "crash",
            Self::Timeout => "timeout",
        }
    }
}

/// One test and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// What it is about.
    pub group: &'static str,
    /// Its name within the group.
    pub name: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took, the start of its process apart.
    pub millis: u64,
    /// What it found out.
    pub detail: String,
}

/// Every test of one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The plugin's id; its file as long as the id is not known.
    pub plugin: String,
    /// What chance was drawn from: the same seed makes the same run.
    pub seed: u64,
    /// The tests, in the order in which they ran.
    pub tests: Vec<Tested>,
    /// What the calls take on each side; nothing where only some tests were asked for.
    pub timed: Vec<Measured>,
}

impl Report {
    pub(crate) fn new(plugin: String, seed: u64) -> Self {
        Self { plugin, seed, tests: Vec::new(), timed: Vec::new() }
    }

    fn count(&self, those: impl Fn(Verdict) -> bool) -> usize {
        self.tests.iter().filter(|test| those(test.verdict)).count()
    }

    /// Tests that passed.
    pub fn passed(&self) -> usize {
        self.count(|verdict| verdict == Verdict::Pass)
    }

    /// Tests that failed, crashed or ran out of time.
    pub fn failed(&self) -> usize {
        self.count(Verdict::is_failure)
    }

    /// Tests that had nothing to test.
    pub fn skipped(&self) -> usize {
        self.count(|verdict| verdict == Verdict::Skip)
    }

    /// One stable object.
    pub fn json(&self) -> Value {
        let test = |test: &Tested| {
            json!({ "group": test.group, "name": test.name, "result": test.verdict.name(),
                    "millis": test.millis, "detail": test.detail })
        };
        json!({
            "plugin": self.plugin, "seed": self.seed, "passed": self.passed(), "failed": self.failed(),
            "skipped": self.skipped(), "tests": self.tests.iter().map(test).collect::<Vec<_>>(),
            "timed": self.timed.iter().map(Measured::json).collect::<Vec<_>>(),
        })
    }

    /// The XML that CI servers read as the result of JUnit.
    pub fn junit(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
            escaped(&self.plugin),
            self.tests.len(),
            self.failed(),
            self.skipped()
        );
        xml.push_str(&self.properties());
        for test in &self.tests {
            let seconds = test.millis as f64 / 1000.0;
            let (group, name, detail) = (test.group, test.name, escaped(&test.detail));
            let inner = match test.verdict {
                Verdict::Pass => String::new(),
                Verdict::Skip => format!("<skipped message=\"{detail}\"/>"),
                failed => format!("<failure type=\"{}\" message=\"{detail}\"/>", failed.name()),
            };
            xml.push_str(&format!(
                "  <testcase classname=\"{group}\" name=\"{name}\" time=\"{seconds:.3}\">{inner}</testcase>\n"
            ));
        }
        xml.push_str("</testsuite>\n");
        xml
    }

    /// What the calls take, as properties like `in_process.detect.p50_ns`.
    fn properties(&self) -> String {
        let figures = |side: &Measured, Timed { call, took }: &Timed| {
            let took = took.as_ref().ok()?;
            let all = [("p50_ns", took.p50_ns), ("p95_ns", took.p95_ns), ("p99_ns", took.p99_ns)];
            let property = |(figure, value): (&str, u64)| {
                let side = side.side.name();
                format!("    <property name=\"{side}.{call}.{figure}\" value=\"{value}\"/>\n")
            };
            Some(all.map(property).concat())
        };
        let all = self.timed.iter().flat_map(|side| side.calls.iter().map(move |call| figures(side, call)));
        match all.flatten().collect::<String>() {
            none if none.is_empty() => none,
            some => format!("  <properties>\n{some}  </properties>\n"),
        }
    }
}

/// Text within a quoted attribute; control characters, which XML has no place for, become spaces.
fn escaped(text: &str) -> String {
    let clean = text.replace(char::is_control, " ");
    clean.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Figures, Side};

    fn report() -> Report {
        let tested = |verdict, detail: &str| Tested {
            group: "load",
            name: "opens",
            verdict,
            millis: 1500,
            detail: detail.to_owned(),
        };
        let verdicts = [Verdict::Pass, Verdict::Fail, Verdict::Skip, Verdict::Crash, Verdict::Timeout];
        let tests = verdicts.map(|verdict| tested(verdict, "a \"<&>\"\u{0}")).to_vec();
        let figures = Figures { n: 9, p50_ns: 1, p95_ns: 2, p99_ns: 3, per_s: 4.0 };
        let calls = vec![
            Timed { call: "detect".into(), took: Ok(figures) },
            Timed { call: "embed".into(), took: Err("gone".into()) },
        ];
        let (side, detail) = (Side::Isolated, String::new());
        let timed = vec![Measured { side, calls, verdict: Verdict::Pass, detail }];
        Report { plugin: "org.example.x".into(), seed: 7, tests, timed }
    }

    #[test]
    fn crashes_and_timeouts_count_as_failed_in_the_object() {
        let json = report().json();
        let counts = ["passed", "failed", "skipped", "seed"].map(|key| json[key].as_u64().unwrap());
        assert_eq!(counts, [1, 3, 1, 7]);
        let keys: Vec<&str> = json["tests"][3].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["group", "name", "result", "millis", "detail"]);
        assert_eq!(json["tests"][3]["result"], "crash");
        assert_eq!(json["timed"][0]["calls"][0]["p95_ns"], 2);
    }

    #[test]
    fn what_a_plugin_says_cannot_break_the_xml() {
        let xml = report().junit();
        assert!(xml.contains("<failure type=\"crash\" message=\"a &quot;&lt;&amp;&gt;&quot; \"/>"), "{xml}");
        assert!(xml.contains("<property name=\"isolated.detect.p99_ns\" value=\"3\"/>"), "{xml}");
        assert!(xml.contains("tests=\"5\" failures=\"3\" skipped=\"1\"") && xml.contains("time=\"1.500\""));
    }
}
