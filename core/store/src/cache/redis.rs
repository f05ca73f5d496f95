//! The cache in Redis: shared by appliances, reached through a small pool.
use std::time::Duration;

use bb8_redis::{
    RedisConnectionManager,
    bb8::{Pool, PooledConnection, RunError},
    redis::{Cmd, FromRedisValue, RedisError, cmd, pipe},
};

use super::CacheError;

const CONNECTIONS_MAX: u32 = 8;
/// How long a caller waits for a connection; a cache that takes longer is of no use.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Before every key, so that a Redis may be shared with others.
const PREFIX: &str = "facepay:";

pub(super) struct Redis(Pool<RedisConnectionManager>);

pub(super) fn check_url(url: &str) -> Result<(), CacheError> {
    manager(url).map(drop)
}

fn manager(url: &str) -> Result<RedisConnectionManager, CacheError> {
    RedisConnectionManager::new(url).map_err(|error| CacheError::Url(error.to_string()))
}

impl Redis {
    pub(super) fn new(url: &str) -> Result<Self, CacheError> {
        let manager = manager(url)?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS_MAX)
            .connection_timeout(WAIT_MAX)
            .retry_connection(false)
            .build_unchecked(manager);
        Ok(Self(pool))
    }

    pub(super) async fn ping(&self) -> Result<(), CacheError> {
        self.ask(&cmd("PING")).await
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.ask(cmd("GET").arg(named(key))).await
    }

    pub(super) async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), CacheError> {
        self.ask(cmd("SET").arg(named(key)).arg(value).arg("PX").arg(millis(ttl))).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), CacheError> {
        self.ask(cmd("DEL").arg(named(key))).await
    }

    pub(super) async fn count(&self, key: &str, window: Duration) -> Result<u64, CacheError> {
        let key = named(key);
        let mut steps = pipe();
        steps.atomic();
        steps.cmd("SET").arg(&key).arg(0).arg("PX").arg(millis(window)).arg("NX").ignore();
        steps.cmd("INCR").arg(&key);
        let (count,): (u64,) = steps.query_async(&mut *self.connection().await?).await.map_err(lost)?;
        Ok(count)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        command.query_async(&mut *self.connection().await?).await.map_err(lost)
    }

    async fn connection(&self) -> Result<PooledConnection<'_, RedisConnectionManager>, CacheError> {
        self.0.get().await.map_err(|error| match error {
            RunError::User(error) => lost(error),
            RunError::TimedOut => CacheError::Unavailable(format!("no connection within {WAIT_MAX:?}")),
        })
    }
}

fn named(key: &str) -> String {
    format!("{PREFIX}{key}")
}

/// Redis refuses an expiry of zero.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX / 2).max(1)
}

fn lost(error: RedisError) -> CacheError {
    CacheError::Unavailable(error.to_string())
}
