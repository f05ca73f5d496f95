//! What appliances with the same people tell each other, on the wire: the centre writes it, its followers read it. Moments are
//! microseconds since 1970 UTC, so that a copy is the same to the last digit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp, consent::Term, look_up::CANDIDATES_MAX};
use serde::{Deserialize, Serialize};
use store::{Changed, ConsentRow, CopiedFace, LookAlike, NamedPerson, SignedReceipt, StoreError};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::app::sync::look_up::{LookedUp, Probe};

/// One page of the feed of changes.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Feed {
    /// The feed's name. Whoever finds another one than before, or `last` before the place where it is, reads on from 0.
    pub(crate) feed: String,
    /// The place of the newest change there is.
    pub(crate) last: i64,
    /// The place up to which this page goes.
    pub(crate) reached: i64,
    /// In the order of their places.
    pub(crate) changes: Vec<Change>,
}

/// One change: what somebody is like now.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Change {
    pub(crate) seq: i64,
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What a change is of.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum What {
    /// A person.
    Person {
        /// Nothing for one who is gone.
        person: Option<Box<Person>>,
    },
    /// What a person spent at all other appliances together within the last day.
    Spending { spent: Vec<Spent> },
}

/// A person as they are copied.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Person {
    pub(crate) status: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) created_at_micros: i64,
    pub(crate) updated_at_micros: i64,
    pub(crate) face_payment_from_micros: Option<i64>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) faces: Vec<Face>,
    /// A PIN is not copied: it is tried at the centre.
    pub(crate) has_pin: bool,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) look_alikes: Vec<Pair>,
}

/// A consent as it is copied.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = CopiedConsent)]
pub(crate) struct Consent {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) text_version: String,
    pub(crate) text_sha256: String,
    pub(crate) language: String,
    pub(crate) channel: String,
    pub(crate) operator: String,
    pub(crate) given_at_micros: i64,
    pub(crate) expires_at_micros: i64,
    pub(crate) withdrawn_at_micros: Option<i64>,
}

/// A template as it is copied.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = CopiedFace)]
pub(crate) struct Face {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    #[schema(format = "uuid")]
    pub(crate) consent_id: String,
    pub(crate) model_tag: u32,
    /// The unit vector: base64 of its values, each 4 bytes, the least significant first.
    pub(crate) template: Secret64,
    pub(crate) quality: f32,
    pub(crate) created_at_micros: i64,
    pub(crate) kind: String,
    pub(crate) source: String,
    pub(crate) origin_id: Option<String>,
}

/// What a provider knows somebody's money by.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = CopiedInstrument)]
pub(crate) struct Instrument {
    pub(crate) provider: String,
    pub(crate) token: Secret64,
}

/// Two templates that are alike.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = CopiedLookAlike)]
pub(crate) struct Pair {
    pub(crate) face_id: String,
    pub(crate) other_face_id: String,
    pub(crate) user_id: String,
    pub(crate) other_user_id: String,
    pub(crate) similarity: f32,
    pub(crate) found_at_micros: i64,
}

/// What was spent in one span of five minutes, by its number since 1970.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Spent {
    pub(crate) currency: String,
    pub(crate) bucket: i64,
    pub(crate) amount: i64,
    pub(crate) count: i32,
}

/// Bytes in base64 that are overwritten when dropped.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct Secret64(String);

impl Secret64 {
    fn of(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes))
    }

    fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        STANDARD.decode(&self.0).map(Zeroizing::new).map_err(|_| unreadable("base64"))
    }

    /// Of values, each 4 bytes, the least significant first.
    pub(crate) fn of_values(values: &[f32]) -> Self {
        let bytes: Zeroizing<Vec<u8>> =
            Zeroizing::new(values.iter().flat_map(|value| value.to_le_bytes()).collect());
        Self::of(&bytes)
    }

    fn values(&self) -> Result<Zeroizing<Vec<f32>>, StoreError> {
        let bytes = self.bytes()?;
        let (values, rest) = bytes.as_chunks::<4>();
        match rest.is_empty() {
            true => Ok(Zeroizing::new(values.iter().map(|value| f32::from_le_bytes(*value)).collect())),
            false => Err(unreadable("template")),
        }
    }
}

impl Drop for Secret64 {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

/// A face that a follower does not know.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The recogniser that made the template.
    pub(crate) model_tag: u32,
    /// As that of a copied face.
    #[schema(value_type = String, max_length = 21848)]
    pub(crate) template: Secret64,
}

/// Who a face may be. It is for whoever asked to compare them, and to decide; nobody may pay for being named here.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Candidates {
    /// The feed's name.
    pub(crate) feed: String,
    /// The place of the newest change when they were read. Whoever has read further must not take them: they may have changed.
    pub(crate) last: i64,
    /// Among how many templates they were found, by which thresholds go.
    pub(crate) templates: usize,
    /// As in the feed: each of at most five people, and what they spent lately at other appliances.
    #[schema(max_items = 10)]
    pub(crate) candidates: Vec<Change>,
    /// How clearly each of them was meant, the likeliest first.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub(crate) named: Vec<Named>,
}

/// How clearly somebody was meant by a look-up.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Named {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    /// How far the person's face was more like than anybody else's at the centre, below zero for whoever was behind; nothing where there is nobody
    /// else. Who is hardly ahead proves more than a face.
    pub(crate) lead: Option<f32>,
}

impl Candidates {
    /// The people as the feed has them, among how many templates they were found, and who they are.
    pub(crate) fn into_named(self) -> Result<(store::Feed, usize, Vec<NamedPerson>), StoreError> {
        let Self { feed, last, templates, candidates, named } = self;
        let changes = candidates.into_iter().map(store::Change::try_from).collect::<Result<_, _>>()?;
        let person =
            |one: Named| Ok(NamedPerson { user: parsed(&one.user_id, "person's id")?, lead: one.lead });
        let named = named.into_iter().take(CANDIDATES_MAX).map(person).collect::<Result<_, StoreError>>()?;
        Ok((store::Feed { name: feed, changes, reached: last, last }, templates, named))
    }
}

/// Receipts that a follower hands over.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipts {
    #[schema(max_items = 100)]
    pub(crate) receipts: Vec<Receipt>,
}

/// A receipt with its signature.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignedReceipt)]
pub(crate) struct Receipt {
    /// Base64 of the bytes that are signed.
    pub(crate) receipt: String,
    /// Base64 of the Ed25519 signature.
    pub(crate) signature: String,
}

/// What became of them.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Taken {
    /// How many were not known yet.
    pub(crate) new: usize,
    /// Why others were refused; handing them over again changes nothing.
    pub(crate) refused: Vec<String>,
}

/// A PIN that is tried at a follower.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriedPin {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    #[schema(value_type = String)]
    pub(crate) pin: super::secret::Hidden,
}

/// How this appliance stands with the centre that it follows.
#[derive(Serialize, ToSchema)]
pub(crate) struct Following {
    /// Where the centre is; nothing where people are kept here.
    pub(crate) centre: Option<String>,
    /// everybody | seen: whom of the centre's people this appliance holds; nothing where people are kept here.
    pub(crate) holds: Option<&'static str>,
    /// How many of the people here were named by a look-up and are here for a while.
    pub(crate) visitors: usize,
    /// Among how many templates the centre found them, by which thresholds go.
    pub(crate) templates_at_centre: usize,
    /// near | offline | lost
    pub(crate) reach: &'static str,
    #[schema(format = DateTime)]
    pub(crate) heard_at: Option<String>,
    /// Why the last try failed.
    pub(crate) error: Option<String>,
    pub(crate) feed: Option<String>,
    /// The last change that was copied.
    pub(crate) position: i64,
    /// How many people here are copies.
    pub(crate) people: i64,
    /// Receipts that the centre has not got yet.
    pub(crate) receipts_unsent: i64,
}

/// Those who follow this appliance.
#[derive(Serialize, ToSchema)]
pub(crate) struct Followers {
    pub(crate) items: Vec<Follower>,
}

/// An appliance that follows this one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Follower {
    /// The key that it comes with.
    #[schema(format = "uuid")]
    pub(crate) key_id: String,
    /// By which its receipts are verified; nothing before its first one.
    pub(crate) public_key: Option<String>,
    /// How many changes it has yet to copy, at most.
    pub(crate) behind: i64,
    #[schema(format = DateTime)]
    pub(crate) seen_at: String,
    pub(crate) receipts: i64,
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Conflict(format!(
        "the feed has a {what} that can't be read; are both appliances of one version?"
    ))
}

fn parsed<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| unreadable(what))
}

impl From<store::Feed> for Feed {
    fn from(feed: store::Feed) -> Self {
        let store::Feed { name, changes, reached, last } = feed;
        Self { feed: name, last, reached, changes: changes.into_iter().map(Change::from).collect() }
    }
}

impl TryFrom<Feed> for store::Feed {
    type Error = StoreError;

    fn try_from(feed: Feed) -> Result<Self, StoreError> {
        let changes = feed.changes.into_iter().map(store::Change::try_from).collect::<Result<_, _>>()?;
        Ok(Self { name: feed.feed, changes, reached: feed.reached, last: feed.last })
    }
}

impl From<LookedUp> for Candidates {
    fn from(LookedUp { feed, templates, named }: LookedUp) -> Self {
        let store::Feed { name, changes, last, .. } = feed;
        let candidates = changes.into_iter().map(Change::from).collect();
        let named = named
            .into_iter()
            .map(|NamedPerson { user, lead }| Named { user_id: user.to_string(), lead })
            .collect();
        Self { feed: name, last, templates, candidates, named }
    }
}

impl TryFrom<&Asked> for Probe {
    type Error = StoreError;

    fn try_from(asked: &Asked) -> Result<Self, StoreError> {
        Ok(Self { model_tag: asked.model_tag, template: asked.template.values()? })
    }
}

impl From<store::Change> for Change {
    fn from(change: store::Change) -> Self {
        let what = match change.what {
            Changed::Person(person) => {
                What::Person { person: person.map(|person| Box::new((*person).into())) }
            }
            Changed::Spending(spent) => {
                What::Spending { spent: spent.into_iter().map(Spent::from).collect() }
            }
        };
        Self { seq: change.seq, user_id: change.user.to_string(), what }
    }
}

impl TryFrom<Change> for store::Change {
    type Error = StoreError;

    fn try_from(change: Change) -> Result<Self, StoreError> {
        let what = match change.what {
            What::Person { person } => Changed::Person(match person {
                Some(person) => Some(Box::new(person_of(&change.user_id, *person)?)),
                None => None,
            }),
            What::Spending { spent } => {
                Changed::Spending(spent.into_iter().map(store::Spent::try_from).collect::<Result<_, _>>()?)
            }
        };
        Ok(Self { seq: change.seq, user: parsed(&change.user_id, "person's id")?, what })
    }
}

impl From<store::Person> for Person {
    fn from(person: store::Person) -> Self {
        Self {
            status: person.status.to_string(),
            name: person.profile.name,
            email: person.profile.email,
            created_at_micros: person.created_at.0,
            updated_at_micros: person.updated_at.0,
            face_payment_from_micros: person.face_payment_from.map(|from| from.0),
            consents: person.consents.into_iter().map(Consent::from).collect(),
            faces: person.faces.iter().map(Face::from).collect(),
            has_pin: person.has_pin,
            instruments: person.instruments.iter().map(Instrument::from).collect(),
            look_alikes: person.look_alikes.iter().map(Pair::from).collect(),
        }
    }
}

fn person_of(user: &str, person: Person) -> Result<store::Person, StoreError> {
    Ok(store::Person {
        status: parsed(&person.status, "status")?,
        profile: store::Profile { name: person.name, email: person.email },
        created_at: Timestamp(person.created_at_micros),
        updated_at: Timestamp(person.updated_at_micros),
        face_payment_from: person.face_payment_from_micros.map(Timestamp),
        consents: person
            .consents
            .into_iter()
            .map(|consent| consent_of(user, consent))
            .collect::<Result<_, _>>()?,
        faces: person.faces.iter().map(CopiedFace::try_from).collect::<Result<_, _>>()?,
        has_pin: person.has_pin,
        instruments: person.instruments.iter().map(instrument_of).collect::<Result<_, _>>()?,
        look_alikes: person.look_alikes.iter().map(LookAlike::try_from).collect::<Result<_, _>>()?,
    })
}

impl From<ConsentRow> for Consent {
    fn from(row: ConsentRow) -> Self {
        Self {
            id: row.id.to_string(),
            text_version: row.text_version,
            text_sha256: row.text_sha256,
            language: row.language,
            channel: row.channel,
            operator: row.operator,
            given_at_micros: row.term.given_at.0,
            expires_at_micros: row.term.expires_at.0,
            withdrawn_at_micros: row.term.withdrawn_at.map(|at| at.0),
        }
    }
}

fn consent_of(user: &str, consent: Consent) -> Result<ConsentRow, StoreError> {
    Ok(ConsentRow {
        id: parsed(&consent.id, "consent's id")?,
        user: parsed(user, "person's id")?,
        text_version: consent.text_version,
        text_sha256: consent.text_sha256,
        language: consent.language,
        channel: consent.channel,
        operator: consent.operator,
        term: Term {
            given_at: Timestamp(consent.given_at_micros),
            expires_at: Timestamp(consent.expires_at_micros),
            withdrawn_at: consent.withdrawn_at_micros.map(Timestamp),
        },
    })
}

impl From<&CopiedFace> for Face {
    fn from(face: &CopiedFace) -> Self {
        Self {
            id: face.id.to_string(),
            consent_id: face.consent.to_string(),
            model_tag: face.model_tag,
            template: Secret64::of_values(&face.template),
            quality: face.quality,
            created_at_micros: face.created_at.0,
            kind: face.kind.to_string(),
            source: face.source.to_string(),
            origin_id: face.origin.map(|origin| origin.to_string()),
        }
    }
}

impl TryFrom<&Face> for CopiedFace {
    type Error = StoreError;

    fn try_from(face: &Face) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&face.id, "face's id")?,
            consent: parsed(&face.consent_id, "consent's id")?,
            model_tag: face.model_tag,
            template: face.template.values()?,
            quality: face.quality,
            created_at: Timestamp(face.created_at_micros),
            kind: parsed(&face.kind, "kind of face")?,
            source: parsed(&face.source, "source of a face")?,
            origin: face.origin_id.as_deref().map(|id| parsed(id, "face's id")).transpose()?,
        })
    }
}

impl From<&(String, Secret<String>)> for Instrument {
    fn from((provider, token): &(String, Secret<String>)) -> Self {
        Self { provider: provider.clone(), token: Secret64::of(token.expose().as_bytes()) }
    }
}

fn instrument_of(instrument: &Instrument) -> Result<(String, Secret<String>), StoreError> {
    let token = String::from_utf8(instrument.token.bytes()?.to_vec()).map_err(|_| unreadable("token"))?;
    Ok((instrument.provider.clone(), Secret::new(token)))
}

impl From<&LookAlike> for Pair {
    fn from(pair: &LookAlike) -> Self {
        Self {
            face_id: pair.face.to_string(),
            other_face_id: pair.other_face.to_string(),
            user_id: pair.user.to_string(),
            other_user_id: pair.other_user.to_string(),
            similarity: pair.similarity,
            found_at_micros: pair.found_at.0,
        }
    }
}

impl TryFrom<&Pair> for LookAlike {
    type Error = StoreError;

    fn try_from(pair: &Pair) -> Result<Self, StoreError> {
        Ok(Self {
            face: parsed(&pair.face_id, "face's id")?,
            user: parsed(&pair.user_id, "person's id")?,
            other_face: parsed(&pair.other_face_id, "face's id")?,
            other_user: parsed(&pair.other_user_id, "person's id")?,
            similarity: pair.similarity,
            found_at: Timestamp(pair.found_at_micros),
        })
    }
}

impl From<store::Spent> for Spent {
    fn from(spent: store::Spent) -> Self {
        let store::Spent { currency, bucket, amount, count } = spent;
        Self { currency: currency.to_string(), bucket, amount, count }
    }
}

impl TryFrom<Spent> for store::Spent {
    type Error = StoreError;

    fn try_from(spent: Spent) -> Result<Self, StoreError> {
        let Spent { currency, bucket, amount, count } = spent;
        Ok(Self { currency: parsed(&currency, "currency")?, bucket, amount, count })
    }
}

impl From<&SignedReceipt> for Receipt {
    fn from(signed: &SignedReceipt) -> Self {
        Self { receipt: STANDARD.encode(&signed.receipt), signature: STANDARD.encode(&signed.signature) }
    }
}

impl TryFrom<&Receipt> for SignedReceipt {
    type Error = base64::DecodeError;

    fn try_from(receipt: &Receipt) -> Result<Self, base64::DecodeError> {
        let [receipt, signature] = [&receipt.receipt, &receipt.signature].map(|text| STANDARD.decode(text));
        Ok(Self { receipt: receipt?, signature: signature? })
    }
}
