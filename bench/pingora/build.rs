//! Finds out which pingora this is built with: what `--version` says.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock").expect("cargo has written the lock file");
    let package = "name = \"pingora\"\nversion = \"";
    let rest = lock.split(package).nth(1).expect("pingora is a dependency");
    let version = rest.split('"').next().expect("a quoted version");
    let folder = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("pingora-version"), version).expect("a writable OUT_DIR");
}
