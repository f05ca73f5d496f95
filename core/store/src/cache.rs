//! What may be lost: sessions, rate limits, short answers. In this process, or in Redis when several
//! appliances share them.
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

mod memory;
mod redis;

use self::{memory::Memory, redis::Redis};

/// Entries that the in-process cache keeps at the most; the longest unused go first.
const ENTRIES_MAX: usize = 65_536;

/// Why the cache did nothing. The caller may go on without it where that is safe.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The URL names no Redis.
    #[error("redis.url must be empty or redis://HOST:PORT ({0})")]
    Url(String),
    /// Redis does not answer.
    #[error("Redis does not answer ({0}); check that it runs and that redis.url is right")]
    Unavailable(String),
}

/// A cache with an expiry on every entry.
pub struct Cache(Place);

enum Place {
    Memory(Mutex<Memory>),
    Redis(Redis),
}

impl Cache {
    /// Opens the Redis at `url`, or a cache in this process when `url` is empty.
    ///
    /// # Errors
    /// When the URL is wrong or Redis does not answer.
    pub async fn open(url: &str) -> Result<Self, CacheError> {
        if url.is_empty() {
            return Ok(Self(Place::Memory(Mutex::new(Memory::new(ENTRIES_MAX)))));
        }
        let cache = Self(Place::Redis(Redis::new(url)?));
        cache.ping().await?;
        Ok(cache)
    }

    /// Whether `url` is one that [`Self::open`] takes. Nothing is connected.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_url(url: &str) -> Result<(), CacheError> {
        if url.is_empty() { Ok(()) } else { redis::check_url(url) }
    }

    /// Whether the cache answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<(), CacheError> {
        match &self.0 {
            Place::Memory(_) => Ok(()),
            Place::Redis(redis) => redis.ping().await,
        }
    }

    /// The value of `key`, unless it expired.
    ///
    /// # Errors
    /// When the cache doesn't answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        match &self.0 {
            Place::Memory(memory) => Ok(locked(memory).get(key, Instant::now())),
            Place::Redis(redis) => redis.get(key).await,
        }
    }

    /// Sets `key` to `value` for as long as `ttl`.
    ///
    /// # Errors
    /// When the cache doesn't answer.
    pub async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), CacheError> {
        match &self.0 {
            Place::Memory(memory) => {
                locked(memory).set(key, value, Instant::now(), ttl);
                Ok(())
            }
            Place::Redis(redis) => redis.set(key, value, ttl).await,
        }
    }

    /// Takes `key` away.
    ///
    /// # Errors
    /// When the cache doesn't answer.
    pub async fn delete(&self, key: &str) -> Result<(), CacheError> {
        match &self.0 {
            Place::Memory(memory) => {
                locked(memory).delete(key);
                Ok(())
            }
            Place::Redis(redis) => redis.delete(key).await,
        }
    }

    /// Adds one to the count of `key` and returns it; the count ends `window` after its first one.
    ///
    /// # Errors
    /// When the cache doesn't answer.
    pub async fn count(&self, key: &str, window: Duration) -> Result<u64, CacheError> {
        match &self.0 {
            Place::Memory(memory) => Ok(locked(memory).count(key, Instant::now(), window)),
            Place::Redis(redis) => redis.count(key, window).await,
        }
    }
}

/// Names the place: `in-process` or `redis`.
impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Place::Memory(_) => "in-process",
            Place::Redis(_) => "redis",
        })
    }
}

fn locked(memory: &Mutex<Memory>) -> std::sync::MutexGuard<'_, Memory> {
    // Each step leaves the map whole, so that a panic elsewhere can't have left it half-changed.
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}
