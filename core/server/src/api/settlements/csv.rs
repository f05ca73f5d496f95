//! CSV by RFC 4180, safe to open in a spreadsheet: no text can begin a formula there.

use domain::settlement::{Day, Totals};
use store::{SettlementDay, Statement, StatementEntry};

use super::state_of;
use crate::api::wire::money::moment;

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A table in the making. Numbers and our own words go in as they are, texts from outside by [`Csv::text`].
pub(crate) struct Csv(pub(crate) String);

impl Csv {
    pub(crate) fn new(header: &str) -> Self {
        Self(format!("{header}\r\n"))
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }
}

/// A text as a cell: quoted where RFC 4180 asks for it, and behind a `'` where it would be a formula.
pub(crate) fn text(value: &str) -> String {
    let guarded = if value.starts_with(FORMULA) { format!("'{value}") } else { value.to_owned() };
    let plain = !guarded.contains([',', '"', '\r', '\n']);
    if plain { guarded } else { format!("\"{}\"", guarded.replace('"', "\"\"")) }
}

/// Every posted transfer of a closed day.
pub(crate) fn statement(statement: &Statement) -> String {
    let mut csv =
        Csv::new("booked_at,kind,amount,currency,owed,transfer_id,operation_id,attempt,provider_ref");
    for entry in &statement.entries {
        let StatementEntry { transfer, kind, amount, at, operation, attempt, provider_ref, .. } = entry;
        let currency = amount.currency();
        csv.row(&[
            moment(*at),
            kind.as_str().to_owned(),
            currency.decimal(amount.minor()),
            currency.to_string(),
            currency.decimal(entry.owed()),
            transfer.to_string(),
            operation.map(|id| id.to_string()).unwrap_or_default(),
            attempt.clone().unwrap_or_default(),
            text(provider_ref.as_deref().unwrap_or_default()),
        ]);
    }
    csv.0
}

/// The sums of a day, by provider, side and currency.
pub(crate) fn report(day: Day, days: &[SettlementDay]) -> String {
    let mut csv = Csv::new(
        "date,provider,state,side,currency,sale_count,gross,refund_count,refunds,fees,net,open_operations",
    );
    for found in days {
        let theirs: &[Totals] = found.closed.as_ref().map_or(&[], |closed| &closed.theirs);
        let ours = found.ours.iter().map(|totals| ("ours", totals));
        for (side, totals) in ours.chain(theirs.iter().map(|totals| ("theirs", totals))) {
            let Totals { currency, sale_count, refund_count, gross, refunds, fees } = *totals;
            csv.row(&[
                day.to_string(),
                text(&found.provider),
                state_of(found).to_owned(),
                side.to_owned(),
                currency.to_string(),
                sale_count.to_string(),
                currency.decimal(gross),
                refund_count.to_string(),
                currency.decimal(refunds),
                currency.decimal(fees),
                currency.decimal(totals.net()),
                found.open.len().to_string(),
            ]);
        }
    }
    csv.0
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn no_text_begins_a_formula_or_ends_its_cell() {
        for (value, cell) in [
            ("pi_1", "pi_1"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=\"a\",\n", "\"'=\"\"a\"\",\n\""),
            ("", ""),
        ] {
            assert_eq!(text(value), cell);
        }
    }
}
