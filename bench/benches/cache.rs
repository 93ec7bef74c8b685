//! The response cache: building a key, and finding 1 KB of JSON among 1 and 100,000 entries.

use std::hint::black_box;
use std::sync::Arc;
use std::task::Waker;

use ringway_cache::{Lookup, ResponseCache, Weigh};
use ringway_core::integration::write_cache_key;

use crate::api;
use crate::harness::Harness;
use crate::requests::{BROWSER, CURL};

/// A stored response.
struct Response {
    body: Box<[u8]>,
}

impl Weigh for Response {
    fn weight_bytes(&self) -> usize {
        size_of::<Self>() + self.body.len()
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
            assert!(matches!(&hit, Some((response, _)) if response.body.len() == 1024));
            hit
        });
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
    let Lookup::Fill(slot) = cache.lookup(key, 1, Waker::noop()) else {
        panic!("a new key is to be filled");
    };
    let stored = slot.complete(Response { body: vec![b'x'; 1024].into() }, HOUR_NS, 1);
    drop(Arc::into_inner(stored));
}
