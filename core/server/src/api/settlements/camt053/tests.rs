//! The message against the standard: a table of the elements in their order, what is required, and the sums.
//! The table is written by hand from the message definition; the schema itself is not part of this program.

use domain::settlement::{BatchState, Totals};
use domain::{Money, OperationId, SettlementId, TransferId};
use store::SettlementFile;
use uuid::Uuid;

use super::*;

/// An element with what it may hold.
#[derive(Debug, Default)]
struct Node {
    name: String,
    attributes: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn all<'a>(&'a self, path: &str) -> Vec<&'a Node> {
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        let found = self.children.iter().filter(|child| child.name == name);
        if rest.is_empty() { found.collect() } else { found.flat_map(|child| child.all(rest)).collect() }
    }

    fn one(&self, path: &str) -> &str {
        self.all(path).first().map_or("", |node| node.text.as_str())
    }
}

/// Reads what `Xml` writes and stops at anything that is not well formed.
fn parse(xml: &str) -> Node {
    let mut stack = vec![Node::default()];
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "{text}");
        let plain =
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
        stack.last_mut().unwrap().text.push_str(&plain.replace("&amp;", "&"));
        let end = rest[at..].find('>').unwrap() + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let node = stack.pop().unwrap();
            assert_eq!(node.name, name);
            stack.last_mut().unwrap().children.push(node);
        } else {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let node = Node { name: name.to_owned(), attributes: attributes.to_owned(), ..Node::default() };
            stack.push(node);
        }
    }
    assert_eq!(stack.len(), 1, "every element is closed");
    stack.pop().unwrap()
}

/// For each element that holds others: those that it may hold, in the standard's order; `!` marks the required ones.
/// An element is named by its parent where its contents depend on that.
const ORDER: &[(&str, &str)] = &[
    ("/Document", "BkToCstmrStmt!"),
    ("Document/BkToCstmrStmt", "GrpHdr! Stmt! SplmtryData"),
    ("BkToCstmrStmt/GrpHdr", "MsgId! CreDtTm! MsgRcpt MsgPgntn OrgnlBizQry AddtlInf"),
    (
        "BkToCstmrStmt/Stmt",
        "Id! StmtPgntn ElctrncSeqNb RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc Acct! RltdAcct Intrst Bal! \
         TxsSummry Ntry AddtlStmtInf",
    ),
    ("Stmt/FrToDt", "FrDtTm! ToDtTm!"),
    ("Stmt/Acct", "Id! Tp Ccy Nm Prxy Ownr Svcr"),
    ("Acct/Id", "Othr!"),
    ("Id/Othr", "Id! SchmeNm Issr"),
    ("Stmt/Bal", "Tp! CdtLine Amt! CdtDbtInd! Dt! Avlbty"),
    ("Bal/Tp", "CdOrPrtry! SubTp"),
    ("Tp/CdOrPrtry", "Cd!"),
    ("Bal/Dt", "Dt!"),
    ("Stmt/TxsSummry", "TtlNtries TtlCdtNtries TtlDbtNtries TtlNtriesPerBkTxCd"),
    ("TxsSummry/TtlCdtNtries", "NbOfNtries Sum"),
    ("TxsSummry/TtlDbtNtries", "NbOfNtries Sum"),
    (
        "Stmt/Ntry",
        "NtryRef Amt! CdtDbtInd! RvslInd Sts! BookgDt ValDt AcctSvcrRef Avlbty BkTxCd! ComssnWvrInd AddtlInfInd \
         AmtDtls Chrgs TechInptChanl Intrst CardTx NtryDtls AddtlNtryInf",
    ),
    ("Ntry/Sts", "Cd!"),
    ("Ntry/BookgDt", "DtTm!"),
    ("Ntry/ValDt", "Dt!"),
    ("Ntry/BkTxCd", "Domn Prtry"),
    ("BkTxCd/Domn", "Cd! Fmly!"),
    ("Domn/Fmly", "Cd! SubFmlyCd!"),
    ("BkTxCd/Prtry", "Cd! Issr"),
    ("Ntry/NtryDtls", "Btch TxDtls"),
    ("NtryDtls/TxDtls", "Refs Amt CdtDbtInd AmtDtls"),
    ("TxDtls/Refs", "MsgId AcctSvcrRef PmtInfId InstrId EndToEndId"),
];

/// Checks order, required elements and the lengths of texts, all the way down.
fn conforms(parent: &str, node: &Node) {
    let name = format!("{parent}/{}", node.name);
    if node.children.is_empty() {
        let chars_max = match node.name.as_str() {
            "AddtlNtryInf" => 500,
            "Nm" => 70,
            "Id" if parent == "Othr" => 34,
            _ => 35,
        };
        assert!((1..=chars_max).contains(&node.text.chars().count()), "{name}: {}", node.text);
        return;
    }
    let (_, order) =
        ORDER.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name} is unknown"));
    let order: Vec<&str> = order.split_whitespace().collect();
    let place = |child: &Node| order.iter().position(|known| known.trim_end_matches('!') == child.name);
    let places: Vec<usize> = node
        .children
        .iter()
        .map(|child| place(child).unwrap_or_else(|| panic!("{name}/{}", child.name)))
        .collect();
    assert!(places.is_sorted(), "{name}: {places:?}");
    for required in order.iter().filter_map(|known| known.strip_suffix('!')) {
        assert!(node.children.iter().any(|child| child.name == required), "{name} lacks {required}");
    }
    node.children.iter().for_each(|child| conforms(&node.name, child));
}

fn entry(
    number: u128,
    kind: StatementKind,
    owed: i64,
    currency: &str,
    reference: Option<&str>,
) -> StatementEntry {
    StatementEntry {
        transfer: TransferId(Uuid::from_u128(number)),
        kind,
        amount: Money::new(owed.abs(), currency.parse().unwrap()).unwrap(),
        adds: owed > 0,
        at: Timestamp(1_769_860_800_000_000),
        operation: Some(OperationId(Uuid::from_u128(number))),
        attempt: reference.map(|_| "00112233445566778899aabbccddeeff".to_owned()),
        provider_ref: reference.map(str::to_owned),
    }
}

fn sample(opening: &[(&str, i64)], entries: Vec<StatementEntry>) -> Statement {
    let file = SettlementFile { sha256: String::new(), lines: 1, at: Timestamp(1_769_947_300_000_000) };
    Statement {
        settlement: SettlementRow {
            id: SettlementId(Uuid::from_u128(7)),
            provider: "org.facepay.payment-".to_owned() + &"x".repeat(60),
            day: "2026-01-31".parse().unwrap(),
            state: BatchState::Matched,
            from: Timestamp(1_769_817_600_000_000),
            until: Timestamp(1_769_904_000_000_000),
            closed_at: Timestamp(1_769_904_000_000_001),
            closed_by: "system".to_owned(),
            file: Some(file),
            breaks_left: 0,
            operation_count: 0,
            ours: Vec::<Totals>::new(),
            theirs: Vec::new(),
        },
        opening: opening.iter().map(|(code, minor)| (code.parse().unwrap(), *minor)).collect(),
        entries,
    }
}

#[test]
fn the_message_has_the_form_of_the_standard() {
    let long = "x".repeat(255);
    let entries = vec![
        entry(1, StatementKind::Sale, 1250, "EUR", Some("pi_<1>&\"'\u{1}")),
        entry(2, StatementKind::Refund, -250, "EUR", Some(&long)),
        entry(3, StatementKind::Break, -5, "KWD", Some("")),
        entry(4, StatementKind::Break, 5, "KWD", None),
        entry(5, StatementKind::Fee, -30, "EUR", None),
    ];
    let xml = statement(&sample(&[("EUR", -100), ("JPY", 500)], entries)).unwrap();
    let root = parse(&xml);
    let document = &root.children[0];
    assert_eq!(document.attributes, format!("xmlns=\"{NAMESPACE}\""));
    conforms("", document);
    assert_eq!(
        document.all("BkToCstmrStmt/Stmt/Bal").len(),
        6,
        "an opening and a closing one in each currency"
    );
    let refs = document.all("BkToCstmrStmt/Stmt/Ntry/AcctSvcrRef");
    assert_eq!(refs.iter().map(|node| node.text.as_str()).collect::<Vec<_>>(), ["pi_<1>&\"'?"]);
    assert!(document.one("BkToCstmrStmt/Stmt/Ntry/AddtlNtryInf").ends_with(&long));
    assert!(document.one("BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls/Refs/EndToEndId").starts_with("00112233"));
}

#[test]
fn each_balance_is_the_one_before_and_all_entries() {
    let entries = vec![
        entry(1, StatementKind::Sale, 1250, "EUR", None),
        entry(2, StatementKind::Refund, -1300, "EUR", None),
        entry(3, StatementKind::Sale, 700, "JPY", None),
        entry(4, StatementKind::Fee, -5, "KWD", None),
    ];
    let xml = statement(&sample(&[("EUR", 25), ("JPY", -700)], entries)).unwrap();
    let root = parse(&xml);
    let balances = |nth: usize| {
        let stmt = root.children[0].all("BkToCstmrStmt/Stmt")[nth];
        let balance = |bal: &&Node| {
            let amount = bal.all("Amt")[0];
            format!("{} {} {}", amount.attributes, amount.text, bal.one("CdtDbtInd"))
        };
        stmt.all("Bal").iter().map(balance).collect::<Vec<_>>()
    };
    assert_eq!(balances(0), ["Ccy=\"EUR\" 0.25 CRDT", "Ccy=\"EUR\" 0.25 DBIT"]);
    assert_eq!(balances(1), ["Ccy=\"JPY\" 700 DBIT", "Ccy=\"JPY\" 0 CRDT"]);
    assert_eq!(balances(2), ["Ccy=\"KWD\" 0.000 CRDT", "Ccy=\"KWD\" 0.005 DBIT"]);
}

#[test]
fn there_is_no_message_of_nothing() {
    assert!(statement(&sample(&[], Vec::new())).is_none());
}
