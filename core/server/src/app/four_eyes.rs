//! Acts of staff that a second person must allow, where `auth.four_eyes` names their kind: erasures, changes of plugins, changes
//! of the recogniser. To take a plugin out of use needs nobody else.

use domain::UserId;
use domain::approval::Kind;
use serde::{Deserialize, Serialize};
use store::ApprovalRow;

use super::model_change::{Standing, Step};
use super::plugin::Change;
use super::{App, approval, erase, model_change, plugin};
use crate::api::Problem;
use crate::api::wire::system::Plugin;
use crate::api::wire::user::ErasureCertificate;
use crate::auth::{Principal, forbidden};

/// What somebody wants to do.
pub(crate) enum Act {
    Erase(UserId),
    Plugin { id: String, change: Change },
    Model(Step),
}

/// What was done.
pub(crate) enum Done {
    Erased(ErasureCertificate),
    Plugins(Vec<Plugin>),
    Model(Box<Standing>),
}

/// What came of it.
pub(crate) enum Taken {
    Done(Done),
    /// A second person must say yes.
    Waits(ApprovalRow),
}

/// An act's own words, as they are kept.
#[derive(Serialize, Deserialize)]
struct Detail {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
}

impl Act {
    fn kind(&self) -> Kind {
        match self {
            Self::Erase(_) => Kind::Erase,
            Self::Plugin { .. } => Kind::Plugin,
            Self::Model(_) => Kind::Model,
        }
    }

    fn subject(&self) -> String {
        match self {
            Self::Erase(user) => user.to_string(),
            Self::Plugin { id, .. } => id.clone(),
            Self::Model(_) => "recogniser".to_owned(),
        }
    }

    fn detail(&self) -> Detail {
        match *self {
            Self::Erase(_) => Detail { change: None, step: None },
            Self::Plugin { change, .. } => Detail { change: Some(change), step: None },
            Self::Model(step) => Detail { change: None, step: Some(step) },
        }
    }

    /// The act that an approval is about; `None` where it is about money, or not as it is kept.
    fn of(approval: &ApprovalRow) -> Option<Self> {
        let detail: Detail = serde_json::from_str(&approval.detail).ok()?;
        match approval.kind {
            Kind::Refund | Kind::Resolve => None,
            Kind::Erase => approval.subject.parse().ok().map(Self::Erase),
            Kind::Plugin => Some(Self::Plugin { id: approval.subject.clone(), change: detail.change? }),
            Kind::Model => detail.step.map(Self::Model),
        }
    }
}

/// Does it, or lets it wait for a second person.
pub(crate) async fn take(app: &App, by: &Principal, act: Act) -> Result<Taken, Problem> {
    let kind = act.kind();
    if !app.settings().auth.four_eyes.iter().any(|named| named == kind.as_str()) {
        return done(app, by, act).await.map(Taken::Done);
    }
    if let Act::Erase(user) = act {
        // Who is not there needs nobody's yes.
        app.store(move |store| store.user(user)).await?;
    }
    let detail = serde_json::to_string(&act.detail()).map_err(|error| Problem::internal(&error))?;
    approval::ask(app, by, kind, act.subject(), detail).await.map(Taken::Waits)
}

/// A second person's yes, and the act. The yes is written first: an act that fails is asked for anew.
pub(super) async fn allowed(app: &App, by: &Principal, approval: &ApprovalRow) -> Result<Done, Problem> {
    let permission = approval.kind.permission();
    if !by.may(permission) {
        return Err(forbidden(by, permission));
    }
    let act = Act::of(approval).ok_or_else(|| approval::unreadable(approval.id))?;
    approval::say_yes(app, by, approval.id).await?;
    done(app, by, act).await
}

async fn done(app: &App, by: &Principal, act: Act) -> Result<Done, Problem> {
    match act {
        Act::Erase(user) => erase::erase(app, by, user).await.map(Done::Erased),
        Act::Plugin { id, change } => plugin::renew(app, by, &id, change).await.map(Done::Plugins),
        Act::Model(step) => {
            model_change::take(app, by, step).await.map(|standing| Done::Model(Box::new(standing)))
        }
    }
}
