//! How the acquirer decides about ISO 8583 messages: one of each kind, repeats from memory, reversals for good.

use std::collections::{HashMap, HashSet};

use super::message::Message;
use crate::book::{Book, Order, Refusal, State};
use crate::clock;

/// Response codes (DE39).
pub(crate) const APPROVED: &str = "00";
const IN_PROGRESS: &str = "09";
const INVALID_TRANSACTION: &str = "12";
const INVALID_AMOUNT: &str = "13";
const INVALID_CARD: &str = "14";
const NOT_LOCATED: &str = "25";
const FORMAT_ERROR: &str = "30";
const DUPLICATE: &str = "94";
/// A fault of the acquirer itself.
pub(crate) const MALFUNCTION: &str = "96";

/// Cards that are refused, by their last digits.
const REFUSED: [(&str, &str); 3] = [("0002", "05"), ("9995", "51"), ("0069", "54")];
const CURRENCIES: [(&str, &str); 8] = [
    ("978", "EUR"),
    ("840", "USD"),
    ("826", "GBP"),
    ("392", "JPY"),
    ("356", "INR"),
    ("756", "CHF"),
    ("752", "SEK"),
    ("414", "KWD"),
];
/// In every request.
const REQUIRED: [u8; 12] = [3, 4, 7, 11, 12, 13, 25, 37, 41, 42, 48, 49];
/// Given back in every response.
const ECHOED: [u8; 12] = [3, 4, 7, 11, 12, 13, 37, 41, 42, 48, 49, 90];

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Authorize,
    Sale,
    Refund,
    Capture,
    Void,
    Reverse,
}

impl Kind {
    /// The kind of a message. A reversal with the original's own trace number undoes an attempt whose answer was lost;
    /// one with a number of its own is a void.
    pub(crate) fn of(message: &Message) -> Option<Self> {
        Some(match (message.mti.as_str(), message.field(3).get(..2).unwrap_or_default()) {
            ("0100" | "0101", "00") => Self::Authorize,
            ("0200" | "0201", "00") => Self::Sale,
            ("0200" | "0201", "20") => Self::Refund,
            ("0220" | "0221", "00") => Self::Capture,
            ("0400" | "0401", _) if message.field(90).get(4..10) == Some(message.field(11)) => Self::Reverse,
            ("0400" | "0401", _) => Self::Void,
            _ => return None,
        })
    }

    /// The name that faults use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Sale => "sale",
            Self::Refund => "refund",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Reverse => "reverse",
        }
    }
}

/// A message as reversals name it: type, trace number, transmission time, terminal and merchant.
type Name = [String; 5];

/// What a message has done.
#[derive(Clone, Copy)]
enum Effect {
    Charge(usize),
    Capture(usize),
    Refund(usize),
}

/// What the acquirer remembers of messages.
#[derive(Default)]
pub(crate) struct Desk {
    /// What was asked and answered, by type, trace number, RRN, terminal and merchant. `None` while the message is being carried out.
    answers: HashMap<Name, (Vec<String>, Option<Reply>)>,
    effects: HashMap<Name, Effect>,
    /// Undone, or never to be done.
    undone: HashSet<Name>,
}

/// Response code and approval code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: &'static str,
    approval: String,
}

impl Reply {
    /// A response without an approval code.
    pub(crate) fn code(code: &'static str) -> Self {
        Self { code, approval: String::new() }
    }

    /// The response to a message.
    pub(crate) fn to(&self, request: &Message) -> Message {
        let mut fields = request.fields.clone();
        fields.retain(|number, _| ECHOED.contains(number));
        fields.insert(39, self.code.into());
        if !self.approval.is_empty() {
            fields.insert(38, self.approval.clone());
        }
        Message { mti: format!("{}10", &request.mti[..2]), fields, bitmap: request.bitmap }.advised(request)
    }
}

impl Message {
    /// An advice is answered as an advice.
    fn advised(mut self, request: &Message) -> Self {
        if request.mti.as_bytes()[2] == b'2' {
            self.mti.replace_range(2..3, "3");
        }
        self
    }

    /// The type without the mark of a repeat.
    fn first_mti(&self) -> String {
        format!("{}0", &self.mti[..3])
    }

    fn name(&self, third: u8) -> Name {
        let field = |number| self.field(number).to_owned();
        [self.first_mti(), field(11), field(third), field(41), field(42)]
    }

    /// The message that this one names in field 90.
    fn original(&self) -> Option<Name> {
        let data = self.fields.get(&90)?;
        let field = |number| self.field(number).to_owned();
        Some([data[..4].into(), data[4..10].into(), data[10..20].into(), field(41), field(42)])
    }

    fn amount(&self) -> i64 {
        self.field(4).parse().unwrap_or(0)
    }
}

impl Desk {
    /// What is to be said without carrying the message out; `None` takes it on.
    pub(crate) fn claim(&mut self, kind: Kind, message: &Message) -> Option<Reply> {
        let needed: &[u8] = match kind {
            Kind::Authorize | Kind::Sale => &[2, 22],
            Kind::Refund => &[22, 90],
            Kind::Capture | Kind::Void | Kind::Reverse => &[90],
        };
        if REQUIRED.iter().chain(needed).any(|number| !message.fields.contains_key(number)) {
            return Some(Reply::code(FORMAT_ERROR));
        }
        if self.undone.contains(&message.name(7)) {
            return Some(Reply::code(INVALID_TRANSACTION));
        }
        let said = [2, 3, 4, 48, 49, 90].map(|number| message.field(number).to_owned()).to_vec();
        match self.answers.get(&message.name(37)) {
            None => {
                self.answers.insert(message.name(37), (said, None));
                None
            }
            Some((found, _)) if *found != said => Some(Reply::code(DUPLICATE)),
            Some((_, None)) => Some(Reply::code(IN_PROGRESS)),
            Some((_, Some(reply))) => Some(reply.clone()),
        }
    }

    /// Remembers the answer to a message that was taken on.
    pub(crate) fn complete(&mut self, message: &Message, reply: &Reply) {
        if let Some((_, answer)) = self.answers.get_mut(&message.name(37)) {
            *answer = Some(reply.clone());
        }
    }

    /// Forgets a message that was taken on.
    pub(crate) fn forget(&mut self, message: &Message) {
        self.answers.remove(&message.name(37));
    }

    /// Carries a message out.
    pub(crate) fn carry_out(&mut self, book: &mut Book, kind: Kind, message: &Message) -> Reply {
        if self.undone.contains(&message.name(7)) {
            return Reply::code(INVALID_TRANSACTION);
        }
        let done = match kind {
            Kind::Authorize | Kind::Sale => self.charge(book, kind, message),
            Kind::Capture => self.capture(book, message),
            Kind::Refund => self.refund(book, message),
            Kind::Void => self.void(book, message),
            Kind::Reverse => self.reverse(book, message),
        };
        done.unwrap_or_else(Reply::code)
    }

    fn charge(&mut self, book: &mut Book, kind: Kind, message: &Message) -> Result<Reply, &'static str> {
        let card = message.field(2);
        if !passes_luhn(card) {
            return Err(INVALID_CARD);
        }
        let declined = REFUSED.iter().find(|(digits, _)| card.ends_with(digits)).map(|(_, code)| *code);
        if message.amount() < 1 {
            return Err(INVALID_AMOUNT);
        }
        let order = Order {
            attempt: message.field(48).to_owned(),
            amount: message.amount(),
            currency: currency(message)?.to_owned(),
            declined,
            at_once: kind == Kind::Sale,
        };
        let index = book.charge(message.field(37).to_owned(), order, clock::now_s());
        match declined {
            Some(code) => Err(code),
            None => Ok(self.done(message, Effect::Charge(index), index)),
        }
    }

    fn capture(&mut self, book: &mut Book, message: &Message) -> Result<Reply, &'static str> {
        let index = self.charge_named(book, message)?;
        book.capture(index, message.amount(), clock::now_s()).map_err(code)?;
        Ok(self.done(message, Effect::Capture(index), index))
    }

    fn refund(&mut self, book: &mut Book, message: &Message) -> Result<Reply, &'static str> {
        let index = self.charge_named(book, message)?;
        let named = (message.field(37).to_owned(), message.field(48).to_owned());
        let refund = book.refund(named, index, message.amount(), clock::now_s()).map_err(code)?;
        Ok(self.done(message, Effect::Refund(refund), index))
    }

    fn void(&mut self, book: &mut Book, message: &Message) -> Result<Reply, &'static str> {
        let index = self.charge_named(book, message)?;
        match book.void(index, clock::now_s()) {
            Ok(()) | Err(Refusal::State(State::Voided | State::Reversed)) => Ok(Reply::code(APPROVED)),
            Err(refusal) => Err(code(refusal)),
        }
    }

    /// Undoes what a message has done. One that never came is refused from now on.
    fn reverse(&mut self, book: &mut Book, message: &Message) -> Result<Reply, &'static str> {
        let original = message.original().ok_or(FORMAT_ERROR)?;
        let undone = match self.effects.get(&original).copied() {
            None => Err(NOT_LOCATED),
            Some(_) if self.undone.contains(&original) => Ok(()),
            Some(Effect::Charge(index)) => book.reverse(index, clock::now_s()).map_err(code),
            Some(Effect::Capture(index)) => book.reverse_capture(index).map_err(code),
            Some(Effect::Refund(refund)) => {
                book.reverse_refund(refund, clock::now_s());
                Ok(())
            }
        };
        if undone.is_ok() || undone == Err(NOT_LOCATED) {
            self.undone.insert(original);
        }
        undone.map(|()| Reply::code(APPROVED))
    }

    fn done(&mut self, message: &Message, effect: Effect, index: usize) -> Reply {
        self.effects.insert(message.name(7), effect);
        Reply { code: APPROVED, approval: format!("{:06}", index + 1) }
    }

    /// The charge that a message names, in the currency that it names.
    fn charge_named(&self, book: &Book, message: &Message) -> Result<usize, &'static str> {
        let original = message.original().ok_or(FORMAT_ERROR)?;
        let Some(Effect::Charge(index)) = self.effects.get(&original).copied() else {
            return Err(NOT_LOCATED);
        };
        match book.charges[index].order.currency == currency(message)? {
            true => Ok(index),
            false => Err(INVALID_TRANSACTION),
        }
    }
}

fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Amount => INVALID_AMOUNT,
        Refusal::State(_) => INVALID_TRANSACTION,
    }
}

fn currency(message: &Message) -> Result<&'static str, &'static str> {
    let known = CURRENCIES.iter().find(|(number, _)| *number == message.field(49));
    known.map(|(_, code)| *code).ok_or(INVALID_TRANSACTION)
}

/// Whether the last digit of a card number is the right one.
fn passes_luhn(card: &str) -> bool {
    let sum: u32 = (card.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0'))).enumerate())
        .map(|(at, digit)| match at % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    card.len() >= 12 && sum.is_multiple_of(10)
}
