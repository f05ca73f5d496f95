//! Wallets: how money gets into them.

use domain::{Money, TransferId, UserId};
use store::{AccountRow, By, Funding};
use uuid::Uuid;

use super::App;
use crate::api::Problem;
use crate::auth::Principal;

/// Puts `amount` into the wallet of `user`, which is opened when there is none in this currency.
pub(crate) async fn fund(
    app: &App,
    by: &Principal,
    user: UserId,
    amount: Money,
) -> Result<(TransferId, AccountRow), Problem> {
    let funding = Funding { id: TransferId(Uuid::now_v7()), user, amount };
    let (actor, at, id) = (by.actor(), app.now(), funding.id);
    let wallet = app.store(move |store| store.fund_wallet(By { actor: &actor, at }, &funding)).await?;
    Ok((id, wallet))
}
