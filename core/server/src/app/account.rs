//! Wallets: how money gets into them.

use store::{AccountRow, By, Funding};

use super::App;
use crate::api::Problem;
use crate::auth::Principal;

/// Puts money into a person's wallet, which is opened when there is none in this currency. A transfer whose id
/// is known already is refused.
pub(crate) async fn fund(app: &App, by: &Principal, funding: Funding) -> Result<AccountRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.fund_wallet(By { actor: &actor, at }, &funding)).await?)
}
