//! OpenAPI import, from outside: against recordings of AWS, all documents of the conformance set,
//! and documents that must be refused.
#![allow(clippy::disallowed_methods)] // a test reads files and takes the time

mod documents;
mod exported;
mod generated;
mod places;
mod put;
mod recorded;
mod recording;
mod refusals;
mod round_trip;
