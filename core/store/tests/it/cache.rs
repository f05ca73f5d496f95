//! The cache, in this process and in Redis.
use std::{future::Future, sync::Arc, time::Duration};

use store::cache::{Cache, CacheError};
use tokio::{runtime, task::JoinSet};

use crate::servers::Redis;

/// A claim's name and its proof, or the reason why it can't be tried here.
type Claim = (&'static str, fn() -> Result<(), String>);

pub(crate) const CLAIMS: &[Claim] = &[
    ("in_process::a_value_lives_until_it_is_deleted_or_ends", || on(value_lives(Cache::open("")))),
    ("in_process::every_count_is_counted", || on(counts(Cache::open("")))),
    ("redis::a_value_lives_until_it_is_deleted_or_ends", || {
        let redis = Redis::start()?;
        on(value_lives(Cache::open(&redis.url)))
    }),
    ("redis::every_count_is_counted", || {
        let redis = Redis::start()?;
        on(counts(Cache::open(&redis.url)))
    }),
    ("redis::a_redis_that_goes_away_is_an_error_and_not_a_hang", || on(goes_away(Redis::start()?))),
    ("redis::a_wrong_url_is_named", || on(wrong_urls())),
];

const MINUTE: Duration = Duration::from_secs(60);

fn on(work: impl Future<Output = ()>) -> Result<(), String> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work);
    Ok(())
}

async fn value_lives(cache: impl Future<Output = Result<Cache, CacheError>>) {
    let cache = cache.await.unwrap();
    let value = [0, 159, 146, 150];
    assert_eq!(cache.get("a").await.unwrap(), None);
    cache.set("a", &value, MINUTE).await.unwrap();
    cache.set("b", &value, Duration::from_millis(1)).await.unwrap();
    assert_eq!(cache.get("a").await.unwrap().as_deref(), Some(&value[..]));
    while cache.get("b").await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    cache.delete("a").await.unwrap();
    assert_eq!(cache.get("a").await.unwrap(), None);
}

async fn counts(cache: impl Future<Output = Result<Cache, CacheError>>) {
    let cache = Arc::new(cache.await.unwrap());
    let mut counting = JoinSet::new();
    for _ in 0..50 {
        let cache = Arc::clone(&cache);
        counting.spawn(async move { cache.count("visits", MINUTE).await.unwrap() });
    }
    let mut seen = counting.join_all().await;
    seen.sort_unstable();
    assert_eq!(seen, (1..=50).collect::<Vec<u64>>());
    assert_eq!(cache.count("others", MINUTE).await.unwrap(), 1);
}

async fn goes_away(redis: Redis) {
    let cache = Cache::open(&redis.url).await.unwrap();
    cache.set("a", b"1", MINUTE).await.unwrap();
    let url = redis.url.clone();
    drop(redis);
    assert!(matches!(cache.get("a").await, Err(CacheError::Unavailable(_))));
    assert!(matches!(cache.count("a", MINUTE).await, Err(CacheError::Unavailable(_))));
    assert!(matches!(Cache::open(&url).await, Err(CacheError::Unavailable(_))));
}

async fn wrong_urls() {
    for url in ["http://localhost", "localhost:6379"] {
        assert!(matches!(Cache::open(url).await, Err(CacheError::Url(_))), "{url}");
    }
}
