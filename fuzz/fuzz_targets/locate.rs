//! A JSON path in the first line, a text behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::definitions;

fuzz_target!(|bytes: &[u8]| definitions::place(bytes));
