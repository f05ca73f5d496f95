//! One HTML page without a script and without anything from elsewhere: it can be filed, mailed and printed.

use super::markup::escape;
use super::plot::Plot;

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// A sentence or two below the title.
    pub about: String,
    /// From top to bottom.
    pub parts: Vec<Part>,
}

/// A piece of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Begins a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph that must not be overlooked.
    Warning(String),
    /// A paragraph that says what is wrong.
    Alarm(String),
    /// Rows and columns.
    Table(Table),
    /// Rows that are good or bad: the last cell of each in its colour, one mark a row.
    Marked {
        /// The rows.
        table: Table,
        /// What each is.
        marks: Vec<Mark>,
    },
    /// Pictures side by side.
    Plots(Vec<Plot>),
    /// Text as it is, behind its title until it is asked for.
    Raw {
        /// What it is.
        title: String,
        /// The text.
        text: String,
    },
}

/// What is thought of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Good,
    /// As it should not be.
    Bad,
    /// Nobody knows.
    Open,
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
        }
    }
}

/// Rows and columns; the first column names the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the columns are.
    pub head: Vec<String>,
    /// Their cells.
    pub rows: Vec<Vec<String>>,
}

/// A page may hold what it brings itself: the browser is told to fetch nothing and to run nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d8dee4;--paper:#fff;--card:#f6f8fa;--warn:#9a6700;\
--warnpaper:#fff8e1;--bad:#b3261e;--badpaper:#fdecea;--good:#1a6b37}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--paper:#0d1117;--card:#161b22;\
--warn:#e3b341;--warnpaper:#272115;--bad:#ff8a80;--badpaper:#2d1614;--good:#6fd08c}}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:76rem;padding:2.5rem 1.5rem;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;\
color:var(--ink);background:var(--paper)}\
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .4rem}h2{font-size:1.15rem;margin:2.4rem 0 .6rem;padding-top:.9rem;\
border-top:1px solid var(--line)}\
p{max-width:60rem;margin:.5rem 0}.about{color:var(--soft)}\
.warn{color:var(--warn);background:var(--warnpaper);border-left:3px solid var(--warn);padding:.5rem .8rem}\
.alarm{color:var(--bad);background:var(--badpaper);border-left:3px solid var(--bad);padding:.5rem .8rem;font-weight:600}\
.good td:last-child{color:var(--good)}.bad td:last-child{color:var(--bad);font-weight:700}.open td:last-child{color:var(--soft)}\
details{margin:.4rem 0;border:1px solid var(--line);border-radius:8px}summary{padding:.45rem .8rem;cursor:pointer;\
font-family:ui-monospace,monospace;font-size:.88em;overflow-wrap:anywhere}\
pre{margin:0;padding:.6rem .8rem;border-top:1px solid var(--line);overflow-x:auto;font-size:.82em;line-height:1.4}\
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1.2rem;margin:1rem 0}\
.plots figure{margin:0;padding:.6rem;border:1px solid var(--line);border-radius:8px;break-inside:avoid}\
.plots svg{display:block;width:100%;max-width:44rem;height:auto;margin:0 auto}\
.scroll{overflow-x:auto;margin:.8rem 0}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92em}\
th,td{padding:.34rem .8rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}\
th{font-weight:600}thead th{color:var(--soft);background:var(--card);white-space:nowrap}\
th:first-child,td:first-child{text-align:left}tbody th{font-weight:400}td.text{text-align:left;overflow-wrap:anywhere}\
tr{break-inside:avoid}\
@media print{:root{--ink:#000;--soft:#444;--line:#ccc;--paper:#fff;--card:#f2f2f2;--warn:#7a5200;--warnpaper:#fff;--bad:#9c1c15;--badpaper:#fff;--good:#14532d}\
body{padding:0;max-width:none;font-size:10pt}.scroll{overflow:visible}.plots{grid-template-columns:1fr 1fr}}";

impl Page {
    /// The page.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let parts: String = self.parts.iter().map(Part::html).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <title>{title}</title><style>{STYLE}</style></head>\n\
             <body><main><h1>{title}</h1><p class=\"about\">{}</p>\n{parts}</main></body></html>\n",
            escape(&self.about)
        )
    }

    /// Every picture of it.
    pub fn plots(&self) -> impl Iterator<Item = &Plot> {
        let plots = self.parts.iter().filter_map(|part| {
            let Part::Plots(plots) = part else { return None };
            Some(plots)
        });
        plots.flatten()
    }
}

impl Part {
    fn html(&self) -> String {
        match self {
            Self::Heading(text) => format!("<h2>{}</h2>\n", escape(text)),
            Self::Text(text) => format!("<p>{}</p>\n", escape(text)),
            Self::Warning(text) => format!("<p class=\"warn\">{}</p>\n", escape(text)),
            Self::Alarm(text) => format!("<p class=\"alarm\">{}</p>\n", escape(text)),
            Self::Table(table) => table.html(&[]),
            Self::Marked { table, marks } => table.html(marks),
            Self::Plots(plots) => {
                let figures: String =
                    plots.iter().map(|plot| format!("<figure>{}</figure>\n", plot.svg())).collect();
                format!("<div class=\"plots\">{figures}</div>\n")
            }
            Self::Raw { title, text } => {
                let lines: Vec<String> = text.lines().map(escape).collect();
                let (title, text) = (escape(title), lines.join("\n"));
                format!("<details><summary>{title}</summary><pre>{text}</pre></details>\n")
            }
        }
    }
}

impl Table {
    /// A table of these columns.
    pub fn new(head: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self { head: head.iter().map(|text| (*text).to_owned()).collect(), rows }
    }

    fn html(&self, marks: &[Mark]) -> String {
        let head: String =
            self.head.iter().map(|text| format!("<th scope=\"col\">{}</th>", escape(text))).collect();
        let rows: String =
            self.rows.iter().enumerate().map(|(place, row)| html_row(row, marks.get(place))).collect();
        format!(
            "<div class=\"scroll\"><table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n"
        )
    }
}

fn html_row(row: &[String], mark: Option<&Mark>) -> String {
    let cells = row.iter().enumerate().map(|(column, text)| match column {
        0 => format!("<th scope=\"row\">{}</th>", escape(text)),
        // Figures stand at the right, so that their digits stand below each other; words do not.
        _ if is_figure(text) => format!("<td>{}</td>", escape(text)),
        _ => format!("<td class=\"text\">{}</td>", escape(text)),
    });
    let class = mark.map_or_else(String::new, |mark| format!(" class=\"{}\"", mark.class()));
    format!("<tr{class}>{}</tr>\n", cells.collect::<String>())
}

fn is_figure(text: &str) -> bool {
    let begins = text.trim_start_matches(['-', '−']).starts_with(|c: char| c.is_ascii_digit());
    text == "-" || (begins && text.len() < 40)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::report::axis::Axis;

    fn page() -> Page {
        let plot = Plot {
            title: "errors".to_owned(),
            x: Axis::decades("x", 1e-3),
            y: Axis::share("y", 0.0),
            curves: Vec::new(),
            marks: Vec::new(),
        };
        let table = Table::new(&["<b>", "n"], vec![vec!["a & b".to_owned(), "12".to_owned()]]);
        Page {
            title: "Faces <1:1>".to_owned(),
            about: "by \"us\"".to_owned(),
            parts: vec![
                Part::Heading("R&D".to_owned()),
                Part::Text("<img src=x onerror=alert(1)>".to_owned()),
                Part::Warning("'few'".to_owned()),
                Part::Alarm("<i>".to_owned()),
                Part::Marked { table: table.clone(), marks: vec![Mark::Bad] },
                Part::Table(table),
                Part::Raw { title: "a < b".to_owned(), text: "{\n  \"</pre>\": 1\n}".to_owned() },
                Part::Plots(vec![plot]),
            ],
        }
    }

    #[test]
    fn every_text_of_a_page_is_escaped() {
        let html = page().html();
        for text in [
            "<title>Faces &lt;1:1&gt;</title>",
            "by &quot;us&quot;",
            "<h2>R&amp;D</h2>",
            "&lt;img src=x onerror=alert(1)&gt;",
            "<p class=\"warn\">&#39;few&#39;</p>",
            "<th scope=\"col\">&lt;b&gt;</th>",
            "<tr><th scope=\"row\">a &amp; b</th><td>12</td></tr>",
            "<tr class=\"bad\"><th scope=\"row\">a &amp; b</th><td>12</td></tr>",
            "<p class=\"alarm\">&lt;i&gt;</p>",
            "<summary>a &lt; b</summary><pre>{\n  &quot;&lt;/pre&gt;&quot;: 1\n}</pre>",
        ] {
            assert!(html.contains(text), "{text} is not in {html}");
        }
        assert!(!html.contains("<img") && !html.contains("<b>"));
    }

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_runs_nothing() {
        let html = page().html();
        for word in ["<script", "<link", "src=\"", "href=", "url(", "@import"] {
            assert!(!html.contains(word), "{word}");
        }
        // The one address is the name of a language, which nobody fetches.
        assert_eq!(html.matches("http://").count(), html.matches("http://www.w3.org/2000/svg").count());
        assert!(html.contains("default-src 'none'") && html.contains("<figure><svg"));
        assert_eq!(page().plots().count(), 1);
    }
}
