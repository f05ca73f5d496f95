//! What is a person's own, as their own device sees it.

use std::collections::{BTreeMap, BTreeSet};

use domain::consent::FacePayment;
use domain::enrolment::FaceKind;
use domain::limits::{Limits, Usage};
use domain::{ConsentId, Currency, Timestamp, TransactionId, UserId};
use store::{
    AccountRow, ConsentRow, ReceiptRow, Store, StoreError, TransactionFilter, TransactionRow, UserRow,
};

use super::App;
use crate::api::Problem;

/// How it stands with a person.
pub(crate) struct Own {
    pub(crate) user: UserRow,
    pub(crate) face_payment: FacePayment,
    pub(crate) face_payment_from: Option<Timestamp>,
    /// When each face was enrolled, the oldest first.
    pub(crate) faces: Vec<Timestamp>,
    pub(crate) has_pin: bool,
    pub(crate) wallets: Vec<AccountRow>,
    pub(crate) limits: Limits,
    /// What is spent of the limits, in each currency of the person's.
    pub(crate) spent: Vec<(Currency, Usage)>,
}

/// A payment with its receipt.
pub(crate) type Receipted = (TransactionRow, ReceiptRow);

/// How it stands with `user`.
pub(crate) async fn standing(app: &App, user: UserId) -> Result<Own, Problem> {
    let (limits, now) = (app.spending_limits(), app.now());
    Ok(app.store(move |store| own(store, user, limits, now)).await?)
}

fn own(store: &Store, user: UserId, limits: Limits, now: Timestamp) -> Result<Own, StoreError> {
    let face_payment_from = store.face_payment_from(user)?;
    let faces = store.faces(user)?;
    let wallets = store.accounts(&user.to_string())?;
    let newest = TransactionFilter { user: Some(user), limit: 1, ..TransactionFilter::default() };
    let paid_in = store.transactions(&newest)?.into_iter().map(|payment| payment.amount.currency());
    let mut currencies: BTreeSet<Currency> = wallets.iter().map(|wallet| wallet.currency).collect();
    currencies.extend(paid_in);
    currencies.extend(store.spending_currencies(user, now)?);
    let usage = |currency| Ok((currency, store.usage(user, currency, now)?));
    Ok(Own {
        user: store.user(user)?,
        face_payment: FacePayment::at(face_payment_from, now),
        face_payment_from,
        faces: faces.iter().filter(|face| face.kind != FaceKind::Mean).map(|face| face.created_at).collect(),
        has_pin: store.has_pin(user)? || store.has_pin_at_centre(user)?,
        wallets,
        limits,
        spent: currencies.into_iter().map(usage).collect::<Result<_, StoreError>>()?,
    })
}

/// A page of the person's consents, each with its text where that is kept here.
pub(crate) async fn consents(
    app: &App,
    user: UserId,
    after: Option<ConsentId>,
    limit: u32,
) -> Result<Vec<(ConsentRow, Option<String>)>, Problem> {
    let load = move |store: &Store| {
        let rows = store.consent_page(user, after, limit)?;
        let digests: Vec<String> = rows.iter().map(|row| row.text_sha256.clone()).collect();
        let texts = store.consent_texts_of(&digests)?;
        let texts: BTreeMap<_, _> = texts.into_iter().map(|text| (text.text_sha256, text.text)).collect();
        Ok(rows
            .into_iter()
            .map(|row| {
                let text = texts.get(&row.text_sha256).cloned();
                (row, text)
            })
            .collect())
    };
    Ok(app.store(load).await?)
}

/// A page of the person's receipts, the newest payment first, and the key that signed them.
pub(crate) async fn receipts(
    app: &App,
    user: UserId,
    before: Option<TransactionId>,
    limit: u32,
) -> Result<(Vec<Receipted>, String), Problem> {
    let filter = TransactionFilter {
        user: Some(user),
        receipted: true,
        before,
        limit,
        ..TransactionFilter::default()
    };
    let load = move |store: &Store| {
        let rows = store.transactions(&filter)?;
        let ids: Vec<TransactionId> = rows.iter().map(|row| row.id).collect();
        let mut receipts: BTreeMap<_, _> =
            store.receipts(&ids)?.into_iter().map(|receipt| (receipt.transaction, receipt)).collect();
        let pairs = rows.into_iter().filter_map(|row| receipts.remove(&row.id).map(|receipt| (row, receipt)));
        Ok((pairs.collect(), store.device_key().public().to_string()))
    };
    Ok(app.report(load).await?)
}

/// One payment of the person's, with its receipt where its money moved. Of somebody else's there is none.
pub(crate) async fn receipt(
    app: &App,
    user: UserId,
    id: TransactionId,
) -> Result<(TransactionRow, Option<ReceiptRow>, String), Problem> {
    let load = move |store: &Store| {
        let row = store.transaction(id)?;
        if row.user != Some(user) {
            return Err(StoreError::NotFound("transaction"));
        }
        Ok((row, store.receipt(id)?, store.device_key().public().to_string()))
    };
    Ok(app.store(load).await?)
}
