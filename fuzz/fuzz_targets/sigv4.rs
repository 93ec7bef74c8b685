//! A request head, signed or not, and its body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::signatures;

fuzz_target!(|bytes: &[u8]| signatures::signature(bytes));
