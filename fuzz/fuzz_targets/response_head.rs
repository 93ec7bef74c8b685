//! Any bytes as the head of an upstream's answer. The first bit says whether to a HEAD request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::invariants;

fuzz_target!(|bytes: &[u8]| {
    if let Some((first, head)) = bytes.split_first() {
        invariants::response_head(head, first & 1 == 1);
    }
});
