//! Token buckets: one charge, the four of a request with an API key, and a refusal; on one client
//! and on a million in turn, whose buckets do not fit any CPU cache.

use std::hint::black_box;

use ringway_cache::{BucketKey, Buckets, Charge, Limit};
use ringway_core::limits::BUCKETS_MAX;

use crate::harness::{Group, Harness};

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("bucket");
    for &clients in group.sizes(&[1, 1_000_000_u32]) {
        let client = |n: u32| BucketKey::new(&[b"plan", b"gold", b"key", &n.to_be_bytes()]);
        let clients: Vec<_> = (0..clients).map(client).collect();
        admit(&mut group, &clients);
        refuse(&mut group, &clients);
    }
}

fn admit(group: &mut Group<'_>, clients: &[BucketKey]) {
    let limit = Limit::new(10_000.0, 5_000);
    let buckets = Buckets::with_capacity(BUCKETS_MAX);
    let method = BucketKey::new(&[b"method", b"pets", b"prod", b"GET", b"/pets"]);
    let account = BucketKey::new(&[b"account"]);
    // The key's on this method, the key's, the method's, the account's.
    let charges = |client: BucketKey| {
        [client.and(method.bits()), client, method, account].map(|key| Charge { key, limit })
    };
    // A request every 0.1 ms: the clock moves on, and no bucket runs dry.
    let mut now_ns = 1_000_000_000;
    // First, every bucket is made.
    for &client in clients {
        now_ns += 100_000;
        assert_eq!(buckets.admit(now_ns, &charges(client)), Ok(()));
    }
    let mut turn = clients.iter().cycle();
    let mut next = || *turn.next().unwrap_or(&clients[0]);

    group.bench(&format!("admit, 1 charge, {} keys", clients.len()), || {
        now_ns += 100_000;
        let charge = Charge { key: next(), limit };
        assert_eq!(buckets.admit(now_ns, black_box(&[charge])), Ok(()));
    });
    group.bench(&format!("admit, 4 charges, {} keys", clients.len()), || {
        now_ns += 100_000;
        assert_eq!(buckets.admit(now_ns, black_box(&charges(next()))), Ok(()));
    });
    assert_eq!(buckets.saturated(), 0);
}

fn refuse(group: &mut Group<'_>, clients: &[BucketKey]) {
    // One token a day: the first request takes it.
    let limit = Limit::new(1.0 / 86_400.0, 1);
    let buckets = Buckets::with_capacity(BUCKETS_MAX);
    for &key in clients {
        assert_eq!(buckets.admit(1, &[Charge { key, limit }]), Ok(()));
    }
    let mut turn = clients.iter().cycle();
    group.bench(&format!("refuse, 1 charge, {} keys", clients.len()), || {
        let key = *turn.next().unwrap_or(&clients[0]);
        let refused = buckets.admit(2, black_box(&[Charge { key, limit }]));
        assert!(refused.is_err());
        refused
    });
    assert_eq!(buckets.saturated(), 0);
}
