//! Curves as an SVG picture: points in, text out. It brings its own colours, light and dark, and is printed light.

use std::fmt::Write;

use super::axis::{Axis, percent};
use super::markup::escape;

/// A picture of curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// In the order of the legend.
    pub curves: Vec<Curve>,
    /// Single places.
    pub marks: Vec<Mark>,
}

/// A line through points.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it is called.
    pub name: String,
    /// Values of both axes, in the order of the line.
    pub points: Vec<[f64; 2]>,
}

/// A place with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What it is.
    pub name: String,
    /// Values of both axes.
    pub at: [f64; 2],
}

/// The whole picture's width, and the part that the axes span.
const WIDTH: f64 = 560.0;
const LEFT: f64 = 74.0;
const TOP: f64 = 44.0;
const SPAN: [f64; 2] = [466.0, 330.0];
/// From the plot's foot to the first line of the legend, and from line to line.
const LEGEND: f64 = 62.0;
const LINE: f64 = 20.0;
/// Colours; then they come again with dashes.
const COLOURS: usize = 6;
const DASHES: [&str; 4] = ["", "7 4", "2 3", "9 3 2 3"];

/// Colours that people tell apart who see no red or no green (Okabe and Ito, 2008), yellow left out.
const STYLE: &str = "\
.plot{font:12px system-ui,sans-serif;--ink:#1f2328;--soft:#59636e;--grid:#e3e6ea;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;\
--c3:#cc79a7;--c4:#4a9fd8;--c5:#b07d00}\
@media(prefers-color-scheme:dark){.plot{--ink:#e6edf3;--soft:#9aa4af;--grid:#30363d;--c0:#56b4e9;--c1:#ff8c42;\
--c2:#35c99a;--c3:#e39cc5;--c4:#8fd0ff;--c5:#e6b422}}\
@media print{.plot{--ink:#000;--soft:#444;--grid:#ddd;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;--c4:#4a9fd8;\
--c5:#b07d00}}\
.plot text{fill:var(--ink)}.plot .soft{fill:var(--soft)}.plot .title{font-size:14px;font-weight:600}\
.plot .grid{stroke:var(--grid);fill:none}.plot .frame{stroke:var(--soft);fill:none}\
.plot .curve{fill:none;stroke-width:2;stroke-linejoin:round}.plot .mark{fill:var(--ink)}";

impl Plot {
    /// The picture.
    pub fn svg(&self) -> String {
        let curves: Vec<Vec<[f64; 2]>> = self.curves.iter().map(|curve| self.pixels(&curve.points)).collect();
        let lines = (self.curves.len() + self.marks.len()) as f64;
        let height = TOP + SPAN[1] + LEGEND + lines * LINE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" \
             aria-label=\"{title}\"><style>{STYLE}</style><text class=\"title\" x=\"{LEFT}\" y=\"24\">{title}</text>\n",
            title = escape(&self.title)
        );
        self.axes(&mut svg);
        // An inner picture cuts off what lies beyond the axes.
        let [width, span] = SPAN;
        add(&mut svg, format_args!("<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{span}\">"));
        for (place, points) in curves.iter().enumerate() {
            add(&mut svg, format_args!("{}", line(points, &stroke(place))));
        }
        add(&mut svg, format_args!("</svg>\n"));
        if curves.iter().all(Vec::is_empty) {
            self.say_that_nothing_is_drawn(&mut svg);
        }
        self.marks(&mut svg);
        self.legend(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    /// Where points lie within the span of the axes; those that lie nowhere are left out.
    fn pixels(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        points.iter().filter_map(|point| self.pixel(*point)).collect()
    }

    fn pixel(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        Some([self.x.place(x)? * SPAN[0], (1.0 - self.y.place(y)?) * SPAN[1]])
    }

    fn axes(&self, svg: &mut String) {
        let (right, foot) = (LEFT + SPAN[0], TOP + SPAN[1]);
        for tick in &self.x.ticks {
            let Some(x) = self.x.place(*tick).map(|place| LEFT + place * SPAN[0]) else { continue };
            let text = percent(*tick);
            add(
                svg,
                format_args!(
                    "<path class=\"grid\" d=\"M{x:.1} {TOP}V{foot}\"/>\
                     <text class=\"soft\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>\n",
                    foot + 17.0
                ),
            );
        }
        for tick in &self.y.ticks {
            let Some(y) = self.y.place(*tick).map(|place| foot - place * SPAN[1]) else { continue };
            let text = percent(*tick);
            add(
                svg,
                format_args!(
                    "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>\
                     <text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>\n",
                    LEFT - 8.0,
                    y + 4.0
                ),
            );
        }
        let (middle_x, middle_y) = (LEFT + SPAN[0] / 2.0, TOP + SPAN[1] / 2.0);
        add(
            svg,
            format_args!(
                "<rect class=\"frame\" x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/>\
                 <text x=\"{middle_x}\" y=\"{}\" text-anchor=\"middle\">{} (%)</text>\
                 <text transform=\"translate(16 {middle_y}) rotate(-90)\" text-anchor=\"middle\">{} (%)</text>\n",
                SPAN[0],
                SPAN[1],
                foot + 37.0,
                escape(&self.x.label),
                escape(&self.y.label)
            ),
        );
    }

    fn say_that_nothing_is_drawn(&self, svg: &mut String) {
        let given = self.curves.iter().any(|curve| !curve.points.is_empty());
        let why = if given { "no point lies on these axes" } else { "there are no points to draw" };
        let (x, y) = (LEFT + SPAN[0] / 2.0, TOP + SPAN[1] / 2.0);
        add(
            svg,
            format_args!("<text class=\"soft\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{why}</text>\n"),
        );
    }

    fn marks(&self, svg: &mut String) {
        for (place, mark) in self.marks.iter().enumerate() {
            let within = |value: f64, span: f64| (0.0..=span).contains(&value);
            let at = self.pixel(mark.at).filter(|[x, y]| within(*x, SPAN[0]) && within(*y, SPAN[1]));
            let Some([x, y]) = at else { continue };
            let (x, y) = (LEFT + x, TOP + y);
            add(
                svg,
                format_args!(
                    "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>\
                     <text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                    x + 7.0,
                    y - 6.0,
                    letter(place)
                ),
            );
        }
    }

    fn legend(&self, svg: &mut String) {
        let mut y = TOP + SPAN[1] + LEGEND;
        for (place, curve) in self.curves.iter().enumerate() {
            let stroke = stroke(place);
            add(
                svg,
                format_args!(
                    "<path class=\"curve\" {stroke} d=\"M{LEFT} {:.1}h28\"/><text x=\"{}\" y=\"{y:.1}\">{}</text>\n",
                    y - 4.0,
                    LEFT + 38.0,
                    escape(&curve.name)
                ),
            );
            y += LINE;
        }
        for (place, mark) in self.marks.iter().enumerate() {
            add(
                svg,
                format_args!(
                    "<circle class=\"mark\" cx=\"{}\" cy=\"{:.1}\" r=\"4\"/>\
                     <text x=\"{}\" y=\"{y:.1}\">{}</text><text x=\"{}\" y=\"{y:.1}\">{}</text>\n",
                    LEFT + 4.0,
                    y - 4.0,
                    LEFT + 14.0,
                    letter(place),
                    LEFT + 38.0,
                    escape(&mark.name)
                ),
            );
            y += LINE;
        }
    }
}

/// Adds to a text, which cannot fail.
fn add(svg: &mut String, text: std::fmt::Arguments<'_>) {
    let _always = svg.write_fmt(text);
}

/// A line through pixels; a single one is a dot.
fn line(points: &[[f64; 2]], stroke: &str) -> String {
    let [first, rest @ ..] = points else { return String::new() };
    let [x, y] = first;
    if rest.is_empty() {
        return format!("<circle class=\"curve\" {stroke} cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>\n");
    }
    let rest: String = rest.iter().map(|[x, y]| format!("L{x:.1} {y:.1}")).collect();
    format!("<path class=\"curve\" {stroke} d=\"M{x:.1} {y:.1}{rest}\"/>\n")
}

fn stroke(place: usize) -> String {
    let dashes = DASHES[place / COLOURS % DASHES.len()];
    format!("stroke=\"var(--c{})\" stroke-dasharray=\"{dashes}\"", place % COLOURS)
}

fn letter(place: usize) -> char {
    char::from(b'a' + (place % 26) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(curves: Vec<Curve>) -> Plot {
        let (x, y) = (Axis::decades("false matches", 1e-4), Axis::share("matches", 0.0));
        Plot { title: "a <curve>".to_owned(), x, y, curves, marks: Vec::new() }
    }

    fn curve(points: &[[f64; 2]]) -> Curve {
        Curve { name: "all & \"one\"".to_owned(), points: points.to_vec() }
    }

    #[test]
    fn a_known_curve_has_known_coordinates() {
        let svg = plot(vec![curve(&[[1e-4, 0.0], [1e-2, 0.5], [1.0, 1.0]])]).svg();
        assert!(svg.contains("d=\"M0.0 330.0L233.0 165.0L466.0 0.0\""), "{svg}");
        let marked = Plot {
            marks: vec![Mark { name: "here".to_owned(), at: [1e-2, 0.5] }],
            ..plot(vec![curve(&[[0.5, 0.5]])])
        };
        let svg = marked.svg();
        assert!(svg.contains("cx=\"307.0\" cy=\"209.0\" r=\"4\""), "{svg}");
        assert!(svg.contains("cx=\"430.9\" cy=\"165.0\" r=\"3\""), "a single point is a dot: {svg}");
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let text = |points: &[[f64; 2]]| plot(vec![curve(points)]).svg();
        assert!(text(&[]).contains("there are no points to draw"));
        assert!(plot(Vec::new()).svg().contains("there are no points to draw"));
        for nowhere in [[f64::NAN, 0.5], [0.0, 0.5], [0.1, f64::INFINITY]] {
            let svg = text(&[nowhere]);
            assert!(svg.contains("no point lies on these axes"), "{svg}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
        let some = text(&[[0.0, 0.2], [1e-2, 0.5], [f64::NAN, 0.7], [1.0, 1.0]]);
        assert!(some.contains("d=\"M233.0 165.0L466.0 0.0\"") && !some.contains("no point"), "{some}");
    }

    #[test]
    fn every_text_is_escaped_and_every_curve_is_told_apart() {
        let curves = (0..8).map(|_| curve(&[[0.1, 0.1], [0.2, 0.2]])).collect();
        let svg = plot(curves).svg();
        assert!(svg.contains("a &lt;curve&gt;") && !svg.contains("<curve>"), "{svg}");
        assert!(svg.contains("all &amp; &quot;one&quot;"), "{svg}");
        let strokes: std::collections::BTreeSet<String> = (0..8).map(stroke).collect();
        assert_eq!(strokes.len(), 8);
        assert!(!svg.contains("<script") && !svg.contains("href"), "{svg}");
    }
}
