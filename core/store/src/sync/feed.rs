//! What a centre tells: who changed, and what they are like now.
use diesel::{dsl::max, prelude::*};
use domain::{
    ConsentId, Currency, FaceId, KeyId, Secret, Timestamp, UserId, enrolment::FaceKind, limits::first_bucket,
    model_change::TemplateSource, user::Status,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::OWN_FEED;
use crate::{
    ConsentRow, LookAlike, Profile, Store, StoreError,
    connection::AnyConnection,
    consent, counter, face, instrument, look_alike, row,
    schema::{changes, followers, pins, spending, spending_elsewhere, users, visitors},
    spending::DAY,
    user,
};

/// One page of the feed.
pub struct Feed {
    /// The feed's name: another one where a centre was made anew from a backup, and its places may mean something else.
    pub name: String,
    /// In the order of their places.
    pub changes: Vec<Change>,
    /// The place up to which this page goes.
    pub reached: i64,
    /// The place of the newest change there is.
    pub last: i64,
}

/// One change.
pub struct Change {
    /// Its place, which rises.
    pub seq: i64,
    /// Whose.
    pub user: UserId,
    /// What it is now.
    pub what: Changed,
}

/// What a change is of.
pub enum Changed {
    /// The person; `None` for one who is gone.
    Person(Option<Box<Person>>),
    /// What the person spent lately at all other appliances together.
    Spending(Vec<Spent>),
}

/// A person as they are copied. Printed nowhere.
pub struct Person {
    /// Whether the person may pay.
    pub status: Status,
    /// Name and address.
    pub profile: Profile,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When the person was last changed.
    pub updated_at: Timestamp,
    /// From when on the person may pay by face; `None` where it is off.
    pub face_payment_from: Option<Timestamp>,
    /// Every consent, those that were withdrawn too.
    pub consents: Vec<ConsentRow>,
    /// Every template.
    pub faces: Vec<CopiedFace>,
    /// Whether there is a PIN. It is not copied: tries at it are counted in one place.
    pub has_pin: bool,
    /// What providers know the person's money by: the payment plugin's id and its token.
    pub instruments: Vec<(String, Secret<String>)>,
    /// Whom the person looks like.
    pub look_alikes: Vec<LookAlike>,
}

/// A template as it is copied. The vector is overwritten when dropped.
pub struct CopiedFace {
    /// The id.
    pub id: FaceId,
    /// The consent that it rests on.
    pub consent: ConsentId,
    /// Which recogniser made it.
    pub model_tag: u32,
    /// The unit vector.
    pub template: Zeroizing<Vec<f32>>,
    /// How good the picture was, 0 to 1.
    pub quality: f32,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it is of.
    pub kind: FaceKind,
    /// What it was made of.
    pub source: TemplateSource,
    /// The template of the recogniser in force that it goes with.
    pub origin: Option<FaceId>,
}

/// What was spent in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// In which currency.
    pub currency: Currency,
    /// The span, by its number.
    pub bucket: i64,
    /// How much, in minor units.
    pub amount: i64,
    /// In how many payments.
    pub count: i32,
}

/// Whose change, its kind, its place.
type PlacedChange = (String, String, i64);

impl Store {
    /// The changes after `after`, for the appliance `reader`: what it told itself is left out of what was spent elsewhere.
    ///
    /// # Errors
    /// When the database doesn't answer, or something in it doesn't open.
    pub fn feed(&self, reader: KeyId, after: i64, limit: u32, now: Timestamp) -> Result<Feed, StoreError> {
        self.feed_of(reader, (after, now), |c| {
            let page = changes::table.filter(changes::seq.gt(after)).order(changes::seq);
            let rows = page.limit(row::page(limit)).load(c)?;
            Ok((rows, None))
        })
    }

    /// The same of those whom a look-up named to `reader`, ever: nobody else's changes are in it.
    ///
    /// # Errors
    /// As [`Self::feed`].
    pub fn feed_of_visitors(
        &self,
        reader: KeyId,
        after: i64,
        limit: u32,
        now: Timestamp,
    ) -> Result<Feed, StoreError> {
        self.feed_of(reader, (after, now), |c| {
            let told =
                visitors::table.filter(visitors::key_id.eq(reader.to_string())).select(visitors::user_id);
            let page = changes::table
                .filter(changes::seq.gt(after))
                .filter(changes::user_id.eq_any(told))
                .order(changes::seq);
            let rows: Vec<PlacedChange> = page.limit(row::page(limit)).load(c)?;
            // Nobody else is told of, so that a page with room left goes to the end.
            let is_last = i64::try_from(rows.len()).is_ok_and(|rows| rows < row::page(limit));
            let last = counter::last(c, "change")?;
            Ok((rows, is_last.then_some(last)))
        })
    }

    fn feed_of(
        &self,
        reader: KeyId,
        (after, now): (i64, Timestamp),
        page: impl FnOnce(&mut AnyConnection) -> Result<(Vec<PlacedChange>, Option<i64>), StoreError>,
    ) -> Result<Feed, StoreError> {
        let name = self.fact_once(OWN_FEED, &Uuid::new_v4().to_string())?;
        self.read_at_once(|c| {
            let (rows, end) = page(c)?;
            let signs_by = signs_by(c, reader)?;
            let reached = end.unwrap_or_else(|| rows.last().map_or(after, |(.., seq)| *seq));
            let mut changes = Vec::with_capacity(rows.len());
            for (user, kind, seq) in rows {
                let what = match kind.as_str() {
                    "person" => match self.person(c, &user) {
                        // One person whose data is damaged keeps nobody else's blocks and erasures from being told.
                        Err(error @ (StoreError::Seal | StoreError::Corrupt(_))) => {
                            tracing::error!(%user, %error, "a person cannot be told to followers");
                            continue;
                        }
                        person => Changed::Person(person?.map(Box::new)),
                    },
                    _ => Changed::Spending(spent(c, &user, &signs_by, now)?),
                };
                changes.push(Change { seq, user: row::parse(&user)?, what });
            }
            Ok(Feed { name: name.clone(), changes, reached, last: counter::last(c, "change")? })
        })
    }

    /// The place of the newest change, and that of the newest change of a person.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn last_changes(&self) -> Result<(i64, i64), StoreError> {
        self.read(|c| {
            let person = changes::table.filter(changes::kind.eq("person")).select(max(changes::seq));
            Ok((counter::last(c, "change")?, person.first::<Option<i64>>(c)?.unwrap_or_default()))
        })
    }

    pub(crate) fn person(&self, c: &mut AnyConnection, id: &str) -> Result<Option<Person>, StoreError> {
        let known = match user::opened_at(self, c, id) {
            // Whose key was just destroyed is about to go.
            Err(StoreError::NotFound(_)) => return Ok(None),
            known => known?,
        };
        let face_payment_from: Option<i64> =
            users::table.find(id).select(users::face_payment_from).first(c)?;
        let pins: i64 = pins::table.find(id).count().get_result(c)?;
        Ok(Some(Person {
            status: known.status,
            profile: known.profile,
            created_at: known.created_at,
            updated_at: known.updated_at,
            face_payment_from: row::time_opt(face_payment_from),
            consents: consent::all(c, id)?,
            faces: face::copied(self, c, id)?,
            has_pin: pins > 0,
            instruments: instrument::tokens(self, c, id)?,
            look_alikes: look_alike::of(c, id)?,
        }))
    }
}

/// By which key the receipts of `reader` are signed; empty before its first one.
pub(crate) fn signs_by(c: &mut AnyConnection, reader: KeyId) -> Result<String, StoreError> {
    let known = followers::table.find(reader.to_string()).select(followers::public_key);
    let known: Option<Option<String>> = known.first(c).optional()?;
    Ok(known.flatten().unwrap_or_default())
}

/// What a person spent within the last day here and at all appliances but the one that signs by this key.
pub(crate) fn spent(
    c: &mut AnyConnection,
    user: &str,
    signs_by: &str,
    now: Timestamp,
) -> Result<Vec<Spent>, StoreError> {
    let first = first_bucket(now, DAY);
    let here = spending::table
        .filter(spending::subject.eq(format!("payer {user}")))
        .filter(spending::bucket.ge(first))
        .select((spending::currency, spending::bucket, spending::amount, spending::count));
    let elsewhere = spending_elsewhere::table
        .filter(spending_elsewhere::user_id.eq(user))
        .filter(spending_elsewhere::bucket.ge(first))
        .filter(spending_elsewhere::source.ne(signs_by))
        .select((
            spending_elsewhere::currency,
            spending_elsewhere::bucket,
            spending_elsewhere::amount,
            spending_elsewhere::count,
        ));
    let mut rows: Vec<(String, i64, i64, i32)> = here.load(c)?;
    rows.extend(elsewhere.load::<(String, i64, i64, i32)>(c)?);
    let mut sums = std::collections::BTreeMap::<(String, i64), (i64, i32)>::new();
    for (currency, bucket, amount, count) in rows {
        let sum = sums.entry((currency, bucket)).or_default();
        *sum = (sum.0.saturating_add(amount), sum.1.saturating_add(count));
    }
    let spent = |((currency, bucket), (amount, count)): ((String, i64), (i64, i32))| {
        Ok(Spent { currency: row::parse(&currency)?, bucket, amount, count })
    };
    sums.into_iter().map(spent).collect()
}
