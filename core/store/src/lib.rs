//! Durable state: people, consent, sealed templates, money, access and the audit chain, in SQLite or
//! PostgreSQL.
//!
//! [`Store`] is the only way to the database. Its methods block and are grouped by what they are
//! about; each write is one database transaction that carries its own audit record and, where others
//! must hear of it, its outbox message. Rules are not decided here: state machines and balances come
//! from `domain`, and the database's constraints stand behind them.

mod account;
mod analytics;
mod api_key;
mod approval;
pub mod audit;
mod backup_act;
mod calibration;
mod camera;
mod camera_device;
mod camera_state;
mod checkout;
mod connection;
mod consent;
mod consent_text;
mod counter;
mod data_key;
mod delivery;
mod device;
mod dump;
mod enrolment;
mod erasure;
mod error;
mod exchange;
mod face;
mod face_crop;
mod face_payment;
mod fact;
mod fail_point;
mod gallery_part;
mod group;
mod idempotency;
mod identity;
mod instrument;
pub mod json;
mod ledger;
mod leg;
mod look_alike;
mod look_up;
mod migration;
mod model_change;
mod operation;
mod operator;
mod outbox;
mod payer_device;
mod pin;
mod plugin_act;
mod pool;
mod receipt;
mod retention;
mod root;
mod row;
mod schema;
mod settlement;
mod snapshot;
mod spending;
mod step_up;
mod subject;
mod sync;
mod totp;
mod transaction;
mod update_act;
mod url;
mod user;
mod webhook;
mod webhook_in;

pub mod cache;
pub mod seal;
mod store;
mod writer;

pub use account::{AccountRow, Funding};
pub use analytics::{AnalyticsFilter, Counted, Counts, PaymentCounts, ReasonCount};
pub use api_key::{ApiKeyRow, KeyBounds, NewApiKey};
pub use approval::{ApprovalRow, NewApproval, Sanction, refund_detail};
pub use audit::{AuditFault, AuditFilter, AuditPlace, AuditRow, CheckpointRow};
pub use backup_act::BackupAct;
pub use calibration::Calibration;
pub use camera::CameraRow;
pub use camera_device::CameraDevice;
pub use camera_state::{CAMERA_STATES_KEPT, CameraStateRow};
pub use checkout::{CheckoutRow, NewCheckout};
pub use consent::{ConsentRow, NewConsent};
pub use consent_text::{ConsentTextRow, NewConsentText};
pub use delivery::{Attempt, DeliveryRow, DeliveryState, Due, Next, Replay};
pub use device::{DeviceKey, PublicKey};
pub use dump::{KeyFile, key_files};
pub use enrolment::{Admission, Duplicate, EnrolmentRow, Member, NewEnrolment, NewReview};
pub use error::StoreError;
pub use exchange::Exchange;
pub use face::{FaceRow, GalleryRow, NewFace, Synthetic, mean_id};
pub use face_crop::{CropRow, NewCrop};
pub use face_payment::{FacePaymentLink, LINK_TRIES_MAX, LinkTry};
pub use gallery_part::{KeptPart, PartFaces};
pub use group::{GroupRow, GroupStep, NewGroup};
pub use idempotency::{Claim, SavedResponse};
pub use identity::{Attested, IdentityCheckRow, IdentityEnding, NewIdentityCheck};
pub use instrument::InstrumentRow;
pub use ledger::LedgerFault;
pub use leg::{GroupLeg, LegRow, NewLeg};
pub use look_alike::LookAlike;
pub use look_up::{Candidate, Filled, VectorSupport};
pub use migration::migrations;
pub use model_change::{Beside, RolesRow, Visits};
pub use operation::{AUTHORIZATION_EXPIRED, OperationRow, Outcome, Preparation, Prepared, Source};
pub use operator::OperatorRow;
pub use outbox::OutboxRow;
pub use payer_device::{NewPayerDevice, PayerDeviceRow, PayerDeviceShown};
pub use pin::PinTry;
pub use plugin_act::{DisabledPlugin, PluginAct};
pub use receipt::{RECEIPT_TYPE, ReceiptRow};
pub use retention::{Retention, Retired};
pub use settlement::{
    Closing, OpenRequest, ProviderFile, Resolution, SettlementDay, SettlementFile, SettlementLine,
    SettlementRow, Statement, StatementEntry, StatementKind,
};
pub use snapshot::{Part, PartBuffer, PartFault, Snapshot, WrittenPart};
pub use step_up::NewProof;
pub use store::{By, Store};
pub use sync::{
    Change, Changed, CopiedFace, Feed, FollowerRow, Holds, NamedPerson, Person, SignedReceipt, Spent,
    SyncPosition, TakenReceipts, Visitors,
};
pub use transaction::{Details, NewTransaction, Place, TransactionFilter, TransactionRow};
pub use update_act::UpdateAct;
pub use url::DatabaseUrl;
pub use user::{NewUser, Profile, UserChange, UserRow};
pub use webhook::{NewWebhook, WEBHOOKS_MAX, WebhookRow};
pub use webhook_in::Received;
