//! What must be true when everything is settled: our books, the clients' memory and the acquirer's book agree.

use std::collections::BTreeMap;

use domain::operation::{Kind, State};
use domain::transaction;
use serde_json::Value;
use store::{OperationRow, Store, TransactionFilter, TransactionRow};

use super::machine::Machine;
use super::till::{Bounds, Fact, Till};

/// What was found wrong, by what it would mean.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Told to be done, and not there.
    pub(crate) lost: u64,
    /// Done more than once, or without being asked for.
    pub(crate) doubled: u64,
    /// Each thing that must not be, in words.
    pub(crate) violations: Vec<String>,
}

impl Verdict {
    fn lost(&mut self, words: String) {
        self.lost += 1;
        self.violations.push(format!("lost: {words}"));
    }

    fn doubled(&mut self, words: String) {
        self.doubled += 1;
        self.violations.push(format!("doubled: {words}"));
    }

    fn wrong(&mut self, words: String) {
        self.violations.push(words);
    }
}

/// Our books, read whole.
struct Books {
    rows: Vec<TransactionRow>,
    operations: BTreeMap<domain::TransactionId, Vec<OperationRow>>,
}

impl Books {
    fn of(store: &Store) -> Self {
        let (mut rows, mut before) = (Vec::<TransactionRow>::new(), None);
        loop {
            let filter = TransactionFilter { before, limit: 200, ..TransactionFilter::default() };
            let page = store.transactions(&filter).unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            rows.extend(page);
        }
        let operations = rows.iter().map(|row| (row.id, store.operations(row.id).unwrap())).collect();
        Self { rows, operations }
    }
}

/// Compares all that is known. `funded` is what each payer's wallet was given; the appliance is down.
pub(crate) fn verdict(machine: &Machine, tills: &[Till], funded: i64, book: &Value) -> Verdict {
    let mut verdict = Verdict::default();
    let verified = machine.run(&["audit", "verify", "--json"]);
    if verified["ok"] != true {
        verdict.wrong(format!("the books do not add up: {verified}"));
    }
    let store = machine.store();
    let books = Books::of(&store);
    told(&mut verdict, &books, tills);
    settled(&mut verdict, &books);
    wallets(&mut verdict, &store, &books, tills, funded);
    acquirer(&mut verdict, &books, book);
    verdict
}

/// What clients were told is so, once.
fn told(verdict: &mut Verdict, books: &Books, tills: &[Till]) {
    let mut rows = BTreeMap::<&str, Vec<&TransactionRow>>::new();
    for row in &books.rows {
        rows.entry(row.reference.as_deref().unwrap_or_default()).or_default().push(row);
    }
    for fact in tills.iter().flat_map(|till| &till.facts) {
        fact.wrong.iter().for_each(|wrong| verdict.wrong(wrong.clone()));
        if !fact.unanswered.is_empty() {
            verdict.wrong(format!("{}: never answered: {:?}", fact.reference, fact.unanswered));
        }
        match (rows.remove(fact.reference.as_str()).unwrap_or_default().as_slice(), &fact.id) {
            ([], None) => {}
            ([], Some(id)) => verdict.lost(format!("{}: the payment {id}", fact.reference)),
            ([row], _) => compared(verdict, fact, row),
            (several, _) => verdict.doubled(format!("{}: {} payments", fact.reference, several.len())),
        }
    }
    for reference in rows.keys() {
        verdict.doubled(format!("a payment that nobody asked for: {reference}"));
    }
}

fn compared(verdict: &mut Verdict, fact: &Fact, row: &TransactionRow) {
    let sums = [("taken", fact.taken, row.captured_minor), ("given back", fact.back, row.refunded_minor)];
    for (what, Bounds { least, most }, found) in sums {
        let words =
            || format!("{} {}: {found} {what}, and {least} to {most} were told", fact.reference, row.id);
        if found < least {
            verdict.lost(words());
        } else if found > most {
            verdict.doubled(words());
        }
    }
}

/// Nothing is in doubt for ever.
fn settled(verdict: &mut Verdict, books: &Books) {
    for (id, operations) in &books.operations {
        for operation in operations.iter().filter(|operation| operation.state.is_unsettled()) {
            let OperationRow { kind, state, provider, tries, .. } = operation;
            verdict.wrong(format!("{id}: a {kind} at {provider} is still {state} after {tries} questions"));
        }
    }
    for row in &books.rows {
        if matches!(row.state, transaction::State::Processing | transaction::State::InDoubt) {
            verdict.wrong(format!("{} is still {}", row.id, row.state));
        }
    }
}

/// Every payer's wallet holds what it was given, less what was paid from it, and what came back.
fn wallets(verdict: &mut Verdict, store: &Store, books: &Books, tills: &[Till], funded: i64) {
    let mut users: Vec<&String> = tills.iter().map(|till| &till.user).collect();
    users.dedup();
    for user in users {
        let paid: i64 = books
            .rows
            .iter()
            .filter(|row| row.user.is_some_and(|payer| payer.to_string() == **user))
            .filter(|row| row.provider.as_deref().is_some_and(|id| id.ends_with("payment-wallet")))
            .map(|row| row.captured_minor - row.refunded_minor)
            .sum();
        let held = store.accounts(user).unwrap().first().map_or(0, |account| account.balance.posted);
        if held != funded - paid {
            verdict.wrong(format!("the wallet of {user} holds {held} and should hold {}", funded - paid));
        }
    }
}

/// The acquirer did what our books say, attempt by attempt, and nothing else.
fn acquirer(verdict: &mut Verdict, books: &Books, book: &Value) {
    if book["conserved"] != true {
        verdict.wrong(format!("the acquirer lost money: {}", book["totals"]));
    }
    let twice = book["attempts"]["doubled"].as_u64().unwrap_or(0);
    if twice > 0 {
        verdict.doubled(format!("{twice} attempts had two effects at the acquirer"));
    }
    let minor = |value: &Value| value.as_i64().unwrap_or(0);
    let mut charges = BTreeMap::<&str, &Value>::new();
    for charge in book["charges"].as_array().into_iter().flatten() {
        charges.insert(charge["attempt"].as_str().unwrap_or_default(), charge);
    }
    for row in
        books.rows.iter().filter(|row| row.provider.as_deref().is_some_and(|id| id.ends_with("stripe")))
    {
        let charged = |o: &&OperationRow| matches!(o.kind, Kind::Sale | Kind::Authorize);
        let (mut net, mut held) = (0, false);
        for operation in books.operations[&row.id].iter().filter(charged) {
            let Some(charge) = charges.remove(hex::encode(operation.attempt_ref).as_str()) else {
                if operation.state == State::Approved {
                    verdict.wrong(format!("{}: the acquirer knows no charge that is approved", row.id));
                }
                continue;
            };
            net += minor(&charge["captured"]) - minor(&charge["refunded"]);
            held |= charge["state"] == "authorized";
        }
        let ours = row.captured_minor - row.refunded_minor;
        let words = format!("{} is {} with {ours} here and {net} at the acquirer", row.id, row.state);
        match net.cmp(&ours) {
            std::cmp::Ordering::Less => verdict.lost(words),
            std::cmp::Ordering::Greater => verdict.doubled(words),
            std::cmp::Ordering::Equal => {}
        }
        if held != (row.state == transaction::State::Authorized) {
            verdict.wrong(format!("{} is {}, and the acquirer holds its money: {held}", row.id, row.state));
        }
    }
    for (attempt, charge) in charges {
        verdict.doubled(format!("the acquirer charged {attempt}, and no book of ours knows it: {charge}"));
    }
}
