//! The benchmark of Ringway: a fast upstream, a load generator and the runs that combine them.
//!
//! Nothing here is used by the gateway, and nothing here uses the gateway's crates: the codecs
//! are separate on purpose, so that a bug in one side cannot hide in the other.

pub mod check;
pub mod chunked;
pub mod cli;
pub mod compare;
pub mod cores;
pub mod cpu;
pub mod diff;
pub mod driver;
pub mod guard;
pub mod html;
pub mod limits;
pub mod load;
pub mod machine;
pub mod manage;
pub mod plot;
pub mod report;
pub mod run;
pub mod scale;
pub mod speed;
pub mod spread;
pub mod stats;
pub mod table;
pub mod target;
pub mod trust;
pub mod upstream;
