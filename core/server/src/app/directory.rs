//! People found by the beginnings of their names. Names are sealed in the database, so that nothing there can be searched: they are
//! opened once and kept in memory while somebody searches.

use std::time::Duration;

use domain::directory::Directory;
pub(crate) use domain::directory::Query;
use domain::user::Status;
use domain::{Timestamp, UserId};
use parking_lot::Mutex;
use store::{Store, StoreError, UserRow};

use super::App;
use crate::api::Problem;

/// Nobody's names stay in memory for longer than this after the last search.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// Names of more people take more memory than an appliance has to give.
const PEOPLE_MAX: usize = 500_000;
/// What another appliance of the database changed this long ago has been committed and has a moment that is past.
const OVERLAP: Duration = Duration::from_secs(600);
const PAGE: u32 = 500;

/// The names of people, as far as they were opened. A search holds them for as long as it reads; nobody else waits for it.
#[derive(Default)]
pub(crate) struct Names {
    opened: Mutex<Option<Opened>>,
    /// Who was erased during a search.
    gone: Mutex<Vec<UserId>>,
}

#[derive(Default)]
struct Opened {
    directory: Directory,
    /// The latest change that was read.
    read_to: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

/// Why people can't be searched.
enum Unfit {
    Store(StoreError),
    TooMany,
}

impl From<StoreError> for Unfit {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Names {
    /// Whoever was erased is not remembered.
    pub(super) fn forget(&self, user: UserId) {
        self.gone.lock().push(user);
        if let Some(mut opened) = self.opened.try_lock() {
            self.leave_out(&mut opened);
        }
    }

    /// Forgets who was erased, and says who that is.
    fn leave_out(&self, opened: &mut Option<Opened>) -> Vec<UserId> {
        let gone = std::mem::take(&mut *self.gone.lock());
        if let Some(opened) = opened {
            gone.iter().for_each(|user| opened.directory.forget(*user));
        }
        gone
    }

    /// Forgets all when nobody has searched for a while.
    pub(super) fn rest(&self, now: Timestamp) {
        let Some(mut opened) = self.opened.try_lock() else { return };
        self.leave_out(&mut opened);
        if opened.as_ref().is_some_and(|opened| opened.used_at.is_none_or(|used| now.since(used) > KEPT)) {
            *opened = None;
        }
    }

    fn find(&self, store: &Store, wanted: &Wanted, now: Timestamp) -> Result<Vec<UserRow>, Unfit> {
        let mut names = self.opened.lock();
        self.leave_out(&mut names);
        let opened = names.get_or_insert_default();
        opened.used_at = Some(now);
        if let Err(unfit) = opened.catch_up(store) {
            *names = None;
            return Err(unfit);
        }
        let mut rows = Vec::new();
        for page in opened.directory.find(&wanted.query, wanted.after, usize::MAX).chunks(wanted.limit) {
            let found = store.users_named(page)?;
            for gone in page.iter().filter(|user| !found.iter().any(|row| row.id == **user)) {
                opened.directory.forget(*gone);
            }
            rows.extend(found.into_iter().filter(|row| wanted.has(row)));
            if rows.len() >= wanted.limit {
                break;
            }
        }
        let gone = self.leave_out(&mut names);
        rows.retain(|row| !gone.contains(&row.id));
        rows.truncate(wanted.limit);
        Ok(rows)
    }
}

impl Opened {
    /// Opens the names of those who were added or changed since the last search.
    fn catch_up(&mut self, store: &Store) -> Result<(), Unfit> {
        // Before the first name is opened; those who come later are counted as they come.
        if self.read_to.is_none() && store.user_count()? > PEOPLE_MAX {
            return Err(Unfit::TooMany);
        }
        let mut behind = (self.read_to.map_or(Timestamp(0), |at| at.minus(OVERLAP)), None);
        loop {
            let changes = store.user_changes(behind, PAGE)?;
            let Some((last, at)) = changes.last().copied() else { return Ok(()) };
            let changed = changes.iter().filter(|(user, at)| !self.directory.has(*user, *at));
            let changed: Vec<UserId> = changed.map(|(user, _)| *user).collect();
            for row in store.users_named(&changed)? {
                self.directory.put(row.id, row.updated_at, &row.profile.name, row.profile.email.as_deref());
            }
            if self.directory.len() > PEOPLE_MAX {
                return Err(Unfit::TooMany);
            }
            self.read_to = self.read_to.max(Some(at));
            behind = (at, Some(last));
        }
    }
}

/// Whom somebody looks for.
pub(crate) struct Wanted {
    pub(crate) query: Query,
    pub(crate) status: Option<Status>,
    pub(crate) after: Option<UserId>,
    pub(crate) limit: usize,
}

impl Wanted {
    /// Whether it is them as they are now.
    fn has(&self, row: &UserRow) -> bool {
        let status = self.status.is_none_or(|status| row.status == status);
        status && self.query.means(&row.profile.name, row.profile.email.as_deref())
    }
}

/// The first people behind `wanted.after` whom the query means.
pub(crate) async fn find(app: &App, wanted: Wanted) -> Result<Vec<UserRow>, Problem> {
    let (now, searching) = (app.now(), app.clone());
    let found = app.store(move |store| match searching.names().find(store, &wanted, now) {
        Ok(rows) => Ok(Some(rows)),
        Err(Unfit::TooMany) => Ok(None),
        Err(Unfit::Store(error)) => Err(error),
    });
    found.await?.ok_or_else(|| {
        let detail = "there are too many people to search by name; ask by the id or the status";
        Problem::unavailable("search_full", detail)
    })
}
