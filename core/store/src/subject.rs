//! The keys that lie outside the database: without its share from here nobody's data key opens, and an erased person's share
//! can't be made any more. Older backups of the database open for everybody else.
//!
//! The folder holds the tops of 4,096 branches of a [`tree`], a file for each branch from which somebody was cut, the list of
//! those who were (`erased`), and a share for each part of the sealed gallery. A person's leaf is found by a hash of their id;
//! what lies here is told apart from noise by nobody and names nobody.
use std::{
    collections::{HashMap, HashSet},
    fs::{DirBuilder, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::UserId;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Part, StoreError, dump::KeyFile, seal::KEY_BYTES};
use tree::{Branch, DEPTH, NodeKey, leaf_key};

mod tree;

/// How the folder is written; a change of what is in it needs another one.
const FORMAT: &[u8; 16] = b"facepay-keys/1\n\0";
const ID_BYTES: usize = 16;
/// Where the branches' tops begin, and after them the shares of the gallery's parts.
const TOPS_AT: usize = FORMAT.len() + ID_BYTES;
const BRANCHES: usize = 1 << (u64::BITS - DEPTH);
const PARTS_AT: usize = TOPS_AT + BRANCHES * KEY_BYTES;
const FILE_BYTES: usize = PARTS_AT + Part::COUNT as usize * KEY_BYTES;
/// Cut branches that stay in memory; beyond it they are read again.
const CACHED_BYTES_MAX: usize = 32 << 20;

/// What a top is after its branch lies in a file of its own.
const NO_KEY: [u8; KEY_BYTES] = [0; KEY_BYTES];

/// The folder of keys.
pub(crate) struct SubjectKeys {
    folder: PathBuf,
    id: [u8; ID_BYTES],
    state: Mutex<State>,
}

struct State {
    /// The file `keys`.
    keys: Zeroizing<Vec<u8>>,
    cut: HashMap<usize, Branch>,
    cut_bytes: usize,
}

/// Where a person's leaf is.
#[derive(Clone, Copy)]
struct Place {
    branch: usize,
    leaf: u64,
}

impl Place {
    fn of(user: &str) -> Self {
        let digest = Sha256::new().chain_update(b"facepay.subject/1").chain_update(user).finalize();
        let label = digest.first_chunk().map_or(0, |label| u64::from_be_bytes(*label));
        let branch = usize::try_from(label >> DEPTH).unwrap_or_default();
        Self { branch, leaf: label & ((1 << DEPTH) - 1) }
    }
}

impl SubjectKeys {
    /// Whether there are keys in `folder`.
    pub(crate) fn are_in(folder: &Path) -> bool {
        folder.join("keys").exists()
    }

    /// The keys in `folder`, which are made when there are none.
    pub(crate) fn make(folder: &Path) -> Result<Self, StoreError> {
        let made = || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            // Of two that start at once the second finds the first one's.
            let _alone = lock(folder)?;
            if !Self::are_in(folder) {
                let mut keys = Zeroizing::new(vec![0; FILE_BYTES]);
                rand::rng().fill_bytes(&mut keys[FORMAT.len()..]);
                keys[..FORMAT.len()].copy_from_slice(FORMAT);
                replace(folder, "keys", &keys)?;
            }
            Ok(())
        };
        made().map_err(|error| not_writable(folder, &error))?;
        Self::open(folder)
    }

    /// Every file of the folder by its name, as they belong together at one moment: what a backup of the keys is made of. Nothing for
    /// a folder that is not there.
    pub(crate) fn files(folder: &Path) -> io::Result<Vec<KeyFile>> {
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let _alone = lock(folder)?;
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // What is left of a write that was cut short is no key.
            if entry.file_type()?.is_file() && name != "lock" && !name.ends_with(".new") {
                files.push((name, read(&entry.path())?));
            }
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(files)
    }

    /// The keys in `folder`.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let unreadable = |why: String| StoreError::Keys(format!("{}: {why}", folder.display()));
        let keys = read(&folder.join("keys")).map_err(|error| unreadable(error.to_string()))?;
        let id = keys.get(FORMAT.len()..TOPS_AT).and_then(|id| id.try_into().ok());
        let (Some(id), true) = (id, keys.len() == FILE_BYTES && keys.starts_with(FORMAT)) else {
            return Err(unreadable("the file `keys` is damaged".to_owned()));
        };
        let state = State { keys, cut: HashMap::new(), cut_bytes: 0 };
        Ok(Self { folder: folder.to_owned(), id, state: Mutex::new(state) })
    }

    /// Names these keys in the database, without telling anything of them.
    pub(crate) fn id(&self) -> String {
        hex::encode(self.id)
    }

    /// The share of a person's data key that is not in the database; `None` for somebody who was erased.
    pub(crate) fn share(&self, user: &str) -> Result<Option<NodeKey>, StoreError> {
        let place = Place::of(user);
        let top = {
            let mut state = self.state();
            let top = state.top(place.branch);
            if *top == NO_KEY {
                let known = state.branch(&self.folder, place.branch);
                let branch = known.map_err(|error| self.unreadable(&error))?;
                return Ok(branch.leaf(place.leaf));
            }
            top
        };
        // Beside the lock: a start asks for everybody's from several threads.
        Ok(Some(leaf_key(&top, 0, place.leaf)))
    }

    /// The share of the keys of a part of the gallery.
    pub(crate) fn part_share(&self, part: Part) -> NodeKey {
        let state = self.state();
        let mut share = NodeKey::default();
        share.copy_from_slice(&state.keys[part_at(part)..][..KEY_BYTES]);
        share
    }

    /// Makes sure that nobody can make the person's share any more, nor open what the gallery's part of theirs was sealed
    /// with. On the disk when this returns.
    pub(crate) fn destroy(&self, user: UserId) -> Result<(), StoreError> {
        let (user, part) = (&user.to_string(), Part::of(user));
        // Who was cut was listed before.
        if self.share(user)?.is_none() {
            return Ok(());
        }
        let destroyed = || {
            let _alone = lock(&self.folder)?;
            self.list(user)?;
            self.cut(Place::of(user))?;
            self.replace_part(part)
        };
        destroyed().map_err(|error| not_writable(&self.folder, &error))
    }

    /// What was sealed with the part's share so far does not open any more.
    pub(crate) fn renew_part(&self, part: Part) -> Result<(), StoreError> {
        let renewed = || {
            let _alone = lock(&self.folder)?;
            self.replace_part(part)
        };
        renewed().map_err(|error| not_writable(&self.folder, &error))
    }

    /// Who was erased, by what is known here.
    pub(crate) fn erased(&self) -> Result<HashSet<String>, StoreError> {
        let text = match std::fs::read_to_string(self.folder.join("erased")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
            text => text.map_err(|error| self.unreadable(&error))?,
        };
        // A line that a crash cut short is of somebody who still has their share.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(whole.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Adds a person to the list of the erased. First of all, so that what a crash leaves half done is known.
    fn list(&self, user: &str) -> io::Result<()> {
        let mut list =
            File::options().create(true).append(true).mode(0o600).open(self.folder.join("erased"))?;
        // After a line that a crash cut short, on one of its own.
        list.write_all(format!("\n{user}\n").as_bytes())?;
        list.sync_all()
    }

    fn cut(&self, place: Place) -> io::Result<()> {
        let mut state = self.state();
        // Another process may have cut something since this one read it.
        state.forget(place.branch);
        state.keys = read(&self.folder.join("keys"))?;
        let top = state.top(place.branch);
        let file = branch_file(place.branch);
        let branch = match *top == NO_KEY || self.folder.join(&file).exists() {
            true => read_branch(&self.folder, place.branch)?,
            false => Branch::whole(&top),
        };
        if let Some(left) = branch.without(place.leaf) {
            replace(&self.folder, &file, left.bytes())?;
            state.keep(place.branch, left);
        }
        if *top != NO_KEY {
            state.overwrite(&self.folder, TOPS_AT + place.branch * KEY_BYTES, &NO_KEY)?;
        }
        Ok(())
    }

    fn replace_part(&self, part: Part) -> io::Result<()> {
        let mut share = NodeKey::default();
        rand::rng().fill_bytes(share.as_mut_slice());
        self.state().overwrite(&self.folder, part_at(part), &share)
    }

    fn unreadable(&self, error: &io::Error) -> StoreError {
        StoreError::Keys(format!("{}: {error}", self.folder.display()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn top(&self, branch: usize) -> NodeKey {
        let mut top = NodeKey::default();
        top.copy_from_slice(&self.keys[TOPS_AT + branch * KEY_BYTES..][..KEY_BYTES]);
        top
    }

    /// A branch from which somebody was cut.
    fn branch(&mut self, folder: &Path, branch: usize) -> io::Result<&Branch> {
        if !self.cut.contains_key(&branch) {
            let read = read_branch(folder, branch)?;
            self.keep(branch, read);
        }
        self.cut.get(&branch).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn keep(&mut self, at: usize, branch: Branch) {
        if self.cut_bytes > CACHED_BYTES_MAX {
            self.cut.clear();
            self.cut_bytes = 0;
        }
        self.cut_bytes += branch.bytes().len();
        self.cut.insert(at, branch);
    }

    fn forget(&mut self, at: usize) {
        self.cut_bytes -= self.cut.remove(&at).map_or(0, |branch| branch.bytes().len());
    }

    /// Writes a key over the one that lies at `at`, in place: nothing of it is left.
    fn overwrite(&mut self, folder: &Path, at: usize, key: &[u8; KEY_BYTES]) -> io::Result<()> {
        let file = File::options().write(true).open(folder.join("keys"))?;
        file.write_all_at(key, at as u64)?;
        file.sync_data()?;
        self.keys[at..at + KEY_BYTES].copy_from_slice(key);
        Ok(())
    }
}

fn part_at(part: Part) -> usize {
    PARTS_AT + usize::from(part.number()) * KEY_BYTES
}

fn branch_file(branch: usize) -> String {
    format!("branch-{branch:03x}")
}

fn read_branch(folder: &Path, branch: usize) -> io::Result<Branch> {
    let mut bytes = read(&folder.join(branch_file(branch)))?;
    let damaged = || io::Error::other(format!("{} is damaged", branch_file(branch)));
    Branch::from_bytes(std::mem::take(&mut *bytes)).ok_or_else(damaged)
}

/// Held until it is dropped, against other processes too.
fn lock(folder: &Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).mode(0o600).open(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}

/// With room for all of it at once, so that growing leaves no copies behind.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts `bytes` in a file's place, whole or not at all, and writes over what lay there.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (path, beside) = (folder.join(name), folder.join(format!("{name}.new")));
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let before = File::options().write(true).open(&path).ok();
    std::fs::rename(&beside, &path)?;
    File::open(folder)?.sync_all()?;
    if let Some(before) = before {
        let size = usize::try_from(before.metadata()?.len()).map_err(io::Error::other)?;
        before.write_all_at(&vec![0; size], 0)?;
        before.sync_data()?;
    }
    Ok(())
}

fn not_writable(folder: &Path, error: &io::Error) -> StoreError {
    StoreError::NotWritable(format!("{}: {error}", folder.display()))
}

/// What somebody who has the folder could take for the share of `user`: the keys in it, and what each makes as one above
/// the share.
#[cfg(test)]
pub(crate) fn shares_in(folder: &Path, user: &str) -> Vec<[u8; KEY_BYTES]> {
    let place = Place::of(user);
    let mut shares = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        let tops = entry.file_name() == "keys";
        for (at, window) in bytes.windows(KEY_BYTES).enumerate() {
            let Ok(key) = window.try_into() else { continue };
            let depth = match tops {
                true if at % KEY_BYTES == 0 => 0,
                true => continue,
                // Where it is a node, its depth is before it.
                false => at.checked_sub(1).map_or(0, |before| u32::from(bytes[before])),
            };
            shares.push(key);
            shares.extend((depth < DEPTH).then(|| *leaf_key(&key, depth, place.leaf)));
        }
    }
    shares
}

#[cfg(test)]
mod tests;
