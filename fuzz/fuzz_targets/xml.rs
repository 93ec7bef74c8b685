//! A document of XML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::documents;

fuzz_target!(|bytes: &[u8]| documents::xml(bytes));
