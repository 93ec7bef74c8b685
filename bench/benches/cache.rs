//! The response cache: building a key, finding 1 KB of JSON among 1 and 100,000 entries, and
//! storing it in a cache that is full, so that another goes.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;

use ringway_cache::{Answer, Cached, ResponseCache};
use ringway_core::integration::write_cache_key;

use crate::api;
use crate::harness::Harness;
use crate::requests::{BROWSER, CURL};

/// A stored response: its key, then its body.
#[derive(Clone)]
struct Response {
    bytes: Arc<[u8]>,
    key_bytes: usize,
}

impl Cached for Response {
    fn key(&self) -> &[u8] {
        &self.bytes[..self.key_bytes]
    }

    fn weight_bytes(&self) -> usize {
        self.bytes.len()
    }
}

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("cache");
    let snapshot = api::pets();
    for (name, request) in [("curl", CURL), ("browser", BROWSER)] {
        api::with_context(&snapshot, request, |ctx| {
            let rule = ctx.method.and_then(|method| method.cache.as_ref());
            let rule = rule.expect("the method is cached");
            let mut key = Vec::with_capacity(1024);
            group.bench(&format!("key, {name}"), || {
                key.clear();
                write_cache_key(black_box(rule), black_box(ctx), &mut key);
                black_box(&key);
            });
        });
    }
    for &entries in group.sizes(&[1, 100_000]) {
        let cache = ResponseCache::with_capacity(512 << 20, 16);
        let keys: Vec<_> = (0..entries).map(|n| key(&snapshot, n)).collect();
        keys.iter().for_each(|key| fill(&cache, key));
        assert_eq!(cache.stats().entries, keys.len());
        let mut turn = keys.iter().cycle();
        group.bench(&format!("hit, 1 KB, {entries} entries"), || {
            let key = turn.next().map_or(&[][..], |key| key);
            let hit = cache.hit(black_box(key), 2);
            assert!(matches!(&hit, Some((response, _)) if response.bytes.len() > 1024));
            hit
        });
    }
    for &megabytes in group.sizes(&[16, 512]) {
        let cache = ResponseCache::with_capacity(megabytes << 20, 16);
        let number = Cell::new(0_u64);
        let store_another = || {
            number.set(number.get() + 1);
            fill(&cache, &number.get().to_be_bytes());
        };
        while cache.stats().evictions < 10_000 {
            store_another();
        }
        group.bench(&format!("miss, fill and evict, 1 KB, {megabytes} MB"), store_another);
    }
}

/// The key of pet `n`.
fn key(snapshot: &ringway_core::snapshot::Snapshot, n: u32) -> Vec<u8> {
    let mut key = Vec::new();
    let request = CURL.replacen("/42", &format!("/{n}"), 1);
    api::with_context(snapshot, &request, |ctx| {
        let rule = ctx.method.and_then(|method| method.cache.as_ref());
        write_cache_key(rule.expect("the method is cached"), ctx, &mut key);
    });
    key
}

fn fill(cache: &ResponseCache<Response>, key: &[u8]) {
    const HOUR_NS: u64 = 3_600_000_000_000;
    let Some(Answer::Fill(slot)) = cache.begin(key, 1) else {
        panic!("a new key is to be filled");
    };
    let mut bytes = [b'x'; 1200];
    bytes[..key.len()].copy_from_slice(key);
    slot.complete(
        Response { bytes: bytes[..key.len() + 1024].into(), key_bytes: key.len() },
        HOUR_NS,
        1,
    );
}
