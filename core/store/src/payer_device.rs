//! Devices on which payers are signed in: of the token its digest, of the device a name that the person's key seals.
use diesel::prelude::*;
use domain::{PayerDeviceId, Secret, Timestamp, UserId, payer_device::DEVICES_MAX};

use crate::{
    By, LinkTry, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    face_payment::link_of,
    outbox, row,
    schema::payer_devices,
    seal::{Key, context},
};

/// A device to be signed in.
pub struct NewPayerDevice {
    /// The id to be given.
    pub id: PayerDeviceId,
    /// SHA-256 of its token.
    pub token_sha256: [u8; 32],
    /// What its person calls it.
    pub name: String,
}

/// A device that is signed in. Printed nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PayerDeviceRow {
    /// The id.
    pub id: PayerDeviceId,
    /// What its person calls it.
    pub name: String,
    /// When it was signed in.
    pub opened_at: Timestamp,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
}

/// Whose device shows a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayerDeviceShown {
    /// The device.
    pub id: PayerDeviceId,
    /// Whose.
    pub user: UserId,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
}

impl Store {
    /// Tries a code with a link; the right one signs a device in and uses the link up. Of the person's devices the one that
    /// was not used for longest makes room. Each try is counted before the code is looked at.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn open_payer_device(
        &self,
        by: By<'_>,
        link_sha256: &[u8; 32],
        code: &Secret<String>,
        new: &NewPayerDevice,
    ) -> Result<LinkTry, StoreError> {
        self.write(|c| {
            let tried = link_of(self, c, by, link_sha256, code)?;
            let LinkTry::Taken(user) = tried else { return Ok(tried) };
            let (user_id, id) = (user.to_string(), new.id.to_string());
            make_room(c, &user_id)?;
            let key = self.data_key_of(c, &user_id)?;
            let row = (
                payer_devices::id.eq(&id),
                payer_devices::user_id.eq(&user_id),
                payer_devices::token_sha256.eq(new.token_sha256.as_slice()),
                payer_devices::name_sealed.eq(key.seal(new.name.as_bytes(), &name_context(&id))?),
                payer_devices::opened_at.eq(by.at.0),
                payer_devices::seen_at.eq(by.at.0),
            );
            diesel::insert_into(payer_devices::table).values(row).execute(c)?;
            let told = format!("{{\"user\":\"{user}\",\"device\":\"{id}\"}}");
            outbox::append(c, by.at, "user.device_opened", &told)?;
            let record = NewAudit::new("payer_device.opened", user);
            record.with(format!("{{\"device\":\"{id}\"}}")).append(c, by)?;
            Ok(tried)
        })
    }

    /// Whose device has the token with this SHA-256.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn payer_device(&self, token_sha256: &[u8; 32]) -> Result<Option<PayerDeviceShown>, StoreError> {
        let by_digest = payer_devices::table.filter(payer_devices::token_sha256.eq(token_sha256.as_slice()));
        let columns = (payer_devices::id, payer_devices::user_id, payer_devices::seen_at);
        let found: Option<(String, String, i64)> =
            self.read(|c| Ok(by_digest.select(columns).first(c).optional()?))?;
        let shown = |(id, user, seen_at): (String, String, i64)| {
            Ok(PayerDeviceShown {
                id: row::parse(&id)?,
                user: row::parse(&user)?,
                seen_at: Timestamp(seen_at),
            })
        };
        found.map(shown).transpose()
    }

    /// Notes that a device is used.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_payer_device(&self, id: PayerDeviceId, at: Timestamp) -> Result<(), StoreError> {
        let before = payer_devices::table.find(id.to_string()).filter(payer_devices::seen_at.lt(at.0));
        self.write(|c| {
            diesel::update(before).set(payer_devices::seen_at.eq(at.0)).execute(c)?;
            Ok(())
        })
    }

    /// A person's devices, the newest first.
    ///
    /// # Errors
    /// When there is no such person, or their key doesn't open the names.
    pub fn payer_devices(&self, user: UserId) -> Result<Vec<PayerDeviceRow>, StoreError> {
        let user = user.to_string();
        self.read(|c| {
            let key = self.data_key_of(c, &user)?;
            let columns = (
                payer_devices::id,
                payer_devices::name_sealed,
                payer_devices::opened_at,
                payer_devices::seen_at,
            );
            let of_user = payer_devices::table.filter(payer_devices::user_id.eq(&user));
            let newest = (payer_devices::opened_at.desc(), payer_devices::id.desc());
            let rows: Vec<(String, Vec<u8>, i64, i64)> = of_user.order(newest).select(columns).load(c)?;
            rows.into_iter().map(|sealed| opened(&key, sealed)).collect()
        })
    }

    /// Signs one device of a person out.
    ///
    /// # Errors
    /// When this person has no such device.
    pub fn end_payer_device(&self, by: By<'_>, user: UserId, id: PayerDeviceId) -> Result<(), StoreError> {
        let mine =
            payer_devices::table.find(id.to_string()).filter(payer_devices::user_id.eq(user.to_string()));
        self.write_audited(by, |c| match diesel::delete(mine).execute(c)? {
            0 => Err(StoreError::NotFound("device")),
            _ => {
                let record = NewAudit::new("payer_device.ended", user);
                Ok(((), record.with(format!("{{\"device\":\"{id}\"}}"))))
            }
        })
    }

    /// Signs all devices of a person out.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn end_payer_devices(&self, by: By<'_>, user: UserId) -> Result<(), StoreError> {
        let id = user.to_string();
        self.write_audited(by, |c| {
            // Whether the person is there.
            self.data_key_of(c, &id)?;
            let ended = end_all(c, &id)?;
            let record = NewAudit::new("payer_device.ended", &id);
            Ok(((), record.with(format!("{{\"devices\":{ended}}}"))))
        })
    }

    /// Forgets the devices that were not used since `unused_since`; says how many they were.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_payer_devices(&self, unused_since: Timestamp) -> Result<usize, StoreError> {
        let unused = payer_devices::table.filter(payer_devices::seen_at.le(unused_since.0));
        self.write(|c| Ok(diesel::delete(unused).execute(c)?))
    }
}

/// Signs all devices of somebody out; says how many they were.
pub(crate) fn end_all(c: &mut AnyConnection, user: &str) -> Result<usize, StoreError> {
    let of_user = payer_devices::table.filter(payer_devices::user_id.eq(user));
    Ok(diesel::delete(of_user).execute(c)?)
}

/// Leaves room for one more device of a person.
fn make_room(c: &mut AnyConnection, user: &str) -> Result<(), StoreError> {
    let of_user = payer_devices::table.filter(payer_devices::user_id.eq(user));
    let latest = of_user.order((payer_devices::seen_at.desc(), payer_devices::id.desc()));
    let ids: Vec<String> = latest.select(payer_devices::id).load(c)?;
    let spare: Vec<String> = ids.into_iter().skip(DEVICES_MAX - 1).collect();
    diesel::delete(payer_devices::table.filter(payer_devices::id.eq_any(spare))).execute(c)?;
    Ok(())
}

fn opened(
    key: &Key,
    (id, name, opened_at, seen_at): (String, Vec<u8>, i64, i64),
) -> Result<PayerDeviceRow, StoreError> {
    let name = String::from_utf8(key.open(&name, &name_context(&id))?).map_err(|_| StoreError::Seal)?;
    Ok(PayerDeviceRow {
        id: row::parse(&id)?,
        name,
        opened_at: Timestamp(opened_at),
        seen_at: Timestamp(seen_at),
    })
}

fn name_context(id: &str) -> Vec<u8> {
    context(&["payer-device", id])
}
