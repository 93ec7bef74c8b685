//! A mapping template in the Velocity template language.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::templates;

fuzz_target!(|bytes: &[u8]| templates::vtl(bytes));
