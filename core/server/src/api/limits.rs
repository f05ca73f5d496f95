//! How many requests a second are taken from one address, and by one key or session.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use domain::KeyId;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderValue, StatusCode, header};

use super::problem::Problem;
use crate::auth::token::TokenHash;
use crate::settings;

/// Whoever asks with more names than this makes the oldest forgotten sooner.
const KEPT_MAX: usize = 65_536;
/// Of an address's sign-ins and set-up codes, together.
const DOOR_BURST: u32 = 10;
/// Of a follower's look-ups: a queue at several tills comes at once.
const LOOK_UP_BURST: u32 = 20;

/// The limits of one appliance.
pub(crate) struct Limits {
    addresses: Option<Limiter<IpAddr>>,
    credentials: Option<Limiter<TokenHash>>,
    doors: Option<Limiter<IpAddr>>,
    look_ups: Option<Limiter<KeyId>>,
}

struct Limiter<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, MonotonicClock, NoOpMiddleware<std::time::Instant>>,
    clock: MonotonicClock,
}

impl Limits {
    /// As set, with so many look-ups of a follower in a minute; zero limits nothing.
    pub(crate) fn new(settings: &settings::Limits, look_ups_per_min: u32) -> Self {
        let per_second = |rate, burst| {
            Some(Quota::per_second(NonZeroU32::new(rate)?).allow_burst(NonZeroU32::new(burst)?))
        };
        let per_minute = |rate, burst| {
            Some(Quota::per_minute(NonZeroU32::new(rate)?).allow_burst(NonZeroU32::new(burst)?))
        };
        let settings::Limits { address_per_s, address_burst, key_per_s, key_burst, sign_in_per_min } =
            *settings;
        Self {
            addresses: per_second(address_per_s, address_burst).map(Limiter::new),
            credentials: per_second(key_per_s, key_burst).map(Limiter::new),
            doors: per_minute(sign_in_per_min, DOOR_BURST).map(Limiter::new),
            look_ups: per_minute(look_ups_per_min, LOOK_UP_BURST).map(Limiter::new),
        }
    }

    /// Refuses a request of an address that asks too often. This machine may ask as it likes: whoever is on it needs no
    /// network to do harm, and a proxy on it stands for everybody.
    pub(super) fn address(&self, address: IpAddr) -> Result<(), Problem> {
        taken(self.addresses.as_ref(), outside(address), "this address asks too often")
    }

    /// The same for those who want in without a credential.
    pub(super) fn door(&self, address: IpAddr) -> Result<(), Problem> {
        taken(self.doors.as_ref(), outside(address), "this address tries to sign in too often")
    }

    /// The same for a follower that asks who somebody is: with pictures of many it would learn who they are.
    pub(crate) fn look_up(&self, follower: KeyId) -> Result<(), Problem> {
        taken(self.look_ups.as_ref(), Some(follower), "this appliance asks too often who somebody is")
    }

    /// Refuses a key or session that asks too often, wherever it does.
    pub(crate) fn credential(&self, credential: TokenHash) -> Result<(), Problem> {
        taken(self.credentials.as_ref(), Some(credential), "this key or session asks too often")
    }
}

/// Who asks from outside: of IPv6 the network, since each has addresses without end.
fn outside(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => Some(v4),
    }
}

fn taken<K: Hash + Eq + Clone>(
    limiter: Option<&Limiter<K>>,
    who: Option<K>,
    detail: &'static str,
) -> Result<(), Problem> {
    let (Some(limiter), Some(who)) = (limiter, who) else { return Ok(()) };
    limiter.take(&who).map_err(|wait| {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    })
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::hashmap_with_clock(quota, MonotonicClock), clock: MonotonicClock }
    }

    /// How long to wait where it is too often.
    fn take(&self, who: &K) -> Result<(), Duration> {
        if self.limiter.len() > KEPT_MAX {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(who).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(address_per_s: u32, address_burst: u32) -> Limits {
        let settings =
            settings::Limits { address_per_s, address_burst, key_per_s: 0, key_burst: 0, sign_in_per_min: 0 };
        Limits::new(&settings, 60)
    }

    #[test]
    fn an_address_is_refused_after_its_burst_and_others_are_not() {
        let limits = limits(1, 3);
        let asked = |address: &str| limits.address(address.parse().unwrap()).is_ok();
        assert_eq!([(); 4].map(|()| asked("203.0.113.7")), [true, true, true, false]);
        assert!(asked("203.0.113.8"));
        assert_eq!([(); 4].map(|()| asked("127.0.0.1")), [true; 4]);
        let network = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8::4"];
        assert_eq!(network.map(asked), [true, true, true, false], "a network of IPv6 is one");
        assert!(asked("2001:db8:0:1::1"));
    }

    #[test]
    fn a_follower_is_refused_after_its_burst_of_look_ups_and_others_are_not() {
        let (limits, [one, other]) = (limits(0, 3), [1, 2].map(|id| KeyId(uuid::Uuid::from_u128(id))));
        assert!((0..LOOK_UP_BURST).all(|_| limits.look_up(one).is_ok()));
        assert!(limits.look_up(one).is_err());
        assert!(limits.look_up(other).is_ok());
    }

    #[test]
    fn zero_limits_nothing() {
        let limits = limits(0, 3);
        assert!((0..100).all(|_| limits.address("203.0.113.7".parse().unwrap()).is_ok()));
    }
}
