//! What followers hand back: the receipts that they signed, each counted once.
use diesel::prelude::*;
use domain::{Currency, KeyId, Timestamp, UserId, limits::bucket};

use super::Spent;
use crate::{
    By, PublicKey, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    receipt::RECEIPT_TYPE,
    row,
    schema::{follower_receipts, followers, receipts, unsent_receipts},
    spending,
};

/// A receipt with its signature, as it is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    /// The bytes that are signed.
    pub receipt: Vec<u8>,
    /// Ed25519.
    pub signature: Vec<u8>,
}

/// An appliance that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowerRow {
    /// The key that it comes with.
    pub key: KeyId,
    /// By which its receipts are verified; `None` before its first one.
    pub public_key: Option<PublicKey>,
    /// The last change that it said to have copied.
    pub position: i64,
    /// When it was last heard of.
    pub seen_at: Timestamp,
    /// How many receipts it handed over.
    pub receipts: i64,
}

impl Store {
    /// Notes that the appliance with the key `key` asked for what comes after `position`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn follower_seen(&self, key: KeyId, position: i64, at: Timestamp) -> Result<(), StoreError> {
        self.write(|c| seen(c, key, Some(position), at))
    }

    /// The appliances that follow this one, by the keys that they come with.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn followers(&self) -> Result<Vec<FollowerRow>, StoreError> {
        type Columns = (String, Option<String>, i64, i64);
        let (rows, counts): (Vec<Columns>, Vec<(String, i64)>) = self.read_at_once(|c| {
            let counts = follower_receipts::table.group_by(follower_receipts::key_id);
            let counts = counts.select((follower_receipts::key_id, diesel::dsl::count_star())).load(c)?;
            Ok((followers::table.order(followers::key_id).load(c)?, counts))
        })?;
        let follower = |(key, public_key, position, seen_at): Columns| {
            let receipts = counts.iter().find(|(of, _)| *of == key).map_or(0, |(_, count)| *count);
            Ok(FollowerRow {
                key: row::parse(&key)?,
                public_key: row::parse_opt(public_key.as_deref())?,
                position,
                seen_at: Timestamp(seen_at),
                receipts,
            })
        };
        rows.into_iter().map(follower).collect()
    }

    /// Takes receipts from the appliance with the key `from`; says how many are new. The key by which its first one is signed is
    /// its key from then on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one is no receipt of that appliance: then none is taken.
    pub fn take_receipts(
        &self,
        by: By<'_>,
        from: KeyId,
        handed: &[SignedReceipt],
    ) -> Result<usize, StoreError> {
        self.write(|c| {
            seen(c, from, None, by.at)?;
            let from = from.to_string();
            let known: Option<String> =
                followers::table.find(&from).select(followers::public_key).first(c)?;
            let mut key: Option<PublicKey> = row::parse_opt(known.as_deref())?;
            let mut new = 0;
            for signed in handed {
                let payment = Payment::read(signed, key)?;
                if key.is_none() {
                    key = Some(payment.key);
                    let row = followers::public_key.eq(payment.key.to_string());
                    diesel::update(followers::table.find(&from)).set(row).execute(c)?;
                    let detail = format!("{{\"public_key\":\"{}\"}}", payment.key);
                    NewAudit::new("follower.known", &from).with(detail).append(c, by)?;
                }
                new += usize::from(take(c, by.at, &from, (signed, &payment))?);
            }
            Ok(new)
        })
    }

    /// Receipts that the centre has not got yet, at most `limit`.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn unsent_receipts(&self, limit: u32) -> Result<Vec<(String, SignedReceipt)>, StoreError> {
        let rows: Vec<(String, Vec<u8>, Vec<u8>)> = self.read(|c| {
            let waiting = unsent_receipts::table.inner_join(receipts::table);
            let page = waiting.order(unsent_receipts::transaction_id).limit(row::page(limit));
            let columns = (receipts::transaction_id, receipts::receipt, receipts::signature);
            Ok(page.select(columns).load(c)?)
        })?;
        let signed = |(id, receipt, signature)| (id, SignedReceipt { receipt, signature });
        Ok(rows.into_iter().map(signed).collect())
    }

    /// The centre has these.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn receipts_sent(&self, ids: Vec<String>) -> Result<(), StoreError> {
        let sent = unsent_receipts::table.filter(unsent_receipts::transaction_id.eq_any(ids));
        self.write(|c| Ok(diesel::delete(sent).execute(c).map(drop)?))
    }
}

pub(super) fn unsent_count(c: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(unsent_receipts::table.count().get_result(c)?)
}

fn seen(c: &mut AnyConnection, key: KeyId, position: Option<i64>, at: Timestamp) -> Result<(), StoreError> {
    let key = key.to_string();
    let row = (
        followers::key_id.eq(&key),
        followers::position.eq(position.unwrap_or_default()),
        followers::seen_at.eq(at.0),
    );
    if insert_or_ignore!(c, followers::table, row) == 0 {
        let known = followers::table.find(&key);
        diesel::update(known).set(followers::seen_at.eq(at.0)).execute(c)?;
        if let Some(position) = position {
            diesel::update(known).set(followers::position.eq(position)).execute(c)?;
        }
    }
    Ok(())
}

/// Keeps a receipt and counts what was spent, unless it is known.
fn take(
    c: &mut AnyConnection,
    at: Timestamp,
    from: &str,
    (signed, payment): (&SignedReceipt, &Payment),
) -> Result<bool, StoreError> {
    let row = (
        follower_receipts::key_id.eq(from),
        follower_receipts::transaction_id.eq(&payment.transaction),
        follower_receipts::receipt.eq(&signed.receipt),
        follower_receipts::signature.eq(&signed.signature),
        follower_receipts::received_at.eq(at.0),
    );
    let new = insert_or_ignore!(c, follower_receipts::table, row) == 1;
    if let (true, Some(payer)) = (new, payment.payer) {
        spending::count_elsewhere(c, from, &payer.to_string(), &payment.spent)?;
    }
    Ok(new)
}

/// What a receipt says.
struct Payment {
    key: PublicKey,
    transaction: String,
    payer: Option<UserId>,
    spent: Spent,
}

impl Payment {
    /// Reads a receipt that is signed by `key`, or by the key that it names where none is known yet.
    fn read(signed: &SignedReceipt, key: Option<PublicKey>) -> Result<Self, StoreError> {
        let refused =
            |why: &str| StoreError::Conflict(format!("this is no receipt of this appliance: {why}"));
        let said: serde_json::Value =
            serde_json::from_slice(&signed.receipt).map_err(|_| refused("it is no JSON"))?;
        let text = |pointer: &str| said.pointer(pointer).and_then(serde_json::Value::as_str);
        let number = |pointer: &str| said.pointer(pointer).and_then(serde_json::Value::as_i64);
        if text("/type") != Some(RECEIPT_TYPE) {
            return Err(refused("it is of another type"));
        }
        let named: PublicKey =
            text("/key").and_then(|key| key.parse().ok()).ok_or_else(|| refused("it names no key"))?;
        if key.is_some_and(|key| key != named) {
            return Err(refused("it is signed by another key"));
        }
        if !named.verify(&signed.receipt, &signed.signature) {
            return Err(refused("its signature does not hold"));
        }
        let parts = (
            text("/transaction"),
            number("/amount/minor"),
            text("/amount/currency"),
            number("/captured_at_micros"),
        );
        let (Some(transaction), Some(amount), Some(currency), Some(at)) = parts else {
            return Err(refused("something is missing in it"));
        };
        let currency: Currency = currency.parse().map_err(|_| refused("its currency is not known"))?;
        Ok(Self {
            key: named,
            transaction: transaction.to_owned(),
            payer: text("/payer").and_then(|payer| payer.parse().ok()),
            spent: Spent { currency, bucket: bucket(Timestamp(at)), amount, count: 1 },
        })
    }
}
