//! Closed sets of names as schemas of their own, from the tables that the program itself goes by.

use std::borrow::Cow;

use domain::role::{Permission, Role};
use domain::{
    analytics, approval, checkout, enrolment, group, identity, model_change, operation, settlement,
    transaction, user,
};
use store::DeliveryState;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::app::doctor::Status;

/// A text that is one of `names`.
pub(crate) fn one_of(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(names)).build()
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $values:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl $name {
            /// Every one.
            pub(crate) fn all() -> Vec<&'static str> {
                $values
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(Self::all()).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

fn of<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(name).collect()
}

/// Of both, each once.
fn either(mut names: Vec<&'static str>, others: Vec<&'static str>) -> Vec<&'static str> {
    names.extend(others);
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

names! {
    /// What came of a check.
    CheckStatus = of(&Status::ALL, Status::as_str);
    /// What a key or a member of staff is for.
    RoleName = of(Role::ALL, Role::as_str);
    /// What can be allowed.
    PermissionName = of(Permission::ALL, Permission::as_str);
    /// Whether a person may pay.
    UserStatus = of(user::Status::ALL, user::Status::as_str);
    /// How an approval stands.
    ApprovalState = of(approval::State::ALL, approval::State::as_str);
    /// What is approved.
    ApprovalKind = of(approval::Kind::ALL, approval::Kind::as_str);
    /// What a provider is asked for.
    OperationKind = of(operation::Kind::ALL, operation::Kind::as_str);
    /// How a request to a provider stands.
    OperationState = of(operation::State::ALL, operation::State::as_str);
    /// How a payment stands.
    TransactionState = of(transaction::State::ALL, transaction::State::as_str);
    /// How a checkout stands, by one person or by several.
    CheckoutState = either(
        of(checkout::State::ALL, checkout::State::as_str),
        of(group::State::ALL, group::State::as_str),
    );
    /// How one payer's part stands.
    LegState = of(group::leg::State::ALL, group::leg::State::as_str);
    /// What becomes of the others when one does not pay.
    GroupPolicy = of(group::Policy::ALL, group::Policy::as_str);
    /// How an enrolment of a face that somebody else has stands.
    EnrolmentState = of(enrolment::State::ALL, enrolment::State::as_str);
    /// What a template was made of.
    FaceKind = of(enrolment::FaceKind::ALL, enrolment::FaceKind::as_str);
    /// Where the change of the recogniser stands.
    ModelChangePhase = of(model_change::Phase::ALL, model_change::Phase::as_str);
    /// How a business day stands.
    SettlementState = of(settlement::BatchState::ALL, settlement::BatchState::as_str);
    /// What a line of a provider's file is about.
    SettlementLineKind = of(settlement::LineKind::ALL, settlement::LineKind::as_str);
    /// How a line of a provider's file fits our books.
    SettlementMatch = of(settlement::Match::ALL, settlement::Match::as_str);
    /// Where a message to a webhook stands.
    DeliveryStateName = of(
        &[DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Dead],
        DeliveryState::as_str,
    );
    /// What an identity check is for.
    IdentityPurpose = of(identity::Purpose::ALL, identity::Purpose::as_str);
    /// Where an identity check stands.
    IdentityState = of(identity::State::ALL, identity::State::as_str);
    /// How surely an issuer vouches.
    IdentityAssurance = of(identity::Assurance::ALL, identity::Assurance::as_str);
    /// How long the points of a plot are.
    BucketName = of(analytics::Bucket::ALL, analytics::Bucket::as_str);
    /// What was found out about a request that no provider answers for.
    Outcome = vec!["approved", "declined", "reversed"];
}
