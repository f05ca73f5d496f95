//! The statement of a closed day as ISO 20022 camt.053.001.08: one statement for each currency, of the account that
//! says what the provider owes the house.

use std::collections::BTreeMap;

use domain::{Currency, Timestamp};
use store::{SettlementRow, Statement, StatementEntry, StatementKind};

use crate::api::wire::money::moment;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08";
/// The longest texts of the standard's types.
const MAX_34: usize = 34;
const MAX_35: usize = 35;
const MAX_70: usize = 70;
const MAX_500: usize = 500;

/// XML in the making: what is opened is closed, and what is written is escaped.
struct Xml(String);

impl Xml {
    fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.0.push_str(&format!("<{name}>"));
        inside(self);
        self.0.push_str(&format!("</{name}>"));
    }

    fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.0.push_str(&escaped(text)));
    }

    /// An amount without its sign, and then on which side it is.
    fn amount(&mut self, currency: Currency, owed: i64) {
        let amount = currency.decimal(owed);
        let amount = amount.trim_start_matches('-');
        self.0.push_str(&format!("<Amt Ccy=\"{currency}\">{amount}</Amt>"));
        self.text("CdtDbtInd", if owed < 0 { "DBIT" } else { "CRDT" });
    }
}

/// `text` as character data. What XML 1.0 can't hold becomes a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push('?'),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

/// The message; `None` when no currency ever moved, since it must hold a statement.
pub(crate) fn statement(statement: &Statement) -> Option<String> {
    let mut accounts = BTreeMap::<Currency, (i64, Vec<&StatementEntry>)>::new();
    for (currency, opening) in &statement.opening {
        accounts.entry(*currency).or_default().0 = *opening;
    }
    for entry in &statement.entries {
        accounts.entry(entry.amount.currency()).or_default().1.push(entry);
    }
    if accounts.is_empty() {
        return None;
    }
    let row = &statement.settlement;
    let made_at = row.file.as_ref().map_or(row.closed_at, |file| file.at);
    let mut xml = Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned());
    xml.0.push_str(&format!("<Document xmlns=\"{NAMESPACE}\">"));
    xml.element("BkToCstmrStmt", |xml| {
        xml.element("GrpHdr", |xml| {
            xml.text("MsgId", &row.id.0.simple().to_string());
            xml.text("CreDtTm", &moment(made_at));
        });
        for (currency, (opening, entries)) in &accounts {
            xml.element("Stmt", |xml| of_account(xml, row, made_at, (*currency, *opening), entries));
        }
    });
    xml.0.push_str("</Document>\n");
    Some(xml.0)
}

fn of_account(
    xml: &mut Xml,
    row: &SettlementRow,
    made_at: Timestamp,
    (currency, opening): (Currency, i64),
    entries: &[&StatementEntry],
) {
    let (credits, debits): (Vec<&StatementEntry>, Vec<&StatementEntry>) =
        entries.iter().partition(|entry| entry.adds);
    let closing = entries.iter().fold(opening, |sum, entry| sum.saturating_add(entry.owed()));
    xml.text("Id", &format!("{}{currency}", row.id.0.simple()));
    xml.text("CreDtTm", &moment(made_at));
    xml.element("FrToDt", |xml| {
        xml.text("FrDtTm", &moment(row.from));
        xml.text("ToDtTm", &moment(row.until));
    });
    xml.element("Acct", |xml| {
        xml.element("Id", |xml| xml.element("Othr", |xml| xml.text("Id", &cut(&row.provider, MAX_34))));
        xml.text("Ccy", &currency.to_string());
        xml.text("Nm", &cut(&row.provider, MAX_70));
    });
    for (code, balance) in [("OPBD", opening), ("CLBD", closing)] {
        xml.element("Bal", |xml| {
            xml.element("Tp", |xml| xml.element("CdOrPrtry", |xml| xml.text("Cd", code)));
            xml.amount(currency, balance);
            xml.element("Dt", |xml| xml.text("Dt", &row.day.to_string()));
        });
    }
    xml.element("TxsSummry", |xml| {
        for (name, side) in [("TtlCdtNtries", &credits), ("TtlDbtNtries", &debits)] {
            let sum = side.iter().fold(0_i64, |sum, entry| sum.saturating_add(entry.amount.minor()));
            xml.element(name, |xml| {
                xml.text("NbOfNtries", &side.len().to_string());
                xml.text("Sum", &currency.decimal(sum));
            });
        }
    });
    for entry in entries {
        xml.element("Ntry", |xml| of_entry(xml, row, entry));
    }
}

fn of_entry(xml: &mut Xml, row: &SettlementRow, entry: &StatementEntry) {
    let currency = entry.amount.currency();
    let reference = entry.provider_ref.as_deref().unwrap_or_default();
    xml.text("NtryRef", &entry.transfer.0.simple().to_string());
    xml.amount(currency, entry.owed());
    xml.element("Sts", |xml| xml.text("Cd", "BOOK"));
    xml.element("BookgDt", |xml| xml.text("DtTm", &moment(entry.at)));
    xml.element("ValDt", |xml| xml.text("Dt", &row.day.to_string()));
    // A reference that was cut would name something else: a longer one is in the words at the end.
    let fits = (1..=MAX_35).contains(&reference.chars().count());
    if fits {
        xml.text("AcctSvcrRef", reference);
    }
    xml.element("BkTxCd", |xml| {
        xml.element("Domn", |xml| {
            xml.text("Cd", "PMNT");
            xml.element("Fmly", |xml| {
                xml.text("Cd", "MCRD");
                xml.text("SubFmlyCd", sub_family(entry));
            });
        });
        xml.element("Prtry", |xml| {
            xml.text("Cd", entry.kind.as_str());
            xml.text("Issr", "FacePay");
        });
    });
    xml.element("NtryDtls", |xml| {
        xml.element("TxDtls", |xml| {
            xml.element("Refs", |xml| {
                if fits {
                    xml.text("AcctSvcrRef", reference);
                }
                xml.text("EndToEndId", entry.attempt.as_deref().unwrap_or("NOTPROVIDED"));
            });
            xml.amount(currency, entry.owed());
        });
    });
    if !fits && !reference.is_empty() {
        xml.text("AddtlNtryInf", &cut(&format!("provider reference {reference}"), MAX_500));
    }
}

/// The bank transaction code within merchant card transactions.
fn sub_family(entry: &StatementEntry) -> &'static str {
    match (entry.kind, entry.adds) {
        (StatementKind::Sale, _) => "POSP",
        (StatementKind::Refund, _) => "RIMB",
        (StatementKind::Fee, _) => "FEES",
        (StatementKind::Break, true) => "CAJT",
        (StatementKind::Break, false) => "DAJT",
    }
}

#[cfg(test)]
mod tests;
