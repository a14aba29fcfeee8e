//! How often one address may ask: a bucket that requests empty and time fills.
//!
//! It protects disk and network, not tokens: those have 256 bits, and no rate makes them guessable.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// What fits in a bucket, and how fast it fills. A request takes 1, a stored vault 10, a wrong token 10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// What fits.
    pub burst: u32,
    /// What comes in a second.
    pub per_second: f64,
}

impl Default for Rate {
    /// A phone that sets itself up asks four times; a household behind one address does not notice.
    fn default() -> Self {
        Self { burst: 120, per_second: 1.0 }
    }
}

/// Addresses remembered at a time; when there are more, those whose buckets are full again are forgotten, and the others share one.
const MOST: usize = 10_000;

struct Bucket {
    holds: f64,
    at: Instant,
}

pub(super) struct Buckets {
    rate: Rate,
    by_address: HashMap<IpAddr, Bucket>,
}

impl Buckets {
    pub fn new(rate: Rate) -> Self {
        Self { rate, by_address: HashMap::new() }
    }

    /// Takes `cost` out, or answers how many seconds it is until that much is in.
    pub fn take(&mut self, peer: IpAddr, cost: u32, now: Instant) -> Result<(), u64> {
        let per_second = self.rate.per_second;
        let bucket = self.filled(peer, now);
        let missing = f64::from(cost) - bucket.holds;
        if missing > 0.0 {
            // Never comes where nothing fills it: then "in an hour" is as good as any answer.
            return Err((missing / per_second).ceil().clamp(1.0, 3_600.0) as u64);
        }
        bucket.holds -= f64::from(cost);
        Ok(())
    }

    /// Takes `cost` out of what there is.
    pub fn fine(&mut self, peer: IpAddr, cost: u32, now: Instant) {
        let bucket = self.filled(peer, now);
        bucket.holds = (bucket.holds - f64::from(cost)).max(0.0);
    }

    /// An address's bucket as time has filled it.
    fn filled(&mut self, peer: IpAddr, now: Instant) -> &mut Bucket {
        let Rate { burst, per_second } = self.rate;
        let full = f64::from(burst);
        let holds = |bucket: &Bucket| {
            (bucket.holds + now.saturating_duration_since(bucket.at).as_secs_f64() * per_second).min(full)
        };
        let mut peer = network(peer);
        if self.by_address.len() >= MOST && !self.by_address.contains_key(&peer) {
            self.by_address.retain(|_, bucket| holds(bucket) < full);
            if self.by_address.len() >= MOST {
                peer = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        let bucket = self.by_address.entry(peer).or_insert(Bucket { holds: full, at: now });
        bucket.holds = holds(bucket);
        bucket.at = now;
        bucket
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RATE: Rate = Rate { burst: 3, per_second: 0.5 };

    #[test]
    fn who_asks_too_often_is_told_when_to_come_back_and_may_then() {
        let (mut buckets, start) = (Buckets::new(RATE), Instant::now());
        let peer = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..3 {
            assert_eq!(buckets.take(peer, 1, start), Ok(()));
        }
        assert_eq!(buckets.take(peer, 1, start), Err(2));
        assert_eq!(buckets.take(IpAddr::from([192, 0, 2, 2]), 1, start), Ok(()), "others are not held up");
        assert_eq!(buckets.take(peer, 1, start + Duration::from_secs(2)), Ok(()));
        assert_eq!(buckets.take(peer, 3, start + Duration::from_secs(2)), Err(6));
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_than_ten_thousand() {
        let (mut buckets, start) = (Buckets::new(RATE), Instant::now());
        for n in 0..50_000_u128 {
            let _ = buckets.take(IpAddr::V6(((n + 1) << 64).into()), 1, start);
        }
        assert!(buckets.by_address.len() <= MOST + 1);
        let one = IpAddr::V6((7_u128 << 64 | 1).into());
        let same_network = IpAddr::V6((7_u128 << 64 | 2).into());
        assert_eq!(buckets.take(one, 2, start), Ok(()));
        assert!(buckets.take(same_network, 2, start).is_err());
    }
}
