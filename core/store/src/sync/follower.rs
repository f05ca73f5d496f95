//! What followers hand back: the receipts that they signed, each counted once.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    Currency, KeyId, Timestamp, UserId,
    limits::{bucket, first_bucket},
};
use sha2::{Digest as _, Sha256};

use super::Spent;
use crate::{
    By, PublicKey, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    receipt::RECEIPT_TYPE,
    row,
    schema::{
        follower_receipts, followers, paid_elsewhere, receipts, spending_elsewhere, unsent_receipts, users,
    },
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

/// What became of receipts that were handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenReceipts {
    /// How many were not known yet.
    pub new: usize,
    /// Why others were refused.
    pub refused: Vec<&'static str>,
}

/// How long what was spent elsewhere is kept: a limit is about a day, and clocks differ.
const SPENT_KEPT: Duration = Duration::from_secs(2 * 86_400);
/// How long it is kept which receipts are known; older ones are refused.
const RECEIPTS_KEPT: Duration = Duration::from_secs(90 * 86_400);

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
        type Columns = (String, Option<String>, i64, i64, i64);
        let rows: Vec<Columns> = self.read(|c| Ok(followers::table.order(followers::key_id).load(c)?))?;
        let follower = |(key, public_key, position, seen_at, receipts): Columns| {
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

    /// Takes receipts from the appliance with the key `from`. The key by which its first one is signed is its key from then on.
    ///
    /// # Errors
    /// When the database can't be written; then none is taken.
    pub fn take_receipts(
        &self,
        by: By<'_>,
        from: KeyId,
        handed: &[SignedReceipt],
    ) -> Result<TakenReceipts, StoreError> {
        self.write(|c| {
            seen(c, from, None, by.at)?;
            let from = from.to_string();
            let known: Option<String> =
                followers::table.find(&from).select(followers::public_key).first(c)?;
            let mut key: Option<PublicKey> = row::parse_opt(known.as_deref())?;
            let mut taken = TakenReceipts::default();
            for signed in handed {
                let payment = match Payment::read(signed, key, by.at) {
                    Ok(payment) => payment,
                    Err(why) => {
                        taken.refused.push(why);
                        continue;
                    }
                };
                if key.is_none() {
                    key = Some(payment.key);
                    let row = followers::public_key.eq(payment.key.to_string());
                    diesel::update(followers::table.find(&from)).set(row).execute(c)?;
                    let detail = format!("{{\"public_key\":\"{}\"}}", payment.key);
                    NewAudit::new("follower.known", &from).with(detail).append(c, by)?;
                }
                taken.new += usize::from(take(c, by.at, &from, (signed, &payment))?);
            }
            if !taken.refused.is_empty() {
                let detail = format!("{{\"receipts\":{}}}", taken.refused.len());
                NewAudit::new("follower.refused", &from).with(detail).append(c, by)?;
            }
            let more = followers::receipts + i64::try_from(taken.new).unwrap_or_default();
            diesel::update(followers::table.find(&from)).set(followers::receipts.eq(more)).execute(c)?;
            Ok(taken)
        })
    }

    /// Forgets what followers told so long ago that no limit is about it and no receipt is handed over again.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_followers_past(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|c| {
            let told = spending_elsewhere::table
                .filter(spending_elsewhere::bucket.lt(first_bucket(now, SPENT_KEPT)));
            diesel::delete(told).execute(c)?;
            let old = follower_receipts::table
                .filter(follower_receipts::received_at.lt(now.minus(RECEIPTS_KEPT).0));
            diesel::delete(old).execute(c)?;
            Ok(())
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
        followers::receipts.eq(0),
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

/// Keeps that there was a receipt and counts what was spent, unless it is known.
fn take(
    c: &mut AnyConnection,
    at: Timestamp,
    from: &str,
    (signed, payment): (&SignedReceipt, &Payment),
) -> Result<bool, StoreError> {
    let key = payment.key.to_string();
    let row = (
        follower_receipts::public_key.eq(&key),
        follower_receipts::transaction_id.eq(&payment.transaction),
        follower_receipts::key_id.eq(from),
        follower_receipts::sha256.eq(Sha256::digest(&signed.receipt).to_vec()),
        follower_receipts::received_at.eq(at.0),
    );
    let new = insert_or_ignore!(c, follower_receipts::table, row) == 1;
    if let (true, Some(payer)) = (new, &payment.payer)
        && users::table.find(payer).count().get_result::<i64>(c)? > 0
    {
        spending::count_elsewhere(c, &key, payer, &payment.spent)?;
        let row = (paid_elsewhere::user_id.eq(payer), paid_elsewhere::paid_at.eq(payment.paid_at.0));
        if insert_or_ignore!(c, paid_elsewhere::table, row) == 0 {
            let earlier =
                paid_elsewhere::table.find(payer).filter(paid_elsewhere::paid_at.lt(payment.paid_at.0));
            diesel::update(earlier).set(paid_elsewhere::paid_at.eq(payment.paid_at.0)).execute(c)?;
        }
    }
    Ok(new)
}

/// What a receipt says.
struct Payment {
    key: PublicKey,
    transaction: String,
    payer: Option<String>,
    /// When; not later than now, whatever the follower's clock says.
    paid_at: Timestamp,
    spent: Spent,
}

impl Payment {
    /// Reads a receipt that is signed by `key`, or by the key that it names where none is known yet; or why it is none.
    fn read(signed: &SignedReceipt, key: Option<PublicKey>, now: Timestamp) -> Result<Self, &'static str> {
        let said: serde_json::Value = serde_json::from_slice(&signed.receipt).map_err(|_| "it is no JSON")?;
        let text = |pointer: &str| said.pointer(pointer).and_then(serde_json::Value::as_str);
        let number = |pointer: &str| said.pointer(pointer).and_then(serde_json::Value::as_i64);
        if text("/type") != Some(RECEIPT_TYPE) {
            return Err("it is of another type");
        }
        let named: PublicKey = text("/key").and_then(|key| key.parse().ok()).ok_or("it names no key")?;
        if key.is_some_and(|key| key != named) {
            return Err("it is signed by another key than those before it");
        }
        if !named.verify(&signed.receipt, &signed.signature) {
            return Err("its signature does not hold");
        }
        let parts = (
            text("/transaction"),
            number("/amount/minor").filter(|amount| *amount > 0),
            text("/amount/currency").and_then(|currency| currency.parse::<Currency>().ok()),
            number("/captured_at_micros"),
        );
        let (Some(transaction), Some(amount), Some(currency), Some(at)) = parts else {
            return Err("something is missing in it");
        };
        let paid_at = Timestamp(at.min(now.0));
        if paid_at < now.minus(RECEIPTS_KEPT) {
            return Err("it is too old");
        }
        let payer: Option<UserId> = text("/payer").and_then(|payer| payer.parse().ok());
        Ok(Self {
            key: named,
            transaction: transaction.to_owned(),
            payer: payer.map(|payer| payer.to_string()),
            paid_at,
            spent: Spent { currency, bucket: bucket(paid_at), amount, count: 1 },
        })
    }
}
