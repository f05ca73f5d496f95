//! The report to read, to print and to file.

use store::PublicKey;

use super::claims::{Claim, Verdict};
use super::measurement::Measurement;
use super::rates::Shown;
use super::{Commissioned, seal};
use crate::evaluate::report::page::{Mark, Page, Part, Table};

/// The whole page.
pub(super) fn page(report: &Commissioned, key: &PublicKey) -> Page {
    let mut parts = vec![match report.device.as_asked {
        true => Part::Text(report.device.said.clone()),
        false => Part::Alarm(report.device.said.clone()),
    }];
    if report.appliance_served {
        let text = "An appliance served on this machine meanwhile and had its share of it: the figures are of what was left.";
        parts.push(Part::Warning(text.to_owned()));
    }
    parts.extend(report.measurements.iter().filter_map(trouble));
    parts.push(Part::Heading("Claims".to_owned()));
    parts.push(claims(&report.claims));
    parts.push(Part::Heading("Rates of errors".to_owned()));
    parts.extend(rates(&report.rates));
    parts.push(Part::Heading("The machine".to_owned()));
    parts.push(Part::Table(machine(report)));
    parts.push(Part::Heading("What was run".to_owned()));
    let how = "Each command can be run again by itself; its figures, as it printed them, are below and in the JSON beside this page.";
    parts.push(Part::Text(how.to_owned()));
    parts.push(Part::Table(commands(&report.measurements)));
    parts.extend(
        report
            .measurements
            .iter()
            .map(|taken| Part::Raw { title: taken.command.clone(), text: format!("{:#}", taken.output) }),
    );
    parts.push(Part::Heading("Signature".to_owned()));
    parts.push(Part::Text(format!(
        "Signed by the appliance whose public key is {key}. To verify, with both files and the signature in one folder: \
         facepay report verify FOLDER --key {key}"
    )));
    let about = format!(
        "What this appliance does, measured on the very machine by FacePay {} at {}. No figure without the number of its samples; \
         a claim without enough of them is not measured. {} beside this page has every figure.",
        report.facepay,
        report.made_at,
        seal::JSON
    );
    let title = match report.branch.as_str() {
        "" => "Commissioning report".to_owned(),
        branch => format!("Commissioning report: {branch}"),
    };
    Page { title, about, parts }
}

/// A command that failed, and what it said.
fn trouble(taken: &Measurement) -> Option<Part> {
    let failed = taken.output.is_null();
    failed.then(|| Part::Alarm(format!("{} gave no figures: {}", taken.command, taken.said)))
}

fn claims(claims: &[Claim]) -> Part {
    let mark = |claim: &Claim| match claim.verdict {
        Verdict::Met => Mark::Good,
        Verdict::Missed => Mark::Bad,
        Verdict::NotMeasured => Mark::Open,
    };
    let head = ["Claim", "Limit", "Measured", "n", "Verdict"];
    let table = Table::new(&head, claims.iter().map(Claim::row).collect());
    Part::Marked { table, marks: claims.iter().map(mark).collect() }
}

fn rates(rates: &[Shown]) -> Vec<Part> {
    if rates.is_empty() {
        let text = "None was measured: they need pictures of people and of attacks (--live, --attack, --images, --pairs).";
        return vec![Part::Warning(text.to_owned())];
    }
    let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
    let row = |shown: &Shown| {
        let missing = match shown.missing() {
            Some(0) => "shown".to_owned(),
            Some(missing) => format!("{missing} more without an error"),
            None => "never with these errors".to_owned(),
        };
        vec![
            shown.name.clone(),
            format!("{} of {}", shown.rate.count, shown.rate.n),
            format!("{} to {}", percent(shown.rate.ci95[0]), percent(shown.rate.ci95[1])),
            format!("{} ({})", percent(shown.target), shown.standard),
            missing,
        ]
    };
    let note = "Intervals are Wilson's at 95 %. The last column says how many more trials it takes until the whole interval is below \
                the limit. A laboratory's certificate has rules of its own; attacks that are simulated are not its attacks.";
    let head = ["Rate", "Errors", "95 %", "Limit", "To show it"];
    vec![Part::Table(Table::new(&head, rates.iter().map(row).collect())), Part::Text(note.to_owned())]
}

fn machine(report: &Commissioned) -> Table {
    let of = &report.machine;
    let device = |key: &str| report.device.used[key].as_str().unwrap_or("-").to_owned();
    let memory = of.memory_mb.map_or("-".to_owned(), |mb| format!("{mb} MiB"));
    let rows = [
        ("Name", of.name.clone()),
        ("System", of.system.clone()),
        ("Kernel", of.kernel.clone()),
        ("Processor", format!("{}, {} cores", of.processor, of.cores)),
        ("Memory", memory),
        ("Networks run on", device("adapter")),
        ("through", device("backend")),
        ("because", device("why")),
    ];
    Table::new(&["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect())
}

fn commands(measurements: &[Measurement]) -> Table {
    let row = |taken: &Measurement| {
        let exit = taken.exit.map_or("killed".to_owned(), |code| code.to_string());
        vec![taken.command.clone(), taken.times.to_string(), format!("{:.1} s", taken.seconds), exit]
    };
    Table::new(&["Command", "Runs", "Took", "Ended with"], measurements.iter().map(row).collect())
}
