//! Who may depend on whom, and who may name a runtime.

use serde_json::Value;

use super::{Finding, Source};

/// Each package, and the packages of ours it may depend on. `ringway-tests` and `ringway-bench`
/// are left out: they look at everything and nothing depends on them.
const ARROWS: [(&str, &[&str]); 7] = [
    ("ringway-vtl", &[]),
    ("ringway-core", &["ringway-vtl"]),
    ("ringway-cache", &[]),
    ("ringway-proxy", &["ringway-core", "ringway-cache"]),
    ("ringway-control", &["ringway-core"]),
    ("ringway-functions", &["ringway-core"]),
    (
        "ringway",
        &["ringway-core", "ringway-cache", "ringway-proxy", "ringway-control", "ringway-functions"],
    ),
];

/// Packages that may be named in a manifest only by these of ours.
const RESERVED: [(&str, &[&str]); 4] = [
    ("monoio", &["ringway-proxy", "ringway-bench"]),
    ("tokio", &["ringway-control", "ringway-functions", "ringway"]),
    ("axum", &["ringway-control"]),
    // The server under axum, for the bounds that axum::serve does not let one set.
    ("hyper", &["ringway-control", "ringway-functions"]),
];

/// The files of `proxy` that may name monoio, or folders of that name.
const MONOIO_FILES: [&str; 5] = ["runtime", "socket", "listener", "timer", "resolve"];

/// Paths that wait, look at a clock or touch the outside.
const WAITING: [&str; 9] = [
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
    ".await",
];

/// The types of `std::net` that are plain values.
const ADDRESSES: [&str; 7] = [
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "AddrParseError",
];

/// What is wrong with the dependencies in the answer of `cargo metadata --no-deps`.
pub fn arrows(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
        for dependency in dependencies {
            let target = dependency["name"].as_str().unwrap_or_default();
            if !may_depend(name, target) {
                wrong.push(format!("{name} must not depend on {target}"));
            }
        }
    }
    for (name, _) in ARROWS {
        if !packages.iter().any(|package| package["name"] == name) {
            wrong.push(format!("{name} is not in the workspace: update tests/src/tidy/crates.rs"));
        }
    }
    wrong
}

fn may_depend(name: &str, target: &str) -> bool {
    if let Some((_, users)) = RESERVED.iter().find(|(reserved, _)| *reserved == target) {
        return users.contains(&name);
    }
    let ours = target == "ringway" || target.starts_with("ringway-");
    let arrow = ARROWS.iter().find(|(package, _)| *package == name);
    !ours || arrow.is_none_or(|(_, targets)| targets.contains(&target))
}

/// `core` never waits, reads a clock, a file or a socket.
pub fn core_only_computes(source: &Source) -> Vec<Finding> {
    if source.folder() != "core" || !source.is_product() {
        return Vec::new();
    }
    let mut places = Vec::new();
    for waiting in WAITING {
        places.extend(source.code.match_indices(waiting).map(|(at, _)| (at, waiting.to_owned())));
    }
    places.extend(source.words("async").map(|at| (at, "async".to_owned())));
    for (at, path) in source.code.match_indices("std::net::") {
        let named = imported(&source.code[at + path.len()..]);
        let beyond = named.into_iter().filter(|name| !ADDRESSES.contains(name));
        places.extend(beyond.map(|name| (at, format!("std::net::{name}"))));
    }
    for (at, path) in source.code.match_indices("std::time::{") {
        let named = imported(&source.code[at + path.len() - 1..]);
        let beyond = named.into_iter().filter(|name| *name != "Duration");
        places.extend(beyond.map(|name| (at, format!("std::time::{name}"))));
    }
    places.retain(|(at, _)| !source.is_test(*at));
    let message = |what: &str| format!("core computes: no {what}; take the value as an argument");
    let finding = |(at, what): (usize, String)| {
        Finding::new("core-computes", source, source.line_of(at), message(&what))
    };
    places.into_iter().map(finding).collect()
}

/// The names after `path::`: one, or those in braces.
fn imported(rest: &str) -> Vec<&str> {
    let list = match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default(),
        None => rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default(),
    };
    list.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "self").collect()
}

/// Only five files of `proxy` name monoio, so that it can be replaced in a week.
pub fn monoio_in_five_files(source: &Source) -> Vec<Finding> {
    let allowed = match source.folder() {
        "bench" => true,
        "proxy" => {
            let file = source.path.split('/').nth(2).unwrap_or_default();
            MONOIO_FILES.contains(&file.trim_end_matches(".rs"))
        }
        _ => false,
    };
    let message = "only proxy/src/{runtime,socket,listener,timer,resolve}.rs name monoio";
    named_elsewhere(source, "monoio", allowed, "monoio", message)
}

/// tokio belongs to the control half, and to what it must not know.
pub fn tokio_stays_in_control(source: &Source) -> Vec<Finding> {
    let allowed = matches!(source.folder(), "control" | "functions" | "ringway" | "examples");
    named_elsewhere(
        source,
        "tokio",
        allowed,
        "tokio",
        "only control, functions and ringway name tokio",
    )
}

fn named_elsewhere(
    source: &Source,
    word: &str,
    allowed: bool,
    rule: &'static str,
    message: &str,
) -> Vec<Finding> {
    if allowed {
        return Vec::new();
    }
    source
        .words(word)
        .filter(|at| source.code[at + word.len()..].trim_start().starts_with("::"))
        .map(|at| Finding::new(rule, source, source.line_of(at), message))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::lines_found;
    use super::*;

    fn workspace(name: &str, dependency: &str) -> Vec<String> {
        let all = ARROWS.map(|(name, _)| json!({"name": name, "dependencies": []}));
        let mut packages = all.to_vec();
        packages.push(json!({"name": name, "dependencies": [{"name": dependency}]}));
        arrows(&json!({"packages": packages}))
    }

    #[test]
    fn arrows_point_downward() {
        for (name, dependency) in [
            ("ringway-core", "ringway-cache"),
            ("ringway-proxy", "ringway-control"),
            ("ringway-control", "ringway-proxy"),
            ("ringway-cache", "ringway-core"),
            ("ringway-vtl", "ringway-core"),
            ("ringway-proxy", "tokio"),
            ("ringway-core", "monoio"),
            ("ringway-control", "ringway"),
        ] {
            assert_eq!(workspace(name, dependency).len(), 1, "{name} -> {dependency}");
        }
        for (name, dependency) in [
            ("ringway-core", "httparse"),
            ("ringway-proxy", "ringway-core"),
            ("ringway", "ringway-proxy"),
            ("ringway-bench", "ringway-proxy"),
            ("ringway-control", "tokio"),
        ] {
            assert_eq!(workspace(name, dependency), Vec::<String>::new());
        }
        assert_eq!(arrows(&json!({"packages": []})).len(), ARROWS.len());
    }

    #[test]
    fn core_that_waits_is_found() {
        let text = "\
            use std::time::{Duration, Instant};\nuse std::net::TcpStream;\n\
            use std::net::{IpAddr, ToSocketAddrs};\nasync fn a() { b().await }\n\
            use std::fs;\n";
        let mut found = lines_found(core_only_computes, "core/src/a.rs", text);
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4, 4, 5]);
        assert!(lines_found(core_only_computes, "proxy/src/a.rs", text).is_empty());
        let fine = "\
            use std::net::{IpAddr, SocketAddr};\nuse std::net::IpAddr;\n\
            use std::time::Duration;\n// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert!(lines_found(core_only_computes, "core/src/a.rs", fine).is_empty());
    }

    #[test]
    fn runtimes_outside_their_place_are_found() {
        let text = "use monoio::net::TcpStream;\n// monoio::x\n";
        assert_eq!(lines_found(monoio_in_five_files, "proxy/src/pool.rs", text), [1]);
        assert_eq!(lines_found(monoio_in_five_files, "control/src/a.rs", text), [1]);
        for fine in ["proxy/src/socket.rs", "proxy/src/socket/tls.rs", "bench/src/load.rs"] {
            assert!(lines_found(monoio_in_five_files, fine, text).is_empty(), "{fine}");
        }
        let text = "use tokio::net;\n";
        assert_eq!(lines_found(tokio_stays_in_control, "proxy/src/a.rs", text), [1]);
        assert!(lines_found(tokio_stays_in_control, "control/src/a.rs", text).is_empty());
    }
}
