//! Reading an answer: whether it is the answer to what was asked, and what its response code means.

use crate::message::Message;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It took effect.
    Approved,
    /// It was refused and has no effect.
    Declined(String),
    /// The acquirer does not know the message that was to be undone.
    NotLocated,
    /// The acquirer has not decided yet, does not know itself, or answered something else.
    Undecided,
}

/// Data elements that an answer must give back.
const ECHOED: [u8; 3] = [4, 11, 37];
/// Data elements that, where an answer has them, must be those of the request.
const EQUAL: [u8; 6] = [3, 7, 41, 42, 49, 90];

/// What an answer to a request says. One that does not match in every particular says nothing.
pub fn read(request: &Message, answer: &Message) -> Reading {
    let is_echoed =
        |number: &u8| answer.get(*number).is_some() && answer.get(*number) == request.get(*number);
    let is_equal = |number: &u8| answer.get(*number).is_none_or(|value| Some(value) == request.get(*number));
    let is_ours = answer.mti() == answer_type(request.mti())
        && ECHOED.iter().all(is_echoed)
        && EQUAL.iter().all(is_equal);
    match answer.text(39).filter(|_| is_ours) {
        Some(code) => meaning(code, request.mti().starts_with("04")),
        None => Reading::Undecided,
    }
}

/// The type of the answer to a request, repeated or not: 0100 → 0110, 0221 → 0230.
fn answer_type(mti: &str) -> String {
    match mti.get(..3) {
        Some("022") => "0230".to_owned(),
        _ => format!("{}10", mti.get(..2).unwrap_or_default()),
    }
}

/// The meaning of a response code (data element 39).
///
/// 91 and 92 (the issuer cannot be reached) are refusals: the acquirer has answered for it, and nothing was charged. 96 (it
/// broke down itself), 68 (an answer came too late), 09 (still in progress) and 94 (another message has these numbers) say
/// nothing about what was done, so they stay open; so do 08 and 10, approvals on conditions that nobody here can meet, and
/// codes that the standard leaves to others. For a reversal, 91 and 92 mean that it was not passed on.
fn meaning(code: &str, is_reversal: bool) -> Reading {
    let reason = match code {
        "00" | "11" => return Reading::Approved,
        "25" if is_reversal => return Reading::NotLocated,
        "90" | "91" | "92" if is_reversal => return Reading::Undecided,
        "01" | "02" => "refer_to_issuer",
        "03" => "merchant_invalid",
        "04" | "07" | "34" | "35" | "36" | "37" | "59" | "62" | "67" => "card_blocked",
        "05" => "do_not_honour",
        "12" => "transaction_invalid",
        "13" => "amount_invalid",
        "14" | "15" | "42" | "46" | "52" | "53" | "56" => "card_unknown",
        "25" => "original_not_located",
        "30" => "format_error",
        "33" | "54" => "card_expired",
        "38" | "75" => "pin_tries_exceeded",
        "39" | "40" | "57" | "58" => "not_permitted",
        "41" => "card_lost",
        "43" => "card_stolen",
        "51" => "insufficient_funds",
        "55" => "pin_incorrect",
        "61" => "amount_above_limit",
        "63" => "security_violation",
        "65" => "count_above_limit",
        "90" => "cutoff_in_progress",
        "91" | "92" => "issuer_unavailable",
        "93" => "law_violation",
        _ => return Reading::Undecided,
    };
    Reading::Declined(reason.to_owned())
}

#[cfg(test)]
mod tests;
