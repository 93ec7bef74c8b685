//! What command lines, environments and files come to.

use std::collections::HashMap;

use clap::CommandFactory;

use super::*;
use crate::scratch::Scratch;

fn up(arguments: &str) -> Result<Listening, String> {
    let words = ["ringway", "up", "api.yaml"].into_iter().chain(arguments.split_whitespace());
    match Cli::try_parse_from(words).map_err(|error| error.to_string())?.command {
        Command::Up(up) => up.listen.resolve(|_| None),
        other => panic!("{other:?}"),
    }
}

/// `serve` with arguments, variables and a file.
fn serve(arguments: &str, variables: &[(&str, &str)], file: &str) -> Result<Serve, String> {
    let scratch = Scratch::new();
    let config = scratch.write("ringway.toml", file);
    let mut words: Vec<_> = ["ringway", "serve"].into_iter().map(String::from).collect();
    words.extend(arguments.split_whitespace().map(String::from));
    if !file.is_empty() {
        words.push(format!("--config={}", config.display()));
    }
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let complete = match Cli::try_parse_from(words).map_err(|error| error.to_string())?.command {
        Command::Serve(serve) => serve.complete(variable),
        other => panic!("{other:?}"),
    };
    let folder = format!("{}/", scratch.path().display());
    complete.map_err(|error| error.replace(&folder, ""))
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn defaults() {
    let found = up("").unwrap();
    assert_eq!(found.http.unwrap().to_string(), "127.0.0.1:8080");
    assert_eq!(found.admin.to_string(), "127.0.0.1:4566");
    assert_eq!((found.drain_deadline.as_secs(), found.https), (30, None));
    assert_eq!(found.host_suffixes, ["localhost"]);
    assert!(found.workers >= 1);
    let serve = serve("--ephemeral", &[], "").unwrap();
    assert_eq!((serve.account_id(), serve.region()), ("000000000000", "us-east-1"));
    assert_eq!(serve.keep(), Ok(Keep::Nowhere));
}

#[test]
fn https_flags_combine() {
    let check = |arguments: &str, expect: (&str, bool)| {
        let found = up(arguments).unwrap().https.unwrap();
        assert_eq!((&*found.addr.to_string(), found.files.is_some()), expect, "{arguments}");
    };
    check("--https 127.0.0.1:9443 --cert a --key b", ("127.0.0.1:9443", true));
    check("--https-self-signed", ("127.0.0.1:8443", false));
    check("--https-self-signed --no-http", ("127.0.0.1:8443", false));
    check("--https-self-signed=127.0.0.1:9443", ("127.0.0.1:9443", false));
    check("--https 127.0.0.1:9443 --https-self-signed", ("127.0.0.1:9443", false));
}

#[test]
fn flags_without_meaning_are_refused() {
    let check = |arguments: &str, expect: &str| {
        let error = up(arguments).unwrap_err();
        assert!(error.contains(expect), "{arguments}: {error}");
    };
    check("--https 127.0.0.1:1", "needs --cert and --key, or --https-self-signed");
    check("--https 127.0.0.1:1 --cert a", "--key <FILE>");
    check("--https 127.0.0.1:1 --key a", "--cert <FILE>");
    check("--cert a --key b", "--https <ADDR>");
    check("--https 127.0.0.1:1 --https-self-signed=127.0.0.1:2", "two addresses");
    check("--https-self-signed --cert a --key b --https 127.0.0.1:1", "cannot be used with");
    check("--lambda-addr 127.0.0.1:1 --lambda-endpoint http://a:1", "exclude each other");
    check("--no-http", "nothing to serve on");
    check("--no-http --https-self-signed --http 127.0.0.1:1", "exclude each other");
    check("--http example", "expected IP:PORT");
    check("--workers 0", "1..=256");
    check("--drain-deadline -1", "unexpected argument");
    check("--host-suffix a..b", "not a host name");
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file() {
    let check = |arguments: &str, variables: &[(&str, &str)], file: &str, expect: &str| {
        let found = serve(arguments, variables, file).unwrap();
        assert_eq!(found.region(), expect, "{arguments} {variables:?} {file}");
    };
    let (own, aws) = (("RINGWAY_REGION", "env-1"), ("AWS_REGION", "aws-1"));
    let file = "region = 'file-1'";
    check("--region flag-1", &[own, aws], file, "flag-1");
    check("", &[own, aws], file, "env-1");
    check("", &[("RINGWAY_REGION", ""), aws], file, "aws-1");
    check("", &[("AWS_DEFAULT_REGION", "other-1")], file, "other-1");
    check("", &[aws, ("AWS_DEFAULT_REGION", "other-1")], file, "aws-1");
    check("", &[], file, "file-1");
    check("", &[], "", "us-east-1");
}

#[test]
fn every_flag_may_stand_in_each_place() {
    let flags = [
        ("http", "127.0.0.1:1"),
        ("https-self-signed", "127.0.0.1:2"),
        ("admin", "127.0.0.1:3"),
        ("workers", "4"),
        ("drain-deadline", "5"),
        ("host-suffix", "a.example,b.example"),
        ("account-id", "123456789012"),
        ("region", "eu-west-1"),
        ("ephemeral", "true"),
    ];
    let line: Vec<_> = flags.iter().map(|(name, value)| format!("--{name}={value}")).collect();
    let expect = format!("{:?}", serve(&line.join(" "), &[], "").unwrap());
    let named: Vec<_> = flags
        .iter()
        .map(|(name, value)| (format!("RINGWAY_{}", name.replace('-', "_").to_uppercase()), *value))
        .collect();
    let variables: Vec<_> = named.iter().map(|(name, value)| (&**name, *value)).collect();
    assert_eq!(format!("{:?}", serve("", &variables, "").unwrap()), expect);
    let file = "http = '127.0.0.1:1'\nhttps-self-signed = '127.0.0.1:2'\nadmin = '127.0.0.1:3'
        workers = 4\ndrain-deadline = 5\nhost-suffix = ['a.example', 'b.example']
        account-id = '123456789012'\nregion = 'eu-west-1'\nephemeral = true";
    let mut found = serve("", &[], file).unwrap();
    found.config = None;
    assert_eq!(format!("{found:?}"), expect);
}

/// What excludes each other may stand in different places: the one on top wins.
#[test]
fn what_is_said_on_top_silences_what_excludes_it() {
    let found = serve("--ephemeral", &[], "data = 'd'").unwrap();
    assert_eq!(found.keep(), Ok(Keep::Nowhere));
    let found = serve("--data d", &[("RINGWAY_EPHEMERAL", "true")], "").unwrap();
    assert_eq!(found.keep(), Ok(Keep::Folder("d".into())));
    let found = serve("--ephemeral=false", &[], "ephemeral = true\ndata = '/d'").unwrap();
    assert_eq!(found.keep(), Ok(Keep::Folder("/d".into())));
    let files = "https = ':9443'\ncert = 'a'\nkey = '/b'";
    let listen = |found: Result<Serve, String>| found.unwrap().listen().resolve(|_| None).unwrap();
    let found = listen(serve("--http :1 --https-self-signed", &[], files));
    assert_eq!(found.https.unwrap().files, None);
    let found = listen(serve("--https :9444", &[("RINGWAY_NO_HTTP", "true")], files));
    let https = found.https.unwrap();
    assert_eq!((found.http, https.addr.port()), (None, 9444));
    let (cert, key) = https.files.unwrap();
    assert!(cert.is_absolute() && cert.ends_with("a") && key.ends_with("/b"), "{cert:?}");
    let found = listen(serve("--http :1", &[("RINGWAY_NO_HTTP", "true")], ""));
    assert_eq!(found.http.unwrap().port(), 1);
}

#[test]
fn values_that_are_none_are_refused_with_their_place() {
    let check = |variables: &[(&str, &str)], file: &str, expect: &[&str]| {
        let error = serve("", variables, file).unwrap_err();
        for part in expect {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
    };
    check(&[("RINGWAY_HTTP", "x")], "", &["RINGWAY_HTTP: ", "expected IP:PORT"]);
    check(&[("AWS_REGION", "Ü")], "", &["AWS_REGION: ", "not a region"]);
    check(&[("RINGWAY_ACCOUNT_ID", "12")], "", &["twelve digits"]);
    check(&[], "http = 'x'", &["ringway.toml: http: ", "expected IP:PORT"]);
    check(&[], "htpp = 'x'", &["ringway.toml: `htpp` is not a setting"]);
    check(&[], "config = 'x'", &["ringway.toml: `config` is not a setting"]);
    check(&[], "[http]\na = 1", &["ringway.toml: http: a text was expected"]);
    check(&[], "http = ", &["ringway.toml: "]);
    check(&[("RINGWAY_CONFIG", "/nowhere.toml")], "", &["/nowhere.toml: "]);
}

#[test]
fn what_is_kept_has_to_be_said() {
    let keep = |arguments| serve(arguments, &[], "").unwrap().keep().unwrap_err();
    assert!(keep("").contains("--data DIR"));
    assert!(keep("--data d --ephemeral").contains("exclude each other"));
    let found = serve("", &[], "data = 'd'\nephemeral = true").unwrap();
    assert!(found.keep().unwrap_err().contains("exclude each other"), "in one place too");
}
